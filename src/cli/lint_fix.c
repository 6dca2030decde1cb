/* See lint_fix.h. */
#include "cli/lint_fix.h"

#include "base/file.h"
#include "lint/base_image.h"
#include "lint/rule_rows.h"
#include "report/diff.h"

struct fixing {
    const struct lint_options *options;
    struct arena *arena;
    struct lint_fixed *fixed;
    struct lint_overlay *overlays; /* what the next round sees; beside fixed->files */
    size_t overlay_count, overlay_room;
};

static struct lint_fixed_file *fixed_file(struct fixing *fixing, const struct lint_file *file)
{
    struct lint_fixed *fixed = fixing->fixed;
    for (size_t i = 0; i < fixed->count; i++)
        if (slice_equal(fixed->files[i].path, file->path))
            return &fixed->files[i];
    struct lint_fixed_file made = {file->path, file->bytes, file->bytes, 0};
    struct lint_overlay overlay = {file->path, file->bytes};
    if (!ARENA_PUSH(fixing->arena, fixed->files, fixed->count, fixed->room, made) ||
        !ARENA_PUSH(fixing->arena, fixing->overlays, fixing->overlay_count, fixing->overlay_room,
                    overlay))
        return NULL;
    return &fixed->files[fixed->count - 1];
}

static const struct lint_finding *parse_error_of(const struct lint_result *result,
                                                 struct slice path)
{
    for (size_t i = 0; i < result->report.count; i++)
        if (result->report.findings[i]->rule == &rule_parse_error &&
            slice_equal(result->report.findings[i]->path, path))
            return result->report.findings[i];
    return NULL;
}

/* A file that was fine and is so no more: our own fault, and nobody's file is to suffer for it. */
static bool check_parsed(const struct fixing *fixing, const struct lint_result *result,
                         struct error *err)
{
    for (size_t i = 0; i < fixing->fixed->count; i++) {
        const struct lint_fixed_file *file = &fixing->fixed->files[i];
        const struct lint_finding *finding = parse_error_of(result, file->path);
        if (finding && !slice_equal(file->before, file->after))
            return error_set(err, ERROR_INTERNAL,
                             "--fix has made a file that cannot be parsed (line %u: %.*s); nothing "
                             "was written: %.*s. Please report it",
                             finding->line, SLICE_ARG(slice_upto(finding->message, 200)),
                             SLICE_ARG(file->path));
    }
    return true;
}

/* Applies what can be applied at once; `*changed` when anything was. */
static bool apply_round(struct fixing *fixing, const struct lint_result *result, bool *changed,
                        struct error *err)
{
    *changed = false;
    for (size_t i = 0; i < result->file_count; i++) {
        const struct lint_file *file = result->files[i].file;
        struct slice bytes;
        size_t applied = 0;
        if (parse_error_of(result, file->path))
            continue;
        if (!lint_fix_apply(&result->report, file, fixing->arena, &bytes, &applied, err))
            return false;
        if (!applied || slice_equal(bytes, file->bytes))
            continue;
        struct lint_fixed_file *fixed = fixed_file(fixing, file);
        if (!fixed)
            return arena_error(err);
        fixed->after = bytes;
        fixed->findings += applied;
        fixing->overlays[fixed - fixing->fixed->files].bytes = bytes;
        *changed = true;
    }
    return true;
}

/* One that cannot be written is as it was, and the others go on; `why` gets its error's text. */
static bool write_files(struct fixing *fixing, struct slice **why, struct error *err)
{
    struct lint_fixed *fixed = fixing->fixed;
    *why = arena_array(fixing->arena, fixed->count + 1, sizeof **why);
    if (!*why)
        return arena_error(err);
    for (size_t i = 0; i < fixed->count; i++) {
        struct lint_fixed_file *file = &fixed->files[i];
        const char *path = arena_string(fixing->arena, file->path);
        struct error failure;
        if (!path)
            return arena_error(err);
        if (slice_equal(file->before, file->after) || file_rewrite(path, file->after, &failure))
            continue;
        (*why)[i] = arena_copy(fixing->arena, slice_str(failure.text));
        file->after = fixing->overlays[i].bytes = file->before;
        fixed->unwritten++;
    }
    return true;
}

/* Then what is left is told of the files as they are now. */
static bool write_and_tell(struct fixing *fixing, const struct lint_options *round,
                           struct lint_result *result, struct error *err)
{
    struct slice *why;
    if (!write_files(fixing, &why, err))
        return false;
    if (fixing->fixed->unwritten && !lint_run(round, fixing->arena, result, err))
        return false;
    for (size_t i = 0; i < fixing->fixed->count; i++)
        if (why[i].len)
            lint_note(&result->report, fixing->fixed->files[i].path, "not mended: %.*s",
                      SLICE_ARG(why[i]));
    return true;
}

static void drop_unchanged(struct lint_fixed *fixed)
{
    size_t kept = 0;
    fixed->findings = 0;
    for (size_t i = 0; i < fixed->count; i++) {
        if (slice_equal(fixed->files[i].before, fixed->files[i].after))
            continue;
        fixed->findings += fixed->files[i].findings;
        fixed->files[kept++] = fixed->files[i];
    }
    fixed->count = kept;
}

/* Standard input can be read only once. */
static bool take_standard_input(struct fixing *fixing, struct error *err)
{
    const struct lint_options *options = fixing->options;
    if (options->path_count != 1 || strcmp(options->paths[0], "-") != 0)
        return true;
    struct lint_file file = {.path = SLICE("-")};
    fixing->fixed->to_stdout = true;
    if (!lint_read(file.path, fixing->arena, &file.bytes, err))
        return false;
    return fixed_file(fixing, &file) || arena_error(err);
}

static bool fix_rounds(const struct lint_options *options, bool dry, struct arena *arena,
                       struct lint_fixed *fixed, struct lint_result *result, struct error *err)
{
    struct fixing fixing = {.options = options, .arena = arena, .fixed = fixed};
    struct lint_options round = *options;
    bool changed = true;
    *fixed = (struct lint_fixed){.to_stdout = dry};
    if (!take_standard_input(&fixing, err))
        return false;
    for (unsigned i = 0; changed && i < FIX_ROUNDS_MAX; i++) {
        round.overlays = fixing.overlays;
        round.overlay_count = fixing.overlay_count;
        round.without_shellcheck = true; /* mends nothing, and takes its time */
        if (!lint_run(&round, arena, result, err) || (i && !check_parsed(&fixing, result, err)) ||
            !apply_round(&fixing, result, &changed, err))
            return false;
    }
    round.overlays = fixing.overlays;
    round.overlay_count = fixing.overlay_count;
    round.without_shellcheck = options->without_shellcheck;
    if (!lint_run(&round, arena, result, err) || !check_parsed(&fixing, result, err))
        return false;
    if (changed)
        lint_note(&result->report, SLICE("--fix"),
                  "stopped after %d rounds; what is left may be mended by another --fix",
                  FIX_ROUNDS_MAX);
    if (!fixed->to_stdout && !write_and_tell(&fixing, &round, result, err))
        return false;
    if (!fixed->to_stdout || dry)
        drop_unchanged(fixed);
    return true;
}

bool lint_fix_run(const struct lint_options *options, bool dry, struct arena *arena,
                  struct lint_fixed *fixed, struct lint_result *result, struct error *err)
{
    /* Base images are asked for once, not once a round. */
    struct base_images *images;
    struct base_resolver resolver = lint_resolver(options, arena, &images);
    struct lint_options once = *options;
    once.resolver = &resolver;
    bool fine = fix_rounds(&once, dry, arena, fixed, result, err);
    if (images)
        base_images_done(images);
    return fine;
}

bool lint_fix_write(const struct lint_fixed *fixed, bool dry, FILE *file, struct error *err)
{
    for (size_t i = 0; i < fixed->count; i++) {
        const struct lint_fixed_file *one = &fixed->files[i];
        if (!dry)
            fwrite(one->after.at, 1, one->after.len, file);
        else if (!diff_write(one->path, one->before, one->after, file, err))
            return false;
    }
    return fflush(file) == 0 || error_errno(err, "writing standard output");
}
