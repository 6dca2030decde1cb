/* The broker with children that die, lie, or hang; none of them is the real one. */
#include "scan/broker.h"

#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "image/source.h"
#include "scan/wire.h"

static const char stored[] = "the bytes of a layer, as stored";

struct fixture {
    struct arena arena;
    struct image image;
    struct layer layers[3];
    struct broker_layer broker[3];
    struct broker_options options;
    struct error err;
    FILE *file;
};

static void fixture_init(struct fixture *f, void (*child)(const struct child_job *job))
{
    *f = (struct fixture){.options = {.child = child, .idle_seconds = 30}};
    arena_init(&f->arena, 64 << 20);
    f->file = tmpfile();
    assert_non_null(f->file);
    fputs(stored, f->file);
    fflush(f->file);
    for (int i = 0; i < 3; i++) {
        f->layers[i].fd = fileno(f->file);
        f->layers[i].size = strlen(stored);
        sha256_of(slice_str(stored), &f->layers[i].digest);
        f->broker[i] =
            (struct broker_layer){.image = &f->image, .layer = &f->layers[i], .verify = true};
    }
}

static bool run(struct fixture *f)
{
    bool fine = broker_read_layers(f->broker, 3, &f->options, &f->arena, &f->err);
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1); /* no child is left, dead or alive */
    return fine;
}

static void fixture_done(struct fixture *f)
{
    fclose(f->file);
    arena_done(&f->arena);
}

static void answer(const struct child_job *job, size_t layer, enum wire_kind kind,
                   struct slice payload)
{
    wire_write(job->answers, &(struct wire_record){kind, layer, 0, payload});
}

static void answer_well(const struct child_job *job, size_t layer)
{
    struct arena arena;
    struct error err;
    struct slice bytes;
    struct package package = {.type = PACKAGE_APK,
                              .name = SLICE("musl"),
                              .version = SLICE("1"),
                              .source = SLICE("musl"),
                              .source_version = SLICE("1"),
                              .path = SLICE("lib/apk/db/installed")};
    struct analysis analysis = {.packages = &package, .package_count = 1};
    arena_init(&arena, 1 << 20);
    if (!analysis_encode(&analysis, &arena, &bytes, &err))
        _exit(9);
    answer(job, layer, WIRE_STARTED, (struct slice){NULL, 0});
    answer(job, layer, WIRE_ANALYSIS, bytes);
}

static void child_good(const struct child_job *job)
{
    for (size_t i = 0; i < job->count; i++)
        answer_well(job, job->layers[i].index);
}

static void test_good_child(void **state)
{
    (void)state;
    struct fixture f;
    fixture_init(&f, child_good);
    if (!run(&f))
        fail_msg("%s", f.err.text);
    for (int i = 0; i < 3; i++) {
        assert_true(f.broker[i].told && f.broker[i].verified);
        assert_int_equal(f.broker[i].analysis.package_count, 1);
        assert_true(slice_equal_str(f.broker[i].analysis.packages[0].name, "musl"));
    }
    fixture_done(&f);
}

static void test_wrong_digest_is_the_layers_error(void **state)
{
    (void)state;
    struct fixture f;
    fixture_init(&f, child_good);
    f.layers[1].digest.text[10] ^= 1;
    assert_true(run(&f));
    assert_int_equal(f.broker[1].error.kind, ERROR_DIGEST);
    assert_false(f.broker[1].verified);
    assert_int_equal(f.broker[0].error.kind, ERROR_NONE);
    fixture_done(&f);
}

static void test_not_asked_to_verify(void **state)
{
    (void)state;
    struct fixture f;
    fixture_init(&f, child_good);
    f.broker[0].verify = false;
    assert_true(run(&f));
    assert_true(f.broker[0].told);
    assert_false(f.broker[0].verified);
    fixture_done(&f);
}

static void child_dies(const struct child_job *job)
{
    answer_well(job, 0);
    answer(job, 1, WIRE_STARTED, (struct slice){NULL, 0});
    signal(SIGSEGV, SIG_DFL);
    raise(SIGSEGV);
}

static void child_exits(const struct child_job *job)
{
    answer(job, 1, WIRE_STARTED, (struct slice){NULL, 0});
    _exit(7);
}

static void child_is_silent(const struct child_job *job)
{
    answer(job, 2, WIRE_STARTED, (struct slice){NULL, 0});
    for (;;)
        pause();
}

static void child_lingers(const struct child_job *job)
{
    child_good(job);
    for (;;)
        pause();
}

static void child_closes_and_lingers(const struct child_job *job)
{
    close(job->answers);
    for (;;)
        pause();
}

static void child_says_garbage(const struct child_job *job)
{
    char noise[4096];
    memset(noise, 0x5a, sizeof noise);
    while (write(job->answers, noise, sizeof noise) > 0)
        ;
}

static void child_names_wrong_layer(const struct child_job *job)
{
    answer_well(job, 77);
}

static void child_says_a_layer_twice(const struct child_job *job)
{
    answer_well(job, 0);
    answer_well(job, 0);
}

static void child_sends_bad_analysis(const struct child_job *job)
{
    answer(job, 0, WIRE_ANALYSIS, SLICE("this is no analysis, whatever its record says"));
}

static void child_promises_too_much(const struct child_job *job)
{
    /* A header alone, by hand: 100 GB are to come. */
    struct {
        uint32_t magic, kind;
        uint64_t layer, value, len;
    } header = {0x4c4d4953, WIRE_ANALYSIS, 0, 0, UINT64_C(100) << 30};
    (void)!write(job->answers, &header, sizeof header);
    for (;;)
        pause();
}

static void child_cuts_a_record(const struct child_job *job)
{
    (void)!write(job->answers, "SIML", 4);
}

static void expect_failure(void (*child)(const struct child_job *job), const char *word)
{
    struct fixture f;
    fixture_init(&f, child);
    f.options.idle_seconds = 1;
    assert_false(run(&f));
    assert_int_equal(f.err.kind, ERROR_INTERNAL);
    if (!strstr(f.err.text, word))
        fail_msg("\"%s\" is not in: %s", word, f.err.text);
    fixture_done(&f);
}

static void test_child_that_dies(void **state)
{
    (void)state;
    expect_failure(child_dies, "signal 11");
    expect_failure(child_dies, "reading layer sha256:");
    expect_failure(child_exits, "status 7");
}

static void test_child_that_hangs(void **state)
{
    (void)state;
    expect_failure(child_is_silent, "says nothing");
    expect_failure(child_promises_too_much, "nonsense: length");
    expect_failure(child_closes_and_lingers, "signal 9");
}

static void test_child_that_lingers_is_no_failure(void **state)
{
    (void)state;
    struct fixture f;
    fixture_init(&f, child_lingers);
    assert_true(run(&f));
    fixture_done(&f);
}

static void test_child_that_lies(void **state)
{
    (void)state;
    expect_failure(child_says_garbage, "nonsense: mark");
    expect_failure(child_names_wrong_layer, "nonsense: layer");
    expect_failure(child_says_a_layer_twice, "a layer twice");
    expect_failure(child_sends_bad_analysis, "nonsense");
    expect_failure(child_cuts_a_record, "middle of a word");
}

static void child_fails_a_layer(const struct child_job *job)
{
    answer_well(job, 0);
    answer(job, 1, WIRE_FAILURE, SLICE("not a tar header at byte 0"));
    answer_well(job, 2);
}

static void test_failure_of_one_layer(void **state)
{
    (void)state;
    struct fixture f;
    fixture_init(&f, child_fails_a_layer);
    assert_true(run(&f));
    assert_true(f.broker[1].analysis.partial);
    assert_true(slice_equal_str(f.broker[1].analysis.notes[0].text, "not a tar header at byte 0"));
    assert_false(f.broker[0].analysis.partial);
    fixture_done(&f);
}

/* A source whose layers must be fetched. */
static bool fetch(struct source *source, const struct image *image, const struct layer *layer,
                  struct arena *arena, struct stream **stream, struct error *err)
{
    (void)source;
    (void)image;
    if (layer->offset)
        return error_set(err, ERROR_NETWORK, "connection cut");
    *stream = stream_of_memory(arena, slice_str(stored), err);
    return *stream != NULL;
}

static void child_reads_pipes(const struct child_job *job)
{
    for (size_t i = 0; i < job->count; i++) {
        char bytes[100];
        ssize_t total = 0, got;
        while ((got = read(job->layers[i].fd, bytes + total, sizeof bytes - (size_t)total)) > 0)
            total += got;
        if ((size_t)total == strlen(stored) && memcmp(bytes, stored, strlen(stored)) == 0)
            answer_well(job, i);
        else
            answer(job, i, WIRE_FAILURE, SLICE("other bytes"));
    }
}

static void test_fetched_layers(void **state)
{
    (void)state;
    struct fixture f;
    fixture_init(&f, child_reads_pipes);
    const struct source_ops ops = {"test", fetch, NULL};
    struct source source = {&ops};
    f.image.source = &source;
    for (int i = 0; i < 3; i++)
        f.layers[i].fd = -1;
    assert_true(run(&f));
    for (int i = 0; i < 3; i++)
        assert_true(f.broker[i].verified && f.broker[i].told && !f.broker[i].analysis.partial);
    fixture_done(&f);
}

static void test_fetched_layer_that_fails(void **state)
{
    (void)state;
    struct fixture f;
    fixture_init(&f, child_reads_pipes);
    const struct source_ops ops = {"test", fetch, NULL};
    struct source source = {&ops};
    f.image.source = &source;
    for (int i = 0; i < 3; i++)
        f.layers[i].fd = -1;
    f.layers[1].offset = 1;
    assert_true(run(&f));
    assert_int_equal(f.broker[1].error.kind, ERROR_NETWORK);
    assert_true(f.broker[1].told && f.broker[1].analysis.partial);
    assert_int_equal(f.broker[0].error.kind, ERROR_NONE);
    fixture_done(&f);
}

static void test_fetched_layers_nobody_reads(void **state)
{
    (void)state;
    struct fixture f;
    fixture_init(&f, child_good);
    const struct source_ops ops = {"test", fetch, NULL};
    struct source source = {&ops};
    f.image.source = &source;
    for (int i = 0; i < 3; i++)
        f.layers[i].fd = -1;
    f.layers[2].size = 3; /* and one is longer than its manifest says */
    assert_true(run(&f));
    assert_int_equal(f.broker[0].error.kind, ERROR_NONE);
    assert_int_equal(f.broker[2].error.kind, ERROR_DIGEST);
    fixture_done(&f);
}

static void child_counts_descriptors(const struct child_job *job)
{
    for (int fd = 3; fd < 64; fd++)
        if (fd != job->answers && fd != job->layers[0].fd && fcntl(fd, F_GETFD) >= 0)
            _exit(5);
    child_good(job);
}

static void test_child_has_no_other_descriptors(void **state)
{
    (void)state;
    struct fixture f;
    fixture_init(&f, child_counts_descriptors);
    int extra = dup(0);
    if (!run(&f))
        fail_msg("%s", f.err.text);
    close(extra);
    fixture_done(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_good_child),
        cmocka_unit_test(test_wrong_digest_is_the_layers_error),
        cmocka_unit_test(test_not_asked_to_verify),
        cmocka_unit_test(test_child_that_dies),
        cmocka_unit_test(test_child_that_hangs),
        cmocka_unit_test(test_child_that_lingers_is_no_failure),
        cmocka_unit_test(test_child_that_lies),
        cmocka_unit_test(test_failure_of_one_layer),
        cmocka_unit_test(test_fetched_layers),
        cmocka_unit_test(test_fetched_layer_that_fails),
        cmocka_unit_test(test_fetched_layers_nobody_reads),
        cmocka_unit_test(test_child_has_no_other_descriptors),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
