#include "registry/actions.h"

#include "test.h"

static bool policy_taken(const char *action, struct error *err)
{
    struct arena arena CLEANUP_ARENA;
    struct policy *policy;
    arena_init(&arena, 1 << 20);
    struct slice text = arena_printf(&arena,
                                     "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":"
                                     "\"Allow\",\"Action\":[\"ecr:PutImage\",\"%s\"],"
                                     "\"Resource\":\"*\"}]}",
                                     action);
    *err = (struct error){0};
    return actions_policy_parse(text, POLICY_OF_IDENTITY, &arena, &policy, err);
}

static void policies_name_what_there_is(void **state)
{
    static const char *const fine[] = {"*",
                                       "ecr:*",
                                       "ecr:Batch*",
                                       "ecr:batchgetimage",
                                       "ECR:GetDownloadUrlForLaye?",
                                       "ecr:BatchImportUpstreamImage",
                                       "sts:AssumeRole",
                                       "s3:GetObject",
                                       "iam:PassRole",
                                       "ecr-public:GetAuthorizationToken"};
    struct error err;
    (void)state;
    for (size_t i = 0; i < sizeof fine / sizeof *fine; i++)
        if (!policy_taken(fine[i], &err))
            fail_msg("%s: %s", fine[i], err.text);
}

static void policies_name_nothing_else(void **state)
{
    static const struct {
        const char *action, *near; /* NULL: nothing near */
    } wrong[] = {
        {"ecr:GetDownloadUrlForLayers", "did you mean ecr:GetDownloadUrlForLayer?"},
        {"ecr:PutImages", "did you mean ecr:PutImage?"},
        {"ecr:Pull*", NULL},
        {"ecr:Push", NULL},
        {"sts:AssumeRol", "did you mean sts:AssumeRole?"},
        {"ecr:?", NULL},
    };
    struct error err;
    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        assert_false(policy_taken(wrong[i].action, &err));
        assert_non_null(strstr(err.text, wrong[i].action));
        assert_non_null(strstr(err.text, "Statement 1"));
        if ((strstr(err.text, "did you mean") != NULL) != (wrong[i].near != NULL) ||
            (wrong[i].near && !strstr(err.text, wrong[i].near)))
            fail_msg("%s", err.text);
    }
}

static bool hook_taken(const char *actions, struct error *err)
{
    struct arena arena CLEANUP_ARENA;
    arena_init(&arena, 1 << 20);
    *err = (struct error){0};
    return actions_hook_check(
        arena_printf(&arena, "{\"url\":\"http://h/\",\"actions\":[%s]}", actions), &arena, err);
}

static void webhooks_likewise(void **state)
{
    struct error err;
    (void)state;
    assert_true(hook_taken("", &err));
    assert_true(hook_taken("\"PutImage\",\"Delete*\",\"ScanImage\",\"CreateRole\"", &err));
    assert_true(hook_taken("\"*\"", &err));
    assert_false(hook_taken("\"PutImage\",\"DeletImage\"", &err));
    assert_non_null(strstr(err.text, "did you mean DeleteImage?"));
    assert_false(hook_taken("\"putimage\"", &err)); /* the journal writes it in one way */
    assert_non_null(strstr(err.text, "did you mean PutImage?"));
    assert_false(hook_taken("\"Image*Pushed\"", &err));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(policies_name_what_there_is),
        cmocka_unit_test(policies_name_nothing_else),
        cmocka_unit_test(webhooks_likewise),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
