/* HAProxy's configuration: words, conditions, verdicts (tests/data/lint/haproxy/verdicts.txt, which
   a scenario shows to the real HAProxy as well), what reaches clients, and limits. */
#include <stdio.h>
#include <stdlib.h>

#include "base/file.h"
#include "data.h"
#include "lint/haproxy/haproxy.h"
#include "lint/haproxy/haproxy_fetches.h"
#include "test.h"

struct fixture {
    struct arena arena;
    struct lint_file file;
    struct haproxy_config config;
    struct error err;
};

static bool read_text(struct fixture *fixture, struct slice text, const char *version)
{
    struct lint_file *files[] = {&fixture->file};
    unsigned number;
    memset(fixture, 0, sizeof *fixture);
    arena_init(&fixture->arena, 64 << 20);
    assert_true(haproxy_version(slice_str(version), &number));
    assert_true(
        lint_file_init(&fixture->file, SLICE("haproxy.cfg"), text, LINT_HAPROXY, &fixture->arena));
    if (!haproxy_parse(&fixture->config, files, 1, number, &fixture->arena, &fixture->err))
        return false;
    haproxy_check(&fixture->config);
    return true;
}

static unsigned first_refused(const struct haproxy_config *config)
{
    unsigned line = 0;
    for (size_t i = 0; i < config->problem_count; i++)
        if (config->problems[i].refused && (!line || config->problems[i].line < line))
            line = config->problems[i].line;
    return line;
}

/* "accepted: name", "refused 9: name", "refused 1 3.3: name", "accepted 3.3: name" */
static void check_case(struct slice head, struct slice body)
{
    struct slice rest = head, words = slice_cut(&rest, ':');
    struct slice kind = slice_cut(&words, ' ');
    uint64_t line = 0;
    char version[16] = "2.6";
    while (words.len) {
        struct slice word = slice_cut(&words, ' ');
        if (!slice_u64(word, &line))
            snprintf(version, sizeof version, "%.*s", SLICE_ARG(word));
    }
    body = slice_upto(body, slice_find(body, '\0'));
    struct fixture fixture;
    assert_true(read_text(&fixture, body, version));
    unsigned refused = first_refused(&fixture.config);
    bool same = slice_equal_str(kind, "accepted") ? !refused : refused == line;
    if (!same) {
        for (size_t i = 0; i < fixture.config.problem_count; i++)
            print_error("    %u: %.*s\n", fixture.config.problems[i].line,
                        SLICE_ARG(fixture.config.problems[i].text));
        fail_msg("%.*s: refused in line %u", SLICE_ARG(head), refused);
    }
    arena_done(&fixture.arena);
}

static void verdicts(void **state)
{
    (void)state;
    CLEANUP_ARENA struct arena arena;
    size_t count = 0;
    arena_init(&arena, 16 << 20);
    struct slice text = test_data("lint/haproxy/verdicts.txt", &arena);
    struct slice rest = slice_from(text, slice_search(text, SLICE("\n== ")) + 4);
    while (rest.len) {
        size_t end = slice_search(rest, SLICE("\n== "));
        struct slice one = slice_upto(rest, end + 1), head = slice_cut(&one, '\n');
        check_case(head, one);
        rest = slice_from(rest, end + 4);
        count++;
    }
    assert_true(count > 100);
}

static void words(void **state)
{
    (void)state;
    CLEANUP_ARENA struct arena arena;
    arena_init(&arena, 1 << 20);
    struct table set;
    table_init(&set, &arena);
    struct slice port = SLICE("8080"), unset = {NULL, 0};
    assert_true(table_put(&set, SLICE("PORT"), &port) && table_put(&set, SLICE("GONE"), &unset));
    struct haproxy_environment environment = {&set, SLICE("a.cfg"), SLICE("www"), 7};
    static const struct {
        const char *line, *words; /* words joined by | */
        bool unknown;
    } cases[] = {
        {"a b  c", "a|b|c", false},
        {"a # b", "a", false},
        {"a\\#b 'c # d' \"e # f\"", "a#b|c # d|e # f", false},
        {"\"\" ''", "|", false},
        {"a\\ b\"c d\"'e f'", "a bc de f", false},
        {"\\t\\n\\x41\\1", "\t\nA\\1", false},
        {"'\\x41 $PORT' $PORT", "\\x41 $PORT|$PORT", false},
        {"\"$PORT ${PORT} ${PORT-1} ${GONE} ${GONE-2}\"", "8080 8080 8080  2", false},
        {"\"${.LINE} ${.FILE} ${.SECTION} \\$PORT\"", "7 a.cfg www $PORT", false},
        {"\"${OTHER}\"", "${OTHER}", true},
        {"\"${OTHER-8081}\"", "8081", true},
        {"a\rb", "a", false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct haproxy_word got[HAPROXY_WORDS_MAX];
        size_t count, at, length = 0;
        char joined[200] = "";
        struct slice line = slice_str(cases[i].line);
        assert_int_equal(haproxy_split(line, 0, line.len, &environment, &arena, got, &count, &at),
                         HAPROXY_FAULT_NONE);
        bool unknown = false;
        for (size_t j = 0; j < count; j++) {
            length += (size_t)snprintf(joined + length, sizeof joined - length, "%s%.*s",
                                       j ? "|" : "", SLICE_ARG(got[j].text));
            unknown |= got[j].unknown;
        }
        assert_string_equal(joined, cases[i].words);
        assert_int_equal(unknown, cases[i].unknown);
    }
}

static void predicates(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum haproxy_truth truth;
    } cases[] = {
        {"", HAPROXY_FALSE},
        {"1", HAPROXY_TRUE},
        {"!0 && 1", HAPROXY_TRUE},
        {"0 || (1 && !1)", HAPROXY_FALSE},
        {"version_atleast(3.2)", HAPROXY_TRUE},
        {"version_before(3.3.1-dev2)", HAPROXY_FALSE},
        {"version_atleast(3.4)", HAPROXY_FALSE},
        {"streq(a,a)", HAPROXY_TRUE},
        {"strneq(a, a)", HAPROXY_FALSE},
        {"defined(HOME)", HAPROXY_UNKNOWN},
        {"0 && defined(HOME)", HAPROXY_FALSE},
        {"1 || feature(OPENSSL)", HAPROXY_TRUE},
        {"defined()", HAPROXY_INVALID},
        {"nope(1)", HAPROXY_INVALID},
        {"(1", HAPROXY_INVALID},
        {"1 1", HAPROXY_INVALID},
        {"&& 1", HAPROXY_INVALID},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (haproxy_predicate(slice_str(cases[i].text), 303, NULL) != cases[i].truth)
            fail_msg("%s", cases[i].text);
    char deep[400];
    memset(deep, '(', sizeof deep);
    assert_int_equal(haproxy_predicate(slice_of(deep, sizeof deep), 303, NULL), HAPROXY_INVALID);
}

static void tables_sorted(void **state)
{
    (void)state;
    for (size_t i = 1; i < haproxy_keyword_count; i++)
        assert_true(strcmp(haproxy_keywords[i - 1].name, haproxy_keywords[i].name) < 0);
    assert_true(haproxy_fetch_known(SLICE("always_false"), 206));
    assert_true(haproxy_fetch_known(SLICE("wait_end"), 206));
    assert_true(haproxy_fetch_known(SLICE("path_beg"), 206));
    assert_false(haproxy_fetch_known(SLICE("path_begin"), 303));
    assert_false(haproxy_fetch_known(SLICE("bytes_in"), 206));
}

static const char *const site = "defaults\n"
                                "    mode http\n"
                                "    timeout client 30s\n"
                                "    timeout connect 5s\n"
                                "    timeout server 30s\n"
                                "    timeout http-request 5s\n"
                                "frontend www\n"
                                "    bind :80\n"
                                "    bind :443 ssl crt /certs/\n"
                                "    redirect scheme https code 301 unless { ssl_fc }\n"
                                "    monitor-uri /health\n"
                                "    http-response set-header X-Frame-Options DENY\n"
                                "    http-after-response set-header Referrer-Policy no-referrer\n"
                                "    http-response set-header X-Only-Ok yes if { status 200 }\n"
                                "    http-response set-header Strict-Transport-Security "
                                "max-age=31536000 if { ssl_fc }\n"
                                "    use_backend api if { path_beg /api }\n"
                                "    default_backend app\n"
                                "backend app\n"
                                "    http-response set-header X-Frame-Options SAMEORIGIN\n"
                                "    http-response del-header Server\n"
                                "    server a 10.0.0.1:80 check\n"
                                "backend api\n"
                                "    server a 10.0.0.2:80 check\n";

static bool sent(const struct header_route *route, enum header_outcome outcome, const char *name,
                 const char *value)
{
    const struct header_effect *effect = header_route_find(route, outcome, name);
    return effect && slice_equal_str(effect->value, value);
}

static void what_reaches_clients(void **state)
{
    (void)state;
    CLEANUP_ARENA struct arena arena;
    arena_init(&arena, 64 << 20);
    struct lint_file file;
    struct lint_report report = {.arena = &arena};
    struct proxy_options options = {0};
    struct proxy_result result;
    struct error err = {0};
    assert_true(lint_file_init(&file, SLICE("haproxy.cfg"), slice_str(site), LINT_HAPROXY, &arena));
    assert_true(haproxy_lint(&file, &options, &report, &arena, &result, &err));
    assert_true(result.parsed);
    assert_int_equal(result.headers.count, 2);
    const struct header_route *api = &result.headers.routes[0], *app = &result.headers.routes[1];
    assert_true(slice_equal_str(api->path, "backend api if { path_beg /api }"));
    assert_true(app->tls && app->plain && app->redirects_to_tls);
    /* the frontend's rules come last */
    assert_true(sent(app, OUTCOME_200, "x-frame-options", "DENY"));
    assert_null(header_route_find(app, OUTCOME_OWN, "X-Frame-Options"));
    assert_true(sent(app, OUTCOME_OWN, "Referrer-Policy", "no-referrer"));
    assert_true(sent(app, OUTCOME_200, "X-Only-Ok", "yes"));
    assert_null(header_route_find(app, OUTCOME_404, "X-Only-Ok"));
    /* plain requests never get that far, so it is certain */
    const struct header_effect *hsts =
        header_route_find(app, OUTCOME_200, "Strict-Transport-Security");
    assert_true(hsts && hsts->reason == HEADER_SENT);
    assert_int_equal(result.endpoint_count, 2); /* one a port */
    assert_true(slice_equal_str(result.endpoints[0].path, "/health"));
    assert_int_equal(result.endpoints[1].port, 443);
}

static void a_part_of_a_configuration(void **state)
{
    (void)state;
    struct fixture fixture;
    /* conf.d/www.cfg: the backend and the defaults are in other files */
    assert_true(read_text(&fixture,
                          SLICE("frontend www\n    bind :80\n    default_backend app\n"
                                "    http-request deny if { src 10.0.0.1 }\n"),
                          "3.3"));
    assert_int_equal(first_refused(&fixture.config), 0);
    assert_true(fixture.config.part && fixture.config.sections[0]->http);
    arena_done(&fixture.arena);
    /* the guide's lines, without a section and without a line end */
    assert_true(read_text(
        &fixture, SLICE("# headers\nhttp-response set-header X-Frame-Options \"DENY\""), "3.3"));
    assert_true(fixture.config.fragment && !fixture.config.problem_count);
    arena_done(&fixture.arena);
}

static void limits(void **state)
{
    (void)state;
    struct fixture fixture;
    size_t size = HAPROXY_LINE_MAX + 100;
    char *text = malloc(size);
    assert_non_null(text);
    memset(text, 'a', size);
    assert_false(read_text(&fixture, slice_of(text, size), "3.3"));
    assert_int_equal(fixture.err.kind, ERROR_LIMIT);
    arena_done(&fixture.arena);
    /* sections without end, .if without end, NUL bytes */
    struct slice head = SLICE("cache a\n");
    size = head.len * (HAPROXY_SECTIONS_MAX + 10);
    text = realloc(text, size);
    for (size_t i = 0; i < size; i++)
        text[i] = head.at[i % head.len];
    assert_false(read_text(&fixture, slice_of(text, size), "3.3"));
    assert_int_equal(fixture.err.kind, ERROR_LIMIT);
    arena_done(&fixture.arena);
    for (size_t i = 0; i < 600; i++)
        text[i] = ".if 1\n"[i % 6];
    assert_true(read_text(&fixture, slice_of(text, 600), "3.3"));
    assert_int_equal(first_refused(&fixture.config), HAPROXY_IF_MAX);
    arena_done(&fixture.arena);
    memset(text, 0, 100);
    assert_true(read_text(&fixture, slice_of(text, 100), "3.3"));
    assert_int_equal(first_refused(&fixture.config), 1);
    arena_done(&fixture.arena);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words),
        cmocka_unit_test(predicates),
        cmocka_unit_test(tables_sorted),
        cmocka_unit_test(verdicts),
        cmocka_unit_test(what_reaches_clients),
        cmocka_unit_test(limits),
        cmocka_unit_test(a_part_of_a_configuration),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
