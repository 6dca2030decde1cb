/* What servers and login files say, and what must never be said. */
#include "ship/doctor/answers.h"

#include "test.h"

#include <stdlib.h>

#include "net/aws.h"
#include "net/base64.h"
#include "net/url.h"
#include "ship/doctor/probe.h"
#include "ship/doctor/proxy.h"
#include "ship/doctor/secrets.h"

static void rates(void **state)
{
    uint64_t count, window;
    (void)state;
    assert_true(answer_rate(SLICE("100;w=21600"), &count, &window));
    assert_true(count == 100 && window == 21600);
    assert_true(answer_rate(SLICE(" 7 "), &count, &window) && count == 7 && window == 0);
    assert_false(answer_rate(SLICE(""), &count, &window));
    assert_false(answer_rate(SLICE("many;w=1"), &count, &window));
}

static void token_ends(void **state)
{
    struct arena arena;
    int64_t when;
    (void)state;
    arena_init(&arena, 1 << 20);
    /* As ECR's passwords are made: base64 of JSON. */
    struct slice ecr = base64_encode(
        SLICE("{\"payload\":\"x\",\"datakey\":\"y\",\"version\":\"2\",\"type\":\"DATA_KEY\","
              "\"expiration\":1600000000}"),
        &arena);
    assert_true(answer_token_end(ecr, &arena, &when) && when == 1600000000);
    /* {"exp":1700000000}, base64url without padding */
    assert_true(answer_token_end(SLICE("eyJhbGciOiJub25lIn0.eyJleHAiOjE3MDAwMDAwMDB9.c2ln"), &arena,
                                 &when));
    assert_int_equal(when, 1700000000);
    assert_false(answer_token_end(SLICE("an ordinary password"), &arena, &when));
    assert_false(answer_token_end(SLICE("eyJhbGciOiJub25lIn0.e30.c2ln"), &arena, &when));
    assert_false(answer_token_end(SLICE("a.b.c.d.e.f.g.h.i.j"), &arena, &when));
    assert_false(answer_token_end(SLICE(""), &arena, &when));
    arena_done(&arena);
}

static void documents(void **state)
{
    struct slice xml = SLICE("<R><Arn>arn:aws:iam::1:role/a</Arn><Doc>%7B%22a%22%3A1%7D</Doc>"
                             "<PolicyNames><member>one</member><member>two</member></PolicyNames>"
                             "<Open>never closed</R>");
    struct slice text, *names;
    struct arena arena;
    size_t count;
    (void)state;
    arena_init(&arena, 1 << 20);
    assert_true(answer_document(xml, "Doc", &arena, &text));
    assert_true(slice_equal_str(text, "{\"a\":1}"));
    assert_false(answer_document(xml, "Absent", &arena, &text));
    assert_false(answer_document(xml, "Open", &arena, &text));
    assert_true(answer_members(xml, "PolicyNames", "member", &arena, &names, &count));
    assert_true(count == 2 && slice_equal_str(names[1], "two"));
    assert_true(answer_members(xml, "Absent", "member", &arena, &names, &count) && count == 0);
    assert_true(aws_xml_text(xml, "Arn", &text) && slice_equal_str(text, "arn:aws:iam::1:role/a"));
    assert_false(aws_xml_text(xml, "R", &text)); /* it has elements, no text alone */
    arena_done(&arena);
}

static void lifecycle_in_words(void **state)
{
    struct arena arena;
    (void)state;
    arena_init(&arena, 1 << 20);
    struct slice text = answer_lifecycle(
        SLICE(
            "{\"rules\":[{\"rulePriority\":1,\"selection\":{\"tagStatus\":\"any\",\"countType\":"
            "\"imageCountMoreThan\",\"countNumber\":10}},{\"rulePriority\":2,\"selection\":"
            "{\"tagStatus\":\"untagged\",\"countType\":\"sinceImagePushed\",\"countNumber\":7}}]}"),
        &arena);
    assert_true(slice_equal_str(text, "rule 1 keeps the newest 10 (any); rule 2 takes what is "
                                      "older than 7 days (untagged)"));
    assert_int_equal(answer_lifecycle(SLICE("{"), &arena).len, 0);
    arena_done(&arena);
}

static void image_status(void **state)
{
    struct arena arena;
    struct slice status;
    struct error err;
    (void)state;
    arena_init(&arena, 1 << 20);
    assert_true(answer_image_status(SLICE("{\"imageDetails\":[{\"imageStatus\":\"ARCHIVED\"}]}"),
                                    &arena, &status, &err));
    assert_true(slice_equal_str(status, "ARCHIVED"));
    assert_true(answer_image_status(SLICE("{\"imageDetails\":[]}"), &arena, &status, &err));
    assert_int_equal(status.len, 0);
    assert_false(answer_image_status(SLICE("<html>"), &arena, &status, &err));
    arena_done(&arena);
}

#define SAYS(effect, principal, action, more)                                                      \
    SLICE("{\"Statement\":[{\"Effect\":\"" effect "\",\"Principal\":" principal                    \
          ",\"Action\":" action more "}]}")

static void trust(void **state)
{
    struct slice ecs = SLICE("ecs-tasks.amazonaws.com");
    (void)state;
    assert_int_equal(answer_trusts(SAYS("Allow", "{\"Service\":\"ecs-tasks.amazonaws.com\"}",
                                        "\"sts:AssumeRole\"", ""),
                                   ecs),
                     TRUST_FULL);
    assert_int_equal(
        answer_trusts(SAYS("Allow", "{\"Service\":[\"a\",\"ecs-tasks.amazonaws.com\"]}",
                           "[\"sts:TagSession\",\"sts:AssumeRole\"]",
                           ",\"Condition\":{\"StringEquals\":{\"aws:SourceAccount\":\"1\"}}"),
                      ecs),
        TRUST_CONDITIONAL);
    assert_int_equal(
        answer_trusts(
            SAYS("Allow", "{\"Service\":\"lambda.amazonaws.com\"}", "\"sts:AssumeRole\"", ""), ecs),
        TRUST_NONE);
    assert_int_equal(answer_trusts(SAYS("Allow", "{\"Service\":\"ecs-tasks.amazonaws.com\"}",
                                        "\"sts:TagSession\"", ""),
                                   ecs),
                     TRUST_NONE);
    assert_int_equal(answer_trusts(SAYS("Deny", "\"*\"", "\"sts:*\"", ""), ecs), TRUST_DENIED);
    assert_int_equal(answer_trusts(SLICE("{\"Statement\":7}"), ecs), TRUST_NONE);
    assert_int_equal(answer_trusts(SLICE("no JSON"), ecs), TRUST_UNREADABLE);
}

/* A secret, and what it becomes on the way. */
static void secrets_are_hidden(void **state)
{
    struct arena arena;
    (void)state;
    arena_init(&arena, 1 << 20);
    struct secrets secrets = {.arena = &arena};
    secrets_add(&secrets, SLICE("AWS:s3cret/word+"));
    secrets_add(&secrets, SLICE("abc")); /* too short to be looked for */
    static const char *const texts[] = {"user AWS:s3cret/word+ refused", "just s3cret/word+",
                                        "AWS%3As3cret%2Fword%2B in an address",
                                        "Basic QVdTOnMzY3JldC93b3Jk sent",
                                        "twice s3cret/word+ and s3cret/word+."};
    struct slice coded = base64_encode(SLICE("AWS:s3cret/word+"), &arena);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct slice shown = secrets_hide(&secrets, slice_str(texts[i]));
        assert_int_equal(slice_search(shown, SLICE("s3cret/word+")), shown.len);
        assert_int_equal(slice_search(shown, SLICE("s3cret%2Fword")), shown.len);
    }
    struct slice shown = secrets_hide(&secrets, coded);
    assert_int_equal(slice_search(shown, slice_upto(coded, 10)), shown.len);
    assert_true(slice_equal_str(secrets_hide(&secrets, SLICE("abc is fine")), "abc is fine"));
    arena_done(&arena);
}

static void exceptions_of_proxies(void **state)
{
    (void)state;
    assert_true(proxy_excepts(SLICE("a.example, registry.example"), SLICE("registry.example")));
    assert_true(proxy_excepts(SLICE(".example"), SLICE("registry.example")));
    assert_true(proxy_excepts(SLICE("example"), SLICE("REGISTRY.EXAMPLE")));
    assert_true(proxy_excepts(SLICE("*"), SLICE("anything")));
    assert_false(proxy_excepts(SLICE("ample"), SLICE("registry.example")));
    assert_false(proxy_excepts(SLICE(""), SLICE("registry.example")));
    setenv("https_proxy", "http://proxy.example:3128", 1);
    setenv("no_proxy", "inside.example", 1);
    assert_true(proxy_for(SLICE("registry.example"), true).len > 0);
    assert_int_equal(proxy_for(SLICE("x.inside.example"), true).len, 0);
    assert_int_equal(proxy_for(SLICE("127.0.0.1"), true).len, 0);
    assert_int_equal(proxy_for(SLICE("registry.example"), false).len, 0);
    unsetenv("https_proxy");
    unsetenv("no_proxy");
}

static void dates_of_certificates(void **state)
{
    int64_t when;
    (void)state;
    assert_true(probe_date(SLICE("Nov 23 20:35:22 2026 GMT"), &when) && when == 1795466122);
    assert_true(probe_date(SLICE("Jan  1 00:00:00 1970 GMT"), &when) && when == 0);
    assert_true(probe_date(SLICE("2026-11-23 20:35:22 GMT"), &when) && when == 1795466122);
    assert_false(probe_date(SLICE(""), &when));
    assert_false(probe_date(SLICE("tomorrow"), &when));
    assert_false(probe_date(SLICE("Nov 23 20:35:22 2026 GMT and more"), &when));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rates),
        cmocka_unit_test(token_ends),
        cmocka_unit_test(documents),
        cmocka_unit_test(lifecycle_in_words),
        cmocka_unit_test(image_status),
        cmocka_unit_test(trust),
        cmocka_unit_test(secrets_are_hidden),
        cmocka_unit_test(exceptions_of_proxies),
        cmocka_unit_test(dates_of_certificates),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
