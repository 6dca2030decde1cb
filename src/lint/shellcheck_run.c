/* Runs shellcheck over a temporary folder of scripts, and reads what it says. */
#include "lint/shellcheck_run.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/json.h"
#include "base/process.h"

enum { BATCH_MAX = 500, OUTPUT_MAX = 64 << 20, SECONDS_ALL = 120 };

void shellcheck_free(char *text)
{
    free(text);
}

static void read_comment(const struct shellcheck *check, struct json_reader *reader,
                         struct lint_report *report)
{
    struct shellcheck_comment said = {.script = SIZE_MAX, .severity = LINT_WARNING};
    struct slice name, text;
    double number;
    while (json_member(reader, &name)) {
        uint64_t index;
        if (slice_equal_str(name, "file")) {
            if (json_string(reader, &text) && slice_u64(text, &index))
                said.script = (size_t)index;
        } else if (slice_equal_str(name, "level")) {
            if (json_string(reader, &text))
                lint_severity_parse(text, &said.severity);
        } else if (slice_equal_str(name, "message")) {
            json_string(reader, &said.message);
        } else if (slice_equal_str(name, "fix")) {
            json_skip(reader);
        } else if (json_number(reader, &number) && number >= 0 && number < 1e9) {
            unsigned *to = slice_equal_str(name, "line")        ? &said.line
                           : slice_equal_str(name, "column")    ? &said.column
                           : slice_equal_str(name, "endLine")   ? &said.end_line
                           : slice_equal_str(name, "endColumn") ? &said.end_column
                           : slice_equal_str(name, "code")      ? &said.code
                                                                : NULL;
            if (to)
                *to = (unsigned)number;
        }
    }
    if (said.script < check->count && said.code && !reader->failed)
        shellcheck_tell(check->scripts[said.script], &said, report);
}

bool shellcheck_read(const struct shellcheck *check, struct slice output,
                     struct lint_report *report, struct error *err)
{
    struct json_reader reader;
    struct slice name;
    json_reader_init(&reader, output, report->arena);
    if (json_enter_object(&reader))
        while (json_member(&reader, &name)) {
            if (!slice_equal_str(name, "comments")) {
                json_skip(&reader);
                continue;
            }
            if (json_enter_array(&reader))
                while (json_more(&reader))
                    if (json_enter_object(&reader))
                        read_comment(check, &reader, report);
        }
    return json_finish(&reader, err);
}

static const char *const *make_arguments(struct arena *arena, size_t first, size_t last)
{
    static const char *const options[] = {"shellcheck",           "--norc", "-f", "json1", "-e",
                                          "SC2187,SC1090,SC1091", "--"};
    size_t count = sizeof options / sizeof *options;
    const char **arguments = arena_array(arena, count + (last - first) + 1, sizeof *arguments);
    if (!arguments)
        return NULL;
    memcpy(arguments, options, sizeof options);
    for (size_t i = first; i < last; i++) {
        arguments[count] = arena_printf(arena, "%zu", i).at;
        if (!arguments[count++])
            return NULL;
    }
    return arguments;
}

static bool ask(const struct shellcheck *check, const char *folder, size_t first, size_t last,
                struct lint_report *report, bool *absent, struct error *err)
{
    /* Its messages have quotes that no ASCII locale can write; its options of the user's do not
       hold here. */
    static const char *const environment[] = {"LC_ALL=C.UTF-8", "SHELLCHECK_OPTS", NULL};
    CLEANUP_ARENA struct arena arena;
    arena_init(&arena, 256 << 20);
    struct process_options options = {.argv = make_arguments(&arena, first, last),
                                      .environment = environment,
                                      .folder = folder,
                                      .seconds =
                                          check->seconds ? check->seconds : 1, /* 0: no limit */
                                      .output_max = OUTPUT_MAX};
    struct process_result result;
    if (!options.argv)
        return arena_error(err);
    if (!process_run(&options, &arena, &result, err)) {
        *absent = err->kind == ERROR_NOT_FOUND;
        return *absent;
    }
    if (result.timed_out)
        return error_set(err, ERROR_IO, "shellcheck: no answer within %u seconds", check->seconds);
    if (result.output.len == OUTPUT_MAX)
        return error_set(err, ERROR_LIMIT, "shellcheck: an answer of over %d bytes", OUTPUT_MAX);
    return shellcheck_read(check, result.output, report, err) ||
           error_add(err, "shellcheck's answer");
}

static bool write_script(const char *folder, const struct shellcheck_script *script,
                         struct error *err)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/%zu", folder, script->index);
    CLEANUP_FD int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0)
        return error_errno(err, "writing %s", path);
    return file_write_fd(fd, script->text.at, script->text.len, err);
}

static void remove_scripts(const char *folder, size_t first, size_t last)
{
    char path[4096];
    for (size_t i = first; i < last; i++) {
        snprintf(path, sizeof path, "%s/%zu", folder, i);
        unlink(path);
    }
}

static bool make_folder(char *folder, size_t size, struct error *err)
{
    const char *base = getenv("TMPDIR");
    int length = snprintf(folder, size, "%s/plimsoll-shellcheck.XXXXXX",
                          base && *base == '/' ? base : "/tmp");
    if (length < 0 || (size_t)length >= size)
        return error_set(err, ERROR_LIMIT, "TMPDIR is too long");
    return mkdtemp(folder) || error_errno(err, "making %s", folder);
}

/* One call of the program: its scripts are there no longer than it runs. */
static bool run_batch(const struct shellcheck *check, const char *folder, size_t first, size_t last,
                      struct lint_report *report, bool *absent, struct error *err)
{
    bool done = true;
    for (size_t i = first; i < last && done; i++)
        done = write_script(folder, check->scripts[i], err);
    done = done && ask(check, folder, first, last, report, absent, err);
    remove_scripts(folder, first, last);
    return done;
}

static bool run_batches(const struct shellcheck *check, const char *folder,
                        struct lint_report *report, bool *absent, struct error *err)
{
    double deadline = clock_monotonic() + SECONDS_ALL;
    for (size_t i = 0; i < check->count && !*absent; i += BATCH_MAX) {
        size_t last = check->count - i > BATCH_MAX ? i + BATCH_MAX : check->count;
        if (clock_monotonic() > deadline)
            return error_set(err, ERROR_LIMIT,
                             "%zu of %zu RUN bodies were not looked at within %d seconds",
                             check->count - i, check->count, SECONDS_ALL);
        if (!run_batch(check, folder, i, last, report, absent, err))
            return false;
    }
    return true;
}

bool shellcheck_run(struct shellcheck *check, struct lint_report *report, bool *absent,
                    struct error *err)
{
    char folder[2048];
    *absent = false;
    if (!check->count)
        return true;
    if (!make_folder(folder, sizeof folder, err))
        return false;
    bool done = run_batches(check, folder, report, absent, err);
    rmdir(folder);
    if (check->left_out && !*absent)
        lint_note(report, SLICE("shellcheck"),
                  "%zu RUN bodies were left out: it is shown %d of a file, up to %d KiB each",
                  check->left_out, SHELLCHECK_SCRIPTS_MAX, SHELLCHECK_SCRIPT_MAX / 1024);
    return done;
}
