/* Counters of repositories and accounts, counted anew. */
#include <inttypes.h>

#include "registry/core/check_parts.h"

struct counting {
    uint64_t rows, bytes;
};

static bool count_row(void *context, const struct meta_row *row)
{
    struct counting *counting = context;
    struct blob_row blob;
    counting->rows++;
    blob_row_decode(row->value, &blob);
    counting->bytes += blob.size;
    return true;
}

static bool count_only(void *context, const struct meta_row *row)
{
    (void)row;
    ((struct counting *)context)->rows++;
    return true;
}

static bool count(struct checking *checking, struct change *change, const char *kind, bool below,
                  struct counting *counting)
{
    struct meta_range range = {.kind = kind, .scope = change->at, .below = below};
    struct error err;
    bool sizes = strcmp(kind, ROW_BLOB) == 0;
    *counting = (struct counting){0};
    if (!meta_scan(change->txn, &range, sizes ? count_row : count_only, counting, &err))
        return failure_of(&checking->failure, &err);
    return true;
}

static bool compare(struct checking *checking, struct change *change, const char *name,
                    uint64_t have, bool mend, struct finding *finding)
{
    uint64_t told;
    char text[24];
    if (!counter_get(change, change->at, name, &told, &checking->failure))
        return false;
    if (told == have)
        return true;
    snprintf(text, sizeof text, "%" PRIu64, have);
    return check_found(checking, change, finding, "%.*s: counts %" PRIu64 " %s and has %" PRIu64,
                       SLICE_ARG(change->at), told, name, have) &&
           (!mend || row_put_at(change, ROW_COUNTER, change->at, slice_str(name), slice_str(text),
                                &checking->failure));
}

static bool check_repository(struct checking *checking, struct change *change, bool mend,
                             struct finding *finding)
{
    struct counting blobs, manifests, uploads;
    return count(checking, change, ROW_BLOB, false, &blobs) &&
           count(checking, change, ROW_MANIFEST, false, &manifests) &&
           count(checking, change, ROW_UPLOAD, false, &uploads) &&
           compare(checking, change, "bytes", blobs.bytes, mend, finding) &&
           compare(checking, change, "images", manifests.rows, mend, finding) &&
           compare(checking, change, "uploads", uploads.rows, mend, finding);
}

/* A row of a repository: its counters. (Its scope is the account's.) */
static bool judge_repository(struct checking *checking, struct change *change,
                             const struct row *row, bool mend, struct finding *finding)
{
    change->at =
        arena_printf(&change->arena, "%.*s/%.*s", SLICE_ARG(row->scope), SLICE_ARG(row->name));
    if (!change->at.at)
        return failure_memory(&checking->failure);
    return check_repository(checking, change, mend, finding);
}

/* A counter named "repositories" is an account's: one look at all it counts. */
static bool judge_account(struct checking *checking, struct change *change, const struct row *row,
                          bool mend, struct finding *finding)
{
    struct counting blobs, repositories;
    if (!slice_equal(row->name, SLICE("repositories")))
        return true;
    return count(checking, change, ROW_BLOB, true, &blobs) &&
           count(checking, change, ROW_REPOSITORY, false, &repositories) &&
           compare(checking, change, "bytes", blobs.bytes, mend, finding) &&
           compare(checking, change, "repositories", repositories.rows, mend, finding);
}

bool check_counters(struct checking *checking)
{
    return check_rows(checking, ROW_REPOSITORY, judge_repository, NULL) &&
           check_rows(checking, ROW_COUNTER, judge_account, NULL);
}
