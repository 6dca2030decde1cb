/* See constraint.h. */
#include "registry/constraint.h"

enum { VALUE_SHOWN = 300 };

#define DETECTED "1 validation error detected: "
#define FAILED   "failed to satisfy constraint: Member must "

bool constraint_broken(struct error *err, const char *at, struct slice value, const char *must)
{
    return error_set(err, ERROR_FORMAT, DETECTED "Value '%.*s' at '%s' " FAILED "satisfy %s",
                     SLICE_ARG(slice_upto(value, VALUE_SHOWN)), at, must);
}

bool constraint_missing(struct error *err, const char *at)
{
    return error_set(err, ERROR_FORMAT, DETECTED "Value null at '%s' " FAILED "not be null", at);
}

bool constraint_length(struct error *err, const char *at, int low, int high)
{
    if (low < 0)
        return error_set(err, ERROR_FORMAT,
                         DETECTED "Value at '%s' " FAILED "have length less than or equal to %d",
                         at, high);
    return error_set(err, ERROR_FORMAT,
                     DETECTED "Value at '%s' " FAILED "have length between %d and %d", at, low,
                     high);
}

static bool is_name(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '*';
}

static bool is_separator(char c)
{
    return c == '.' || c == '_' || c == '-' || c == '/';
}

bool constraint_is_filter(struct slice filter, size_t most)
{
    if (!filter.len || filter.len > most || !is_name(filter.at[0]) ||
        !is_name(filter.at[filter.len - 1]))
        return false;
    for (size_t i = 1; i < filter.len; i++)
        if (!is_name(filter.at[i]) && (!is_separator(filter.at[i]) || !is_name(filter.at[i - 1])))
            return false;
    return true;
}
