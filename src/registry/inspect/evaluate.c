/* See evaluate.h. */
#include "registry/inspect/evaluate.h"

#include "scan/pipeline.h"

static double newest_feed(const struct scan_result *result)
{
    uint64_t newest = 0;
    for (size_t i = 0; i < result->feed_count; i++)
        if (result->feeds[i].updated_epoch > newest)
            newest = result->feeds[i].updated_epoch;
    return (double)newest;
}

static bool take_notes(struct scan *scan, const struct inventory *inventory)
{
    for (size_t i = 0; i < inventory->note_count; i++)
        if (!ARENA_PUSH(scan->arena, scan->result.notes, scan->result.note_count, scan->note_room,
                        inventory->notes[i]))
            return false;
    return true;
}

bool evaluate(struct evaluation *evaluation, const struct inventory *inventory,
              const struct image *image, struct advisories *advisories, struct arena *arena,
              struct error *err)
{
    *evaluation = (struct evaluation){.lender = advisories, .packages = inventory->packages};
    evaluation->reader = advisories_lend(advisories, &evaluation->generation);
    struct scan_image part = {.image = image,
                              .distribution = inventory->distribution,
                              .packages = inventory->packages,
                              .layers = inventory->layers,
                              .package_count = inventory->package_count};
    struct scan scan = {
        .images = &part, .image_count = 1, .store = evaluation->reader, .arena = arena};
    scan.result.image = *image;
    scan.result.partial = inventory->partial;
    if (!take_notes(&scan, inventory))
        return arena_error(err);
    if (!scan_assemble(&scan, err) || !scan_note_database(&scan, err))
        return false;
    evaluation->result = scan.result;
    evaluation->advisories = newest_feed(&scan.result);
    return true;
}

void evaluation_done(struct evaluation *evaluation)
{
    if (evaluation->lender)
        advisories_return(evaluation->lender, evaluation->reader);
    evaluation->lender = NULL;
    evaluation->reader = NULL;
}

bool evaluation_outcome(const struct evaluation *evaluation, struct arena *arena,
                        struct outcome *outcome, struct error *err)
{
    const struct scan_result *result = &evaluation->result;
    size_t count = result->finding_count;
    *outcome =
        (struct outcome){.findings = arena_array(arena, count + 1, sizeof *outcome->findings),
                         .packages = arena_array(arena, count + 1, sizeof(const struct package *)),
                         .generation = evaluation->generation,
                         .advisories = evaluation->advisories,
                         .partial = result->partial,
                         .starter_database = result->starter_database};
    if (!outcome->findings || !outcome->packages)
        return arena_error(err);
    for (size_t i = 0; i < count; i++) {
        const struct finding *finding = &result->findings[i].finding;
        struct verdict_finding made = {arena_copy(arena, finding->id), finding->severity,
                                       finding->kev};
        if (!made.id.at)
            return arena_error(err);
        outcome->findings[i] = made;
        outcome->packages[i] = finding->package;
        outcome->counts[made.severity]++;
    }
    outcome->count = count;
    return true;
}

void exceptions_choose(struct exceptions *exceptions, const struct slice *names, size_t count)
{
    size_t kept = 0;
    for (size_t i = 0; i < exceptions->count; i++) {
        struct exception exception = exceptions->items[i];
        bool meant = !exception.image.len;
        for (size_t n = 0; n < count && !meant; n++)
            meant = exception_is_for_image(&exception, names[n]);
        exception.image = (struct slice){NULL, 0};
        if (meant)
            exceptions->items[kept++] = exception;
    }
    exceptions->count = kept;
}

static bool keep(struct arena *arena, struct slice *text)
{
    if (text->len)
        *text = arena_copy(arena, *text);
    return text->at || !text->len;
}

static bool keep_ratings(struct finding *finding, struct arena *arena)
{
    struct rating *ratings = arena_array(arena, finding->rating_count + 1, sizeof *ratings);
    if (!ratings)
        return false;
    for (size_t i = 0; i < finding->rating_count; i++) {
        ratings[i] = finding->ratings[i];
        if (!keep(arena, &ratings[i].source) || !keep(arena, &ratings[i].version) ||
            !keep(arena, &ratings[i].vector))
            return false;
    }
    finding->ratings = ratings;
    return true;
}

static bool keep_aliases(struct finding *finding, struct arena *arena)
{
    struct slice *aliases = arena_array(arena, finding->alias_count + 1, sizeof *aliases);
    if (!aliases)
        return false;
    for (size_t i = 0; i < finding->alias_count; i++) {
        aliases[i] = finding->aliases[i];
        if (!keep(arena, &aliases[i]))
            return false;
    }
    finding->aliases = aliases;
    return true;
}

static bool keep_finding(struct finding *finding, struct arena *arena)
{
    struct slice *texts[] = {&finding->id,    &finding->severity_source, &finding->fixed,
                             &finding->range, &finding->title,           &finding->url,
                             &finding->feed,  &finding->feed_date,       &finding->kev_due};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (!keep(arena, texts[i]))
            return false;
    return keep_ratings(finding, arena) && keep_aliases(finding, arena);
}

bool findings_copy(const struct scan_result *result, struct arena *arena,
                   struct scan_finding **findings, struct error *err)
{
    struct scan_finding *made = arena_array(arena, result->finding_count + 1, sizeof *made);
    if (!made)
        return arena_error(err);
    for (size_t i = 0; i < result->finding_count; i++) {
        made[i] = result->findings[i];
        if (!keep_finding(&made[i].finding, arena))
            return arena_error(err);
    }
    *findings = made;
    return true;
}
