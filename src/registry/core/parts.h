#pragma once
/*
 * What the files of core/ share; nobody else includes it.
 *
 * A `change` is one transaction on one repository (or account), reading or writing, with a scratch
 * arena, the time it happens at, and what is to be told when it has happened:
 *
 *     CLEANUP_CHANGE struct change change = {0};  // zeroed: it is ended also when never begun
 *     if (!change_begin(&change, registry, scope, true, who, failure) || … work … )
 *         return false;
 *     return change_commit(&change, failure);
 *
 * change_commit forgets what caches know of the repository before it returns, then calls the taps.
 */
#include "registry/core/journal.h"
#include "registry/core/manifest.h"
#include "registry/core/repository.h"
#include "registry/core/rows.h"
#include "registry/core/state.h"

enum change_news { NEWS_STORED, NEWS_STORED_NEW, NEWS_REMOVED };

struct change {
    struct registry *registry;
    struct meta_txn *txn;
    struct arena arena; /* scratch */
    struct scope scope; /* the caller's slices */
    struct slice at;    /* scope_text */
    const struct caller *who;
    double now;
    bool journaled, touched; /* touched: caches must forget */
    struct change_item {
        enum change_news news;
        struct digest digest;
        struct slice scope;
    } * items;
    size_t item_count, item_room;
};

/* Accepts one that begin refused. */
void change_done(struct change *change);
#define CLEANUP_CHANGE __attribute__((cleanup(change_done)))

/* `who` NULL: the system. Sets all of *change also on failure. */
bool change_begin(struct change *change, struct registry *registry, const struct scope *scope,
                  bool write, const struct caller *who, struct failure *failure);
bool change_commit(struct change *change, struct failure *failure);
/* To be told after the commit. */
bool change_tell(struct change *change, enum change_news news, const struct digest *digest,
                 struct failure *failure);
/* An entry of the journal; tag may be empty, digest and entry->… NULL. */
bool change_journal(struct change *change, const char *action, const struct digest *digest,
                    struct slice tag, struct slice why, struct failure *failure);
bool change_journal_entry(struct change *change, const struct journal_entry *entry,
                          struct failure *failure);

/* FAILURE_INTERNAL for a spent arena. */
bool failure_memory(struct failure *failure);

/* Rows of the change's scope. Values live in change->arena. */
bool row_get(struct change *change, const char *kind, struct slice name, struct slice *value,
             bool *found, struct failure *failure);
bool row_put(struct change *change, const char *kind, struct slice name, struct slice value,
             struct failure *failure);
bool row_remove(struct change *change, const char *kind, struct slice name,
                struct failure *failure);
/* Of another scope. */
bool row_get_at(struct change *change, const char *kind, struct slice scope, struct slice name,
                struct slice *value, bool *found, struct failure *failure);
bool row_put_at(struct change *change, const char *kind, struct slice scope, struct slice name,
                struct slice value, struct failure *failure);
bool row_remove_at(struct change *change, const char *kind, struct slice scope, struct slice name,
                   struct failure *failure);

struct row {
    struct slice scope, name, value;
};
struct row_list {
    struct row *items;
    size_t count, room;
};
/* Copies of the rows of a range, in change->arena; scope empty: the change's. */
bool row_list(struct change *change, const struct meta_range *range, struct row_list *list,
              struct failure *failure);
/* Those whose names begin with prefix, after `after`, at most `limit`. */
bool row_list_prefix(struct change *change, const char *kind, struct slice prefix,
                     struct slice after, size_t limit, struct row_list *list,
                     struct failure *failure);
/* Only names, to names[room]. */
bool row_names(struct change *change, const char *kind, struct slice prefix, struct slice after,
               struct arena *arena, struct slice *names, size_t room, size_t *count,
               struct failure *failure);
/* Whether one begins with prefix. `scope` of the row; NULL slice: the change's. */
bool row_any(struct change *change, const char *kind, struct slice scope, struct slice prefix,
             bool *any, struct failure *failure);
/* "A/B" in change->arena. */
struct slice row_pair(struct change *change, struct slice a, struct slice b);

/* Decimal numbers: rows of kind ROW_COUNTER and times. */
bool counter_get(struct change *change, struct slice scope, const char *name, uint64_t *value,
                 struct failure *failure);
/* Never below 0. */
bool counter_add(struct change *change, struct slice scope, const char *name, int64_t by,
                 struct failure *failure);
bool row_put_time(struct change *change, const char *kind, struct slice name, double when,
                  struct failure *failure);
/* 0 when it is not there or damaged. */
bool row_get_time(struct change *change, const char *kind, struct slice name, double *when,
                  struct failure *failure);

/* "ACCOUNT/REGION" of the change. */
struct slice account_text(struct change *change);
/* FAILURE_REPOSITORY_UNKNOWN; the repository may be NULL. */
bool repository_need(struct change *change, struct repository *repository, struct failure *failure);

/* Facts without tags and pull; *found. In `arena`. */
bool facts_get(struct change *change, const struct digest *digest, struct arena *arena,
               struct manifest_facts *facts, bool *found, struct failure *failure);
bool facts_put(struct change *change, const struct manifest_facts *facts, struct failure *failure);
/* Fills tags and pulled. */
bool facts_complete(struct change *change, struct arena *arena, struct manifest_facts *facts,
                    struct failure *failure);
/* "v1" or "sha256:…" → a manifest that is here. FAILURE_MANIFEST_UNKNOWN, _REPOSITORY_UNKNOWN. */
bool manifest_find(struct change *change, struct slice reference, struct digest *digest,
                   struct failure *failure);
/* In change->arena. */
bool manifest_read(struct change *change, const struct digest *digest, struct slice *bytes,
                   struct slice *media_type, struct failure *failure);
/* FAILURE_BUSY when `now` (with tags) is not as it was judged. */
bool facts_unchanged(const struct manifest_facts *now, const struct manifest_facts *judged,
                     struct failure *failure);
bool manifest_unknown(const struct scope *scope, struct slice reference, struct failure *failure);

/* tag.c */
/* Where it points; *found. */
bool tag_get(struct change *change, struct slice tag, struct digest *digest, bool *found,
             struct failure *failure);
bool tag_decode(struct slice value, struct digest *digest, struct error *err);
/* Moves it, immutability held; the failure of an immutable tag is in result->failure, and true is
   returned. */
bool tag_move(struct change *change, const struct repository *repository, struct slice tag,
              const struct digest *digest, struct tag_result *result, struct failure *failure);
bool tag_remove(struct change *change, struct slice tag, const struct digest *digest,
                struct failure *failure);

/* manifest_rows.c: rows that a stored manifest has beside its document. */
bool tags_of(struct change *change, const struct digest *digest, struct arena *arena,
             struct slice **tags, size_t *count, struct failure *failure);
bool manifest_rows_put(struct change *change, const struct manifest_facts *facts,
                       struct failure *failure);
/* Is not here any more; a recycled one keeps its document and its references. */
bool manifest_rows_leave(struct change *change, const struct manifest_facts *facts,
                         struct failure *failure);
/* … and then the rest, too. */
bool manifest_rows_purge(struct change *change, const struct manifest_facts *facts,
                         struct failure *failure);

/* recycle.c */
bool recycled_put(struct change *change, const struct manifest_facts *facts, struct slice why,
                  struct failure *failure);
bool recycled_get(struct change *change, const struct digest *digest, struct arena *arena,
                  struct recycled *recycled, bool *found, struct failure *failure);
/* For good. */
bool recycled_purge(struct change *change, const struct recycled *recycled,
                    struct failure *failure);

/* blob.c */
struct blob_row {
    uint64_t size;
    double told;
};
void blob_row_decode(struct slice value, struct blob_row *row);
/* A blob's row is written anew when it is told of, but not more often than this: collection adds it
   to the grace. */
double blob_told_slack(const struct registry *registry);
bool blob_row_get(struct change *change, const struct digest *digest, struct blob_row *row,
                  bool *found, struct failure *failure);
/* Enters or tells again; quotas are asked when it is new. */
bool blob_row_enter(struct change *change, const struct digest *digest, uint64_t size,
                    struct failure *failure);
/* Takes it out; the file is marked to go when nobody else has it. */
bool blob_row_leave(struct change *change, const struct digest *digest, uint64_t size,
                    struct failure *failure);

/* upload.c */
/* When it was last heard of, by its row's value; 0: damaged. */
double upload_heard(struct slice value);
bool upload_row_remove(struct change *change, struct slice id, bool *found,
                       struct failure *failure);
/* Whether it is in memory: under way, or paused a short while. `scope` empty: of any. */
bool upload_is_active(struct registry *registry, struct slice scope, struct slice id);

/* manifest_parse.c */
bool manifest_type_is_manifest(struct slice media_type);
