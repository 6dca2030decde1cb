#include "lint/headers.h"

#include "lint/headers_value.h"
#include "test.h"

struct fixture {
    struct arena arena;
    struct lint_file file;
    struct header_map map;
    struct lint_report report;
};

static void start(struct fixture *fixture)
{
    memset(fixture, 0, sizeof *fixture);
    arena_init(&fixture->arena, 16 << 20);
    fixture->map.arena = fixture->report.arena = &fixture->arena;
    assert_true(lint_file_init(&fixture->file, SLICE("a.conf"), SLICE("one;\ntwo;\nthree;\n"),
                               LINT_NGINX, &fixture->arena));
}

static struct header_route *route(struct fixture *fixture, bool tls, bool plain)
{
    struct header_route *route = header_map_add(&fixture->map);
    assert_non_null(route);
    route->server = SLICE("example.com");
    route->path = SLICE("/");
    route->tls = tls, route->plain = plain;
    route->possible[OUTCOME_200] = true;
    route->file = &fixture->file;
    route->line = 1;
    return route;
}

static void set(struct fixture *fixture, struct header_route *route, enum header_outcome outcome,
                const char *name, const char *value, enum header_reason reason)
{
    struct header_effect effect = {
        slice_str(name), slice_str(value), reason, SLICE(""), &fixture->file, 2, 3};
    header_route_add(&fixture->map, route, outcome, &effect);
}

static void send_owasp(struct fixture *fixture, struct header_route *route)
{
    for (const struct header_wish *wish = header_wishes_owasp; wish->name; wish++)
        set(fixture, route, OUTCOME_200, wish->name, wish->value, HEADER_SENT);
}

static size_t found(const struct fixture *fixture, const char *id)
{
    size_t count = 0;
    for (size_t i = 0; i < fixture->report.count; i++)
        count += strcmp(fixture->report.findings[i]->rule->id, id) == 0;
    return count;
}

static void test_csp(void **state)
{
    (void)state;
    static const struct {
        const char *csp;
        enum csp_verdict verdict;
    } cases[] = {
        {"", CSP_ABSENT},
        {"default-src 'none'", CSP_DEFAULT_NONE},
        {"default-src 'self'", CSP_SAFE},
        {"default-src *", CSP_UNSAFE_INLINE},
        {"frame-ancestors 'none'", CSP_UNSAFE_INLINE}, /* scripts from anywhere */
        {"default-src 'self'; script-src 'self' 'unsafe-inline'", CSP_UNSAFE_INLINE},
        {"default-src 'self'; script-src 'nonce-abc' 'unsafe-inline'", CSP_SAFE},
        {"default-src 'self'; script-src 'unsafe-eval'", CSP_UNSAFE_EVAL},
        {"default-src 'self'; style-src 'self' 'unsafe-inline'", CSP_UNSAFE_STYLE},
        {"default-src 'self'; img-src http:", CSP_INSECURE_PASSIVE},
        {"default-src 'self'; script-src http://a.example", CSP_INSECURE_SCHEME},
        {"default-src 'self'; script-src 'strict-dynamic'", CSP_INVALID},
        {"object-src 'none'; script-src 'nonce-x' 'strict-dynamic' https: 'unsafe-inline'; "
         "style-src 'self'",
         CSP_SAFE},
        {"DEFAULT-SRC 'SELF'; OBJECT-SRC 'none'", CSP_SAFE},
        {"$csp", CSP_UNKNOWN},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (csp_judge(slice_str(cases[i].csp), true) != cases[i].verdict)
            fail_msg("%s: %d", cases[i].csp, csp_judge(slice_str(cases[i].csp), true));
}

static void test_values(void **state)
{
    (void)state;
    static const struct {
        enum header_profile profile;
        const char *name, *value;
        bool fits;
    } cases[] = {
        {HEADERS_OWASP, "Strict-Transport-Security", "max-age=31536000", true},
        {HEADERS_OWASP, "Strict-Transport-Security", "includeSubDomains; max-age=\"63072000\"",
         true},
        {HEADERS_OWASP, "Strict-Transport-Security", "max-age=300", false},
        {HEADERS_OWASP, "Strict-Transport-Security", "31536000", false},
        {HEADERS_CLASSIC, "Strict-Transport-Security", "max-age=31536000;includeSubDomains", true},
        {HEADERS_CLASSIC, "Strict-Transport-Security", "max-age=31536000", false},
        {HEADERS_CLASSIC, "X-Frame-Options", "SAMEORIGIN", false},
        {HEADERS_OWASP, "X-Frame-Options", "SAMEORIGIN", true},
        {HEADERS_OWASP, "X-Frame-Options", "ALLOWALL", false},
        {HEADERS_OWASP, "X-Content-Type-Options", "nosniff", true},
        {HEADERS_OWASP, "x-content-type-options", "sniff", false},
        {HEADERS_OWASP, "Referrer-Policy", "no-referrer, strict-origin-when-cross-origin", true},
        {HEADERS_OWASP, "Referrer-Policy", "unsafe-url", false},
        {HEADERS_OWASP, "X-XSS-Protection", "0", true},
        {HEADERS_OWASP, "X-XSS-Protection", "1; mode=block", false},
        {HEADERS_CLASSIC, "X-XSS-Protection", "1; mode=block", true},
        {HEADERS_OWASP, "Cross-Origin-Opener-Policy", "same-origin; report-to=\"x\"", true},
        {HEADERS_OWASP, "Cross-Origin-Opener-Policy", "unsafe-none", false},
        {HEADERS_OWASP, "Referrer-Policy", "$policy", true},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (header_value_fits(cases[i].profile, cases[i].name, slice_str(cases[i].value),
                              SLICE("")) != cases[i].fits)
            fail_msg("%s: %s", cases[i].name, cases[i].value);
    assert_true(header_value_fits(HEADERS_OWASP, "X-Frame-Options", SLICE(""),
                                  SLICE("frame-ancestors 'self'")));
}

static void test_grade(void **state)
{
    (void)state;
    struct fixture fixture;
    start(&fixture);
    route(&fixture, true, false); /* 100 -25 -20 -20 -5 */
    route(&fixture, false, true); /* … and no redirect */
    struct header_route *all = route(&fixture, true, false);
    send_owasp(&fixture, all); /* 100 +5 +5 +5 +30 */
    struct header_route *some = route(&fixture, true, false);
    set(&fixture, some, OUTCOME_200, "Content-Security-Policy",
        "default-src 'self' 'unsafe-inline'; frame-ancestors 'none'", HEADER_SENT);
    set(&fixture, some, OUTCOME_200, "Strict-Transport-Security", "max-age=86400", HEADER_SENT);
    set(&fixture, some, OUTCOME_200, "Referrer-Policy", "no-referrer", HEADER_SENT);
    struct header_route *redirect = route(&fixture, false, true);
    redirect->possible[OUTCOME_200] = false, redirect->possible[OUTCOME_OWN] = true;
    redirect->own_only = redirect->redirects_to_tls = true;
    headers_grade(&fixture.map);
    static const struct {
        int score;
        const char *grade;
    } wanted[] = {{30, "D"}, {10, "F"}, {145, "A+"}, {65, "B-"}, {0, "-"}};
    for (size_t i = 0; i < fixture.map.count; i++) {
        assert_int_equal(fixture.map.routes[i].score, wanted[i].score);
        assert_string_equal(fixture.map.routes[i].grade, wanted[i].grade);
    }
    arena_done(&fixture.arena);
}

static void count_call(void *context, struct lint_report *report, struct lint_finding *finding,
                       const struct header_route *route, const struct header_wish *wish)
{
    (void)report, (void)finding, (void)route, (void)wish;
    ++*(size_t *)context;
}

static void test_missing(void **state)
{
    (void)state;
    struct fixture fixture;
    start(&fixture);
    for (int i = 0; i < 5; i++) /* one place to add for all: one finding a header */
        route(&fixture, true, false)->insert_at = 5;
    size_t calls = 0;
    headers_judge(&fixture.map, HEADERS_OWASP, &fixture.report,
                  &(struct header_fixer){count_call, &calls});
    assert_int_equal(fixture.report.count, 9);
    assert_int_equal(calls, 9);
    assert_int_equal(found(&fixture, "missing-hsts"), 1);
    const struct slice message = fixture.report.findings[1]->message;
    assert_true(slice_search(message, SLICE("and 2 more")) < message.len);
    arena_done(&fixture.arena);
}

static void test_no_tls(void **state)
{
    (void)state;
    struct fixture fixture;
    start(&fixture);
    send_owasp(&fixture, route(&fixture, false, true));
    headers_judge(&fixture.map, HEADERS_OWASP, &fixture.report, NULL);
    assert_int_equal(fixture.report.count, 1);
    assert_int_equal(found(&fixture, "hsts-without-tls"), 1);
    /* The same directive (http level) also serves a TLS server: fine. */
    send_owasp(&fixture, route(&fixture, true, false));
    fixture.report.count = 0;
    headers_judge(&fixture.map, HEADERS_OWASP, &fixture.report, NULL);
    assert_int_equal(fixture.report.count, 0);
    arena_done(&fixture.arena);
}

static void test_reasons(void **state)
{
    (void)state;
    struct fixture fixture;
    start(&fixture);
    struct header_route *mixed = route(&fixture, true, false);
    send_owasp(&fixture, mixed);
    mixed->possible[OUTCOME_404] = mixed->possible[OUTCOME_500] = true;
    for (const struct header_wish *wish = header_wishes_owasp; wish->name; wish++) {
        set(&fixture, mixed, OUTCOME_404, wish->name, wish->value, HEADER_DROPPED);
        set(&fixture, mixed, OUTCOME_500, wish->name, wish->value, HEADER_NO_ALWAYS);
    }
    set(&fixture, mixed, OUTCOME_200, "X-Powered-By", "PHP/8", HEADER_SENT);
    set(&fixture, mixed, OUTCOME_200, "Expect-CT", "max-age=1", HEADER_SENT);
    set(&fixture, mixed, OUTCOME_200, "X-XSS-Protection", "1", HEADER_SENT);
    set(&fixture, mixed, OUTCOME_200, "X-Custom", "1", HEADER_TWICE);
    headers_judge(&fixture.map, HEADERS_OWASP, &fixture.report, NULL);
    assert_int_equal(found(&fixture, "header-dropped"), 1); /* one block, one finding */
    assert_int_equal(found(&fixture, "header-not-always"), 9);
    assert_int_equal(found(&fixture, "disclosing-header"), 1);
    assert_int_equal(found(&fixture, "obsolete-header"), 1);
    assert_int_equal(found(&fixture, "x-xss-protection"), 1);
    assert_int_equal(found(&fixture, "header-twice"), 1);
    assert_int_equal(fixture.report.count, 14);
    arena_done(&fixture.arena);
}

static void test_classic(void **state)
{
    (void)state;
    struct fixture fixture;
    start(&fixture);
    struct header_route *guide = route(&fixture, true, false);
    for (const struct header_wish *wish = header_wishes_classic; wish->name; wish++)
        set(&fixture, guide, OUTCOME_200, wish->name, wish->value, HEADER_SENT);
    headers_judge(&fixture.map, HEADERS_CLASSIC, &fixture.report, NULL);
    assert_int_equal(fixture.report.count, 0);
    headers_judge(&fixture.map, HEADERS_OWASP, &fixture.report, NULL);
    assert_int_equal(found(&fixture, "x-xss-protection"), 1);
    assert_int_equal(found(&fixture, "missing-content-security-policy"), 1);
    assert_int_equal(found(&fixture, "missing-hsts"), 0);
    arena_done(&fixture.arena);
}

static void test_rules(void **state)
{
    (void)state;
    for (const struct header_wish *wish = header_wishes_owasp; wish->name; wish++) {
        bool known = false;
        for (size_t i = 0; header_rules[i].id; i++)
            known |= strcmp(header_rules[i].id, wish->rule) == 0;
        assert_true(known);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_csp),     cmocka_unit_test(test_values),
        cmocka_unit_test(test_grade),   cmocka_unit_test(test_missing),
        cmocka_unit_test(test_no_tls),  cmocka_unit_test(test_reasons),
        cmocka_unit_test(test_classic), cmocka_unit_test(test_rules),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
