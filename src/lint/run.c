/*
 * The way of a lint: see lint.h.
 *
 *   files (discover) ── read ──> job arena: bytes, findings, ignore comments
 *                          └──> parse, model, rules in a scratch arena that the next file reuses
 *   behind the last file: severities, configuration, comments, exceptions; sorted; counted
 */
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "lint/base_image.h"
#include "lint/discover.h"
#include "lint/run_parts.h"
#include "lint/shellcheck.h"

enum { READ_MAX = DOCKERFILE_SIZE_MAX };
enum { FINDINGS_MAX = 10000, SCRATCH_LEFT = 8 << 20 };
#define SCRATCH_LIMIT ((size_t)1 << 30)

bool lint_read(struct slice path, struct arena *arena, struct slice *bytes, struct error *err)
{
    const char *name = arena_string(arena, path);
    if (!name)
        return arena_error(err);
    if (!slice_equal_str(path, "-"))
        return file_read(name, READ_MAX, arena, bytes, err);
    return file_read_fd(STDIN_FILENO, READ_MAX, arena, bytes, err) ||
           error_add(err, "standard input");
}

static bool read_bytes(struct run *run, struct slice path, struct slice *bytes, struct error *err)
{
    for (size_t i = 0; i < run->options->overlay_count; i++)
        if (slice_equal(run->options->overlays[i].path, path)) {
            *bytes = run->options->overlays[i].bytes;
            return true;
        }
    return lint_read(path, run->arena, bytes, err);
}

static bool is_binary(struct slice bytes)
{
    enum { LOOK = 8192 };
    bytes = slice_upto(bytes, LOOK);
    return slice_find(bytes, '\0') < bytes.len;
}

struct run_file *run_add_file(struct run *run, struct slice path, struct slice bytes, unsigned kind,
                              struct error *err)
{
    struct run_file *file = arena_new(run->arena, struct run_file);
    if (!file || !lint_file_init(&file->file, path, bytes, kind, run->arena)) {
        arena_error(err);
        return NULL;
    }
    ignore_set_init(&file->ignores, run->arena);
    file->absolute = path_absolute(path, run->arena);
    if (!settings_find(&run->store, path, &file->settings, err))
        return NULL;
    struct lint_looked looked = {.file = &file->file};
    if (!file->absolute.at ||
        !ARENA_PUSH(run->arena, run->result->files, run->result->file_count, run->result->file_room,
                    looked) ||
        !ARENA_PUSH(run->arena, run->files, run->file_count, run->file_room, file)) {
        arena_error(err);
        return NULL;
    }
    return file;
}

static void unreadable(struct run *run, struct slice path, const struct error *why)
{
    struct slice text = slice_str(why->text);
    if (slice_starts(text, SLICE("opening "))) /* the note says the path */
        text = slice_from(text, strlen("opening "));
    if (path.len && slice_starts(text, path) && text.len > path.len + 2)
        text = slice_from(text, path.len + 2);
    lint_note(&run->result->report, path, "not linted: %.*s", SLICE_ARG(text));
    run->result->unread++;
    run->last_error = *why;
    if (why->kind != ERROR_USAGE && slice_search(slice_str(why->text), path) == strlen(why->text))
        error_add(&run->last_error, "%.*s", SLICE_ARG(path));
}

static bool rule_enabled(void *context, const struct lint_rule *rule)
{
    const struct run_file *file = context;
    return settings_enable(file->settings, file->run->options, rule);
}

bool run_enabled(const struct run_file *file, const struct lint_rule *rule)
{
    return settings_enable(file->settings, file->run->options, rule);
}

/* ---- Dockerfiles ---- */

/* "line 7: why" → why, since the finding says the line. */
static struct slice without_line(struct slice text)
{
    if (!slice_starts(text, SLICE("line ")))
        return text;
    size_t colon = slice_find(text, ':');
    return colon < text.len ? slice_trim(slice_from(text, colon + 1)) : text;
}

void run_parse_error(struct run *run, const struct lint_file *file, unsigned line,
                     const struct error *why)
{
    struct slice text = without_line(slice_str(why->text)), where = lint_file_line(file, line);
    size_t start = where.at ? (size_t)(where.at - file->bytes.at) : 0;
    lint_add(&run->result->report, &rule_parse_error, file, start, start + where.len, "%.*s",
             SLICE_ARG(text));
}

static void report_problem(struct run *run, const struct dockerfile *dockerfile,
                           const struct instruction *instruction)
{
    const struct instruction *outer = instruction->outer ? instruction->outer : instruction;
    struct slice text = without_line(instruction->problem);
    /* The rule unknown-instruction says what may have been meant. */
    if (text.len && instruction->keyword != KEYWORD_UNKNOWN)
        lint_add(&run->result->report, &rule_invalid_instruction, dockerfile->file, outer->start,
                 outer->end, "%.*s", SLICE_ARG(text));
    if (instruction->onbuild)
        report_problem(run, dockerfile, instruction->onbuild);
}

static bool lint_dockerfile(struct run *run, struct run_file *file, struct error *err)
{
    unsigned line = 0;
    struct dockerfile dockerfile;
    struct dockerfile_model model;
    if (!dockerfile_parse(&file->file, &run->scratch, &dockerfile, &line, err)) {
        if (err->kind != ERROR_FORMAT && err->kind != ERROR_LIMIT)
            return false;
        run_parse_error(run, &file->file, line, err);
        return true;
    }
    ignore_read_dockerfile(&file->ignores, &dockerfile);
    for (size_t i = 0; run_enabled(file, &rule_invalid_instruction) && i < dockerfile.count; i++)
        report_problem(run, &dockerfile, &dockerfile.instructions[i]);
    if (!dockerfile_model_make(&dockerfile, &run->resolver, &run->scratch, &model, err)) {
        if (err->kind == ERROR_UNSUPPORTED)
            return false;
        run_parse_error(run, &file->file, 0, err);
        return true;
    }
    size_t slash = slice_find_last(file->absolute, '/');
    bool standard_input = slice_equal_str(file->file.path, "-");
    struct slice context = run_context_folder(run, file, &dockerfile);
    if (!run->options->without_context)
        file->context = context;
    if (!run->secrets)
        run->secrets = secret_searcher_new();
    struct dockerfile_check check = {.dockerfile = &dockerfile,
                                     .model = &model,
                                     .report = &run->result->report,
                                     .arena = &run->scratch,
                                     .settings = &file->settings->check,
                                     .resolver = &run->resolver,
                                     .folder = standard_input
                                                   ? (struct slice){NULL, 0}
                                                   : slice_upto(file->absolute, slash ? slash : 1),
                                     .context = context,
                                     .secrets = run->secrets};
    dockerfile_check_run(&check, rule_enabled, file);
    return !run->shellcheck || file->settings->no_shellcheck ||
           !run_enabled(file, &shellcheck_rule) || shellcheck_add(run->shellcheck, &model, err);
}

/* ---- the files ---- */

/* What lived in the scratch arena until now has to live as long as the report. A file that took all
   of the scratch memory is told, and costs the others nothing. */
static bool keep_findings(struct run *run, struct slice path, size_t first)
{
    struct lint_report *report = &run->result->report;
    if (report->failed && run->scratch.limit - run->scratch.used < SCRATCH_LEFT) {
        report->failed = false;
        lint_note(report, path, "not all of it was looked at: it takes more than %zu MiB of memory",
                  SCRATCH_LIMIT >> 20);
        run->result->unread++;
    }
    if (report->count - first > FINDINGS_MAX) {
        lint_note(report, path, "%zu findings; only the first %d are shown", report->count - first,
                  FINDINGS_MAX);
        report->count = first + FINDINGS_MAX;
    }
    for (size_t i = first; i < report->count; i++) {
        struct lint_finding *finding = report->findings[i];
        for (size_t j = 0; j < finding->edit_count; j++) {
            struct lint_edit *edit = &finding->edits[j];
            edit->text = arena_copy(run->arena, edit->text);
            if (!edit->text.at)
                return false;
        }
    }
    return !report->failed;
}

static bool is_included(const struct run *run, const struct discovered *item)
{
    return !item->given && item->kind != LINT_DOCKERFILE &&
           table_get(&run->included, path_absolute(item->path, run->arena));
}

static bool lint_bytes(struct run *run, const struct discovered *item, struct slice bytes,
                       struct error *err)
{
    static const char *const names[] = {[LINT_DOCKERFILE] = "Dockerfile",
                                        [LINT_NGINX] = "nginx configuration",
                                        [LINT_HAPROXY] = "HAProxy configuration"};
    unsigned kind = item->kind ? item->kind : discover_by_content(bytes);
    const char *dockerfile = run->options->dockerfile;
    if (dockerfile && slice_equal_str(item->path, dockerfile))
        kind = LINT_DOCKERFILE;
    if (!kind && slice_equal_str(item->path, "-"))
        kind = LINT_DOCKERFILE; /* what people pipe in; what is wrong with it is then told */
    if (!kind) {
        return error_set(err, ERROR_UNSUPPORTED,
                         "neither its name nor its content says what it is; say it by --as "
                         "dockerfile, nginx or haproxy");
    }
    struct run_file *file = run_add_file(run, item->path, bytes, kind, err);
    if (!file)
        return false;
    file->run = run;
    if (is_binary(bytes)) {
        struct error why;
        error_set(&why, ERROR_FORMAT, "a binary file, no %s", names[kind]);
        run_parse_error(run, &file->file, 1, &why);
        return true;
    }
    return kind == LINT_DOCKERFILE ? lint_dockerfile(run, file, err)
                                   : run_lint_proxy(run, file, err);
}

static bool is_fatal(const struct error *err)
{
    return err->kind == ERROR_USAGE || err->kind == ERROR_LIMIT || err->kind == ERROR_INTERNAL;
}

static bool lint_one(struct run *run, const struct discovered *item, struct error *err)
{
    struct slice bytes;
    struct error why = {0};
    size_t first = run->result->report.count, files = run->file_count;
    if (is_included(run, item))
        return true;
    if (!read_bytes(run, item->path, &bytes, &why)) {
        unreadable(run, item->path, &why);
        return true;
    }
    arena_reset(&run->scratch);
    if (!lint_bytes(run, item, bytes, &why)) {
        bool configuration = why.kind == ERROR_USAGE && !run->options->config;
        if (configuration && !run->result->bad_configuration.len)
            run->result->bad_configuration = arena_copy(run->arena, slice_str(why.text));
        if (!configuration && is_fatal(&why)) {
            *err = why;
            return false;
        }
        unreadable(run, item->path, &why);
        run->file_count = run->result->file_count = files;
    }
    return keep_findings(run, item->path, first) || arena_error(err);
}

static bool discover(struct run *run, struct discovery *discovery, struct error *err)
{
    static const char *const here[] = {"."};
    const struct lint_options *options = run->options;
    const char *const *paths = options->path_count ? options->paths : here;
    size_t count = options->path_count ? options->path_count : 1, missing = 0;
    for (size_t i = 0; i < count; i++) {
        struct error why;
        if (discover_path(discovery, paths[i], &why))
            continue;
        if (is_fatal(&why) || count == 1) {
            *err = why;
            return false;
        }
        unreadable(run, slice_str(paths[i]), &why);
        missing++;
    }
    run->result->unread += discovery->unread;
    if (missing == count) {
        *err = run->last_error;
        return false;
    }
    return true;
}

/* Whole configurations first, so that what they include is not looked at twice. */
static bool lint_all(struct run *run, const struct discovery *discovery, struct error *err)
{
    for (int round = 0; round < 2; round++)
        for (size_t i = 0; i < discovery->count; i++) {
            const struct discovered *item = &discovery->items[i];
            bool part = !item->given && item->kind == LINT_NGINX &&
                        !slice_ends(item->path, SLICE("nginx.conf"));
            if (part == (round == 1) && !lint_one(run, item, err))
                return false;
        }
    return true;
}

static bool run_files(struct run *run, struct error *err)
{
    struct discovery discovery = {
        .arena = run->arena, .report = &run->result->report, .as = run->options->as};
    table_init(&run->included, run->arena);
    if (!discover(run, &discovery, err) || !lint_all(run, &discovery, err))
        return false;
    if (run->result->file_count || (!discovery.count && !run->result->unread))
        return true;
    if (run->last_error.kind) { /* nothing at all could be read */
        *err = run->last_error;
        return false;
    }
    return true;
}

/* One call for all files. When it fails, that is worth a note; the rest is as good as without. */
static void ask_shellcheck(struct run *run)
{
    struct error why;
    if (run->shellcheck && !shellcheck_run(run->shellcheck, &run->result->report,
                                           &run->result->shellcheck_absent, &why))
        lint_note(&run->result->report, SLICE("shellcheck"), "%s", why.text);
}

static bool run_all(struct run *run, struct error *err)
{
    if (!run->options->without_shellcheck)
        run->shellcheck = shellcheck_new(run->arena);
    if (!run_files(run, err))
        return false;
    ask_shellcheck(run);
    return run_contexts(run, err) && run_judge(run, err);
}

struct base_resolver lint_resolver(const struct lint_options *options, struct arena *arena,
                                   struct base_images **images)
{
    *images = base_images_new(arena, options->offline);
    if (*images && options->bases)
        base_images_keep_in(*images, options->bases);
    return base_images_resolver(*images);
}

bool lint_run(const struct lint_options *options, struct arena *arena, struct lint_result *result,
              struct error *err)
{
    double began = clock_monotonic();
    *result = (struct lint_result){.report = {.arena = arena},
                                   .started = clock_format(clock_now(), arena)};
    struct run run = {.options = options, .arena = arena, .result = result};
    arena_init(&run.scratch, SCRATCH_LIMIT);
    settings_store_init(&run.store, options, &result->report, arena);
    struct base_images *images = NULL;
    if (options->resolver)
        run.resolver = *options->resolver;
    else
        run.resolver = lint_resolver(options, arena, &images);
    bool fine = run_all(&run, err);
    if (images)
        base_images_done(images);
    if (run.secrets)
        secret_searcher_free(run.secrets);
    arena_done(&run.scratch);
    result->seconds = clock_monotonic() - began;
    return fine;
}
