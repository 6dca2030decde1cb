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

enum { CHAIN = 50000 };

/* Image 0, and then each named by (or about) the one before it. */
static struct lifecycle_image *make_chain(enum lifecycle_kind kind, bool backwards)
{
    struct lifecycle_image *images = arena_array(&arena, CHAIN, sizeof *images);
    for (size_t i = 0; i < CHAIN; i++) {
        struct lifecycle_image *image = &images[backwards ? CHAIN - 1 - i : i];
        *image = (struct lifecycle_image){.digest = arena_printf(&arena, "%zu", i),
                                          .pulled_at = LIFECYCLE_NEVER,
                                          .archived_at = LIFECYCLE_NEVER,
                                          .activated_at = LIFECYCLE_NEVER,
                                          .kind = i ? kind : LIFECYCLE_INDEX};
        struct slice *next = arena_array(&arena, 1, sizeof *next);
        *next = arena_printf(&arena, "%zu", i + 1);
        if (kind == LIFECYCLE_INDEX)
            image->children = next, image->child_count = 1;
        else if (i)
            image->subject = arena_printf(&arena, "%zu", i - 1);
    }
    return images;
}

static size_t count_actions(enum lifecycle_kind kind, bool backwards, bool first_is_new)
{
    struct error err;
    struct lifecycle_rule rule = {.priority = 1,
                                  .tags = LIFECYCLE_ANY,
                                  .count_type = LIFECYCLE_SINCE_PUSHED,
                                  .count = 1,
                                  .action = LIFECYCLE_EXPIRE};
    struct lifecycle_policy policy = {&rule, 1};
    arena_init(&arena, 256 << 20);
    struct lifecycle_image *images = make_chain(kind, backwards);
    struct lifecycle_verdict *verdicts = arena_array(&arena, CHAIN, sizeof *verdicts);
    size_t count = 0;
    images[backwards ? CHAIN - 1 : 0].pushed_at = first_is_new ? 1e9 : 0;
    assert_true(lifecycle_evaluate(&policy, images, CHAIN, 1e9, &arena, verdicts, &err));
    for (size_t i = 0; i < CHAIN; i++)
        count += verdicts[i].action != LIFECYCLE_NONE;
    arena_done(&arena);
    return count;
}

/* Once each took the square of its length: anybody who pushes could keep expiry busy for hours. */
static void long_chains(void **state)
{
    (void)state;
    for (int backwards = 0; backwards < 2; backwards++) {
        assert_int_equal(count_actions(LIFECYCLE_INDEX, backwards, true), 0);
        assert_int_equal(count_actions(LIFECYCLE_INDEX, backwards, false), CHAIN);
        assert_int_equal(count_actions(LIFECYCLE_ARTIFACT, backwards, true), 0);
        assert_int_equal(count_actions(LIFECYCLE_ARTIFACT, backwards, false), CHAIN);
    }
}

/* An artifact can stand below its subject many times, as its child too. */
static void a_child_that_is_about_its_index(void **state)
{
    (void)state;
    struct lifecycle_question question;
    struct error err;
    arena_init(&arena, 8 << 20);
    const char *text =
        "{\"now\":1e9,\"policy\":{\"rules\":[{\"rulePriority\":1,\"selection\":{\"tagStatus\":"
        "\"any\","
        "\"countType\":\"sinceImagePushed\",\"countUnit\":\"days\",\"countNumber\":1},\"action\":"
        "{\"type\":\"expire\"}}]},\"images\":[{\"digest\":\"i\",\"pushedAt\":0,\"children\":[\"a\","
        "\"a\",\"a\",\"a\",\"a\",\"a\"]},{\"digest\":\"a\",\"kind\":\"artifact\",\"subject\":\"i\"}"
        "]}";
    assert_true(lifecycle_question_parse(slice_str(text), &arena, &question, &err));
    json_t *got = answer(&question);
    assert_int_equal(json_object_size(got), 2);
    json_decref(got);
    arena_done(&arena);
}

/* 20 MB that would become gigabytes. */
static void many_values(void **state)
{
    (void)state;
    enum { SIZE = 24 << 20 };
    struct lifecycle_question question;
    struct error err = {0};
    char *text = malloc(SIZE);
    assert_non_null(text);
    for (size_t i = 0; i < SIZE; i++)
        text[i] = i % 2 ? ',' : '0';
    memcpy(text, "[\"\\\",\",", 7);
    arena_init(&arena, 1 << 20);
    assert_false(lifecycle_question_parse(slice_of(text, SIZE), &arena, &question, &err));
    assert_int_equal(err.kind, ERROR_LIMIT);
    assert_non_null(strstr(err.text, "more than 10000000 values"));
    memset(text + 1, ',', SIZE - 1); /* commas of a string are none */
    memcpy(text, "[\"", 2);
    memcpy(text + SIZE - 2, "\"]", 2);
    assert_false(lifecycle_question_parse(slice_of(text, SIZE), &arena, &question, &err));
    assert_non_null(strstr(err.text, "now, policy and images"));
    free(text);
    arena_done(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_case_holds),
                                       cmocka_unit_test(long_chains), cmocka_unit_test(many_values),
                                       cmocka_unit_test(a_child_that_is_about_its_index)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
