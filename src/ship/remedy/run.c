/* See remedy.h. */
#include "report/summary.h"
#include "ship/remedy/remedy.h"

static bool add_findings(const struct scan_result *result, struct arena *arena,
                         struct remedy *remedy)
{
    for (size_t i = 0; i < result->finding_count; i++) {
        const struct scan_finding *from = &result->findings[i];
        const struct finding *finding = &from->finding;
        struct remedy_finding made = {.id = finding->id,
                                      .package = finding->package->name,
                                      .version = finding->package->version,
                                      .fixed = finding->fixed,
                                      .severity = finding->severity,
                                      .state = finding->state,
                                      .type = finding->package->type,
                                      .kev = finding->kev,
                                      .layer = from->layer_index};
        if (from->suppressed || finding->severity < remedy->severity)
            remedy->ignored++;
        else if (!ARENA_PUSH(arena, remedy->findings, remedy->count, remedy->room, made))
            return false;
    }
    return true;
}

static bool add_notes(const struct scan_result *result, struct arena *arena, struct remedy *remedy)
{
    for (size_t i = 0; i < result->note_count; i++) {
        const struct note *note = &result->notes[i];
        struct slice text =
            note->path.len
                ? arena_printf(arena, "%.*s: %.*s", SLICE_ARG(note->path), SLICE_ARG(note->text))
                : note->text;
        if (!remedy_note(remedy, arena, text))
            return false;
    }
    return true;
}

/* Keeps what the scan's result points into: it lives until remedy is written. */
static bool look(const struct remedy_options *options, struct scan *scan, struct arena *arena,
                 struct remedy *remedy, struct error *err)
{
    const struct scan_result *result = &scan->result;
    /* A file is not what its image is called: the commands to build it again name the tag. */
    bool file = result->image.tag.len &&
                (strstr(result->image.kind, "archive") || strstr(result->image.kind, "layout"));
    remedy->image = arena_copy(arena, file ? result->image.tag : result->image.name);
    remedy->distribution = arena_copy(arena, result_distribution(result, arena));
    if (!add_findings(result, arena, remedy) || !add_notes(result, arena, remedy))
        return arena_error(err);
    if (!remedy->count)
        return true;
    if (options->bases && result->image.layer_count &&
        !remedy_find_bases(options, &result->image, arena, remedy, err))
        return false;
    return remedy_find_packages(result, arena, remedy, err);
}

static bool copy_findings(struct remedy *remedy, struct arena *arena)
{
    for (size_t i = 0; i < remedy->count; i++) {
        struct remedy_finding *finding = &remedy->findings[i];
        struct slice *const texts[] = {&finding->id, &finding->package, &finding->version,
                                       &finding->fixed};
        for (size_t t = 0; t < sizeof texts / sizeof *texts; t++) {
            *texts[t] = arena_copy(arena, *texts[t]);
            if (!texts[t]->at)
                return false;
        }
    }
    return true;
}

bool remedy_run(const struct remedy_options *options, struct arena *arena, struct remedy *remedy,
                struct error *err)
{
    struct arena scratch CLEANUP_ARENA;
    struct scan scan CLEANUP_SCAN = {.store = NULL};
    arena_init(&scratch, (size_t)1 << 30);
    *remedy = (struct remedy){.severity = options->severity,
                              .dockerfile = options->dockerfile,
                              .context = options->context ? options->context : "."};
    bool fine = scan_run(&scan, &options->scan, &scratch, err) &&
                look(options, &scan, arena, remedy, err) &&
                (copy_findings(remedy, arena) || arena_error(err));
    scan_done(&scan); /* before its arena */
    return fine && (remedy_plan(remedy, arena) || arena_error(err)) &&
           remedy_edit(options, arena, remedy, err) && remedy_draft(options, arena, remedy, err);
}
