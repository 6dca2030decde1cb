#pragma once
/*
 * Writing the store: one transaction a feed, which replaces the feed's databases whole, so that a
 * reader sees the old data or the new, and a writer that dies at any moment changes nothing. One
 * writer at a time: the folder's update.lock is held (flock; the kernel gives it back when the
 * process ends, however it ends). All functions of one writer may be called from several threads;
 * they wait for each other. An error (full disk, map at its limit) leaves the old data.
 */
#include "advisory/record.h"

struct store_writer;

/* One key and value; made by a sink, sorted by the caller. Rows of the same key stand together and
   become one value, the values one behind the other. */
struct store_row {
    struct store_row *next; /* the sink's */
    uint32_t key_len, value_len;
    char bytes[]; /* key, value */
};

/* The whole new content of one named database. */
struct store_rows {
    const char *database; /* "affected/alpine" */
    struct store_row *const *rows;
    size_t count;
};

struct store_writer_options {
    size_t map_size, map_max; /* bytes; 0: 1 GiB, 64 GiB */
};

/* Makes the folder when there is none. ERROR_BUSY (with the process id of who is at it) when
   another update runs; ERROR_UNSUPPORTED for a store of a newer format. One of an older format is
   emptied, since all that it holds comes from feeds, but only together with the first feed that is
   written: an update that gets nothing loses nothing. `options` may be NULL. */
bool store_writer_open(struct store_writer **writer, const char *folder,
                       const struct store_writer_options *options, struct error *err);
void store_writer_close(struct store_writer *writer); /* accepts NULL */

/* The record of a feed, copied into `arena`; *found tells whether there is one. */
bool store_writer_feed(struct store_writer *writer, struct slice feed, struct arena *arena,
                       struct feed_record *record, bool *found, struct error *err);

/* Replaces the databases that are given and writes the feed's record. With no databases: the record
   alone ("looked, unchanged"; "failed, because"). */
bool store_writer_replace(struct store_writer *writer, const struct feed_record *record,
                          const struct store_rows *databases, size_t count, struct error *err);
