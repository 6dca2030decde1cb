#include "test.h"

#include <jansson.h>

#include "registry/ops/event.h"

static const struct journal_entry push = {
    .sequence = 7,
    .when = 1784541600.25,
    .action = {"PutImage", 8},
    .account = {"123456789012", 12},
    .region = {"us-east-1", 9},
    .repository = {"team/app", 8},
    .digest = {"sha256:aa", 9},
    .tag = {"v1", 2},
    .media_type = {"application/x", 13},
    .who = {"ci", 2},
    .request = {"r1", 2},
};

static json_t *make(const struct journal_entry *entry, enum hook_format format)
{
    CLEANUP_ARENA struct arena arena;
    struct event event;
    struct error err = {0};
    json_error_t error;
    const struct slice tags[] = {SLICE("v1"), SLICE("latest")};
    arena_init(&arena, 1 << 20);
    assert_true(event_make(entry, tags, 2, format, &arena, &event, &err));
    json_t *parsed = event.body.len ? json_loadb(event.body.at, event.body.len, 0, &error) : NULL;
    if (event.body.len)
        assert_non_null(parsed);
    return parsed;
}

static void same(const json_t *object, const char *name, const char *value)
{
    const char *text = json_string_value(json_object_get(object, name));
    assert_non_null(text);
    assert_string_equal(text, value);
}

/* CloudEvents 1.0: id, source, specversion and type are required, and id is the same again. */
static void a_cloud_event_is_whole(void **state)
{
    json_t *event = make(&push, HOOK_CLOUDEVENTS), *again = make(&push, HOOK_CLOUDEVENTS);
    (void)state;
    same(event, "specversion", "1.0");
    same(event, "source", "arn:aws:ecr:us-east-1:123456789012:repository/team/app");
    same(event, "type", "plimsoll.registry.PutImage");
    same(event, "subject", "team/app:v1");
    same(event, "time", "2026-07-20T10:00:00Z");
    same(event, "id", json_string_value(json_object_get(again, "id")));
    same(json_object_get(event, "data"), "digest", "sha256:aa");
    same(json_object_get(event, "data"), "who", "ci");
    struct journal_entry other = push;
    other.sequence++;
    json_t *next = make(&other, HOOK_CLOUDEVENTS);
    assert_string_not_equal(json_string_value(json_object_get(event, "id")),
                            json_string_value(json_object_get(next, "id")));
    json_decref(event);
    json_decref(again);
    json_decref(next);
}

static void image_actions_are_shaped_as_ecrs(void **state)
{
    static const struct {
        const char *ours, *theirs;
    } cases[] = {{"PutImage", "PUSH"},
                 {"TagImage", "PUSH"},
                 {"DeleteImage", "DELETE"},
                 {"ExpireImage", "DELETE"},
                 {"UntagImage", "DELETE"}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct journal_entry entry = push;
        entry.action = slice_str(cases[i].ours);
        json_t *event = make(&entry, HOOK_EVENTBRIDGE);
        const json_t *detail = json_object_get(event, "detail");
        same(event, "version", "0");
        same(event, "detail-type", "ECR Image Action");
        same(event, "source", "aws.ecr");
        same(event, "account", "123456789012");
        same(event, "region", "us-east-1");
        same(detail, "result", "SUCCESS");
        same(detail, "action-type", cases[i].theirs);
        same(detail, "repository-name", "team/app");
        same(detail, "image-digest", "sha256:aa");
        same(detail, "image-tag", "v1");
        json_decref(event);
    }
    struct journal_entry entry = push;
    entry.action = SLICE("PutLifecyclePolicy"); /* no event of ECR */
    assert_null(make(&entry, HOOK_EVENTBRIDGE));
    entry.detail = SLICE("not JSON");
    json_t *event = make(&entry, HOOK_CLOUDEVENTS);
    assert_null(json_object_get(json_object_get(event, "data"), "detail"));
    json_decref(event);
}

static void scans_are_shaped_as_ecrs(void **state)
{
    struct journal_entry entry = push;
    (void)state;
    entry.action = SLICE("ScanImage");
    entry.tag = SLICE("");
    entry.detail =
        SLICE("{\"scan-status\":\"COMPLETE\",\"finding-severity-counts\":{\"CRITICAL\":2,"
              "\"LOW\":0}}");
    json_t *event = make(&entry, HOOK_EVENTBRIDGE);
    const json_t *detail = json_object_get(event, "detail");
    const json_t *counts = json_object_get(detail, "finding-severity-counts");
    same(event, "detail-type", "ECR Image Scan");
    assert_string_equal(json_string_value(json_array_get(json_object_get(event, "resources"), 0)),
                        "arn:aws:ecr:us-east-1:123456789012:repository/team/app");
    same(detail, "scan-status", "COMPLETE");
    assert_int_equal(json_integer_value(json_object_get(counts, "CRITICAL")), 2);
    assert_null(json_object_get(counts, "LOW"));
    assert_int_equal(json_array_size(json_object_get(detail, "image-tags")), 2);
    json_decref(event);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_cloud_event_is_whole),
        cmocka_unit_test(image_actions_are_shaped_as_ecrs),
        cmocka_unit_test(scans_are_shaped_as_ecrs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
