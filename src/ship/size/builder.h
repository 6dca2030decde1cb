#pragma once
/* Makes a listing (listing.h) while a layer is walked; copies what it keeps. In the jailed child.
 */
#include "base/table.h"
#include "ship/size/listing.h"

struct builder {
    struct arena *arena;
    struct listing *listing;
    size_t path_bytes;
    struct table rests; /* folder → struct listing_rest */
    bool failed;        /* the budget was spent: sticky */
};

void builder_init(struct builder *builder, struct arena *arena, struct listing *listing);
/* The entry's place in the list, where its hash and so on may still be set until the next call;
   NULL when it was only summed up, or the budget was spent. */
struct listing_entry *builder_add(struct builder *builder, const struct listing_entry *entry);
void builder_remove(struct builder *builder, struct slice path, bool opaque);
/* Position of the package; UINT32_MAX when there is no room. */
uint32_t builder_package(struct builder *builder, const struct listing_package *package);
void builder_own(struct builder *builder, struct slice clean_path, uint32_t package);
/* Puts the sums of folders into the listing; false when the budget was spent. */
bool builder_finish(struct builder *builder, struct error *err);
