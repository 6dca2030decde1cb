/*
 * The routes of a configuration: each frontend (or listen) with each backend it can hand requests
 * to, its pages of its own (stats), or, when it hands on none, the frontend alone.
 */
#include <stdio.h>

#include "lint/haproxy/haproxy_effects.h"

/* Routes times lines is what it costs: enough for thousands of ordinary sections. */
enum { DYNAMIC_ROUTES_MAX = 50, ROUTES_MAX = 2000, WORK_MAX = 300000 };

struct entry {
    const struct haproxy_config *config;
    const struct proxy_options *options;
    struct header_map *map;
    const struct haproxy_section *front;
    bool tls, plain;               /* how clients can connect */
    bool tls_passes, plain_passes; /* … and get past the rules that answer every request */
    bool redirects;                /* plain requests are sent to https */
    size_t insert_at;
    size_t *work;  /* lines that were gone through for routes */
    bool *limited; /* something was left out */
};

static bool bind_has_tls(const struct haproxy_line *line)
{
    return haproxy_option_at(line, "ssl") ||
           slice_starts(haproxy_word_at(line, 1), SLICE("quic4@")) ||
           slice_starts(haproxy_word_at(line, 1), SLICE("quic6@"));
}

static void entry_binds(struct entry *entry)
{
    for (size_t i = 0; i < entry->front->count; i++) {
        const struct haproxy_line *line = entry->front->lines[i];
        if (!haproxy_is(line, "bind", NULL))
            continue;
        if (bind_has_tls(line))
            entry->tls = true;
        else
            entry->plain = true;
    }
    if (entry->config->fragment)
        entry->tls = entry->plain = true;
}

/* A rule that answers the request itself. */
static bool answers(const struct haproxy_line *line)
{
    static const char *const actions[] = {"redirect", "return",      "deny",
                                          "tarpit",   "reject",      "silent-drop",
                                          "auth",     "use-service", NULL};
    if (haproxy_is(line, "redirect", NULL))
        return true;
    for (size_t i = 0; actions[i]; i++)
        if (haproxy_is(line, "http-request", actions[i]))
            return true;
    return false;
}

static bool redirects_to_https(const struct haproxy_line *line)
{
    for (size_t i = 1; i + 1 < line->count; i++) {
        struct slice target = line->words[i + 1].text;
        if (slice_equal_str(line->words[i].text, "scheme"))
            return slice_equal_nocase(target, SLICE("https"));
        if (slice_equal_str(line->words[i].text, "location") ||
            slice_equal_str(line->words[i].text, "prefix"))
            return slice_starts(target, SLICE("https://"));
    }
    return false;
}

/* The rule that answers all requests of one kind; NULL: requests pass. An earlier `allow` without a
   condition ends the rules. */
static const struct haproxy_line *always_answers(const struct haproxy_section *front, bool tls)
{
    struct haproxy_facts facts = {.tls = tls ? HAPROXY_TRUE : HAPROXY_FALSE};
    for (int pass = 0; pass < 2; pass++) /* http-request rules come before `redirect` */
        for (size_t i = 0; i < front->count; i++) {
            const struct haproxy_line *line = front->lines[i];
            bool own = haproxy_is(line, "redirect", NULL);
            if (own != (pass == 1) || !(own || haproxy_is(line, "http-request", NULL)) ||
                haproxy_condition_holds(line, &facts) != HAPROXY_TRUE)
                continue;
            if (haproxy_is(line, "http-request", "allow"))
                break;
            if (answers(line))
                return line;
        }
    return NULL;
}

/* Whether words [from, to) look at the path, so that what they are for is only part of the site. */
static bool about_path(const struct haproxy_line *line, size_t from, size_t to)
{
    static const char *const prefixes[] = {"path", "url", "base", "query", "capture.req", NULL};
    for (size_t i = 0; from < to && prefixes[i]; i++)
        if (slice_starts(line->words[from].text, slice_str(prefixes[i])))
            return true;
    return false;
}

/* `if { path /login } !{ ssl_fc }` is for a page; `if !{ path_beg /.well-known }` is for the rest.
 */
static bool for_some_paths(const struct haproxy_line *line)
{
    bool negated = false;
    if (line->condition == line->count ||
        slice_equal_str(line->words[line->condition].text, "unless"))
        return false;
    for (size_t i = line->condition + 1; i < line->count; i++) {
        struct slice word = line->words[i].text;
        if (slice_equal_str(word, "!")) {
            negated = true;
            continue;
        }
        if (slice_equal_str(word, "{") && !negated && about_path(line, i + 1, line->count))
            return true;
        const struct haproxy_line *acl = haproxy_acl_find(line->section, word);
        if (acl && !negated && about_path(acl, 2, acl->count))
            return true;
        negated = false;
    }
    return false;
}

/* A redirect to https for plain requests, on whatever further condition (all but /.well-known). */
static bool any_redirect(const struct haproxy_section *front)
{
    struct haproxy_facts facts = {.tls = HAPROXY_FALSE};
    for (size_t i = 0; i < front->count; i++)
        if (answers(front->lines[i]) && redirects_to_https(front->lines[i]) &&
            haproxy_condition_holds(front->lines[i], &facts) != HAPROXY_FALSE &&
            !for_some_paths(front->lines[i]))
            return true;
    return false;
}

static size_t after_line(const struct haproxy_line *line)
{
    const struct lint_file *file = line->file;
    struct slice rest = slice_from(file->bytes, line->end);
    size_t newline = slice_find(rest, '\n');
    return newline == rest.len ? file->bytes.len : line->end + newline + 1;
}

/* Behind the last rule about answers, else about requests, else the last bind, else the last line:
   never inside an .if that may not count. */
static size_t insert_place(const struct haproxy_section *front)
{
    const struct haproxy_line *best = front->head;
    unsigned best_rank = 0;
    for (size_t i = 0; i < front->count; i++) {
        const struct haproxy_line *line = front->lines[i];
        unsigned rank = haproxy_is(line, "http-after-response", NULL)                      ? 4
                        : haproxy_is(line, "http-response", NULL)                          ? 3
                        : haproxy_is(line, "http-request", NULL)                           ? 2
                        : haproxy_is(line, "bind", NULL) || haproxy_is(line, "mode", NULL) ? 1
                                                                                           : 0;
        if (line->maybe.len || (rank < best_rank))
            continue;
        best_rank = rank;
        best = line;
    }
    return best ? after_line(best) : SIZE_MAX;
}

static struct haproxy_facts entry_facts(const struct entry *entry, bool upstream)
{
    bool tls = upstream ? entry->tls_passes : entry->tls;
    bool plain = upstream ? entry->plain_passes : entry->plain;
    return (struct haproxy_facts){.tls = tls && plain ? HAPROXY_UNKNOWN
                                         : tls        ? HAPROXY_TRUE
                                                      : HAPROXY_FALSE};
}

static struct header_route *route_new(struct entry *entry, struct slice path,
                                      const struct haproxy_line *line)
{
    const struct haproxy_section *front = entry->front;
    struct header_route *route = header_map_add(entry->map);
    if (!route)
        return NULL;
    route->server = front->head ? arena_printf(entry->map->arena, "%.*s %.*s",
                                               SLICE_ARG(front->type), SLICE_ARG(front->name))
                                : SLICE("fragment");
    route->path = path;
    route->tls = entry->tls || entry->options->behind_tls;
    route->plain = entry->plain && !entry->options->behind_tls;
    route->redirects_to_tls = entry->redirects;
    if (front->count || front->head) {
        const struct haproxy_line *first = front->head ? front->head : front->lines[0];
        route->file = first->file;
        route->line = (line ? line : first)->number;
    }
    route->insert_at = entry->insert_at;
    entry->map->failed |= !route->server.at;
    return route;
}

static void add_effects(struct entry *entry, struct header_route *route,
                        enum header_outcome outcome, const struct haproxy_answer *answer)
{
    for (size_t i = 0; i < answer->count; i++)
        header_route_add(entry->map, route, outcome, &answer->effects[i]);
    entry->map->failed |= answer->failed;
    *entry->limited |= answer->limited;
}

static bool is_sent(const struct header_effect *effect)
{
    return effect && effect->reason <= HEADER_TWICE;
}

static void own_condition(struct haproxy_answer *answer, struct header_effect *effect,
                          const char *words, const struct haproxy_section *back)
{
    struct slice before = effect->reason == HEADER_CONDITIONAL ? effect->condition : SLICE("");
    effect->reason = HEADER_CONDITIONAL;
    effect->condition =
        arena_printf(answer->config->arena, "%.*s%s%s %.*s was chosen", SLICE_ARG(before),
                     before.len ? ", and " : "", words, SLICE_ARG(back->name));
    answer->failed |= !effect->condition.at;
}

/* What only one of the two sends, it sends under that condition. */
static void own_merge(struct haproxy_answer *early, const struct haproxy_answer *late,
                      const struct haproxy_section *back)
{
    size_t count = early->count;
    for (size_t i = 0; i < count; i++)
        if (is_sent(&early->effects[i]) &&
            !is_sent(haproxy_answer_find(late, early->effects[i].name)))
            own_condition(early, &early->effects[i], "before backend", back);
    for (size_t i = 0; i < late->count; i++) {
        struct header_effect effect = late->effects[i];
        const struct header_effect *same = haproxy_answer_find(early, effect.name);
        if (is_sent(same) && same->file == effect.file && same->line == effect.line)
            continue;
        if (is_sent(&effect))
            own_condition(early, &effect, "if backend", back);
        else if (same)
            continue;
        haproxy_answer_put(early, &effect);
    }
}

/* HAProxy's own answers: before a backend was chosen, and behind it. What only the latter send is
   sent under that condition. */
static void route_own(struct entry *entry, struct header_route *route,
                      const struct haproxy_section *back)
{
    struct haproxy_answer early = {
        .config = entry->config, .front = entry->front, .facts = entry_facts(entry, false)};
    haproxy_answer_rules(&early);
    if (back && back != entry->front) {
        struct haproxy_answer late = {.config = entry->config,
                                      .front = entry->front,
                                      .back = back,
                                      .facts = entry_facts(entry, true)};
        haproxy_answer_rules(&late);
        own_merge(&early, &late, back);
        early.failed |= late.failed;
    }
    route->possible[OUTCOME_OWN] = true;
    add_effects(entry, route, OUTCOME_OWN, &early);
}

static void route_upstream(struct entry *entry, struct slice path, const struct haproxy_line *line,
                           const struct haproxy_section *back)
{
    static const unsigned statuses[OUTCOMES] = {200, 301, 404, 500};
    *entry->work += 1 + entry->front->count + (back ? back->count : 0);
    if (*entry->work > WORK_MAX)
        return;
    struct header_route *route = route_new(entry, path, line);
    if (!route)
        return;
    for (int outcome = OUTCOME_200; outcome < OUTCOME_OWN; outcome++) {
        struct haproxy_answer answer = {.config = entry->config,
                                        .front = entry->front,
                                        .back = back,
                                        .facts = entry_facts(entry, true),
                                        .from_server = true};
        answer.facts.status = statuses[outcome];
        haproxy_answer_rules(&answer);
        if (answer.replaced)
            continue;
        route->possible[outcome] = true;
        add_effects(entry, route, (enum header_outcome)outcome, &answer);
    }
    route_own(entry, route, back);
}

static struct slice path_of(struct entry *entry, const char *what, struct slice name,
                            struct slice condition)
{
    struct slice path = arena_printf(entry->map->arena, "%s %.*s%s%.*s", what, SLICE_ARG(name),
                                     condition.len ? " " : "", SLICE_ARG(condition));
    entry->map->failed |= !path.at;
    return path;
}

/* `use_backend %[…]`: any backend that nothing names. */
static void routes_dynamic(struct entry *entry, const struct haproxy_line *line)
{
    size_t count = 0;
    for (size_t i = 0; i < entry->config->section_count && count < DYNAMIC_ROUTES_MAX; i++) {
        const struct haproxy_section *back = entry->config->sections[i];
        if (back->kind != HAPROXY_BACKEND || !back->http)
            continue;
        route_upstream(entry, path_of(entry, "backend", back->name, haproxy_word_at(line, 1)), line,
                       back);
        count++;
    }
    if (!count)
        route_upstream(entry, path_of(entry, "backend", haproxy_word_at(line, 1), SLICE("")), line,
                       NULL);
}

static void routes_backends(struct entry *entry)
{
    const struct haproxy_section *front = entry->front;
    bool always = false;
    struct haproxy_facts facts = entry_facts(entry, true);
    for (size_t i = 0; i < front->count && !always; i++) {
        const struct haproxy_line *line = front->lines[i];
        enum haproxy_truth truth = HAPROXY_FALSE;
        if (!haproxy_is(line, "use_backend", NULL) || line->count < 2 ||
            (truth = haproxy_condition_holds(line, &facts)) == HAPROXY_FALSE)
            continue;
        always = truth == HAPROXY_TRUE;
        struct slice name = line->words[1].text;
        const struct haproxy_section *back =
            haproxy_section_find(entry->config, HAPROXY_BACK, name);
        if (slice_search(name, SLICE("%[")) < name.len)
            routes_dynamic(entry, line);
        else
            route_upstream(entry, path_of(entry, "backend", name, haproxy_condition_text(line)),
                           line, back);
        if (entry->map->count > ROUTES_MAX || *entry->work > WORK_MAX || entry->map->failed)
            return;
    }
    const struct haproxy_line *line = haproxy_find(front, "default_backend", NULL);
    if (always)
        return;
    if (line && line->count > 1)
        route_upstream(entry, path_of(entry, "backend", line->words[1].text, SLICE("")),
                       line->section == front ? line : NULL,
                       haproxy_section_find(entry->config, HAPROXY_BACK, line->words[1].text));
    else if (front->kind == HAPROXY_LISTEN &&
             (entry->config->fragment || haproxy_find(front, "server", NULL) ||
              haproxy_find(front, "server-template", NULL) ||
              haproxy_find(front, "dispatch", NULL)))
        route_upstream(entry, SLICE("/"), NULL, front);
}

static bool has_stats(const struct haproxy_section *section)
{
    return haproxy_find(section, "stats", "enable") || haproxy_find(section, "stats", "uri") ||
           haproxy_find(section, "stats", "auth") || haproxy_find(section, "stats", "admin");
}

static void route_stats(struct entry *entry, const struct haproxy_section *section)
{
    const struct haproxy_line *uri = haproxy_find(section, "stats", "uri");
    struct slice path = uri && uri->count > 2 ? uri->words[2].text : SLICE("/haproxy?stats");
    struct header_route *route =
        route_new(entry, path_of(entry, "stats", path, SLICE("")),
                  uri && uri->section->kind & (HAPROXY_FRONT | HAPROXY_BACK) ? uri : NULL);
    if (!route)
        return;
    route->own_only = true;
    route_own(entry, route, NULL);
}

/* No request gets any further than the frontend. */
static void route_alone(struct entry *entry)
{
    const struct haproxy_line *line = always_answers(entry->front, entry->tls);
    struct slice path = SLICE("/");
    if (line)
        path = arena_printf(
            entry->map->arena, "%.*s",
            SLICE_ARG(slice_of(line->file->bytes.at + line->start, line->end - line->start)));
    struct header_route *route = route_new(entry, path, line);
    if (!route)
        return;
    entry->map->failed |= !path.at;
    route->own_only = true;
    route_own(entry, route, NULL);
}

static void entry_routes(struct entry *entry)
{
    const struct haproxy_section *front = entry->front;
    entry_binds(entry);
    if (!entry->tls && !entry->plain)
        return; /* nobody can connect */
    entry->tls_passes = entry->tls && !always_answers(front, true);
    entry->plain_passes = entry->plain && !always_answers(front, false);
    entry->redirects = entry->plain && any_redirect(front);
    entry->insert_at = insert_place(front);
    size_t before = entry->map->count;
    if (entry->tls_passes || entry->plain_passes)
        routes_backends(entry);
    size_t upstream = entry->map->count - before;
    if (has_stats(front))
        route_stats(entry, front);
    else if (!upstream)
        route_alone(entry);
}

bool haproxy_headers(const struct haproxy_config *config, const struct proxy_options *options,
                     struct header_map *map)
{
    size_t work = 0;
    bool limited = false;
    for (size_t i = 0; i < config->section_count && !map->failed; i++) {
        struct entry entry = {.config = config,
                              .options = options,
                              .map = map,
                              .front = config->sections[i],
                              .work = &work,
                              .limited = &limited};
        if (!(config->sections[i]->kind & HAPROXY_FRONT) || !config->sections[i]->http)
            continue;
        if (map->count > ROUTES_MAX || work > WORK_MAX)
            return false;
        entry_routes(&entry);
    }
    return map->count <= ROUTES_MAX && work <= WORK_MAX && !limited;
}
