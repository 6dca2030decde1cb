#include "ship/size/builder.h"

#include "image/path.h"

void builder_init(struct builder *builder, struct arena *arena, struct listing *listing)
{
    *listing = (struct listing){0};
    *builder = (struct builder){.arena = arena, .listing = listing};
    table_init(&builder->rests, arena);
}

static uint64_t sum(uint64_t a, uint64_t b)
{
    return a + b > LISTING_LAYER_MAX ? LISTING_LAYER_MAX : a + b;
}

static struct slice keep(struct builder *builder, struct slice text)
{
    if (!text.len)
        return (struct slice){"", 0};
    struct slice copy = arena_copy(builder->arena, text);
    if (!copy.at)
        builder->failed = true;
    return copy;
}

/* The folder that a file beyond the limit is summed up by: its first two parts. */
static struct slice rest_folder(struct slice path)
{
    struct slice folder = path_folder(path);
    size_t first = slice_find(folder, '/');
    if (first == folder.len)
        return folder;
    size_t second = slice_find(slice_from(folder, first + 1), '/');
    return slice_upto(folder, first + 1 + second);
}

static void add_rest(struct builder *builder, const struct listing_entry *entry)
{
    struct slice folder = rest_folder(entry->path);
    struct listing_rest *rest = table_get(&builder->rests, folder);
    if (!rest) {
        if (builder->rests.count >= LISTING_RESTS_MAX - 1 || folder.len > 256)
            folder = SLICE("");
        rest = table_get(&builder->rests, folder);
    }
    if (!rest) {
        rest = arena_new(builder->arena, struct listing_rest);
        folder = keep(builder, folder);
        if (!rest || builder->failed || !table_put(&builder->rests, folder, rest)) {
            builder->failed = true;
            return;
        }
        rest->folder = folder;
    }
    rest->files++;
    rest->bytes = sum(rest->bytes, entry->size);
}

struct listing_entry *builder_add(struct builder *builder, const struct listing_entry *entry)
{
    struct listing *listing = builder->listing;
    struct listing_entry copy = *entry;
    size_t bytes = entry->path.len + entry->link.len;
    if (copy.size > LISTING_FILE_MAX) {
        copy.size = LISTING_FILE_MAX;
        listing->partial = 1;
        listing->problem = SLICE("a file that says to be larger than a layer can be");
    }
    if (entry->type == LISTING_FILE) {
        listing->files++;
        listing->bytes = sum(listing->bytes, copy.size);
    }
    if (listing->count >= LISTING_ENTRIES_MAX || builder->path_bytes + bytes > LISTING_PATHS_MAX) {
        if (entry->type == LISTING_FILE)
            add_rest(builder, &copy);
        return NULL;
    }
    builder->path_bytes += bytes;
    copy.path = keep(builder, entry->path);
    copy.link = keep(builder, entry->link);
    if (builder->failed ||
        !ARENA_PUSH(builder->arena, listing->list, listing->count, listing->room, copy)) {
        builder->failed = true;
        return NULL;
    }
    return &listing->list[listing->count - 1];
}

void builder_remove(struct builder *builder, struct slice path, bool opaque)
{
    struct listing *listing = builder->listing;
    if (listing->removal_count >= LISTING_REMOVALS_MAX) {
        listing->partial = 1;
        listing->problem = SLICE("more removed files than are counted");
        return;
    }
    struct listing_removal removal = {keep(builder, path), opaque};
    if (builder->failed || !ARENA_PUSH(builder->arena, listing->removals, listing->removal_count,
                                       listing->removal_room, removal))
        builder->failed = true;
}

uint32_t builder_package(struct builder *builder, const struct listing_package *package)
{
    struct listing *listing = builder->listing;
    enum { TEXT_MAX = 1024 };
    if (listing->package_count >= LISTING_PACKAGES_MAX || package->name.len > TEXT_MAX ||
        package->version.len > TEXT_MAX)
        return UINT32_MAX;
    struct listing_package copy = *package;
    copy.manager = keep(builder, package->manager);
    copy.name = keep(builder, package->name);
    copy.version = keep(builder, package->version);
    copy.folder = keep(builder, package->folder);
    if (builder->failed || !ARENA_PUSH(builder->arena, listing->packages, listing->package_count,
                                       listing->package_room, copy)) {
        builder->failed = true;
        return UINT32_MAX;
    }
    return (uint32_t)(listing->package_count - 1);
}

void builder_own(struct builder *builder, struct slice clean_path, uint32_t package)
{
    struct listing *listing = builder->listing;
    struct listing_owned owned = {path_key(clean_path), package};
    if (package == UINT32_MAX || listing->owned_count >= LISTING_OWNED_MAX || !clean_path.len)
        return;
    if (!ARENA_PUSH(builder->arena, listing->owned, listing->owned_count, listing->owned_room,
                    owned))
        builder->failed = true;
}

bool builder_finish(struct builder *builder, struct error *err)
{
    struct listing *listing = builder->listing;
    for (size_t i = 0; i < builder->rests.count && !builder->failed; i++)
        if (!ARENA_PUSH(builder->arena, listing->rests, listing->rest_count, listing->rest_room,
                        *(struct listing_rest *)builder->rests.entries[i].value))
            builder->failed = true;
    return builder->failed ? arena_error(err) : true;
}
