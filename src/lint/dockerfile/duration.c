/* Durations as Go's time.ParseDuration takes them: "1m30s", "500ms", "1.5h". */
#include "base/ascii.h"
#include "lint/dockerfile/parse.h"

static const struct {
    const char *name;
    uint64_t nanoseconds;
} units[] = {
    {"ns", 1},       {"us", 1000},      {"\xB5s", 1000}, /* BuildKit takes each byte of a flag for a
                                                            character: no UTF-8 here */
    {"ms", 1000000}, {"s", 1000000000}, {"m", 60000000000}, {"h", 3600000000000},
};

static bool unit_of(struct slice *text, uint64_t *unit)
{
    size_t len = 0;
    while (len < text->len && text->at[len] != '.' && !ascii_digit(text->at[len]))
        len++;
    struct slice name = slice_upto(*text, len);
    *text = slice_from(*text, len);
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (slice_equal_str(name, units[i].name)) {
            *unit = units[i].nanoseconds;
            return true;
        }
    return false;
}

static size_t take_digits(struct slice *text)
{
    size_t len = 0;
    while (len < text->len && ascii_digit(text->at[len]))
        len++;
    *text = slice_from(*text, len);
    return len;
}

/* One "1.5h" off the front. */
static bool part(struct slice *text, uint64_t *sum)
{
    struct slice whole = *text, fraction;
    uint64_t value = 0, unit;
    whole.len = take_digits(text);
    if (whole.len && !slice_u64(whole, &value))
        return false;
    fraction = (struct slice){NULL, 0};
    if (text->len && text->at[0] == '.') {
        *text = slice_from(*text, 1);
        fraction = *text;
        fraction.len = take_digits(text);
    }
    if ((!whole.len && !fraction.len) || !unit_of(text, &unit) ||
        value > (UINT64_C(1) << 63) / unit)
        return false;
    double scale = (double)unit, more = 0;
    for (size_t i = 0; i < fraction.len; i++) {
        scale /= 10;
        more += scale * (fraction.at[i] - '0');
    }
    value = value * unit + (uint64_t)more;
    return !__builtin_add_overflow(*sum, value, sum) && *sum <= UINT64_C(1) << 63;
}

bool duration_parse(struct slice text, int64_t *nanoseconds)
{
    bool negative = text.len && text.at[0] == '-';
    uint64_t sum = 0;
    if (text.len && (text.at[0] == '-' || text.at[0] == '+'))
        text = slice_from(text, 1);
    *nanoseconds = 0;
    if (slice_equal_str(text, "0"))
        return true;
    if (!text.len)
        return false;
    while (text.len)
        if (!part(&text, &sum))
            return false;
    if (!negative && sum > INT64_MAX)
        return false;
    *nanoseconds = sum > INT64_MAX ? INT64_MIN : negative ? -(int64_t)sum : (int64_t)sum;
    return true;
}
