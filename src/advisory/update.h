#pragma once
/*
 * `db update` and `db import`: plans what is to be read, fetches what has changed, reads and writes
 * it, a feed at a time and several at once. A feed that fails leaves its old data, is named, and
 * the others go on. Fetching is conditional: HTTP by ETag and Last-Modified, files by size, time
 * and inode. The calling thread must not hold a store_reader of the same folder.
 */
#include "advisory/feed/feed.h"

enum update_outcome {
    UPDATE_STARTED, /* only told to `progress` */
    UPDATE_DONE,
    UPDATE_UNCHANGED,
    UPDATE_ABSENT, /* the mirror does not have it */
    UPDATE_FAILED,
};

struct update_feed {
    struct slice name;
    enum update_outcome outcome;
    uint64_t records; /* in the store now */
    bool had_data;    /* of a former update: it stays when this one fails */
    struct slice date;
    struct error error; /* of UPDATE_FAILED */
};

struct update_options {
    const char *folder;  /* of the store */
    struct slice mirror; /* URL or folder; empty: upstream */
    struct slice *only;  /* names of feeds ("alpine", "osv", "osv/Go"); none: all */
    size_t only_count;
    struct slice *except;
    size_t except_count;
    bool force; /* read what has not changed too */
    /* May be NULL. Called when a feed starts and when it ends, from several threads, one at a time.
     */
    void (*progress)(void *context, const struct update_feed *feed);
    void *context;
};

struct update_result {
    struct update_feed
        *feeds; /* in the order of the table; without those that are absent unasked */
    size_t count;
    size_t failed;
    struct update_feed *absent; /* of an HTTP mirror that answers 404: not updated */
    size_t absent_count;
};

/* False when nothing could be begun at all (ERROR_BUSY, a mirror that is not there, an unknown
   feed's name); failures of feeds are in the result. */
bool update_run(const struct update_options *options, struct arena *arena,
                struct update_result *result, struct error *err);

/* Replaces one feed by what local files say. `name` is of the table or a job ("osv/Go"). */
bool update_import(const struct update_options *options, struct slice name,
                   const char *const *files, size_t file_count, struct arena *arena,
                   struct update_result *result, struct error *err);
