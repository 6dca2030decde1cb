#include "ship/size/reader.h"

#include "image/layer.h"
#include "ship/size/builder.h"
#include "ship/size/content_hash.h"
#include "ship/size/owners.h"
#include "ship/size/sample.h"
#include "ship/size/strippable.h"

enum { SCRATCH_MAX = 48 << 20, NOT_A_PROGRAM = 4096 /* bytes: smaller ones are not looked into */ };

struct visit {
    struct builder builder;
    struct arena scratch;
    struct sample sample;
    struct strippable elf;
    struct content_hash hash;
    struct listing_entry *entry; /* the file at hand; NULL: only summed up */
    uint64_t next;               /* offset of the piece that follows without a hole */
    bool owners;                 /* its whole content is a package database */
    struct slice path;
    uint64_t size;
};

static enum layer_want visit_entry(void *context, const struct layer_entry *entry)
{
    static const enum listing_type types[] = {
        [ENTRY_FILE] = LISTING_FILE,     [ENTRY_FOLDER] = LISTING_FOLDER,
        [ENTRY_SYMLINK] = LISTING_OTHER, [ENTRY_HARDLINK] = LISTING_HARDLINK,
        [ENTRY_DEVICE] = LISTING_OTHER,  [ENTRY_FIFO] = LISTING_OTHER,
    };
    struct visit *visit = context;
    struct listing_entry made = {.path = entry->path, .type = types[entry->type]};
    if (entry->type == ENTRY_FILE)
        made.size = entry->size;
    if (entry->type == ENTRY_HARDLINK)
        made.link = entry->link;
    visit->entry = builder_add(&visit->builder, &made);
    if (entry->type != ENTRY_FILE || !entry->size)
        return LAYER_NONE;
    visit->path = entry->path;
    visit->size = entry->size;
    visit->next = 0;
    visit->elf.active = false;
    visit->owners = owners_wants(entry->path, entry->size);
    content_hash_begin(&visit->hash);
    if (!visit->entry && !visit->owners)
        return LAYER_NONE;
    return visit->owners ? LAYER_WHOLE : LAYER_PIECES;
}

static bool visit_bytes(void *context, uint64_t offset, struct slice bytes)
{
    struct visit *visit = context;
    if (offset == 0 && visit->size >= NOT_A_PROGRAM)
        strippable_begin(&visit->elf, bytes, visit->size);
    if (offset != visit->next) /* behind a hole */
        content_hash_add(&visit->hash, slice_of(&offset, sizeof offset));
    visit->next = offset + bytes.len;
    content_hash_add(&visit->hash, bytes);
    sample_add(&visit->sample, bytes);
    strippable_feed(&visit->elf, offset, bytes);
    if (visit->owners) {
        owners_read(visit->path, bytes, &visit->builder, &visit->scratch);
        arena_reset(&visit->scratch);
    }
    return true;
}

static void visit_end(void *context, bool complete)
{
    struct visit *visit = context;
    if (!visit->entry || !complete)
        return;
    visit->entry->hash = content_hash_end(&visit->hash);
    visit->entry->debug = strippable_end(&visit->elf);
}

static void visit_removal(void *context, struct slice path, bool opaque)
{
    struct visit *visit = context;
    builder_remove(&visit->builder, path, opaque);
}

static void visit_unreadable(void *context, struct slice path, const char *why)
{
    struct visit *visit = context;
    struct listing *listing = visit->builder.listing;
    listing->partial = 1;
    if (!listing->problem.len)
        listing->problem =
            arena_printf(visit->builder.arena, "%.*s: %s", SLICE_ARG(slice_upto(path, 300)), why);
}

static const struct layer_visitor visitor = {
    .entry = visit_entry, .bytes = visit_bytes, .end = visit_end, .removal = visit_removal};

static struct visit *visit_new(uint64_t stored, struct arena *arena, struct listing *listing)
{
    struct visit *visit = arena_new(arena, struct visit);
    if (!visit || !sample_init(&visit->sample, stored, arena))
        return NULL;
    builder_init(&visit->builder, arena, listing);
    arena_init(&visit->scratch, SCRATCH_MAX);
    return visit;
}

static bool visit_finish(struct visit *visit, bool good, const struct layer_summary *summary,
                         struct error *err)
{
    struct listing *listing = visit->builder.listing;
    if (!good) {
        listing->partial = 1;
        listing->problem = arena_copy(visit->builder.arena, slice_str(err->text));
    }
    sample_finish(&visit->sample);
    listing->entries = summary->entries;
    listing->size = summary->size;
    listing->compression = summary->compression;
    listing->sampled = visit->sample.sampled;
    listing->sample_deflate = visit->sample.deflate;
    listing->sample_zstd = visit->sample.zstd;
    arena_done(&visit->scratch);
    return builder_finish(&visit->builder, err);
}

bool size_read_layer(struct stream *stored, uint64_t stored_size,
                     const struct layer_options *options, struct arena *arena,
                     struct listing *listing, struct error *err)
{
    struct layer_summary summary = {0};
    struct visit *visit = visit_new(stored_size, arena, listing);
    if (!visit) {
        stream_close(stored);
        return arena_error(err);
    }
    bool good = layer_read(stored, options, &visitor, visit, arena, &summary, err);
    return visit_finish(visit, good, &summary, err);
}

static bool read_folder(int folder, struct arena *arena, struct listing *listing, struct error *err)
{
    struct layer_summary summary = {0};
    struct visit *visit = visit_new(0, arena, listing);
    if (!visit)
        return arena_error(err);
    bool good = layer_walk_folder(folder, NULL, &visitor, visit, visit_unreadable, &summary, err);
    return visit_finish(visit, good, &summary, err);
}

static bool size_reader(const struct child_job *job, const struct child_layer *layer,
                        struct stream *stored, const struct layer_options *options,
                        struct arena *arena, struct slice *bytes, struct error *err)
{
    struct listing listing;
    (void)job;
    bool good = stored ? size_read_layer(stored, layer->layer->size, options, arena, &listing, err)
                       : read_folder(layer->fd, arena, &listing, err);
    return good && listing_encode(&listing, arena, bytes, err);
}

const struct child_question size_question = {"size", size_reader};
