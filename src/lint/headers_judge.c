/*
 * Findings about headers, once per cause: every (route, outcome, header) that is not as wished is
 * put into the group of its cause (the directive that drops it, the block where it would be added,
 * …), and each group is one finding that names its first routes.
 */
#include <stdlib.h>

#include "base/ascii.h"
#include "base/table.h"
#include "lint/headers_judge.h"
#include "lint/headers_value.h"

struct judge {
    const struct header_map *map;
    enum header_profile profile;
    const struct header_wish *wishes;
    struct lint_report *report;
    const struct header_fixer *fixer;
    struct table groups;
    struct group **list;
    size_t count, room;
};

static struct group *group_find(struct judge *judge, struct cause cause)
{
    struct group *group = table_get(&judge->groups, slice_of(&cause, sizeof cause));
    if (group)
        return group;
    group = arena_new(judge->report->arena, struct group);
    if (group) {
        group->cause = cause;
        group->rule = &header_rules[cause.rule];
    }
    if (!group || !table_put(&judge->groups, slice_of(&group->cause, sizeof cause), group) ||
        !ARENA_PUSH(judge->report->arena, judge->list, judge->count, judge->room, group)) {
        judge->report->failed = true;
        return NULL;
    }
    return group;
}

static void group_route(struct group *group, const struct header_route *route,
                        enum header_outcome outcome)
{
    group->outcomes |= 1u << outcome;
    for (size_t i = 0; i < OUTCOMES; i++)
        group->possible |= (unsigned)route->possible[i] << i;
    if (group->last == route)
        return;
    group->last = route;
    if (group->route_count < NAMED_ROUTES)
        group->routes[group->route_count] = route;
    group->route_count++;
}

/* The group of a directive's line. */
static struct group *group_line(struct judge *judge, enum header_rule rule,
                                const struct header_wish *wish, const struct header_effect *effect,
                                const struct header_route *route, enum header_outcome outcome)
{
    struct cause cause;
    memset(&cause, 0, sizeof cause);
    cause.rule = rule, cause.wish = wish, cause.file = effect->file, cause.place = effect->line;
    struct group *group = group_find(judge, cause);
    if (!group)
        return NULL;
    group->file = effect->file, group->line = effect->line;
    group->header = effect->name, group->value = effect->value, group->reason = effect->reason;
    group_route(group, route, outcome);
    return group;
}

static size_t missing_rule(const struct header_wish *wish)
{
    size_t i = RULE_MISSING;
    while (header_rules[i].id && strcmp(header_rules[i].id, wish->rule) != 0)
        i++;
    return i;
}

/* Where it would be added, rather than each place where it is missed. */
static unsigned place_line(const struct header_route *route)
{
    unsigned line = route->line, column;
    if (route->insert_at != SIZE_MAX && route->file && route->insert_at <= route->file->bytes.len)
        lint_file_position(route->file, route->insert_at ? route->insert_at - 1 : 0, &line,
                           &column);
    return line;
}

static void group_missing(struct judge *judge, const struct header_wish *wish,
                          const struct header_route *route, enum header_outcome outcome)
{
    struct cause cause;
    memset(&cause, 0, sizeof cause);
    cause.rule = missing_rule(wish), cause.wish = wish, cause.file = route->file;
    cause.place = route->insert_at == SIZE_MAX ? SIZE_MAX - route->line : route->insert_at;
    struct group *group = group_find(judge, cause);
    if (!group)
        return;
    if (!group->file) {
        group->file = route->file, group->line = place_line(route);
        group->header = slice_str(wish->name);
    }
    group_route(group, route, outcome);
}

/* The block that drops it: all that it drops is one finding. */
static void group_dropped(struct judge *judge, const struct header_wish *wish,
                          const struct header_effect *effect, const struct header_route *route,
                          enum header_outcome outcome)
{
    struct cause cause;
    memset(&cause, 0, sizeof cause);
    cause.rule = RULE_DROPPED;
    cause.file = effect->reason_file ? effect->reason_file : effect->file;
    cause.place = effect->reason_line;
    struct group *group = group_find(judge, cause);
    if (!group)
        return;
    group->file = cause.file, group->line = effect->reason_line;
    group_route(group, route, outcome);
    for (size_t i = 0; i < group->wish_count; i++)
        if (group->wishes[i] == wish)
            return;
    if (group->wish_count < NAMED_HEADERS)
        group->wishes[group->wish_count++] = wish;
}

static const struct header_effect *find_blocked(const struct header_route *route,
                                                enum header_outcome outcome, const char *name)
{
    for (size_t i = 0; i < route->effect_count[outcome]; i++) {
        const struct header_effect *effect = &route->effects[outcome][i];
        if (effect->reason != HEADER_UPSTREAM && slice_equal_nocase(effect->name, slice_str(name)))
            return effect;
    }
    return NULL;
}

static struct slice value_of(const struct header_route *route, enum header_outcome outcome,
                             const char *name)
{
    const struct header_effect *effect = header_route_find(route, outcome, name);
    return effect ? effect->value : SLICE("");
}

static void judge_absent(struct judge *judge, const struct header_wish *wish,
                         const struct header_route *route, enum header_outcome outcome)
{
    const struct header_effect *effect = find_blocked(route, outcome, wish->name);
    switch (effect ? effect->reason : HEADER_UPSTREAM) {
    case HEADER_DROPPED:
        group_dropped(judge, wish, effect, route, outcome);
        break;
    case HEADER_NO_ALWAYS:
        group_line(judge, RULE_NOT_ALWAYS, wish, effect, route, outcome);
        break;
    case HEADER_NOT_OWN:
        group_line(judge, RULE_NOT_OWN, wish, effect, route, outcome);
        break;
    case HEADER_DELETED:
        group_line(judge, RULE_DELETED, wish, effect, route, outcome);
        break;
    default:
        group_missing(judge, wish, route, outcome);
    }
}

static bool condition_is_tls(struct slice condition)
{
    return slice_search(condition, SLICE("ssl_fc")) < condition.len ||
           slice_search(condition, SLICE("https")) < condition.len;
}

static void judge_wish(struct judge *judge, const struct header_wish *wish,
                       const struct header_route *route, enum header_outcome outcome)
{
    const struct header_effect *effect = header_route_find(route, outcome, wish->name);
    struct slice csp = value_of(route, outcome, "Content-Security-Policy");
    if (!effect) {
        if (strcmp(wish->name, "X-Frame-Options") == 0 && judge->profile == HEADERS_OWASP &&
            header_value_fits(HEADERS_OWASP, wish->name, SLICE(""), csp))
            return;
        judge_absent(judge, wish, route, outcome);
        return;
    }
    if (!header_value_fits(judge->profile, wish->name, effect->value, csp))
        group_line(judge, RULE_WEAK, wish, effect, route, outcome);
    else if (effect->reason == HEADER_CONDITIONAL && !condition_is_tls(effect->condition))
        group_line(judge, RULE_CONDITIONAL, wish, effect, route, outcome);
}

static bool is_any(struct slice name, const char *const *names)
{
    for (; *names; names++)
        if (slice_equal_nocase(name, slice_str(*names)))
            return true;
    return false;
}

static bool is_obsolete(struct slice name)
{
    static const char *const names[] = {"Expect-CT",      "Public-Key-Pins",
                                        "Feature-Policy", "Public-Key-Pins-Report-Only",
                                        "Pragma",         NULL};
    return is_any(name, names);
}

/* "Server: web" tells nothing; a version does. */
static bool has_digit(struct slice text)
{
    for (size_t i = 0; i < text.len; i++)
        if (ascii_digit(text.at[i]))
            return true;
    return false;
}

static bool is_disclosing(const struct header_effect *effect)
{
    static const char *const names[] = {
        "Server",    "X-Powered-By",  "X-AspNet-Version", "X-AspNetMvc-Version", "X-Generator",
        "X-Runtime", "X-Powered-CMS", "X-Drupal-Cache",   "X-Backend-Server",    "Liferay-Portal",
        NULL};
    if (slice_equal_nocase(effect->name, SLICE("Server")) && effect->reason != HEADER_UPSTREAM &&
        !has_digit(effect->value))
        return false;
    return is_any(effect->name, names);
}

/* Lists by their nature: two lines mean the same as one with a comma. */
static bool may_repeat(struct slice name)
{
    static const char *const names[] = {"Set-Cookie",    "Vary",
                                        "Link",          "Via",
                                        "Cache-Control", "Server-Timing",
                                        "Allow",         "WWW-Authenticate",
                                        "Accept-Ranges", "Warning",
                                        "P3P",           "Access-Control-Expose-Headers",
                                        "Report-To",     NULL};
    return is_any(name, names);
}

static void judge_effect(struct judge *judge, const struct header_effect *effect,
                         const struct header_route *route, enum header_outcome outcome)
{
    bool sent = effect->reason <= HEADER_TWICE;
    if (is_disclosing(effect) && (sent || effect->reason == HEADER_UPSTREAM))
        group_line(judge, RULE_DISCLOSING, NULL, effect, route, outcome);
    if (!sent || !effect->value.len)
        return;
    if (effect->reason == HEADER_TWICE && !may_repeat(effect->name))
        group_line(judge, RULE_TWICE, NULL, effect, route, outcome);
    if (is_obsolete(effect->name))
        group_line(judge, RULE_OBSOLETE, NULL, effect, route, outcome);
    if (judge->profile == HEADERS_OWASP &&
        slice_equal_nocase(effect->name, SLICE("X-XSS-Protection")) &&
        !header_value_fits(HEADERS_OWASP, "X-XSS-Protection", effect->value, SLICE("")))
        group_line(judge, RULE_XSS, NULL, effect, route, outcome);
    if (slice_equal_nocase(effect->name, SLICE("Strict-Transport-Security")) &&
        !(effect->reason == HEADER_CONDITIONAL && condition_is_tls(effect->condition))) {
        struct group *group = group_line(judge, RULE_HSTS_PLAIN, NULL, effect, route, outcome);
        if (group)
            group->harmless |= route->tls;
    }
}

/* A redirect to https shows no page: what its target sends is what counts. */
static bool only_redirects(const struct header_route *route)
{
    return route->own_only && route->redirects_to_tls && !route->tls;
}

static void judge_route(struct judge *judge, const struct header_route *route)
{
    for (int outcome = 0; outcome < OUTCOMES; outcome++) {
        if (!route->possible[outcome])
            continue;
        for (size_t i = 0; i < route->effect_count[outcome]; i++)
            judge_effect(judge, &route->effects[outcome][i], route, (enum header_outcome)outcome);
        for (const struct header_wish *wish = judge->wishes; wish->name && !only_redirects(route);
             wish++)
            if (!wish->needs_tls || route->tls)
                judge_wish(judge, wish, route, (enum header_outcome)outcome);
    }
}

static enum lint_severity group_severity(const struct judge *judge, const struct group *group)
{
    if (group->cause.rule == RULE_DISCLOSING && group->reason == HEADER_UPSTREAM)
        return LINT_INFO;
    if (group->cause.rule == RULE_HSTS_PLAIN && judge->profile == HEADERS_CLASSIC)
        return LINT_INFO; /* the profile wants it, whatever listens */
    return group->rule->severity;
}

static void call_fixer(struct judge *judge, const struct group *group, struct lint_finding *finding)
{
    if (!judge->fixer || !finding)
        return;
    for (size_t i = 0; i < group->wish_count; i++)
        judge->fixer->add(judge->fixer->context, judge->report, finding, group->routes[0],
                          group->wishes[i]);
    if (group->cause.wish)
        judge->fixer->add(judge->fixer->context, judge->report, finding, group->routes[0],
                          group->cause.wish);
}

static void group_report(struct judge *judge, const struct group *group)
{
    char *text = NULL;
    size_t size = 0;
    if (group->harmless)
        return;
    FILE *to = open_memstream(&text, &size);
    if (!to) {
        judge->report->failed = true;
        return;
    }
    group_put_message(to, group);
    fclose(to);
    struct lint_finding *finding;
    if (group->file && group->line) {
        struct slice line = lint_file_line(group->file, group->line);
        struct slice words = slice_trim(line);
        size_t start = words.at ? (size_t)(words.at - group->file->bytes.at) : 0;
        finding =
            lint_add(judge->report, group->rule, group->file, start, start + words.len, "%s", text);
    } else {
        finding = lint_add_path(judge->report, group->rule,
                                group->file ? group->file->path : SLICE(""), "%s", text);
    }
    free(text);
    if (finding)
        finding->severity = group_severity(judge, group);
    call_fixer(judge, group, finding);
}

void headers_judge(const struct header_map *map, enum header_profile profile,
                   struct lint_report *report, const struct header_fixer *fixer)
{
    struct judge judge = {.map = map,
                          .profile = profile,
                          .wishes = profile == HEADERS_CLASSIC ? header_wishes_classic
                                                               : header_wishes_owasp,
                          .report = report,
                          .fixer = fixer};
    table_init(&judge.groups, report->arena);
    for (size_t i = 0; i < map->count && !report->failed; i++)
        judge_route(&judge, &map->routes[i]);
    for (size_t i = 0; i < judge.count; i++)
        group_report(&judge, judge.list[i]);
}
