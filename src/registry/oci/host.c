#include "registry/oci/host.h"

#include "base/ascii.h"

static bool is_account(struct slice text)
{
    for (size_t i = 0; i < text.len; i++)
        if (!ascii_digit(text.at[i]))
            return false;
    return text.len >= 9 && text.len <= 12;
}

static bool is_region(struct slice text)
{
    for (size_t i = 0; i < text.len; i++)
        if (!ascii_digit(text.at[i]) && text.at[i] != '-' &&
            !(text.at[i] >= 'a' && text.at[i] <= 'z'))
            return false;
    return text.len > 0 && text.len <= 32;
}

/* A value ends where the next byte of the template stands; neither kind has a dot in it. */
static struct slice cut_value(struct slice *host, struct slice rest_of_template)
{
    size_t end = rest_of_template.len ? slice_find(*host, rest_of_template.at[0]) : host->len;
    struct slice value = slice_upto(*host, end);
    *host = slice_from(*host, end);
    return value;
}

static bool take(struct slice name, struct slice value, struct scope *scope)
{
    if (slice_equal(name, SLICE("account"))) {
        scope->account = value;
        return is_account(value);
    }
    scope->region = value;
    return slice_equal(name, SLICE("region")) && is_region(value);
}

static bool match(struct slice pattern, struct slice host, struct scope *found)
{
    while (pattern.len) {
        if (pattern.at[0] == '{') {
            struct slice name = slice_from(slice_cut(&pattern, '}'), 1);
            if (!take(name, cut_value(&host, pattern), found))
                return false;
        } else if (host.len && ascii_lower(host.at[0]) == ascii_lower(pattern.at[0])) {
            pattern = slice_from(pattern, 1);
            host = slice_from(host, 1);
        } else {
            return false;
        }
    }
    return host.len == 0;
}

bool oci_host_scope(struct slice uri_template, struct slice host, struct scope *scope)
{
    struct slice pattern = slice_upto(uri_template, slice_find(uri_template, '/'));
    struct scope found = {0};
    if (slice_find(pattern, '{') == pattern.len)
        return false; /* the name says nothing */
    if (slice_find(pattern, ':') == pattern.len)
        host = slice_upto(host, slice_find(host, ':'));
    if (!match(pattern, host, &found))
        return false;
    if (found.account.len)
        scope->account = found.account;
    if (found.region.len)
        scope->region = found.region;
    return true;
}
