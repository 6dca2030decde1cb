/* ShellCheck's findings stand where the Dockerfile has them; a program that is missing or hangs is
   no harm. The real one is asked when it is installed. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "lint/shellcheck_run.h"
#include "test.h"

struct fixture {
    struct arena arena;
    struct lint_file file;
    struct dockerfile dockerfile;
    struct dockerfile_model model;
    struct lint_report report;
    struct shellcheck *check;
};

static void open_fixture(struct fixture *fixture, const char *text)
{
    struct error err = {0};
    unsigned line;
    arena_init(&fixture->arena, 16 << 20);
    fixture->report = (struct lint_report){.arena = &fixture->arena};
    assert_true(lint_file_init(&fixture->file, SLICE("Dockerfile"), slice_str(text),
                               LINT_DOCKERFILE, &fixture->arena));
    assert_true(
        dockerfile_parse(&fixture->file, &fixture->arena, &fixture->dockerfile, &line, &err));
    assert_true(
        dockerfile_model_make(&fixture->dockerfile, NULL, &fixture->arena, &fixture->model, &err));
    fixture->check = shellcheck_new(&fixture->arena);
    assert_non_null(fixture->check);
    assert_true(shellcheck_add(fixture->check, &fixture->model, &err));
}

static void expect(const struct fixture *fixture, size_t index, const char *codes, unsigned line,
                   unsigned column, unsigned end_line, unsigned end_column)
{
    assert_true(index < fixture->report.count);
    const struct lint_finding *finding = fixture->report.findings[index];
    assert_true(slice_equal_str(finding->codes, codes));
    assert_int_equal(finding->line, line);
    assert_int_equal(finding->column, column);
    assert_int_equal(finding->end_line, end_line);
    assert_int_equal(finding->end_column, end_column);
}

static const char dockerfile_text[] = "FROM alpine\n"
                                      "ENV FOO=1\n"
                                      "RUN ä=1 && \\\n"
                                      "  # why\n"
                                      "\techo $ü $x && \\\n"
                                      "  cd /y\n"
                                      "RUN <<EOF\n"
                                      "#!/bin/bash\n"
                                      "echo $y\n"
                                      "EOF\n"
                                      "RUN cat <<A > /x && echo $z\n"
                                      "$(ls)\n"
                                      "A\n"
                                      "RUN [\"sh\", \"-c\", \"echo $x\"]\n"
                                      "SHELL [\"powershell\", \"-Command\"]\n"
                                      "RUN echo $x\n";

static void places_are_mapped(void **state)
{
    (void)state;
    struct fixture f;
    struct error err = {0};
    open_fixture(&f, dockerfile_text);
    assert_int_equal(f.check->count, 3);
    struct slice first = f.check->scripts[0]->text;
    assert_true(slice_starts(first, SLICE("#!/bin/sh\nexport ")));
    assert_true(slice_search(first, SLICE(" FOO=1")) < first.len);
    assert_true(slice_starts(f.check->scripts[1]->text, SLICE("#!/bin/bash\n")));
    const char *line = strstr(first.at, "\n\xc3\xa4") ? "3" : NULL;
    assert_non_null(line);
    /* Line 3 of script 0 is "ä=1 && <tab>echo $ü $x &&   cd /y": characters, not bytes. */
    static const char said[] =
        "{\"comments\":["
        "{\"file\":\"0\",\"line\":3,\"endLine\":3,\"column\":14,\"endColumn\":16,\"level\":"
        "\"info\","
        "\"code\":2086,\"message\":\"quote \\\"it\\\"\",\"fix\":{\"replacements\":[{}]}},"
        "{\"file\":\"0\",\"line\":3,\"endLine\":3,\"column\":25,\"endColumn\":30,\"level\":"
        "\"error\","
        "\"code\":2164,\"message\":\"x\",\"fix\":null},"
        "{\"file\":\"0\",\"line\":2,\"endLine\":2,\"column\":1,\"endColumn\":2,\"level\":\"style\","
        "\"code\":1,\"message\":\"of our own line\"},"
        "{\"file\":\"1\",\"line\":3,\"endLine\":3,\"column\":6,\"endColumn\":8,\"level\":\"style\","
        "\"code\":2,\"message\":\"y\"},"
        "{\"file\":\"2\",\"line\":4,\"endLine\":4,\"column\":1,\"endColumn\":6,\"level\":"
        "\"warning\","
        "\"code\":3,\"message\":\"z\"},"
        "{\"file\":\"9\",\"line\":4,\"code\":3,\"message\":\"no such file\"},"
        "{\"file\":\"2\",\"line\":4000000000,\"column\":99,\"code\":4,\"message\":\"far away\"}]}";
    assert_true(shellcheck_read(f.check, slice_str(said), &f.report, &err));
    expect(&f, 0, "SC2086", 5, 7, 5, 10);
    expect(&f, 1, "SC2164", 6, 3, 6, 8);
    expect(&f, 2, "SC2", 9, 6, 9, 8);
    expect(&f, 3, "SC3", 12, 1, 12, 6);
    assert_int_equal(f.report.findings[0]->severity, LINT_INFO);
    assert_int_equal(f.report.findings[1]->severity, LINT_ERROR);
    assert_true(slice_equal_str(f.report.findings[0]->message, "quote \"it\""));
    assert_false(shellcheck_read(f.check, SLICE("{\"comments\":[{]"), &f.report, &err));
    arena_done(&f.arena);
}

static void equal_scripts_are_one(void **state)
{
    (void)state;
    struct fixture f;
    struct error err = {0};
    open_fixture(&f, "FROM a\nRUN echo $x\nFROM b\nRUN echo $x\n");
    assert_int_equal(f.check->count, 1);
    static const char said[] = "{\"comments\":[{\"file\":\"0\",\"line\":3,\"endLine\":3,"
                               "\"column\":6,\"endColumn\":8,\"code\":2086,\"message\":\"q\"}]}";
    assert_true(shellcheck_read(f.check, slice_str(said), &f.report, &err));
    assert_int_equal(f.report.count, 2);
    expect(&f, 0, "SC2086", 4, 10, 4, 12);
    expect(&f, 1, "SC2086", 2, 10, 2, 12);
    arena_done(&f.arena);
}

static void the_real_one_is_asked(void **state)
{
    (void)state;
    struct fixture f;
    struct error err = {0};
    bool absent;
    open_fixture(&f,
                 "FROM a\nARG known\nRUN echo $known && \\\n  cd $unknown && \\\n  ls | grep 'a\n");
    assert_true(shellcheck_run(f.check, &f.report, &absent, &err));
    arena_done(&f.arena);
    open_fixture(&f, "FROM a\nARG known\nRUN echo $known && \\\n  echo $unknown\n"
                     "RUN cat <<EOF > /x\n$(a)\nEOF\nSHELL [\"/bin/ash\", \"-c\"]\nRUN ls\n");
    assert_true(shellcheck_run(f.check, &f.report, &absent, &err));
    if (absent)
        skip();
    assert_int_equal(f.report.count, 2);
    for (size_t i = 0; i < 2; i++) {
        bool unset = slice_equal_str(f.report.findings[i]->codes, "SC2154");
        expect(&f, i, unset ? "SC2154" : "SC2086", 4, 8, 4, 16);
        assert_int_equal(f.report.findings[i]->severity, unset ? LINT_WARNING : LINT_INFO);
    }
    arena_done(&f.arena);
}

/* A program of this name in a folder of its own; the folder is the whole PATH. */
static void fake(const char *script, char folder[64])
{
    char path[100];
    struct error err = {0};
    strncpy(folder, "/tmp/shellcheck-test.XXXXXX", 64);
    assert_non_null(mkdtemp(folder));
    if (script) {
        snprintf(path, sizeof path, "%s/shellcheck", folder);
        assert_true(file_write(path, slice_str(script), &err));
        assert_int_equal(chmod(path, 0755), 0);
    }
    setenv("PATH", folder, 1);
}

static bool run_fake(const char *script, unsigned seconds, struct error *err, bool *absent)
{
    char folder[64], path[100];
    struct fixture f;
    open_fixture(&f, "FROM a\nRUN ls\n");
    f.check->seconds = seconds;
    char *before = strdup(getenv("PATH"));
    fake(script, folder);
    bool done = shellcheck_run(f.check, &f.report, absent, err);
    setenv("PATH", before, 1);
    free(before);
    snprintf(path, sizeof path, "%s/shellcheck", folder);
    unlink(path);
    rmdir(folder);
    arena_done(&f.arena);
    return done;
}

static void other_programs_do_no_harm(void **state)
{
    (void)state;
    struct error err = {0};
    bool absent;
    assert_true(run_fake(NULL, 30, &err, &absent));
    assert_true(absent);
    assert_false(run_fake("#!/bin/sh\nexec /bin/sleep 1000\n", 0, &err, &absent));
    assert_non_null(strstr(err.text, "no answer"));
    assert_false(run_fake("#!/bin/sh\necho nonsense\n", 30, &err, &absent));
    assert_false(absent);
    assert_false(run_fake("#!/bin/sh\nexit 3\n", 30, &err, &absent));
    assert_true(run_fake("#!/bin/sh\necho '{\"comments\":[]}'\n", 30, &err, &absent));
}

static void too_many_bodies_are_told(void **state)
{
    (void)state;
    static char text[20000] = "FROM a\n";
    struct fixture f;
    struct error err = {0};
    bool absent;
    char folder[64];
    size_t at = strlen(text);
    for (unsigned i = 0; i < SHELLCHECK_SCRIPTS_MAX + 7; i++)
        at += (size_t)snprintf(text + at, sizeof text - at, "RUN echo %u\n", i);
    open_fixture(&f, text);
    assert_int_equal(f.check->count, SHELLCHECK_SCRIPTS_MAX);
    char *before = strdup(getenv("PATH"));
    fake("#!/bin/sh\necho '{\"comments\":[]}'\n", folder);
    assert_true(shellcheck_run(f.check, &f.report, &absent, &err));
    setenv("PATH", before, 1);
    free(before);
    assert_int_equal(f.report.note_count, 1);
    assert_true(slice_starts(f.report.notes[0].text, SLICE("7 RUN bodies were left out")));
    char path[100];
    snprintf(path, sizeof path, "%s/shellcheck", folder);
    unlink(path);
    rmdir(folder);
    arena_done(&f.arena);
}

static void codes_are_known(void **state)
{
    (void)state;
    assert_true(shellcheck_is_code(SLICE("SC2086")));
    assert_true(shellcheck_is_code(SLICE("sc1")));
    assert_false(shellcheck_is_code(SLICE("SC")));
    assert_false(shellcheck_is_code(SLICE("SC20x")));
    assert_false(shellcheck_is_code(SLICE("DL3008")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(places_are_mapped),     cmocka_unit_test(equal_scripts_are_one),
        cmocka_unit_test(the_real_one_is_asked), cmocka_unit_test(other_programs_do_no_harm),
        cmocka_unit_test(codes_are_known),       cmocka_unit_test(too_many_bodies_are_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
