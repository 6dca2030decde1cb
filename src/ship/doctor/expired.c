#include "ship/doctor/expired.h"

#include "base/clock.h"
#include "registry/core/journal.h"
#include "registry/data_folder.h"

enum { ENTRIES_AT_ONCE = 500, SCRATCH_MAX = 64 << 20 };

struct search {
    struct slice repository, tag;
    struct digest digest; /* that the tag had last; empty text: none yet */
    struct arena *arena;
    struct slice words;
};

static void take(struct search *search, const struct journal_entry *entry)
{
    struct slice had = digest_slice(&search->digest);
    bool expired = slice_equal_str(entry->action, "ExpireImage"),
         deleted = slice_equal_str(entry->action, "DeleteImage");
    struct error ignored;
    if (entry->failed || !slice_equal(entry->repository, search->repository))
        return;
    if (search->tag.len && slice_equal(entry->tag, search->tag) && entry->digest.len &&
        (slice_equal_str(entry->action, "PutImage") ||
         slice_equal_str(entry->action, "TagImage"))) {
        (void)digest_parse_any(&search->digest, entry->digest, &ignored);
        search->words = SLICE("");
    }
    if (!(expired || deleted) || !had.len || !slice_equal(entry->digest, had))
        return;
    struct slice when = clock_format((int64_t)entry->when, search->arena),
                 why = entry->why.len ? entry->why : entry->who;
    search->words = arena_printf(search->arena, ", %s at %.*s (%.*s)",
                                 expired ? "expired by its lifecycle policy" : "deleted",
                                 SLICE_ARG(when), SLICE_ARG(slice_upto(why, 300)));
}

static bool search_all(struct search *search, struct data_folder *folder, struct error *err)
{
    uint64_t sequence = 0;
    size_t count;
    do {
        struct arena scratch CLEANUP_ARENA;
        struct journal_entry *entries;
        arena_init(&scratch, SCRATCH_MAX);
        if (!journal_read(&folder->registry, sequence, ENTRIES_AT_ONCE, &scratch, &entries, &count,
                          err))
            return false;
        for (size_t i = 0; i < count; i++) {
            sequence = entries[i].sequence;
            take(search, &entries[i]);
        }
    } while (count > 0);
    return true;
}

bool expired_find(const char *data, struct slice repository, struct slice tag, struct slice digest,
                  struct arena *arena, struct slice *words, struct error *err)
{
    struct data_folder folder CLEANUP_DATA_FOLDER = {.lock = -1};
    struct search search = {.repository = repository, .arena = arena, .words = SLICE("")};
    if (digest.len ? !digest_parse_any(&search.digest, digest, err) : false)
        return false;
    if (!digest.len)
        search.tag = tag;
    if (!data_folder_open(&folder, data, DATA_FOLDER_VISIT, NULL, err) ||
        !search_all(&search, &folder, err))
        return false;
    *words = search.words.at ? search.words : SLICE("");
    return true;
}
