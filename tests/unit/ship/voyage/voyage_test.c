/* The order of steps, where it stops, what is taken up and what --from needs: with steps that only
   say what they are told to, so that each way can be had. */
#include "ship/voyage/voyage.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "test.h"

#include "base/file.h"
#include "ship/voyage/input.h"
#include "ship/voyage/lock.h"

static struct arena arena;
static char folder[] = "/tmp/plimsoll-voyage.XXXXXX";
static const char *state_folder;

/* "lint:a pull:a …": what was run. */
static char ran[2000];
static struct slice refusing, failing; /* "gate:b" */
static char notes[4000];

static enum voyage_outcome run_as(enum voyage_step_id id, struct voyage_job *job,
                                  struct voyage_mark *mark, struct error *err)
{
    char word[100];
    snprintf(word, sizeof word, "%s:%.*s", voyage_step_name(id), SLICE_ARG(job->image->name));
    snprintf(ran + strlen(ran), sizeof ran - strlen(ran), "%s%s", *ran ? " " : "", word);
    voyage_say(job, mark, "did %s", word);
    if (slice_equal_str(failing, word)) {
        error_set(err, ERROR_NETWORK, "the wire is cut");
        return VOYAGE_FAILED;
    }
    if (id == VOYAGE_BUILD) {
        struct slice image = arena_printf(&arena, "%s/image", job->folder);
        assert_true(file_write(image.at, SLICE("built"), err));
        job->record.source = arena_printf(&arena, "oci:%s", image.at);
    }
    if (id == VOYAGE_RECORD)
        job->record.finished = SLICE("2026-11-23T10:00:00Z");
    return slice_equal_str(refusing, word) ? VOYAGE_REFUSED : VOYAGE_PASSED;
}

#define FAKE(id)                                                                                   \
    static enum voyage_outcome fake_##id(struct voyage_job *job, struct voyage_mark *mark,         \
                                         struct error *err)                                        \
    {                                                                                              \
        return run_as(VOYAGE_##id, job, mark, err);                                                \
    }
FAKE(LINT)
FAKE(LOGIN)
FAKE(PULL)
FAKE(BUILD)
FAKE(SCAN)
FAKE(GATE)
FAKE(TEST)
FAKE(TAG)
FAKE(PUSH)
FAKE(DEPLOY)
FAKE(RECORD)

static const char *idle_test(const struct voyage_job *job)
{
    return job->image->test.command.argv ? NULL : "no test";
}

static const struct voyage_step steps[VOYAGE_STEPS] = {
    [VOYAGE_LINT] = {.always = true, .run = fake_LINT},
    [VOYAGE_LOGIN] = {.always = true, .run = fake_LOGIN},
    [VOYAGE_PULL] = {.run = fake_PULL},
    [VOYAGE_BUILD] = {.run = fake_BUILD},
    [VOYAGE_SCAN] = {.run = fake_SCAN},
    [VOYAGE_GATE] = {.always = true, .run = fake_GATE},
    [VOYAGE_TEST] = {.idle = idle_test, .run = fake_TEST},
    [VOYAGE_TAG] = {.always = true, .run = fake_TAG},
    [VOYAGE_PUSH] = {.always = true, .run = fake_PUSH},
    [VOYAGE_DEPLOY] = {.run = fake_DEPLOY},
    [VOYAGE_RECORD] = {.always = true, .run = fake_RECORD},
};

static void put(const char *name, const char *text)
{
    struct error err;
    struct slice path = arena_printf(&arena, "%s/%s", folder, name);
    if (!file_write(path.at, slice_str(text), &err))
        fail_msg("%s", err.text);
}

static int setup(void **state)
{
    (void)state;
    struct error err;
    arena_init(&arena, 64 << 20);
    snprintf(folder, sizeof folder, "/tmp/plimsoll-voyage.XXXXXX");
    if (!mkdtemp(folder))
        return -1;
    state_folder = arena_printf(&arena, "%s.state", folder).at;
    put("Dockerfile", "FROM scratch\nCOPY a /\n");
    put("a", "one");
    *ran = *notes = '\0';
    refusing = failing = SLICE("");
    return file_make_folder(state_folder, &err) ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    const char *argv[] = {"rm", "-rf", "--", folder, state_folder, NULL};
    struct process_options options = {.argv = argv};
    struct process_result result;
    struct error err;
    bool removed = process_run(&options, &arena, &result, &err) && result.exit_code == 0;
    arena_done(&arena);
    return removed ? 0 : -1;
}

static void take_note(void *context, struct slice text)
{
    (void)context;
    snprintf(notes + strlen(notes), sizeof notes - strlen(notes), "%.*s\n", SLICE_ARG(text));
}

/* One run of images a and b as `yaml` has them. */
struct trip {
    struct project project;
    const struct project_image *images[4];
    struct voyage_options options;
    struct voyage voyage;
    struct error err;
};

static void prepare(struct trip *trip, const char *yaml)
{
    struct yaml_node *tree;
    *trip = (struct trip){.err = {.kind = ERROR_NONE}};
    const char *path = arena_printf(&arena, "%s/plimsoll.yaml", folder).at;
    put("plimsoll.yaml", yaml);
    if (!yaml_read(slice_str(yaml), &arena, &tree, &trip->err) ||
        !project_read(path, tree, &arena, &trip->project, &trip->err))
        fail_msg("%s", trip->err.text);
    for (size_t i = 0; i < trip->project.image_count; i++)
        trip->images[i] = &trip->project.images[i];
    trip->options = (struct voyage_options){.project = &trip->project,
                                            .images = trip->images,
                                            .image_count = trip->project.image_count,
                                            .release = SLICE("v1.0.0"),
                                            .state = state_folder,
                                            .steps = VOYAGE_ALL,
                                            .events = {.note = take_note}};
}

static const char two[] = "registry: r.example\nimages: [{name: a, test: t}, {name: b, deploy: d}]";

static bool go(struct trip *trip)
{
    *ran = *notes = '\0';
    trip->err = (struct error){.kind = ERROR_NONE};
    bool begun = voyage_run(&trip->options, steps, &arena, &trip->voyage, &trip->err);
    voyage_done(&trip->voyage);
    return begun;
}

#define assert_has(text, part)                                                                     \
    do {                                                                                           \
        if (!strstr((text), (part)))                                                               \
            fail_msg("\"%s\" does not say: %s", (text), (part));                                   \
    } while (0)

static void test_order(void **state)
{
    (void)state;
    struct trip trip;
    prepare(&trip, two);
    assert_true(go(&trip));
    assert_int_equal(trip.voyage.stopped_at, 2);
    assert_string_equal(ran, "lint:a login:a pull:a build:a scan:a gate:a "
                             "lint:b login:b pull:b build:b scan:b gate:b test:a "
                             "tag:a tag:b push:a push:b deploy:a deploy:b record:a record:b");
    assert_int_equal(trip.voyage.jobs[1].record.steps[VOYAGE_TEST].outcome, VOYAGE_SKIPPED);
    /* Finished: the next one does all of it anew. */
    assert_true(go(&trip));
    assert_has(ran, "pull:a build:a scan:a");
    assert_int_equal(*notes, '\0');
}

static void test_nothing_is_pushed(void **state)
{
    (void)state;
    struct trip trip;
    prepare(&trip, two);
    refusing = SLICE("gate:b");
    assert_true(go(&trip));
    assert_int_equal(trip.voyage.stopped_at, 1);
    assert_int_equal(trip.voyage.stopped_in, VOYAGE_GATE);
    assert_null(strstr(ran, "tag:"));
    assert_int_equal(trip.voyage.jobs[1].record.steps[VOYAGE_GATE].outcome, VOYAGE_REFUSED);
    assert_int_equal(trip.err.kind, ERROR_NONE);
}

static void test_taken_up(void **state)
{
    (void)state;
    struct trip trip;
    prepare(&trip, two);
    failing = SLICE("push:a");
    assert_true(go(&trip));
    assert_int_equal(trip.voyage.stopped_in, VOYAGE_PUSH);
    assert_string_equal(trip.err.text, "the wire is cut");
    /* With a alone, b would never be pushed. */
    assert_string_equal(trip.voyage.jobs[0].next.at,
                        "when that is mended: plimsoll ship --release v1.0.0");
    failing = SLICE("");
    assert_true(go(&trip));
    assert_string_equal(ran, "lint:a login:a gate:a lint:b login:b gate:b tag:a tag:b push:a "
                             "push:b deploy:a deploy:b record:a record:b");
}

static void test_another_input(void **state)
{
    (void)state;
    struct trip trip;
    prepare(&trip, two);
    failing = SLICE("tag:a");
    assert_true(go(&trip));
    /* Another test: only that, for the image is still the same. */
    prepare(&trip, "registry: r.example\nimages: [{name: a, test: other}, {name: b, deploy: d}]");
    assert_true(go(&trip));
    assert_string_equal(ran, "lint:a login:a gate:a lint:b login:b gate:b test:a tag:a");
    put("plimsoll.exceptions.yaml", "- id: CVE-1");
    assert_true(go(&trip));
    assert_null(strstr(ran, "build"));
    put("a", "two");
    assert_true(go(&trip));
    assert_has(ran, "pull:a build:a scan:a gate:a");
}

static void test_context(void **state)
{
    (void)state;
    struct trip trip;
    struct digest before, after;
    prepare(&trip, two);
    put(".dockerignore", "log*\n!log.keep\n");
    const char *own[] = {arena_printf(&arena, "%s/ship.out", folder).at, NULL};
    assert_true(voyage_source(trip.images[0], own, &before, &trip.err));
    put("ship.out", "own");
    put("log", "ignored");
    assert_true(voyage_source(trip.images[0], own, &after, &trip.err));
    assert_string_equal(before.text, after.text);
    put("log.keep", "taken back");
    assert_true(voyage_source(trip.images[0], own, &after, &trip.err));
    assert_string_not_equal(before.text, after.text);
    before = after;
    const char *link = arena_printf(&arena, "%s/link", folder).at;
    assert_int_equal(symlink("a", link), 0);
    assert_true(voyage_source(trip.images[0], own, &after, &trip.err));
    assert_string_not_equal(before.text, after.text);
    trip.project.images[0].context = "/tmp/plimsoll-no-such-folder";
    assert_false(voyage_source(trip.images[0], own, &after, &trip.err));
    assert_has(trip.err.text, "build context /tmp/plimsoll-no-such-folder");
}

static void test_from(void **state)
{
    (void)state;
    struct trip trip;
    prepare(&trip, two);
    trip.options.from = true;
    trip.options.first = VOYAGE_GATE;
    assert_false(go(&trip));
    assert_has(trip.err.text, "a: --from gate: lint was never done; start there: plimsoll ship "
                              "--release v1.0.0");
    assert_int_equal(*ran, '\0');
    trip.options.from = false;
    trip.options.first = VOYAGE_LINT;
    refusing = SLICE("gate:b");
    assert_true(go(&trip));
    refusing = SLICE("");
    trip.options.from = true;
    trip.options.first = VOYAGE_PUSH;
    assert_false(go(&trip));
    assert_has(trip.err.text, "a: --from push: test was not done in the last run; start there");
    trip.options.images = &trip.images[1];
    trip.options.image_count = 1;
    trip.options.first = VOYAGE_TAG;
    assert_false(go(&trip));
    assert_has(trip.err.text, "b: --from tag: gate said no in the last run; start there");
    trip.options.first = VOYAGE_GATE;
    assert_true(go(&trip));
    assert_string_equal(ran, "login:b gate:b tag:b push:b deploy:b record:b");
    trip.options.first = VOYAGE_SCAN;
    put("a", "two");
    assert_false(go(&trip));
    assert_has(trip.err.text, "lint passed for something else");
    trip.options.skip = VOYAGE_BIT(VOYAGE_LINT) | VOYAGE_BIT(VOYAGE_PULL);
    assert_false(go(&trip));
    assert_has(trip.err.text, "build passed for something else");
}

static void test_image_gone(void **state)
{
    (void)state;
    struct trip trip;
    prepare(&trip, "registry: r.example\nimages: [{name: a}]");
    failing = SLICE("scan:a");
    assert_true(go(&trip));
    unlink(arena_printf(&arena, "%s/image", trip.voyage.jobs[0].folder).at);
    trip.options.from = true;
    trip.options.first = VOYAGE_SCAN;
    assert_false(go(&trip));
    assert_has(trip.err.text, "build has left no image here any more; start there: plimsoll ship a "
                              "--release v1.0.0 --from build");
    trip.options.from = false;
    trip.options.first = VOYAGE_LINT;
    failing = SLICE("");
    assert_true(go(&trip));
    assert_has(ran, "pull:a build:a scan:a");
}

static void test_bad_record(void **state)
{
    (void)state;
    struct trip trip;
    prepare(&trip, "registry: r.example\nimages: [{name: a}]");
    failing = SLICE("scan:a");
    assert_true(go(&trip));
    assert_int_equal(truncate(trip.voyage.jobs[0].path, 200), 0);
    trip.options.from = true;
    trip.options.first = VOYAGE_SCAN;
    assert_false(go(&trip));
    assert_has(trip.err.text, "lint was never done");
    trip.options.from = false;
    trip.options.first = VOYAGE_LINT;
    failing = SLICE("");
    assert_true(go(&trip));
    assert_has(notes, "it counts for nothing, and is written anew");
    assert_has(ran, "build:a scan:a");
}

/* What the gate said no to may be mended in the base, of which nothing is seen here. */
static void test_after_the_gate(void **state)
{
    (void)state;
    struct trip trip;
    prepare(&trip, "registry: r.example\nimages: [{name: a}]");
    refusing = SLICE("gate:a");
    assert_true(go(&trip));
    refusing = SLICE("");
    assert_true(go(&trip));
    assert_has(ran, "pull:a build:a scan:a gate:a");
    assert_has(notes, "the gate said no to it");
}

static void test_another_release(void **state)
{
    (void)state;
    struct trip trip;
    prepare(&trip, "registry: r.example\nimages: [{name: a, deploy: d}]");
    failing = SLICE("record:a");
    assert_true(go(&trip));
    trip.options.release = SLICE("v1.0.1");
    failing = SLICE("");
    assert_true(go(&trip));
    /* The image has its release in its labels. */
    assert_has(ran, "build:a");
    assert_has(notes, "a: the last run is not taken up: it was for v1.0.0");
    assert_true(slice_equal_str(trip.voyage.jobs[0].record.release, "v1.0.1"));
    /* Whoever says --from means that image. */
    trip.options.release = SLICE("v1.0.2");
    trip.options.from = true;
    trip.options.first = VOYAGE_TAG;
    assert_true(go(&trip));
    assert_string_equal(ran, "login:a tag:a push:a deploy:a record:a");
    assert_has(notes, "was built as v1.0.1, and its label");
    trip.options.release = SLICE("1.0.2");
    assert_true(go(&trip));
    assert_string_equal(notes, "");
}

/* What is advised can be typed as it stands. */
static void test_advice(void **state)
{
    (void)state;
    struct trip trip;
    prepare(&trip, "registry: r.example\nimages: [{name: a}]");
    trip.options.typed = SLICE(" --config 'my file.yaml'");
    failing = SLICE("push:a");
    assert_true(go(&trip));
    assert_string_equal(trip.voyage.jobs[0].next.at,
                        "when that is mended: plimsoll ship a --release v1.0.0 --config "
                        "'my file.yaml' --from push");
    trip.options.verb = "push";
    trip.options.only_built = true;
    assert_true(go(&trip));
    assert_string_equal(trip.voyage.jobs[0].next.at,
                        "when that is mended: plimsoll push a --release v1.0.0 --config "
                        "'my file.yaml'");
    prepare(&trip, two);
    trip.options.named = SLICE(" b a");
    assert_true(go(&trip));
    assert_string_equal(trip.voyage.jobs[0].next.at,
                        "when that is mended: plimsoll ship b a --release v1.0.0");
}

static void test_build_then_push(void **state)
{
    (void)state;
    struct trip trip;
    prepare(&trip, "registry: r.example\nimages: [{name: a}]");
    trip.options.steps =
        VOYAGE_BIT(VOYAGE_LOGIN) | VOYAGE_BIT(VOYAGE_TAG) | VOYAGE_BIT(VOYAGE_PUSH);
    trip.options.only_built = true;
    assert_false(go(&trip));
    assert_has(trip.err.text, "a: nothing was built that could be pushed; first: plimsoll build a");
    struct trip build;
    prepare(&build, "registry: r.example\nimages: [{name: a}]");
    build.options.release = SLICE("");
    build.options.steps = VOYAGE_BIT(VOYAGE_PULL) | VOYAGE_BIT(VOYAGE_BUILD);
    assert_true(go(&build));
    assert_string_equal(ran, "pull:a build:a");
    assert_true(go(&trip));
    assert_string_equal(ran, "login:a tag:a push:a");
    put("a", "two");
    assert_true(go(&trip));
    assert_has(notes, "have changed since it was built");
}

static void test_lock(void **state)
{
    (void)state;
    struct trip first, second;
    prepare(&first, two);
    prepare(&second, two);
    *ran = '\0';
    assert_true(voyage_run(&first.options, steps, &arena, &first.voyage, &first.err));
    assert_false(voyage_run(&second.options, steps, &arena, &second.voyage, &second.err));
    voyage_done(&second.voyage);
    assert_int_equal(second.err.kind, ERROR_BUSY);
    assert_has(second.err.text, "r.example/a is being shipped already by process ");
    voyage_done(&first.voyage);
    assert_true(go(&second));
}

/* A plan writes nothing: not even its folder. */
static void test_plan(void **state)
{
    (void)state;
    struct trip trip;
    prepare(&trip, two);
    assert_true(voyage_plan(&trip.options, steps, &arena, &trip.voyage, &trip.err));
    assert_int_equal(rmdir(state_folder), 0);
    assert_int_equal(trip.voyage.count, 2);
    trip.options.skip = VOYAGE_BIT(VOYAGE_SCAN);
    assert_string_equal(voyage_idle(&trip.voyage.jobs[0], steps, VOYAGE_SCAN),
                        "left out, as asked for");
    assert_string_equal(voyage_idle(&trip.voyage.jobs[1], steps, VOYAGE_TEST), "no test");
    voyage_done(&trip.voyage);
}

static void test_gate(void **state)
{
    (void)state;
    struct trip trip;
    struct slice low = SLICE("low"), none = SLICE("none"), any = SLICE("any");
    prepare(&trip, "images: [{name: a}, {name: b, gate: {fail-on: [critical, kev]}}, {name: c, "
                   "gate: {fail-on: []}}]");
    struct voyage_job jobs[3];
    for (size_t i = 0; i < 3; i++)
        jobs[i] =
            (struct voyage_job){.options = &trip.options, .image = trip.images[i], .arena = &arena};
    assert_string_equal(voyage_gate(&jobs[0]).at, "critical,high");
    assert_true(voyage_gate_is_standard(&jobs[0]));
    assert_string_equal(voyage_gate(&jobs[1]).at, "critical,kev");
    assert_int_equal(voyage_gate(&jobs[2]).len, 0);
    assert_false(voyage_gate_is_standard(&jobs[2]));
    trip.options.fail_on_standard = (struct project_words){&any, 1};
    assert_string_equal(voyage_gate(&jobs[0]).at, "any");
    assert_string_equal(voyage_gate(&jobs[1]).at, "critical,kev");
    trip.options.fail_on = (struct project_words){&low, 1};
    assert_string_equal(voyage_gate(&jobs[1]).at, "low");
    trip.options.fail_on = (struct project_words){&none, 1};
    assert_int_equal(voyage_gate(&jobs[1]).len, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_order, setup, teardown),
        cmocka_unit_test_setup_teardown(test_nothing_is_pushed, setup, teardown),
        cmocka_unit_test_setup_teardown(test_taken_up, setup, teardown),
        cmocka_unit_test_setup_teardown(test_another_input, setup, teardown),
        cmocka_unit_test_setup_teardown(test_context, setup, teardown),
        cmocka_unit_test_setup_teardown(test_from, setup, teardown),
        cmocka_unit_test_setup_teardown(test_image_gone, setup, teardown),
        cmocka_unit_test_setup_teardown(test_bad_record, setup, teardown),
        cmocka_unit_test_setup_teardown(test_after_the_gate, setup, teardown),
        cmocka_unit_test_setup_teardown(test_another_release, setup, teardown),
        cmocka_unit_test_setup_teardown(test_advice, setup, teardown),
        cmocka_unit_test_setup_teardown(test_build_then_push, setup, teardown),
        cmocka_unit_test_setup_teardown(test_lock, setup, teardown),
        cmocka_unit_test_setup_teardown(test_plan, setup, teardown),
        cmocka_unit_test_setup_teardown(test_gate, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
