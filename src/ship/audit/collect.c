/* A repository's image scanned, and what counts of the result copied to the audit's arena; see
   run.h. */
#include "base/clock.h"
#include "report/ecr_shape.h"
#include "report/group.h"
#include "report/summary.h"
#include "ship/audit/run.h"

#define SCAN_ARENA ((size_t)1 << 30)

/* Copies of what lives in a scan's arena; `failed` when there was no memory. */
struct copier {
    struct arena *arena;
    struct audit_finding *finding;
    bool failed;
};

static struct slice copy(struct copier *copier, struct slice text)
{
    struct slice copied = text.len ? arena_copy(copier->arena, text) : (struct slice){NULL, 0};
    copier->failed |= text.len && !copied.at;
    return copied;
}

static void copy_attribute(void *context, const char *key, struct slice value)
{
    struct copier *copier = context;
    struct audit_finding *finding = copier->finding;
    struct audit_attribute attribute = {copy(copier, slice_str(key)), copy(copier, value)};
    copier->failed |= !ARENA_PUSH(copier->arena, finding->attributes, finding->attribute_count,
                                  finding->attribute_room, attribute);
}

static bool add_finding(const struct scan_finding *from, struct arena *scratch,
                        struct audit_repository *repository, struct arena *arena)
{
    const struct finding *finding = &from->finding;
    struct copier copier = {.arena = arena};
    struct audit_finding made = {
        .id = copy(&copier, finding->id),
        .package = copy(&copier, finding->package->name),
        .version = copy(&copier, finding->package->version),
        .fixed = copy(&copier, finding->fixed),
        .title = copy(&copier, finding->title),
        .url = copy(&copier, finding->url),
        .severity = finding->severity,
        .kev = finding->kev,
        .order = repository->finding_count,
        .excepted = from->suppressed,
        .reason = copy(&copier, from->reason),
        .owner = copy(&copier, from->owner),
        .expires = copy(&copier, from->expires),
    };
    copier.finding = &made;
    ecr_attributes(finding, scratch, copy_attribute, &copier);
    return !copier.failed && ARENA_PUSH(arena, repository->findings, repository->finding_count,
                                        repository->finding_room, made);
}

/* ---- which updates mend ---- */

static bool add_update(const struct report_group *group, struct audit_repository *repository,
                       struct arena *arena)
{
    struct copier copier = {.arena = arena};
    struct audit_update update = {
        .names = copy(&copier, arena_join(arena, group->names, group->name_count, ", ")),
        .from = copy(&copier, group_package(group)->version),
        .to = copy(&copier, group->fix),
        .mends = group->mended,
        .in_base = repository->base.layers > 0 &&
                   group->findings[0]->layer_index < repository->base.layers,
    };
    return !copier.failed && ARENA_PUSH(arena, repository->updates, repository->update_count,
                                        repository->update_room, update);
}

static void sort_updates(struct audit_repository *repository)
{
    for (size_t i = 1; i < repository->update_count; i++)
        for (size_t j = i; j && repository->updates[j - 1].mends < repository->updates[j].mends;
             j--) {
            struct audit_update swapped = repository->updates[j];
            repository->updates[j] = repository->updates[j - 1];
            repository->updates[j - 1] = swapped;
        }
}

static bool add_updates(const struct scan_result *result, struct audit_repository *repository,
                        struct arena *scratch, struct arena *arena, struct error *err)
{
    struct report_groups groups;
    if (!report_group(result, scratch, &groups, err))
        return false;
    for (size_t i = 0; i < groups.count; i++)
        if (groups.groups[i].fix.len && !add_update(&groups.groups[i], repository, arena))
            return arena_error(err);
    sort_updates(repository);
    return true;
}

/* ---- one image ---- */

static bool add_note(struct audit_repository *repository, struct slice text, struct arena *arena)
{
    struct slice copied = arena_copy(arena, text);
    return copied.at && ARENA_PUSH(arena, repository->notes, repository->note_count,
                                   repository->note_room, copied);
}

static bool add_notes(const struct scan_result *result, struct audit_repository *repository,
                      struct arena *arena)
{
    for (size_t i = 0; i < result->note_count; i++) {
        const struct note *note = &result->notes[i];
        struct slice text =
            note->path.len
                ? arena_printf(arena, "%.*s: %.*s", SLICE_ARG(note->path), SLICE_ARG(note->text))
                : note->text;
        if (!text.at || !add_note(repository, text, arena))
            return false;
    }
    return true;
}

static bool take_result(struct audit_services *services, const struct audit_target *target,
                        struct scan *scan, struct table *bases, struct audit_repository *repository,
                        struct audit *audit, struct error *err)
{
    struct scan_result *result = &scan->result;
    struct arena *arena = services->arena;
    struct copier copier = {.arena = arena};
    struct slice newest = result_newest_feed(result);
    if (services->options->exceptions)
        exceptions_apply(services->options->exceptions, services->options->now, result);
    if (result->image.index_digest.text[0])
        repository->digest = copy(&copier, digest_slice(&result->image.index_digest));
    else if (result->image.manifest_digest.text[0])
        repository->digest = copy(&copier, digest_slice(&result->image.manifest_digest));
    if (slice_compare(newest, audit->database) > 0)
        audit->database = copy(&copier, newest);
    repository->partial = result->partial;
    for (size_t i = 0; i < result->finding_count; i++)
        if (!add_finding(&result->findings[i], scan->arena, repository, arena))
            return arena_error(err);
    if (copier.failed || !add_notes(result, repository, arena))
        return arena_error(err);
    if (services->options->bases && !audit_base_find(services->options, target, &result->image,
                                                     bases, arena, &repository->base, err))
        return false;
    return add_updates(result, repository, scan->arena, arena, err);
}

bool audit_collect(struct audit_services *services, const struct audit_target *target,
                   struct table *bases, struct audit_repository *repository, struct audit *audit,
                   struct error *err)
{
    struct arena arena CLEANUP_ARENA;
    struct scan scan CLEANUP_SCAN = {.store = NULL};
    struct scan_options options = services->options->scan;
    arena_init(&arena, SCAN_ARENA);
    bool by_tag = repository->tag.len > 0;
    struct slice name =
        arena_printf(services->arena, "%.*s%s%.*s", SLICE_ARG(target->uri), by_tag ? ":" : "@",
                     SLICE_ARG(by_tag ? repository->tag : repository->digest));
    struct slice input = arena_printf(&arena, "registry:%.*s", SLICE_ARG(name));
    if (!name.at || !input.at)
        return arena_error(err);
    options.input = input.at;
    bool fine = scan_run(&scan, &options, &arena, err);
    if (fine) {
        scan.result.image.name = name; /* what exceptions name images by */
        fine = take_result(services, target, &scan, bases, repository, audit, err);
    }
    scan_done(&scan); /* before its arena */
    return fine;
}
