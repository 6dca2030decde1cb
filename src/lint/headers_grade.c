/*
 * The arithmetic of the HTTP Observatory: 100, less what is missing or weak, plus what is good; the
 * bonuses count only when the first sum is 90 or more. Cookies, CORS and subresource integrity
 * cannot be seen in a proxy's configuration and count nothing, as there when a page has none.
 */
#include "lint/headers_value.h"

enum {
    BONUS_FROM = 90,
    HALF_A_YEAR = 15552000, /* as the Observatory has it, and many sites */
};

struct score {
    int lost, won;
};

static void score_add(struct score *score, int points)
{
    if (points < 0)
        score->lost += points;
    else
        score->won += points;
}

/* What is sent only under a condition does not count, unless the condition is TLS itself. */
static const struct header_effect *find(const struct header_route *route,
                                        enum header_outcome outcome, const char *name)
{
    const struct header_effect *effect = header_route_find(route, outcome, name);
    if (effect && effect->reason == HEADER_CONDITIONAL &&
        slice_search(effect->condition, SLICE("ssl_fc")) == effect->condition.len &&
        slice_search(effect->condition, SLICE("https")) == effect->condition.len)
        return NULL;
    return effect;
}

static int score_csp(const struct header_effect *csp, bool tls)
{
    switch (csp ? csp_judge(csp->value, tls) : CSP_ABSENT) {
    case CSP_ABSENT:
    case CSP_INVALID:
        return -25;
    case CSP_UNSAFE_INLINE:
    case CSP_INSECURE_SCHEME:
        return -20;
    case CSP_UNSAFE_EVAL:
    case CSP_INSECURE_PASSIVE:
        return -10;
    case CSP_SAFE:
        return 5;
    case CSP_DEFAULT_NONE:
        return 10;
    case CSP_UNSAFE_STYLE:
    case CSP_UNKNOWN:
        break;
    }
    return 0;
}

static int score_hsts(const struct header_effect *hsts, bool tls)
{
    uint64_t seconds;
    if (!tls || !hsts)
        return -20;
    if (header_value_varies(hsts->value))
        return 0;
    if (!hsts_max_age(hsts->value, &seconds))
        return -20;
    return seconds < HALF_A_YEAR ? -10 : 0;
}

static int score_frames(const struct header_effect *frames, const struct header_effect *csp)
{
    struct slice sources, value = frames ? slice_trim(frames->value) : SLICE("");
    if (csp && csp_directive(csp->value, "frame-ancestors", &sources))
        return 5;
    if (slice_equal_nocase(value, SLICE("DENY")) || slice_equal_nocase(value, SLICE("SAMEORIGIN")))
        return 5;
    if (slice_equal_nocase(slice_upto(value, 10), SLICE("ALLOW-FROM")))
        return 0;
    return -20;
}

static int score_sniffing(const struct header_effect *sniffing)
{
    return sniffing && slice_equal_nocase(slice_trim(sniffing->value), SLICE("nosniff")) ? 0 : -5;
}

static int score_referrer(const struct header_effect *referrer)
{
    if (!referrer || header_value_varies(referrer->value))
        return 0;
    return referrer_judge(referrer->value) == REFERRER_PRIVATE ? 5 : -5;
}

/* COOP, COEP, CORP: ten points for each that isolates, five lost for one that says nothing. */
static int score_isolation(const struct header_effect *effect, const char *good, const char *known)
{
    if (!effect || header_value_varies(effect->value))
        return 0;
    struct slice token = header_token(effect->value);
    if (lint_has_word(slice_str(good), token))
        return 10;
    return lint_has_word(slice_str(known), token) ? 0 : -5;
}

static void grade_route(struct header_route *route, enum header_outcome outcome)
{
    struct score score = {0, 0};
    const struct header_effect *csp = find(route, outcome, "Content-Security-Policy");
    score_add(&score, score_csp(csp, route->tls));
    score_add(&score, score_hsts(find(route, outcome, "Strict-Transport-Security"), route->tls));
    score_add(&score, score_frames(find(route, outcome, "X-Frame-Options"), csp));
    score_add(&score, score_sniffing(find(route, outcome, "X-Content-Type-Options")));
    score_add(&score, score_referrer(find(route, outcome, "Referrer-Policy")));
    score_add(&score,
              score_isolation(find(route, outcome, "Cross-Origin-Opener-Policy"), "same-origin",
                              "same-origin-allow-popups noopener-allow-popups unsafe-none"));
    score_add(&score, score_isolation(find(route, outcome, "Cross-Origin-Embedder-Policy"),
                                      "require-corp credentialless", "unsafe-none"));
    score_add(&score, score_isolation(find(route, outcome, "Cross-Origin-Resource-Policy"),
                                      "same-origin same-site", "cross-origin"));
    score_add(&score, route->plain && !route->redirects_to_tls ? -20 : 0);
    int sum = 100 + score.lost;
    if (sum >= BONUS_FROM)
        sum += score.won;
    route->score = sum < 0 ? 0 : sum;
}

static enum header_outcome graded_outcome(const struct header_route *route)
{
    static const enum header_outcome order[] = {OUTCOME_200, OUTCOME_OWN, OUTCOME_301, OUTCOME_404};
    for (size_t i = 0; i < sizeof order / sizeof *order; i++)
        if (route->possible[order[i]])
            return order[i];
    return OUTCOME_500;
}

static const char *grade_of(int score)
{
    static const char *const grades[] = {"F", "F",  "F",  "F",  "F", "D-", "D",
                                         "D", "D+", "C-", "C",  "C", "C+", "B-",
                                         "B", "B",  "B+", "A-", "A", "A",  "A+"};
    return grades[score >= 100 ? 20 : score / 5];
}

void headers_grade(struct header_map *map)
{
    for (size_t i = 0; i < map->count; i++) {
        struct header_route *route = &map->routes[i];
        if (route->own_only && route->redirects_to_tls && !route->tls)
            continue; /* the site is graded where the redirect leads */
        grade_route(route, graded_outcome(route));
        route->grade = grade_of(route->score);
    }
}
