/* Every file of tests/data/registry/lifecycle: {"why", "input", "expected" or "error"}. */
#include "registry/lifecycle.h"

#include <dirent.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#include "test.h"

static struct arena arena;

static const char *data_folder(void)
{
    static char folder[4096];
    snprintf(folder, sizeof folder, "%s/data/registry/lifecycle", getenv("PLIMSOLL_TESTS"));
    return folder;
}

static json_t *answer(const struct lifecycle_question *question)
{
    struct error err;
    struct lifecycle_verdict *verdicts =
        arena_array(&arena, question->image_count + 1, sizeof *verdicts);
    json_t *object = json_object();
    assert_true(lifecycle_evaluate(&question->policy, question->images, question->image_count,
                                   question->now, &arena, verdicts, &err));
    for (size_t i = 0; i < question->image_count; i++)
        if (verdicts[i].action != LIFECYCLE_NONE)
            json_object_set_new(object, arena_string(&arena, question->images[i].digest),
                                json_pack("{s:I,s:s}", "priority",
                                          (json_int_t)verdicts[i].rule->priority, "action",
                                          lifecycle_action_name(verdicts[i].action)));
    return object;
}

static void judge(const char *name, const json_t *file)
{
    struct lifecycle_question question;
    struct error err = {0};
    char *text = json_dumps(json_object_get(file, "input"), 0);
    bool parsed = lifecycle_question_parse(slice_str(text), &arena, &question, &err);
    const char *refusal = json_string_value(json_object_get(file, "error"));
    if (refusal) {
        if (parsed || !strstr(err.text, refusal))
            fail_msg("%s: %s", name, parsed ? "was taken" : err.text);
    } else if (!parsed) {
        fail_msg("%s: %s", name, err.text);
    } else {
        json_t *got = answer(&question);
        if (!json_equal(got, json_object_get(file, "expected")))
            fail_msg("%s: %s", name, json_dumps(got, 0));
        json_decref(got);
    }
    free(text);
}

static void every_case_holds(void **state)
{
    (void)state;
    size_t count = 0;
    DIR *folder = opendir(data_folder());
    assert_non_null(folder);
    for (struct dirent *entry; (entry = readdir(folder));) {
        char path[8192];
        json_error_t wrong;
        if (entry->d_name[0] == '.')
            continue;
        snprintf(path, sizeof path, "%s/%s", data_folder(), entry->d_name);
        json_t *file = json_load_file(path, 0, &wrong);
        if (!file)
            fail_msg("%s: %s", path, wrong.text);
        arena_init(&arena, 64 << 20);
        judge(entry->d_name, file);
        arena_done(&arena);
        json_decref(file);
        count++;
    }
    closedir(folder);
    assert_true(count > 30);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_case_holds)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
