#include "net/header.h"

#include "base/ascii.h"

static bool is_clean(struct slice text)
{
    for (size_t i = 0; i < text.len; i++)
        if (text.at[i] == '\r' || text.at[i] == '\n' || text.at[i] == '\0')
            return false;
    return true;
}

bool http_headers_add(struct http_headers *headers, struct slice name, struct slice value,
                      struct arena *arena, struct error *err)
{
    struct http_header header = {name, value};
    if (name.len == 0 || !is_clean(name) || !is_clean(value))
        return error_set(err, ERROR_USAGE, "a line break in an HTTP header");
    if (headers->count >= HTTP_HEADERS_MAX)
        return error_set(err, ERROR_LIMIT, "over %d HTTP headers", HTTP_HEADERS_MAX);
    if (!ARENA_PUSH(arena, headers->items, headers->count, headers->room, header))
        return arena_error(err);
    return true;
}

bool http_headers_add_line(struct http_headers *headers, struct slice line, struct arena *arena,
                           struct error *err)
{
    struct slice rest = arena_copy(arena, slice_cut_line(&line));
    if (!rest.at)
        return arena_error(err);
    size_t colon = slice_find(rest, ':');
    if (colon == rest.len || colon == 0 || !is_clean(rest))
        return true;
    struct slice name = slice_cut(&rest, ':');
    return http_headers_add(headers, slice_trim(name), slice_trim(rest), arena, err);
}

struct slice http_header_get(const struct http_headers *headers, const char *name)
{
    for (size_t i = 0; i < headers->count; i++)
        if (slice_equal_nocase(headers->items[i].name, slice_str(name)))
            return headers->items[i].value;
    return (struct slice){0};
}

int http_status_of_line(struct slice line)
{
    uint64_t status;
    line = slice_cut_line(&line);
    if (!slice_starts(line, SLICE("HTTP/")))
        return 0;
    slice_cut(&line, ' ');
    if (!slice_u64(slice_cut(&line, ' '), &status) || status < 100 || status > 599)
        return 0;
    return (int)status;
}

static bool parse_clock(struct slice text, struct tm *parts)
{
    uint64_t hour, minute, second;
    if (!slice_u64(slice_cut(&text, ':'), &hour) || !slice_u64(slice_cut(&text, ':'), &minute) ||
        !slice_u64(text, &second) || hour > 23 || minute > 59 || second > 60)
        return false;
    parts->tm_hour = (int)hour;
    parts->tm_min = (int)minute;
    parts->tm_sec = (int)second;
    return true;
}

static bool parse_month(struct slice text, struct tm *parts)
{
    static const struct slice names = SLICE("JanFebMarAprMayJunJulAugSepOctNovDec");
    size_t at = slice_search(names, text);
    if (text.len != 3 || at == names.len || at % 3)
        return false;
    parts->tm_mon = (int)(at / 3);
    return true;
}

bool http_date_parse(struct slice text, time_t *when)
{
    struct tm parts = {0};
    uint64_t day, year;
    slice_cut(&text, ','); /* the day of the week adds nothing */
    text = slice_trim(text);
    if (!slice_u64(slice_cut(&text, ' '), &day) || day < 1 || day > 31 ||
        !parse_month(slice_cut(&text, ' '), &parts) || !slice_u64(slice_cut(&text, ' '), &year) ||
        year < 1970 || year > 9999 || !parse_clock(slice_cut(&text, ' '), &parts) ||
        !slice_equal_str(text, "GMT"))
        return false;
    parts.tm_mday = (int)day;
    parts.tm_year = (int)year - 1900;
    *when = timegm(&parts);
    return true;
}

bool http_retry_after(struct slice value, time_t now, unsigned *seconds)
{
    enum { DAY = 24 * 3600 };
    uint64_t wait;
    time_t when;
    if (!slice_u64(value, &wait)) {
        if (!http_date_parse(value, &when))
            return false;
        wait = when > now ? (uint64_t)(when - now) : 0;
    }
    *seconds = wait > DAY ? DAY : (unsigned)wait;
    return true;
}

bool http_content_range_start(struct slice value, uint64_t *first)
{
    if (!slice_starts(value, SLICE("bytes ")))
        return false;
    value = slice_from(value, 6);
    return slice_u64(slice_cut(&value, '-'), first);
}
