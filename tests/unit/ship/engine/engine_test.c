#include <stdlib.h>

#include "base/file.h"
#include "ship/engine/engine.h"

#include "arena.h"
#include "data.h"
#include "test.h"

static struct error err;

struct given {
    struct ship_engine engine;
    struct ship_build build;
    struct ship_request request;
    struct ship_pair arguments[8], labels[8];
    struct slice platforms[8];
};

static struct ship_pair pair(struct slice text)
{
    struct slice name = slice_cut(&text, '=');
    return (struct ship_pair){name, text};
}

static enum ship_pull pull_of(struct slice word)
{
    return slice_equal_str(word, "always")    ? SHIP_PULL_ALWAYS
           : slice_equal_str(word, "missing") ? SHIP_PULL_MISSING
                                              : SHIP_PULL_NEVER;
}

static void take(struct given *given, struct slice setting)
{
    struct slice whole = setting, name = slice_cut(&setting, '=');
    const char *value = arena_string(&arena, setting);
    if (slice_equal_str(name, "image"))
        given->request.image = setting;
    else if (slice_equal_str(name, "target"))
        given->request.target = setting;
    else if (slice_equal_str(name, "stage"))
        given->build.target = value;
    else if (slice_equal_str(name, "platform"))
        given->platforms[given->build.platform_count++] = given->request.platform = setting;
    else if (slice_equal_str(name, "arg"))
        given->arguments[given->build.argument_count++] = pair(setting);
    else if (slice_equal_str(name, "label"))
        given->labels[given->build.label_count++] = pair(setting);
    else if (slice_equal_str(name, "pull"))
        given->build.pull = given->request.pull = pull_of(setting);
    else if (slice_equal_str(name, "folder"))
        given->request.folder = value;
    else if (slice_equal_str(name, "epoch"))
        given->build.epoch = strtoll(value, NULL, 10);
    else if (slice_equal_str(name, "driver"))
        given->engine.driver = setting;
    else if (slice_equal_str(name, "isolation"))
        given->engine.isolation = setting;
    else if (slice_equal_str(name, "http"))
        given->build.plain_http = given->request.plain_http = true;
    else if (slice_equal_str(name, "nocache"))
        given->build.without_cache = true;
    else
        fail_msg("%.*s is no setting", SLICE_ARG(whole));
}

static enum ship_operation operation_of(struct slice word)
{
    static const char *const names[] = {"pull", "build", "tag", "id", "save", "remove", "list"};
    for (unsigned i = 0; i < SHIP_OPERATIONS; i++)
        if (slice_equal_str(word, names[i]))
            return (enum ship_operation)i;
    fail_msg("%.*s is no operation", SLICE_ARG(word));
    return SHIP_OPERATIONS;
}

static void check(struct slice line)
{
    size_t arrow = slice_search(line, SLICE(" -> "));
    struct slice words = slice_upto(line, arrow), expected = slice_from(line, arrow + 4);
    struct given given = {
        .build = {.dockerfile = "docker/Dockerfile", .context = ".", .epoch = -1}};
    expected = slice_trim(slice_upto(expected, slice_search(expected, SLICE("  # "))));
    given.engine.row = ship_engine_row_find(arena_string(&arena, slice_cut(&words, ' ')));
    assert_non_null(given.engine.row);
    given.request.operation = operation_of(slice_cut(&words, ' '));
    while (words.len)
        take(&given, slice_cut(&words, ' '));
    given.build.arguments = given.arguments;
    given.build.labels = given.labels;
    given.build.platforms = given.platforms;
    given.request.build = &given.build;
    struct slice got = ship_engine_line(&given.engine, &given.request, &arena);
    if (!slice_equal(got, expected))
        fail_msg("%.*s\n  gives %.*s", SLICE_ARG(line), SLICE_ARG(got));
}

static void command_lines(void **state)
{
    (void)state;
    size_t count = 0;
    struct slice all = test_data("ship/engine_words.txt", &arena);
    for (struct slice line; test_data_line(&all, &line);) {
        check(line);
        count++;
    }
    assert_true(count >= 30);
}

static void tags_are_read(void **state)
{
    static const char hex[] = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
    struct slice *tags, text = arena_printf(&arena,
                                            "localhost/app:1.2.0=sha256:%s\n"
                                            "app:latest=%s\r\n"
                                            "localhost/app:odd=sha256:12\n"
                                            "localhost/app:<none>=sha256:%s\n"
                                            "localhost:5000/app:1=sha256:%s\n"
                                            "other/app:1=sha256:%s\n"
                                            "app\n=\n\n:x=y\nlocalhost/app:last",
                                            hex, hex, hex, hex, hex);
    size_t count;
    (void)state;
    assert_true(ship_engine_tags_read(text, SLICE("app"), &arena, &tags, &count, &err));
    assert_int_equal(count, 4);
    struct slice with_id = arena_printf(&arena, "1.2.0=sha256:%s", hex);
    assert_true(slice_equal(tags[0], with_id));
    assert_true(slice_equal_str(slice_upto(tags[1], 14), "latest=sha256:")); /* buildah's id */
    assert_true(slice_equal_str(tags[2], "odd"));
    assert_true(slice_equal_str(tags[3], "last"));
    assert_true(
        ship_engine_tags_read(text, SLICE("localhost:5000/app"), &arena, &tags, &count, &err));
    assert_int_equal(count, 1);
    assert_true(ship_engine_tags_read(SLICE("app:1=\nteam/app:2="), SLICE("docker.io/library/app"),
                                      &arena, &tags, &count, &err));
    assert_int_equal(count, 1);
    assert_true(ship_engine_tags_read(SLICE(""), SLICE("app"), &arena, &tags, &count, &err));
    assert_int_equal(count, 0);
}

static void secrets_are_hidden_in_lines_but_not_in_words(void **state)
{
    (void)state;
    struct ship_pair argument = {SLICE("npm_token"), SLICE("s3cr3t")};
    struct ship_build build = {.dockerfile = "-odd",
                               .context = "-c",
                               .arguments = &argument,
                               .argument_count = 1,
                               .epoch = -1};
    struct ship_request request = {.operation = SHIP_BUILD, .image = SLICE("a"), .build = &build};
    struct ship_engine engine = {.row = ship_engine_row_find("buildah"),
                                 .program = "/usr/bin/buildah"};
    const char *const *argv = ship_engine_words(&engine, &request, &arena, &err);
    assert_string_equal(argv[0], "/usr/bin/buildah");
    assert_string_equal(argv[3], "./-odd"); /* never an option */
    assert_string_equal(argv[5], "npm_token=s3cr3t");
    assert_string_equal(ship_engine_line(&engine, &request, &arena).at,
                        "buildah build --file ./-odd --build-arg 'npm_token=***' --pull-always "
                        "--tag a ./-c");
    struct arena none;
    arena_init(&none, 0);
    assert_null(ship_engine_words(&engine, &request, &none, &err));
    assert_int_equal(err.kind, ERROR_LIMIT);
}

static void labels_honour_the_epoch(void **state)
{
    (void)state;
    struct ship_pair *labels;
    size_t count;
    int64_t epoch;
    setenv("SOURCE_DATE_EPOCH", "1700000000", 1);
    assert_true(ship_epoch(&epoch, &err));
    assert_true(ship_labels_standard(SLICE("1.2.0"), SLICE("abc"), SLICE(""), epoch, &arena,
                                     &labels, &count));
    assert_int_equal(count, 3);
    assert_true(slice_equal_str(labels[0].name, "org.opencontainers.image.version"));
    assert_true(slice_equal_str(labels[2].value, "2023-11-14T22:13:20Z"));
    setenv("SOURCE_DATE_EPOCH", "soon", 1);
    assert_false(ship_epoch(&epoch, &err));
    assert_int_equal(err.kind, ERROR_USAGE);
    unsetenv("SOURCE_DATE_EPOCH");
    assert_true(ship_epoch(&epoch, &err));
    assert_int_equal(epoch, -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(command_lines),
        cmocka_unit_test(tags_are_read),
        cmocka_unit_test(secrets_are_hidden_in_lines_but_not_in_words),
        cmocka_unit_test(labels_honour_the_epoch),
    };
    return cmocka_run_group_tests(tests, test_arena_open, test_arena_close);
}
