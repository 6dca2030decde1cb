#pragma once
/*
 * The advisory store: an LMDB folder (PLIMSOLL_DB), or the starter database that is compiled in.
 * Opening costs nothing; any number of processes read while one writes.
 */
#include "base/arena.h"

struct store_reader;

/* Opens `folder`; when it does not exist (or is NULL), the starter database. A store of another
   format version is ERROR_UNSUPPORTED with a word on what to do. */
bool store_reader_open(struct store_reader **reader, const char *folder, struct error *err);
void store_reader_close(struct store_reader *reader);
bool store_reader_is_starter(const struct store_reader *reader);
/* A text that differs between any two states of stores: which file, and its how-manieth version. */
enum { STORE_IDENTITY_MAX = 80 };
void store_reader_identity(const struct store_reader *reader, char text[STORE_IDENTITY_MAX]);

/* What each feed is: for `db status`, and the `database` part of reports. */
struct feed_status {
    struct slice name;    /* "alpine" */
    struct slice date;    /* of the data, ISO 8601 */
    struct slice updated; /* when it was last written or found unchanged, ISO 8601 with time */
    struct slice source;  /* address or path */
    struct slice error;   /* of the last update, empty when it went well */
    uint64_t records;
    uint64_t updated_epoch; /* `updated` in seconds; 0 never */
};
bool store_feeds(struct store_reader *reader, struct arena *arena, struct feed_status **feeds,
                 size_t *count, struct error *err);
