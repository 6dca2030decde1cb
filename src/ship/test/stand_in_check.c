/*
 * What is asked of the programs that stand in: health, and the security headers that their
 * configurations set, on an answer of 200 and on one of 404. A header that the configuration
 * promises and a client does not see is the mistake that reading it does not show.
 */
#include "net/url.h"
#include "ship/test/stand_in.h"

enum { ASK_SECONDS = 5, PATHS_MAX = 40 };

static struct slice url_of(struct stand_ins *all, const struct ship_port *port, struct slice path)
{
    return arena_printf(all->test->arena, "%s://127.0.0.1:%u%.*s", port->tls ? "https" : "http",
                        port->to, SLICE_ARG(path));
}

static bool runs(const struct stand_in *one)
{
    return !one->unfit && !one->dead && one->rewrite.port_count > 0;
}

/* "http://127.0.0.1:8080/health" → 8080 and "/health". */
static void split_health(struct slice url, unsigned *port, struct slice *path)
{
    size_t scheme = slice_search(url, SLICE("://"));
    struct slice rest = scheme < url.len ? slice_from(url, scheme + 3) : url;
    size_t slash = slice_find(rest, '/');
    struct slice host = slice_upto(rest, slash);
    size_t colon = slice_find_last(host, ':');
    uint64_t number = slice_starts(url, SLICE("https:")) ? 443 : 80;
    if (colon < host.len)
        slice_u64(slice_from(host, colon + 1), &number);
    *port = number < 65536 ? (unsigned)number : 0;
    *path = slash < rest.len ? slice_from(rest, slash) : SLICE("/");
}

/* The outermost that listens on that port; else the outermost. */
static const struct ship_port *health_port(const struct stand_ins *all, unsigned wanted,
                                           const struct stand_in **whose)
{
    const struct ship_port *found = NULL;
    for (const struct stand_in_kind *const *kind = stand_in_kinds; *kind; kind++)
        for (size_t i = 0; i < all->count; i++) {
            const struct stand_in *one = all->items[i];
            if (one->kind != *kind || !runs(one))
                continue;
            const struct ship_port *first = &one->rewrite.ports[0];
            for (size_t j = 0; j < one->rewrite.port_count; j++)
                if (one->rewrite.ports[j].from == wanted)
                    first = &one->rewrite.ports[j];
            if (!found || first->from == wanted || found->from != wanted) {
                found = first;
                *whose = one;
            }
        }
    return found;
}

static bool check_health(struct stand_ins *all, struct error *err)
{
    struct ship_test *test = all->test;
    const struct stand_in *whose = NULL;
    unsigned wanted;
    struct slice path;
    struct error why = {0};
    if (!test->options->health.len)
        return true;
    split_health(test->options->health, &wanted, &path);
    const struct ship_port *port = health_port(all, wanted, &whose);
    if (!port)
        return true;
    struct ship_health health = {.url = url_of(all, port, path)};
    if (!health.url.at)
        return arena_error(err);
    ship_test_progress(test, "waiting for %.*s", SLICE_ARG(health.url));
    bool fine = ship_health_wait(test, &health, &why);
    if (!fine && why.kind != ERROR_NONE) {
        *err = why;
        return false;
    }
    struct slice detail =
        fine ? arena_printf(test->arena, "%d after %.1f s", health.status, health.waited)
             : arena_printf(test->arena, "no 2xx within %u s; last: %.*s", test->seconds,
                            SLICE_ARG(health.last));
    return ship_test_check_add(test,
                               arena_printf(test->arena, "%.*s: %.*s answers 2xx",
                                            SLICE_ARG(whose->image->name), SLICE_ARG(path)),
                               fine, detail, err);
}

struct answer {
    int status;
    struct slice path;
    struct http_headers headers;
};

static bool ask(struct stand_ins *all, const struct ship_port *port, struct slice path,
                struct answer *answer)
{
    struct error ignored = {0};
    struct slice url = url_of(all, port, path);
    answer->path = path;
    return url.at && ship_health_ask(url, ASK_SECONDS, all->test->arena, &answer->status,
                                     &answer->headers, &ignored);
}

/* Paths below each known prefix that are nobody's: where one of them is not found, 404 is seen. */
static bool find_status(struct stand_ins *all, const struct stand_in *one,
                        const struct ship_port *port, int status, struct answer *answer)
{
    static const char none[] = "plimsoll-no-such-page";
    struct arena *arena = all->test->arena;
    size_t asked = 0;
    if (ask(all, port, SLICE("/"), answer) && answer->status == status)
        return true;
    for (size_t i = 0; i < all->count; i++)
        for (size_t j = 0; j < all->items[i]->rewrite.prefix_count; j++) {
            struct slice prefix = all->items[i]->rewrite.prefixes[j];
            if (all->items[i] != one && one->kind == all->items[i]->kind)
                continue;
            struct slice path =
                arena_printf(arena, "%.*s%s%s", SLICE_ARG(prefix),
                             slice_ends(prefix, SLICE("/")) ? "" : "/", status == 404 ? none : "");
            if (path.at && asked++ < PATHS_MAX && ask(all, port, path, answer) &&
                answer->status == status)
                return true;
        }
    struct slice path = arena_printf(arena, "/%s", none);
    return status == 404 && path.at && ask(all, port, path, answer) && answer->status == status;
}

static bool check_headers(struct stand_ins *all, const struct stand_in *one,
                          const struct answer *answer, struct error *err)
{
    struct arena *arena = all->test->arena;
    for (size_t i = 0; i < one->rewrite.header_count; i++) {
        struct slice name = one->rewrite.headers[i];
        struct slice value = http_header_get(&answer->headers, name.at);
        struct slice title = arena_printf(arena, "%.*s: %.*s on %d", SLICE_ARG(one->image->name),
                                          SLICE_ARG(name), answer->status);
        struct slice detail = value.len ? value
                                        : arena_printf(arena,
                                                       "GET %.*s did not have it: plimsoll lint "
                                                       "says which line drops it",
                                                       SLICE_ARG(answer->path));
        if (!title.at || !detail.at)
            return arena_error(err);
        if (!ship_test_check_add(all->test, title, value.len > 0, detail, err))
            return false;
    }
    return true;
}

static bool check_one(struct stand_ins *all, const struct stand_in *one, struct error *err)
{
    static const int statuses[] = {200, 404};
    const struct ship_port *port = &one->rewrite.ports[0];
    if (!one->rewrite.header_count)
        return ship_test_note(all->test, "%.*s: its configuration sets no security headers",
                              SLICE_ARG(one->image->name)) ||
               arena_error(err);
    for (size_t i = 0; i < 2; i++) {
        struct answer answer = {0};
        if (find_status(all, one, port, statuses[i], &answer)) {
            if (!check_headers(all, one, &answer, err))
                return false;
        } else if (!ship_test_note(all->test,
                                   "%.*s: headers on %d were not tested: no path was found that "
                                   "answers so (GET / gave %d)",
                                   SLICE_ARG(one->image->name), statuses[i], answer.status))
            return arena_error(err);
    }
    return true;
}

/* "; the first that did not: NAME: DETAIL" */
static struct slice first_failed(struct stand_ins *all)
{
    const struct ship_test_result *result = all->test->result;
    for (size_t i = 0; i < result->check_count; i++)
        if (!result->checks[i].passed)
            return arena_printf(all->test->arena, "; the first that did not: %.*s: %.*s",
                                SLICE_ARG(result->checks[i].name),
                                SLICE_ARG(result->checks[i].detail));
    return SLICE("");
}

/* "nginx 1.22.1": of those that ran. */
static struct slice tools_used(struct stand_ins *all)
{
    struct arena *arena = all->test->arena;
    struct slice tools = {"", 0};
    for (const struct stand_in_kind *const *kind = stand_in_kinds; *kind && tools.at; kind++) {
        bool used = false;
        for (size_t i = 0; i < all->count; i++)
            used = used || (all->items[i]->kind == *kind && runs(all->items[i]));
        if (used)
            tools = arena_printf(arena, "%.*s%s%s %.*s", SLICE_ARG(tools), tools.len ? ", " : "",
                                 (*kind)->name, SLICE_ARG(stand_in_version((*kind)->name, arena)));
    }
    return tools;
}

static bool sum_up(struct stand_ins *all, size_t ran, struct error *err)
{
    struct ship_test_result *result = all->test->result;
    size_t passed = 0;
    for (size_t i = 0; i < result->check_count; i++)
        passed += result->checks[i].passed;
    result->passed = ran > 0 && passed == result->check_count;
    if (ran)
        result->tool = tools_used(all);
    bool said =
        !all->count ? ship_test_summary(all->test, "nothing could be tested: no image of the "
                                                   "project copies an haproxy.cfg or nginx.conf. "
                                                   "Next: install a compose (docker-compose-plugin "
                                                   "or podman-compose), or give test.command")
        : !ran ? ship_test_summary(all->test, "nothing could be tested: what stands in did not run "
                                              "(see the notes and the log)")
               : ship_test_summary(all->test, "%zu of %zu checks passed with %.*s%.*s", passed,
                                   result->check_count, SLICE_ARG(result->tool),
                                   SLICE_ARG(first_failed(all)));
    return said && ship_test_note(all->test,
                                  "not tested this way: the images themselves (their files, user, "
                                  "entry point, HEALTHCHECK) and how containers reach each other")
               ? true
               : arena_error(err);
}

bool stand_in_check(struct stand_ins *all, struct error *err)
{
    size_t ran = 0;
    if (!check_health(all, err))
        return false;
    for (size_t i = 0; i < all->count; i++) {
        if (!runs(all->items[i]))
            continue;
        ran++;
        if (!check_one(all, all->items[i], err))
            return false;
    }
    return sum_up(all, ran, err);
}
