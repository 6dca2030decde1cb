/* Looking into both images of each change, one change behind the other: a scan uses all processors.
 */
#include "base/table.h"
#include "base/terminal.h"
#include "cli/update_call.h"

enum { PATIENCE = 10 };

static const struct bases_row *row_of(const struct bases_result *result,
                                      const struct update_change *change)
{
    for (size_t i = 0; i < result->row_count; i++)
        if (result->rows[i].change == change)
            return &result->rows[i];
    return NULL;
}

/* "haproxy:3.3.1-alpine", or "haproxy@sha256:…" for what is pinned. */
static const char *name_of(const struct bases_row *row, struct slice tag, struct slice digest,
                           struct arena *arena)
{
    struct reference reference = row->image->reference;
    reference.tag = digest.len ? (struct slice){0} : tag;
    reference.digest = digest;
    return reference_short(&reference, arena).at;
}

/* Where Docker Hub shows the tag; nothing for other registries, whose pages nobody knows.
   References have no characters that would end a link. */
static struct slice link_of(const struct bases_row *row, struct arena *arena)
{
    const struct reference *reference = &row->image->reference;
    struct slice tag = row->newest.len ? row->newest : row->now, official = SLICE("library/");
    struct slice name = reference->repository;
    bool is_official = slice_starts(name, official);
    if (!slice_equal_str(reference->host, "docker.io"))
        return SLICE("");
    return arena_printf(
        arena, "https://hub.docker.com/%s/%.*s/tags?name=%.*s", is_official ? "_" : "r",
        SLICE_ARG(slice_from(name, is_official ? official.len : 0)), SLICE_ARG(tag));
}

static bool look(struct invocation *call, const struct bases_row *row, struct table *dead,
                 const struct scan_options *options, struct update_brings *brings,
                 struct error *err)
{
    struct arena *arena = call->arena;
    const struct reference *reference = &row->place->reference;
    const char *before = name_of(row, row->now, reference->digest, arena);
    const char *after =
        name_of(row, row->newest.len ? row->newest : row->now, row->new_digest, arena);
    brings->updated = row->updated;
    brings->also = row->also;
    brings->link = link_of(row, arena);
    if (!brings->link.at)
        return arena_error(err);
    brings->digest =
        row->new_digest.len || !row->choice.chosen ? row->new_digest : row->choice.chosen->digest;
    if (!before || !after)
        return arena_error(err);
    if (options->source.offline) {
        brings->why_not = SLICE("--offline");
        return true;
    }
    if (table_get(dead, reference->host)) {
        brings->why_not = SLICE("the registry did not answer");
        return true;
    }
    if (!update_look(before, after, options, arena, brings, err))
        return false;
    return brings->looked || table_put(dead, reference->host, brings) || arena_error(err);
}

bool update_call_brings(struct invocation *call, struct bases_result *result, struct error *err)
{
    struct table dead;
    struct scan_options options = {
        .source = {.platform = slice_str(option_text(call, "platform")),
                   .plain_http = option_flag(call, "plain-http"),
                   .insecure = option_flag(call, "insecure"),
                   .offline = option_flag(call, "offline"),
                   .patience = PATIENCE},
        .store = option_text(call, "db"),
        .cache = option_text(call, "cache"),
    };
    table_init(&dead, call->arena);
    result->brings = arena_array(call->arena, result->change_count + 1, sizeof *result->brings);
    if (!result->brings)
        return arena_error(err);
    for (size_t i = 0; i < result->base_change_count; i++) {
        const struct bases_row *row = row_of(result, &result->changes[i]);
        progress_show("comparing images: %zu of %zu", i + 1, result->base_change_count);
        if (row &&
            (!look(call, row, &dead, &options, &result->brings[i], err) ||
             !brings_markdown(&result->brings[i], call->arena, &result->changes[i].summary, err)))
            return false;
    }
    return true;
}
