/* What a client gets by route and status. tests/scenarios/nginx_random.py asks nginx itself; here
   stands what Debian's version does not know, and what no client sees: reasons, places, flags,
   endpoints. */
#include "lint/proxy.h"

#include "test.h"

struct fixture {
    struct arena arena;
    struct lint_file file;
    struct lint_report report;
    struct proxy_result result;
};

static void lint(struct fixture *fixture, const char *text, bool behind_tls)
{
    struct error err;
    struct proxy_options options = {.behind_tls = behind_tls};
    memset(fixture, 0, sizeof *fixture);
    arena_init(&fixture->arena, 64 << 20);
    fixture->report.arena = &fixture->arena;
    assert_true(lint_file_init(&fixture->file, SLICE("a.conf"), slice_str(text), LINT_NGINX,
                               &fixture->arena));
    assert_true(nginx_lint(&fixture->file, &options, &fixture->report, &fixture->arena,
                           &fixture->result, &err));
    assert_true(fixture->result.parsed);
}

static const struct header_route *route(const struct fixture *fixture, const char *path)
{
    for (size_t i = 0; i < fixture->result.headers.count; i++)
        if (slice_equal_str(fixture->result.headers.routes[i].path, path))
            return &fixture->result.headers.routes[i];
    fail_msg("no route %s", path);
    return NULL;
}

static const struct header_effect *effect(const struct header_route *route,
                                          enum header_outcome outcome, const char *name)
{
    for (size_t i = 0; i < route->effect_count[outcome]; i++)
        if (slice_equal_str(route->effects[outcome][i].name, name))
            return &route->effects[outcome][i];
    return NULL;
}

static void test_reasons(void **state)
{
    (void)state;
    struct fixture fixture;
    lint(&fixture,
         "events { }\nhttp {\nadd_header A one always;\nadd_header B two;\n"
         "server { listen 80;\nlocation /in/ { }\nlocation /own/ {\nadd_header C three always;\n}\n"
         "location /off/ {\nadd_header_inherit off;\n}\n"
         "location /merge/ {\nadd_header_inherit merge;\nadd_header C three;\nadd_header A four;\n"
         "location /merge/in/ { add_header D five; }\n}\n}\n}\n",
         false);
    const struct header_route *in = route(&fixture, "/in/"), *own = route(&fixture, "/own/");
    assert_int_equal(effect(in, OUTCOME_200, "A")->reason, HEADER_INHERITED);
    assert_int_equal(effect(in, OUTCOME_404, "B")->reason, HEADER_NO_ALWAYS);
    assert_int_equal(effect(in, OUTCOME_404, "B")->line, 4);
    assert_int_equal(effect(own, OUTCOME_500, "C")->reason, HEADER_SENT);
    assert_int_equal(effect(own, OUTCOME_200, "A")->reason, HEADER_DROPPED);
    assert_int_equal(effect(own, OUTCOME_200, "A")->reason_line, 8);
    const struct header_route *off = route(&fixture, "/off/"), *merge = route(&fixture, "/merge/");
    assert_int_equal(effect(off, OUTCOME_200, "A")->reason, HEADER_DROPPED);
    assert_int_equal(effect(off, OUTCOME_200, "A")->reason_line, 11);
    assert_int_equal(effect(merge, OUTCOME_200, "A")->reason, HEADER_TWICE);
    assert_int_equal(effect(merge, OUTCOME_404, "A")->reason, HEADER_INHERITED);
    assert_int_equal(effect(merge, OUTCOME_200, "B")->reason, HEADER_INHERITED);
    const struct header_route *inner = route(&fixture, "/merge/in/"); /* merge is inherited */
    assert_int_equal(inner->effect_count[OUTCOME_200], 5);
    arena_done(&fixture.arena);
}

static void test_servers(void **state)
{
    (void)state;
    struct fixture fixture;
    lint(&fixture,
         "events { }\nhttp {\nserver { listen 80; server_name a.example; "
         "return 301 https://a.example$request_uri; }\n"
         "server { listen [::]:8443 ssl; server_name b.example; ssl_certificate a; "
         "ssl_certificate_key b; location /b { } }\n"
         "server { listen 80; listen 443 ssl; ssl_certificate a; ssl_certificate_key b;\n"
         "if ($scheme = http) { return 301 https://$host$request_uri; }\nlocation /c { } }\n}\n",
         false);
    const struct header_route *first = &fixture.result.headers.routes[0];
    assert_true(slice_equal_str(first->server, "a.example:80"));
    assert_true(first->own_only && first->redirects_to_tls && first->plain && !first->tls);
    assert_true(first->possible[OUTCOME_301] && first->possible[OUTCOME_OWN]);
    assert_false(first->possible[OUTCOME_200]);
    assert_string_equal(first->grade, "-");
    const struct header_route *b = route(&fixture, "/b"), *c = route(&fixture, "/c");
    assert_true(slice_equal_str(b->server, "b.example:8443"));
    assert_true(b->tls && !b->plain);
    assert_true(c->tls && c->plain && c->redirects_to_tls);
    arena_done(&fixture.arena);
    lint(&fixture, "events { } http { server { listen 8080; location /d { } } }", true);
    assert_true(route(&fixture, "/d")->tls);
    assert_false(route(&fixture, "/d")->plain);
    arena_done(&fixture.arena);
}

static void test_conditions(void **state)
{
    (void)state;
    struct fixture fixture;
    lint(&fixture,
         "map $uri $some { default \"\"; /x v; }\nmap $uri $all { default a; /x v; }\n"
         "server { add_header A $some; add_header B $all;\nlocation / { if ($arg_x) {\n"
         "add_header C d; } proxy_pass http://u; proxy_hide_header X-Other; } }\n",
         false);
    const struct header_route *plain = route(&fixture, "/"), *in = route(&fixture, "/ if ($arg_x)");
    assert_int_equal(effect(plain, OUTCOME_200, "A")->reason, HEADER_CONDITIONAL);
    assert_int_equal(effect(plain, OUTCOME_200, "B")->reason, HEADER_INHERITED);
    assert_null(effect(plain, OUTCOME_200, "C"));
    assert_int_equal(effect(plain, OUTCOME_200, "X-Powered-By")->reason, HEADER_UPSTREAM);
    assert_int_equal(effect(in, OUTCOME_200, "C")->reason, HEADER_SENT);
    assert_int_equal(effect(in, OUTCOME_200, "B")->reason, HEADER_DROPPED);
    arena_done(&fixture.arena);
}

static void test_endpoints(void **state)
{
    (void)state;
    static const struct {
        const char *kind, *path;
        unsigned port;
    } wanted[] = {
        {"return", "/up", 8080}, {"stats", "/nginx", 8080}, {"location", "/healthz", 8080}};
    struct fixture fixture;
    lint(&fixture,
         "server { listen 8080;\nlocation = /up { return 204; }\nlocation /nginx { stub_status; }\n"
         "location /healthz { proxy_pass http://app; }\nlocation /x { return 404; }\n"
         "location ~ health { return 200; }\nlocation / { } }\n",
         false);
    assert_int_equal(fixture.result.endpoint_count, 3);
    for (size_t i = 0; i < 3; i++) {
        const struct proxy_endpoint *endpoint = &fixture.result.endpoints[i];
        assert_true(slice_equal_str(endpoint->kind, wanted[i].kind));
        assert_true(slice_equal_str(endpoint->path, wanted[i].path));
        assert_int_equal(endpoint->port, wanted[i].port);
        assert_int_equal(endpoint->line, i + 2);
    }
    arena_done(&fixture.arena);
}

/* Where --fix would add: behind what names the server, and behind the comment there. */
static void test_places(void **state)
{
    (void)state;
    struct fixture fixture;
    lint(&fixture,
         "server {\n    listen 80;   # plain\n    location / {\n        root /a;\n    }\n}\n",
         false);
    const struct header_route *plain = route(&fixture, "/");
    assert_int_equal(plain->insert_at, strlen("server {\n    listen 80;   # plain"));
    arena_done(&fixture.arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reasons),    cmocka_unit_test(test_servers),
        cmocka_unit_test(test_conditions), cmocka_unit_test(test_endpoints),
        cmocka_unit_test(test_places),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
