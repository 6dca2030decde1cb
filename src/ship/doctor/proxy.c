#include "ship/doctor/proxy.h"

#include <stdlib.h>

#include "net/url.h"

static struct slice variable(const char *lower, const char *upper)
{
    const char *text = getenv(lower);
    if ((!text || !*text) && upper)
        text = getenv(upper);
    return slice_str(text);
}

static bool ends_nocase(struct slice text, struct slice end)
{
    return text.len >= end.len && slice_equal_nocase(slice_from(text, text.len - end.len), end);
}

bool proxy_excepts(struct slice list, struct slice host)
{
    while (list.len) {
        struct slice entry = slice_trim(slice_cut(&list, ','));
        entry = slice_upto(entry, slice_find(entry, ' '));
        if (slice_starts(entry, SLICE(".")))
            entry = slice_from(entry, 1);
        if (slice_equal_str(entry, "*") || (entry.len && slice_equal_nocase(entry, host)))
            return true;
        if (entry.len && host.len > entry.len && ends_nocase(host, entry) &&
            host.at[host.len - entry.len - 1] == '.')
            return true;
    }
    return false;
}

struct slice proxy_for(struct slice host, bool tls)
{
    struct slice found =
        tls ? variable("https_proxy", "HTTPS_PROXY") : variable("http_proxy", NULL);
    if (!found.len)
        found = variable("all_proxy", "ALL_PROXY");
    if (url_host_is_loopback(host) || proxy_excepts(variable("no_proxy", "NO_PROXY"), host))
        return SLICE("");
    return found;
}
