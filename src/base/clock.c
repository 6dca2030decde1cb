#include "base/clock.h"

#include <stdlib.h>
#include <time.h>

enum { DAY = 86400 };

int64_t clock_now(void)
{
    uint64_t fixed;
    if (slice_u64(slice_str(getenv("SOURCE_DATE_EPOCH")), &fixed) && fixed < INT64_MAX)
        return (int64_t)fixed;
    return time(NULL);
}

/*
 * Days since 1970-01-01 of a date in the Gregorian calendar. Years are counted from March, so that
 * the leap day is a year's last, and in eras of 400 years, which all have 146097 days.
 */
static int64_t days_of(int64_t year, int64_t month, int64_t day)
{
    if (month <= 2)
        year--;
    int64_t era = (year >= 0 ? year : year - 399) / 400, of_era = year - era * 400;
    int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

static void date_of(int64_t days, int64_t *year, int64_t *month, int64_t *day)
{
    days += 719468;
    int64_t era = (days >= 0 ? days : days - 146096) / 146097, of_era = days - era * 146097;
    int64_t y = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    int64_t of_year = of_era - (365 * y + y / 4 - y / 100), from_march = (5 * of_year + 2) / 153;
    *day = of_year - (153 * from_march + 2) / 5 + 1;
    *month = from_march + (from_march < 10 ? 3 : -9);
    *year = y + era * 400 + (*month <= 2);
}

int64_t clock_days(int64_t from, int64_t to)
{
    return (to - from) / DAY;
}

struct slice clock_format(int64_t epoch, struct arena *arena)
{
    int64_t days = epoch / DAY - (epoch % DAY < 0), second = epoch - days * DAY, year, month, day;
    date_of(days, &year, &month, &day);
    return arena_printf(arena, "%04lld-%02lld-%02lldT%02lld:%02lld:%02lldZ", (long long)year,
                        (long long)month, (long long)day, (long long)(second / 3600),
                        (long long)(second / 60 % 60), (long long)(second % 60));
}

/* Cuts exactly `len` digits. */
static bool cut_number(struct slice *rest, size_t len, int64_t *value)
{
    uint64_t number;
    if (rest->len < len || !slice_u64(slice_upto(*rest, len), &number))
        return false;
    *value = (int64_t)number;
    *rest = slice_from(*rest, len);
    return true;
}

static bool cut_mark(struct slice *rest, char mark)
{
    if (rest->len == 0 || rest->at[0] != mark)
        return false;
    *rest = slice_from(*rest, 1);
    return true;
}

static bool parse_zone(struct slice rest, int64_t *offset)
{
    int64_t hours, minutes = 0;
    *offset = 0;
    if (rest.len == 0 || slice_equal(rest, SLICE("Z")) || slice_equal(rest, SLICE("z")))
        return true;
    bool west = rest.at[0] == '-';
    if (!west && rest.at[0] != '+')
        return false;
    rest = slice_from(rest, 1);
    if (!cut_number(&rest, 2, &hours))
        return false;
    cut_mark(&rest, ':');
    if (rest.len && !cut_number(&rest, 2, &minutes))
        return false;
    *offset = (west ? -1 : 1) * (hours * 3600 + minutes * 60);
    return rest.len == 0;
}

static bool parse_time(struct slice rest, int64_t *seconds)
{
    int64_t hour, minute, second = 0, offset;
    if (!cut_number(&rest, 2, &hour) || !cut_mark(&rest, ':') || !cut_number(&rest, 2, &minute))
        return false;
    if (cut_mark(&rest, ':') && !cut_number(&rest, 2, &second))
        return false;
    if (cut_mark(&rest, '.'))
        while (rest.len && rest.at[0] >= '0' && rest.at[0] <= '9')
            rest = slice_from(rest, 1);
    if (hour > 24 || minute > 59 || second > 60 || !parse_zone(rest, &offset))
        return false;
    *seconds = hour * 3600 + minute * 60 + second - offset;
    return true;
}

bool clock_parse(struct slice text, int64_t *epoch)
{
    static const int64_t lengths[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int64_t year, month, day, seconds = 0;
    struct slice rest = text;
    if (!cut_number(&rest, 4, &year) || !cut_mark(&rest, '-') || !cut_number(&rest, 2, &month) ||
        !cut_mark(&rest, '-') || !cut_number(&rest, 2, &day))
        return false;
    if (month < 1 || month > 12 || day < 1 || day > lengths[month - 1])
        return false;
    if (rest.len && !cut_mark(&rest, 'T') && !cut_mark(&rest, ' '))
        return false;
    if (text.len > 10 && !parse_time(rest, &seconds))
        return false;
    *epoch = days_of(year, month, day) * DAY + seconds;
    return true;
}

double clock_monotonic(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

struct timespec clock_after(double seconds)
{
    struct timespec when;
    clock_gettime(CLOCK_MONOTONIC, &when);
    if (seconds > 0) {
        when.tv_sec += (time_t)seconds;
        when.tv_nsec += (long)((seconds - (double)(time_t)seconds) * 1e9);
    }
    when.tv_sec += when.tv_nsec / 1000000000L;
    when.tv_nsec %= 1000000000L;
    return when;
}
