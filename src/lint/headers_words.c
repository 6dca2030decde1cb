/* The messages of headers_judge. */
#include "lint/headers_judge.h"
#include "lint/headers_value.h"

/* "404, 500 and on answers of the proxy itself"; empty when it is every outcome there is. */
static void put_outcomes(FILE *to, const struct group *group)
{
    static const char *const names[] = {"200", "301", "404", "500", "the proxy's own answers"};
    unsigned left = group->outcomes;
    if (left == group->possible)
        return;
    fputs(" on ", to);
    for (unsigned i = 0; i < OUTCOMES; i++) {
        if (!(left & 1u << i))
            continue;
        left &= ~(1u << i);
        fputs(names[i], to);
        fputs(!left ? "" : (left & (left - 1)) ? ", " : " and ", to);
    }
}

/* " by example.com:443 /, example.com:443 /api and 3 more" */
static void put_routes(FILE *to, const struct group *group, const char *before)
{
    size_t named = group->route_count < NAMED_ROUTES ? group->route_count : NAMED_ROUTES;
    fputs(before, to);
    for (size_t i = 0; i < named; i++) {
        const struct header_route *route = group->routes[i];
        fprintf(to, "%s%.*s%s%.*s", i ? ", " : " ", SLICE_ARG(route->server),
                route->server.len && route->path.len ? " " : "", SLICE_ARG(route->path));
    }
    if (group->route_count > named)
        fprintf(to, " and %zu more", group->route_count - named);
}

static void put_dropped(FILE *to, const struct group *group)
{
    fputs("an add_header of this block drops what it would inherit: ", to);
    for (size_t i = 0; i < group->wish_count; i++)
        fprintf(to, "%s%s", i ? ", " : "", group->wishes[i]->name);
    fputs(group->wish_count == 1 ? " is not sent" : " are not sent", to);
    put_routes(to, group, " by");
    put_outcomes(to, group);
    fputs("; repeat them here, or put all into one file that both include", to);
}

static void put_missing(FILE *to, const struct group *group)
{
    fprintf(to, "%.*s is not sent", SLICE_ARG(group->header));
    put_routes(to, group, " by");
    put_outcomes(to, group);
    fprintf(to, "; send \"%s\"", group->cause.wish->value);
}

static void put_partly(FILE *to, const struct group *group, const char *advice)
{
    fprintf(to, "%.*s is not sent", SLICE_ARG(group->header));
    put_outcomes(to, group);
    put_routes(to, group, " by");
    fprintf(to, ": %s.", advice);
}

static void put_weak(FILE *to, const struct group *group)
{
    const char *name = group->cause.wish->name;
    fprintf(to, "%s \"%.*s\" ", name, SLICE_ARG(group->value));
    if (strcmp(name, "Content-Security-Policy") != 0) {
        fprintf(to, "does not protect as it should; send \"%s\"", group->cause.wish->value);
        return;
    }
    switch (csp_judge(group->value, true)) {
    case CSP_UNSAFE_INLINE:
        fputs("lets scripts or objects come from anywhere or stand in the page; set default-src "
              "(or script-src and object-src) without 'unsafe-inline', data: and broad sources",
              to);
        break;
    case CSP_UNSAFE_EVAL:
        fputs("allows 'unsafe-eval', with which text becomes code; leave it out", to);
        break;
    case CSP_INSECURE_SCHEME:
    case CSP_INSECURE_PASSIVE:
        fputs("allows sources by plain HTTP; write https: sources", to);
        break;
    default:
        fputs("cannot be read by browsers: 'strict-dynamic' needs a nonce or a hash", to);
    }
}

static void put_obsolete(FILE *to, const struct group *group)
{
    fprintf(to, "%.*s is obsolete", SLICE_ARG(group->header));
    if (slice_equal_nocase(group->header, SLICE("Feature-Policy")))
        fputs(": send Permissions-Policy", to);
    else if (slice_equal_nocase(group->header, SLICE("Pragma")))
        fputs(" in answers: send Cache-Control", to);
    else
        fputs(": browsers no longer read it; leave it out", to);
}

void group_put_message(FILE *to, const struct group *group)
{
    switch (group->cause.rule) {
    case RULE_WEAK:
        put_weak(to, group);
        break;
    case RULE_DROPPED:
        put_dropped(to, group);
        break;
    case RULE_NOT_ALWAYS:
        put_partly(to, group, "add \"always\"");
        break;
    case RULE_NOT_OWN:
        put_partly(to, group, "http-response does not act on them, http-after-response does");
        break;
    case RULE_DELETED:
        put_partly(to, group, "a later rule removes it");
        break;
    case RULE_CONDITIONAL:
        fprintf(to, "%.*s is sent only under a condition", SLICE_ARG(group->header));
        put_routes(to, group, " by");
        fputs("; send it always", to);
        break;
    case RULE_TWICE:
        fprintf(to, "%.*s is sent twice", SLICE_ARG(group->header));
        put_routes(to, group, " by");
        fputs("; set it in one place, or remove the upstream's first", to);
        break;
    case RULE_OBSOLETE:
        put_obsolete(to, group);
        break;
    case RULE_XSS:
        fprintf(to,
                "X-XSS-Protection \"%.*s\" turns on a filter that browsers removed as harmful; "
                "leave it out or send \"0\", and set a Content-Security-Policy",
                SLICE_ARG(group->value));
        break;
    case RULE_HSTS_PLAIN:
        fputs("Strict-Transport-Security is sent", to);
        put_routes(to, group, " by");
        fputs(" without TLS, where browsers ignore it; listen with TLS, or say that a proxy in "
              "front ends it (--behind-tls)",
              to);
        break;
    case RULE_DISCLOSING:
        if (group->reason == HEADER_UPSTREAM)
            fprintf(to, "%.*s of the upstream reaches clients; hide it", SLICE_ARG(group->header));
        else
            fprintf(to, "%.*s tells clients what runs here; leave it out",
                    SLICE_ARG(group->header));
        break;
    default:
        put_missing(to, group);
    }
}
