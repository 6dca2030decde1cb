#include "lint/nginx/directives.h"

const struct nginx_directive *nginx_directive_find(struct slice name, size_t *count)
{
    size_t low = 0, high = nginx_directive_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (slice_compare(slice_str(nginx_directives[middle].name), name) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    *count = 0;
    while (low + *count < nginx_directive_count &&
           slice_equal_str(name, nginx_directives[low + *count].name))
        ++*count;
    return *count ? &nginx_directives[low] : NULL;
}

bool nginx_directive_foreign(struct slice name)
{
    static const char *const prefixes[] = {"vhost_traffic_status",
                                           "pagespeed",
                                           "opentracing",
                                           "opentelemetry",
                                           "otel_",
                                           "zstd",
                                           "auth_ldap",
                                           "upload",
                                           "passenger",
                                           "shib_",
                                           "app_protect",
                                           "rds_",
                                           "drizzle_",
                                           "postgres_",
                                           "redis",
                                           "push_stream",
                                           "security_headers",
                                           "hide_server_",
                                           "testcookie",
                                           "immutable",
                                           "dynamic_etag",
                                           "encrypted_session",
                                           "array_",
                                           "xss_",
                                           "form_",
                                           "set_form_",
                                           "accounting",
                                           "sysguard",
                                           "jaeger_",
                                           "datadog_",
                                           "server_traffic_status",
                                           "check",
                                           "stream_server_traffic_status",
                                           "acme_",
                                           "ssl_ct",
                                           "length_hiding",
                                           "limit_traffic",
                                           "slowfs_",
                                           "unzip",
                                           "eval",
                                           "rewrite_by_",
                                           "cookie_flag",
                                           "set_cookie_flag",
                                           "session_binding",
                                           "auth_digest",
                                           "auth_spnego",
                                           "auth_gss",
                                           "auth_jwt",
                                           "oidc_",
                                           "naxsi",
                                           "MainRule",
                                           "BasicRule",
                                           "LearningMode",
                                           "SecRules",
                                           "CheckRule",
                                           "DeniedUrl",
                                           "LibInjection",
                                           "vod",
                                           "balancer_by_lua",
                                           "aws_",
                                           "brotli",
                                           "js_",
                                           "lua_",
                                           "consul",
                                           "upsync",
                                           "jwt_",
                                           "live_",
                                           "access_by_",
                                           "content_by_",
                                           "header_filter_by_",
                                           NULL};
    for (size_t i = 0; prefixes[i]; i++)
        if (slice_starts(name, slice_str(prefixes[i])))
            return true;
    return false;
}

enum { SUGGEST_MAX = 40, SUGGEST_EDITS = 2 };

/* Edits between two words, as long as there are few; by rows of the usual table. */
static size_t edits(struct slice a, struct slice b)
{
    size_t row[SUGGEST_MAX + 1];
    for (size_t j = 0; j <= b.len; j++)
        row[j] = j;
    for (size_t i = 1; i <= a.len; i++) {
        size_t corner = row[0];
        row[0] = i;
        for (size_t j = 1; j <= b.len; j++) {
            size_t best = corner + (a.at[i - 1] != b.at[j - 1]);
            corner = row[j];
            best = row[j] + 1 < best ? row[j] + 1 : best;
            row[j] = row[j - 1] + 1 < best ? row[j - 1] + 1 : best;
        }
    }
    return row[b.len];
}

const char *nginx_directive_suggest(struct slice name)
{
    const char *found = NULL;
    size_t least = SUGGEST_EDITS + 1;
    if (name.len < 4 || name.len > SUGGEST_MAX)
        return NULL;
    for (size_t i = 0; i < nginx_directive_count; i++) {
        struct slice known = slice_str(nginx_directives[i].name);
        if (known.len > SUGGEST_MAX || known.len + SUGGEST_EDITS < name.len ||
            name.len + SUGGEST_EDITS < known.len)
            continue;
        size_t distance = edits(name, known);
        if (distance < least) {
            least = distance;
            found = nginx_directives[i].name;
        }
    }
    return found;
}
