/* See child_catalog.h. */
#include "scan/child_catalog.h"

#include "catalog/finder.h"

struct cataloger {
    struct collector collector;
    const struct finder *finder;
    struct arena scratch;
    char path[4096];
    size_t path_len;
};

static enum layer_want cataloger_entry(void *context, const struct layer_entry *entry)
{
    struct cataloger *c = context;
    if (entry->type != ENTRY_FOLDER)
        collector_add_written(&c->collector, entry->path);
    c->finder = entry->type == ENTRY_FILE ? finder_for(entry->path) : NULL;
    if (!c->finder || entry->path.len > sizeof c->path)
        return LAYER_NONE;
    memcpy(c->path, entry->path.at, entry->path.len);
    c->path_len = entry->path.len;
    return LAYER_WHOLE;
}

static bool cataloger_bytes(void *context, uint64_t offset, struct slice bytes)
{
    struct cataloger *c = context;
    (void)offset;
    struct slice path = slice_of(c->path, c->path_len);
    if (!c->finder->only_owns)
        collector_add_database(&c->collector, path);
    c->finder->read(path, bytes, &c->collector);
    arena_reset(&c->scratch);
    return true;
}

static void cataloger_end(void *context, bool complete)
{
    (void)context;
    (void)complete;
}

static void cataloger_removal(void *context, struct slice path, bool opaque)
{
    struct cataloger *c = context;
    collector_add_removal(&c->collector, path, opaque);
}

static const struct layer_visitor cataloger_visitor = {cataloger_entry, cataloger_bytes, NULL,
                                                       cataloger_end, cataloger_removal};

static bool cataloger_finish(struct cataloger *c, struct analysis *analysis, bool whole,
                             const struct layer_summary *summary, struct error *err)
{
    if (!whole) {
        collector_add_note(&c->collector, (struct slice){NULL, 0}, err->text);
        analysis->partial = true;
    }
    analysis->entries = summary->entries;
    analysis->size = summary->size;
    bool fine = collector_finish(&c->collector, err);
    arena_done(&c->scratch);
    return fine;
}

bool catalog_layer(struct stream *stored, const struct layer_options *options, struct arena *arena,
                   struct analysis *analysis, struct error *err)
{
    struct cataloger *c = arena_new(arena, struct cataloger);
    struct layer_summary summary = {0};
    if (!c)
        return arena_error(err);
    arena_init(&c->scratch, (size_t)64 << 20);
    collector_init(&c->collector, arena, &c->scratch, analysis);
    bool whole = layer_read(stored, options, &cataloger_visitor, c, arena, &summary, err);
    return cataloger_finish(c, analysis, whole, &summary, err);
}

bool catalog_folder(int folder, struct arena *arena, struct analysis *analysis, struct error *err)
{
    (void)folder;
    (void)arena;
    (void)analysis;
    return error_set(err, ERROR_UNSUPPORTED, "folders are not read yet");
}
