#include "lint/headers.h"

#include "lint/headers_value.h"

const struct header_wish header_wishes_classic[] = {
    {"X-Content-Type-Options", "nosniff", "missing-x-content-type-options", false},
    {"X-Frame-Options", "DENY", "missing-x-frame-options", false},
    {"X-XSS-Protection", "1; mode=block", "missing-x-xss-protection", false},
    {"Strict-Transport-Security", "max-age=31536000; includeSubDomains", "missing-hsts", false},
    {NULL, NULL, NULL, false},
};

const struct header_wish header_wishes_owasp[] = {
    {"Strict-Transport-Security", "max-age=31536000; includeSubDomains", "missing-hsts", true},
    {"X-Frame-Options", "DENY", "missing-x-frame-options", false},
    {"X-Content-Type-Options", "nosniff", "missing-x-content-type-options", false},
    {"Content-Security-Policy",
     "default-src 'self'; object-src 'none'; base-uri 'self'; form-action 'self'",
     "missing-content-security-policy", false},
    {"Referrer-Policy", "strict-origin-when-cross-origin", "missing-referrer-policy", false},
    {"Permissions-Policy", "camera=(), geolocation=(), microphone=()", "missing-permissions-policy",
     false},
    {"Cross-Origin-Opener-Policy", "same-origin", "missing-cross-origin-opener-policy", false},
    {"Cross-Origin-Embedder-Policy", "require-corp", "missing-cross-origin-embedder-policy", false},
    {"Cross-Origin-Resource-Policy", "same-origin", "missing-cross-origin-resource-policy", false},
    {NULL, NULL, NULL, false},
};

struct header_route *header_map_add(struct header_map *map)
{
    struct header_route route = {.insert_at = SIZE_MAX, .grade = "-"};
    if (map->failed || !ARENA_PUSH(map->arena, map->routes, map->count, map->room, route)) {
        map->failed = true;
        return NULL;
    }
    return &map->routes[map->count - 1];
}

void header_route_add(struct header_map *map, struct header_route *route,
                      enum header_outcome outcome, const struct header_effect *effect)
{
    if (!route)
        return;
    if (!ARENA_PUSH(map->arena, route->effects[outcome], route->effect_count[outcome],
                    route->effect_room[outcome], *effect))
        map->failed = true;
}

static bool is_sent(enum header_reason reason)
{
    return reason == HEADER_SENT || reason == HEADER_INHERITED || reason == HEADER_CONDITIONAL ||
           reason == HEADER_TWICE;
}

const struct header_effect *header_route_find(const struct header_route *route,
                                              enum header_outcome outcome, const char *name)
{
    const struct header_effect *found = NULL;
    for (size_t i = 0; i < route->effect_count[outcome]; i++) {
        const struct header_effect *effect = &route->effects[outcome][i];
        if (!is_sent(effect->reason) || !slice_equal_nocase(effect->name, slice_str(name)))
            continue;
        /* What is always sent tells more than what is sent under a condition. */
        if (!found || (found->reason == HEADER_CONDITIONAL && effect->reason != HEADER_CONDITIONAL))
            found = effect;
    }
    return found;
}

const char *header_reason_text(enum header_reason reason)
{
    switch (reason) {
    case HEADER_SENT:
        return "set here";
    case HEADER_INHERITED:
        return "inherited";
    case HEADER_CONDITIONAL:
        return "only under a condition";
    case HEADER_TWICE:
        return "sent twice";
    case HEADER_DROPPED:
        return "dropped by add_header";
    case HEADER_NO_ALWAYS:
        return "set without always";
    case HEADER_NOT_OWN:
        return "not on answers the proxy makes itself";
    case HEADER_DELETED:
        return "removed";
    case HEADER_UPSTREAM:
        return "whatever the upstream sends";
    }
    return "";
}

/* "max-age=31536000;includeSubDomains" is the same as with a blank. */
static bool same_value(struct slice a, struct slice b)
{
    while (a.len || b.len) {
        struct slice x = slice_trim(slice_cut(&a, ';')), y = slice_trim(slice_cut(&b, ';'));
        if (!slice_equal_nocase(x, y))
            return false;
    }
    return true;
}

static bool is_one_of(struct slice value, const char *const *words)
{
    for (; *words; words++)
        if (slice_equal_nocase(value, slice_str(*words)))
            return true;
    return false;
}

static bool fits_classic(struct slice name, struct slice value)
{
    for (const struct header_wish *wish = header_wishes_classic; wish->name; wish++)
        if (slice_equal_nocase(name, slice_str(wish->name)))
            return same_value(value, slice_str(wish->value));
    return true;
}

static bool fits_hsts(struct slice value)
{
    uint64_t seconds;
    return hsts_max_age(value, &seconds) && seconds >= 31536000;
}

static bool fits_csp(struct slice value)
{
    switch (csp_judge(value, true)) {
    case CSP_UNSAFE_STYLE:
    case CSP_SAFE:
    case CSP_DEFAULT_NONE:
    case CSP_UNKNOWN:
        return true;
    default:
        return false;
    }
}

static bool frames_restricted(struct slice csp)
{
    struct slice sources;
    return csp_directive(csp, "frame-ancestors", &sources) && !slice_equal_str(sources, "*");
}

bool header_value_fits(enum header_profile profile, const char *name, struct slice value,
                       struct slice csp)
{
    static const char *const framing[] = {"DENY", "SAMEORIGIN", NULL};
    static const char *const opener[] = {"same-origin", "same-origin-allow-popups",
                                         "noopener-allow-popups", NULL};
    static const char *const embedder[] = {"require-corp", "credentialless", NULL};
    static const char *const resource[] = {"same-origin", "same-site", "cross-origin", NULL};
    struct slice header = slice_str(name), token = header_token(value);
    value = slice_trim(value);
    if (profile == HEADERS_CLASSIC)
        return fits_classic(header, value);
    if (header_value_varies(value) && slice_find(value, ' ') == value.len)
        return true;
    if (slice_equal_nocase(header, SLICE("X-Frame-Options")))
        return is_one_of(value, framing) || frames_restricted(csp);
    if (slice_equal_nocase(header, SLICE("Strict-Transport-Security")))
        return fits_hsts(value);
    if (slice_equal_nocase(header, SLICE("X-Content-Type-Options")))
        return slice_equal_nocase(value, SLICE("nosniff"));
    if (slice_equal_nocase(header, SLICE("Content-Security-Policy")))
        return fits_csp(value);
    if (slice_equal_nocase(header, SLICE("Referrer-Policy")))
        return referrer_judge(value) == REFERRER_PRIVATE;
    if (slice_equal_nocase(header, SLICE("Permissions-Policy")))
        return slice_find(value, '=') < value.len;
    if (slice_equal_nocase(header, SLICE("Cross-Origin-Opener-Policy")))
        return is_one_of(token, opener);
    if (slice_equal_nocase(header, SLICE("Cross-Origin-Embedder-Policy")))
        return is_one_of(token, embedder);
    if (slice_equal_nocase(header, SLICE("Cross-Origin-Resource-Policy")))
        return is_one_of(token, resource);
    if (slice_equal_nocase(header, SLICE("X-XSS-Protection")))
        return slice_equal_str(value, "0");
    return true;
}
