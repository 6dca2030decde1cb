#pragma once
/* What the files of check share. */
#include "base/table.h"
#include "registry/core/check.h"
#include "registry/core/parts.h"

enum blob_state { BLOB_FINE, BLOB_MISSING, BLOB_DAMAGED, BLOB_UNREAD };

struct checked_blob {
    struct digest digest;
    uint64_t size;
    enum blob_state state;
    char why[200]; /* BLOB_UNREAD, BLOB_DAMAGED */
};

struct checking {
    struct registry *registry;
    const struct check_options *options;
    struct check_report *report;
    struct arena arena;
    struct checked_blob *blobs; /* those that rows name, ascending by digest */
    size_t blob_count, blob_room;
    struct table lost; /* "SCOPE DIGEST": blobs whose loss was told */
    struct failure failure;
};

/* What a look at one row said. */
struct finding {
    bool wrong, lost;
    struct digest blob; /* that is lost; empty: something else */
    struct slice text;  /* in the change's arena */
};

/*
 * Looks at a row, in a change that is aimed at the row's scope. `mend`: the change is a writing
 * one, and what is wrong is to be put right in it. False: failure.
 */
typedef bool check_judge(struct checking *checking, struct change *change, const struct row *row,
                         bool mend, struct finding *finding);

/* All rows of a kind, everywhere. `count` may be NULL. */
bool check_rows(struct checking *checking, const char *kind, check_judge *judge, uint64_t *count);
void check_tell(struct checking *checking, enum check_word word, struct slice text);
/* Sets the finding; false when the arena is spent. */
__attribute__((format(printf, 4, 5))) bool check_found(struct checking *checking,
                                                       struct change *change,
                                                       struct finding *finding, const char *format,
                                                       ...);

/* One loss is told once: of a blob that was taken out of its repository, each manifest that names
   it would tell again. */
bool check_lost_is_told(struct checking *checking, struct change *change,
                        const struct digest *blob);

/* check_blobs.c */
bool check_blob_files(struct checking *checking);
check_judge check_blob_row, check_blobfile_row;
bool check_orphans(struct checking *checking);
/* Whether the file is there and has its digest, now. */
enum blob_state check_blob_now(struct checking *checking, const struct digest *digest,
                               uint64_t *size);
/* check_manifests.c */
check_judge check_manifest_row, check_recycled_row, check_tag_row, check_tagged_row,
    check_reference_row, check_document_row;
/* check_counters.c */
bool check_counters(struct checking *checking);
