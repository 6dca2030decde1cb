/* What becomes of findings once all files were looked at. */
#include <stdlib.h>

#include "base/clock.h"
#include "lint/run_parts.h"
#include "scan/glob.h"

/* ---- exceptions ---- */

static struct slice without_slash(struct slice path)
{
    while (path.len && path.at[0] == '/')
        path = slice_from(path, 1);
    return path;
}

/* A path of an exception is one of the working folder, or of the folder that the exceptions lie
   in. */
static bool path_matches(const struct exception *exception, const struct exceptions *exceptions,
                         struct slice path, struct slice absolute, struct arena *arena)
{
    if (!exception->path.len)
        return true;
    struct slice pattern = without_slash(exception->path), rest = absolute;
    if (glob_match(pattern, without_slash(path), '/'))
        return true;
    struct slice file = path_absolute(slice_str(exceptions->file), arena);
    struct slice folder = slice_upto(file, slice_find_last(file, '/'));
    if (!slice_starts(absolute, folder))
        return false;
    rest = without_slash(slice_from(absolute, folder.len));
    return glob_match(pattern, rest, '/');
}

/* One that names an image is for that image, whether or not files are looked at, too. */
static bool is_for_image(const struct run *run, const struct exception *exception)
{
    return !exception->image.len ||
           (run->image.len && exception_is_for_image(exception, run->image));
}

static void except(struct run *run, struct exceptions *exceptions, const struct run_file *file,
                   struct lint_finding *finding, int64_t now)
{
    for (size_t i = 0; i < exceptions->count; i++) {
        struct exception *exception = &exceptions->items[i];
        if (!exception->rule.len || !is_for_image(run, exception) ||
            !lint_rule_is(finding->rule, finding->codes, exception->rule) ||
            !path_matches(exception, exceptions, finding->path,
                          file ? file->absolute : finding->path, run->arena))
            continue;
        exception->uses++;
        if (finding->suppressed || exception_expired(exception, now))
            continue;
        finding->suppressed = true;
        finding->suppression = exception->location;
        finding->reason = exception->reason;
    }
}

/* One that is for files that were not looked at is not unused. */
static bool is_for_these_files(const struct run *run, const struct exceptions *exceptions,
                               const struct exception *exception)
{
    if (run->image.len)
        return exception->image.len > 0;
    for (size_t i = 0; i < run->file_count; i++)
        if (path_matches(exception, exceptions, run->files[i]->file.path, run->files[i]->absolute,
                         run->arena))
            return true;
    return false;
}

static void note_exceptions(struct run *run, const struct exceptions *exceptions, int64_t now)
{
    struct lint_report *report = &run->result->report;
    for (size_t i = 0; i < exceptions->count; i++) {
        const struct exception *exception = &exceptions->items[i];
        if (!exception->rule.len || !is_for_image(run, exception) ||
            !is_for_these_files(run, exceptions, exception))
            continue;
        if (exception_expired(exception, now))
            lint_note(report, exception->location,
                      "exception for %.*s expired on %.*s and counts no more",
                      SLICE_ARG(exception->rule), SLICE_ARG(exception->expires));
        else if (!exception->uses)
            lint_note(report, exception->location, "exception for %.*s matches nothing here",
                      SLICE_ARG(exception->rule));
    }
}

/* ---- one finding ---- */

static struct run_file *file_of(struct run *run, const struct lint_finding *finding)
{
    /* lint_file is run_file's first member. */
    (void)run;
    return finding->file ? (struct run_file *)(uintptr_t)finding->file : NULL;
}

/* For findings of no file: of an image, or of what lies around a Dockerfile. */
static const struct lint_settings *settings_of_path(struct run *run, struct slice path)
{
    const struct lint_settings *settings = run->image_settings;
    struct error ignored; /* the folder's files were read for the Dockerfile before */
    if (!settings && !settings_find(&run->store, path, &settings, &ignored))
        return NULL;
    return settings;
}

/* Rules of proxies do not ask who is enabled, and codes can be switched off one by one. */
static bool judge(struct run *run, struct exceptions *exceptions, struct lint_finding *finding,
                  int64_t now)
{
    const struct run_file *file = file_of(run, finding);
    if (!file) {
        const struct lint_settings *settings = settings_of_path(run, finding->path);
        struct slice absolute =
            run->image_settings ? finding->path : path_absolute(finding->path, run->arena);
        if (settings && !settings_judge(settings, run->options, absolute, finding))
            return false;
    }
    if (file) {
        if (!run_enabled(file, finding->rule))
            return false;
        if (!settings_judge(file->settings, run->options, file->absolute, finding))
            return false;
        if (!file->settings->no_comments)
            ignore_apply(&file->ignores, finding);
    }
    except(run, exceptions, file, finding, now);
    return true;
}

static int by_place(const void *a, const void *b)
{
    const struct lint_finding *x = *(const struct lint_finding *const *)a,
                              *y = *(const struct lint_finding *const *)b;
    int order = slice_compare(x->path, y->path);
    if (!order)
        order = (x->line > y->line) - (x->line < y->line);
    if (!order)
        order = (x->column > y->column) - (x->column < y->column);
    if (!order)
        order = slice_compare(slice_str(x->rule->id), slice_str(y->rule->id));
    return order ? order : slice_compare(x->message, y->message);
}

static bool is_same(const struct lint_finding *a, const struct lint_finding *b)
{
    return a->rule == b->rule && a->file == b->file && a->line == b->line &&
           a->column == b->column && slice_equal(a->path, b->path) &&
           slice_equal(a->message, b->message) && slice_equal(a->codes, b->codes);
}

static void count(struct run *run)
{
    struct lint_result *result = run->result;
    for (size_t i = 0; i < result->report.count; i++) {
        const struct lint_finding *finding = result->report.findings[i];
        if (finding->suppressed) {
            result->suppressed++;
            continue;
        }
        const struct run_file *file = file_of(run, finding);
        enum lint_severity gate = LINT_WARNING;
        bool never = false;
        if (file) {
            gate = file->settings->fail_on;
            never = file->settings->no_fail;
        } else if (settings_of_path(run, finding->path)) {
            gate = settings_of_path(run, finding->path)->fail_on;
            never = settings_of_path(run, finding->path)->no_fail;
        } else if (run->options->fail_on_given) {
            gate = run->options->fail_on;
            never = gate == LINT_OFF;
        }
        result->counts[finding->severity]++;
        result->fixable += finding->edit_count > 0;
        result->failing += !never && finding->severity >= gate;
    }
}

static int by_file(const void *a, const void *b)
{
    return slice_compare(((const struct lint_looked *)a)->file->path,
                         ((const struct lint_looked *)b)->file->path);
}

bool run_judge(struct run *run, struct error *err)
{
    struct lint_report *report = &run->result->report;
    struct exceptions exceptions = {.count = 0};
    int64_t now = clock_now();
    if (run->options->exceptions &&
        !exceptions_load(run->options->exceptions, run->arena, &exceptions, err))
        return false;
    for (size_t i = 0; i < run->file_count; i++)
        ignore_check(&run->files[i]->ignores, &run->files[i]->file,
                     run_enabled(run->files[i], &rule_inline_ignore), report);
    size_t kept = 0;
    for (size_t i = 0; i < report->count; i++)
        if (judge(run, &exceptions, report->findings[i], now))
            report->findings[kept++] = report->findings[i];
    report->count = kept;
    note_exceptions(run, &exceptions, now);
    if (report->count)
        qsort(report->findings, report->count, sizeof(struct lint_finding *), by_place);
    kept = 0;
    for (size_t i = 0; i < report->count; i++)
        if (!kept || !is_same(report->findings[kept - 1], report->findings[i]))
            report->findings[kept++] = report->findings[i];
    report->count = kept;
    run_hide_secrets(run);
    if (run->result->file_count)
        qsort(run->result->files, run->result->file_count, sizeof *run->result->files, by_file);
    count(run);
    return !report->failed || arena_error(err);
}
