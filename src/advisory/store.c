/*
 * Reading the store. Two things can stand behind a reader: an LMDB folder, or the starter table.
 * Everything above `get` and `walk` is the same for both. What feeds there are is read at once when
 * a reader opens (some dozens of small records); their databases are found when first asked.
 */
#include "advisory/lookup.h"

#include <stdio.h>
#include <stdlib.h>

#include "advisory/record.h"
#include "advisory/starter.h"
#include "advisory/store_env.h"
#include "advisory/store_fault.h"

enum { READER_BUDGET = 16 * 1024 * 1024 };

struct database {
    enum { UNTRIED, ABSENT, PRESENT } state;
    MDB_dbi dbi;                          /* of LMDB */
    const struct starter_database *table; /* of the starter */
};

struct reader_feed {
    struct feed_record record;
    struct database affected, facts, ids;
};

struct store_reader {
    struct store_env *env; /* NULL: the starter */
    MDB_txn *txn;
    struct arena arena;
    struct reader_feed *feeds; /* sorted by name */
    size_t feed_count, feed_room;
    struct database kev, epss, eol;
};

static struct slice starter_slice(uint32_t at, uint32_t len)
{
    return slice_of(starter_bytes + at, len);
}

static const struct starter_database *find_starter(struct slice name)
{
    for (size_t i = 0; i < starter_database_count; i++)
        if (slice_equal_str(name, starter_databases[i].name))
            return &starter_databases[i];
    return NULL;
}

/* `feed` may be empty: then `kind` is the whole name. */
static bool open_database(struct store_reader *reader, struct database *database, const char *kind,
                          struct slice feed)
{
    char name[200];
    if (database->state != UNTRIED)
        return database->state == PRESENT;
    int len = snprintf(name, sizeof name, "%s%s%.*s", kind, feed.len ? "/" : "", SLICE_ARG(feed));
    struct slice whole = slice_of(name, len > 0 && (size_t)len < sizeof name ? (size_t)len : 0);
    if (!reader->env)
        database->table = find_starter(whole);
    bool found = reader->env ? store_env_database(reader->env, whole, &database->dbi)
                             : database->table != NULL;
    database->state = found ? PRESENT : ABSENT;
    return found;
}

static bool get_starter(const struct starter_database *table, struct slice key, struct slice *value)
{
    size_t low = 0, high = table->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const struct starter_row *row = &table->rows[middle];
        int order = slice_compare(starter_slice(row->key, row->key_len), key);
        if (order == 0) {
            *value = starter_slice(row->value, row->value_len);
            return true;
        }
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return false;
}

/* 0, MDB_NOTFOUND or another code of LMDB. The database must be PRESENT. */
static int get(struct store_reader *reader, const struct database *database, struct slice key,
               struct slice *value)
{
    MDB_val k = {key.len, (void *)(uintptr_t)key.at}, v;
    if (key.len == 0 || key.len > STORE_KEY_MAX)
        return MDB_NOTFOUND;
    if (!reader->env)
        return get_starter(database->table, key, value) ? 0 : MDB_NOTFOUND;
    STORE_FAULT_INSIDE(store_env_folder(reader->env));
    int code = mdb_get(reader->txn, database->dbi, &k, &v);
    if (code == 0)
        *value = slice_of(v.mv_data, v.mv_size);
    return code;
}

static bool add_feed(struct store_reader *reader, struct slice name, struct slice value,
                     struct error *err)
{
    struct reader_feed feed = {.record.status.name = name};
    if (!feed_record_decode(value, &reader->arena, &feed.record))
        return error_set(err, ERROR_FORMAT, "the advisory database's record of a feed is damaged");
    if (!ARENA_PUSH(&reader->arena, reader->feeds, reader->feed_count, reader->feed_room, feed))
        return arena_error(err);
    return true;
}

static bool load_starter(struct store_reader *reader, struct error *err)
{
    const struct starter_database *table = find_starter(SLICE("feeds"));
    for (size_t i = 0; table && i < table->count; i++) {
        const struct starter_row *row = &table->rows[i];
        if (!add_feed(reader, starter_slice(row->key, row->key_len),
                      starter_slice(row->value, row->value_len), err))
            return false;
    }
    return true;
}

static bool load_feeds(struct store_reader *reader, struct error *err)
{
    MDB_dbi feeds;
    MDB_cursor *cursor;
    MDB_val key, value;
    if (!store_env_database(reader->env, SLICE("feeds"), &feeds))
        return true;
    STORE_FAULT_INSIDE(store_env_folder(reader->env));
    int code = mdb_cursor_open(reader->txn, feeds, &cursor);
    if (code)
        return store_error(err, code, "reading the advisory database");
    bool ok = true;
    while (ok && (code = mdb_cursor_get(cursor, &key, &value, MDB_NEXT)) == 0)
        ok = add_feed(reader, slice_of(key.mv_data, key.mv_size),
                      slice_of(value.mv_data, value.mv_size), err);
    mdb_cursor_close(cursor);
    if (ok && code != MDB_NOTFOUND)
        return store_error(err, code, "reading the advisory database");
    return ok;
}

/* An empty feed that went well counts: that it has nothing is its word. */
static bool was_reached(const struct store_reader *reader)
{
    for (size_t i = 0; i < reader->feed_count; i++) {
        const struct feed_status *status = &reader->feeds[i].record.status;
        if (status->records || status->error.len == 0)
            return true;
    }
    return false;
}

/* A store that no feed ever reached (a first update without a network) must not hide the starter
 * database. */
static bool use_starter(struct store_reader *reader, struct error *err)
{
    mdb_txn_abort(reader->txn);
    store_env_release(reader->env);
    reader->txn = NULL;
    reader->env = NULL;
    reader->feed_count = 0;
    return load_starter(reader, err);
}

static bool open_folder(struct store_reader *reader, const char *folder, struct error *err)
{
    if (!folder)
        return load_starter(reader, err);
    if (!store_env_acquire(&reader->env, folder, err)) {
        reader->env = NULL;
        return err->kind == ERROR_NOT_FOUND && load_starter(reader, err);
    }
    if (!store_env_begin(reader->env, &reader->txn, err) || !load_feeds(reader, err))
        return false;
    return was_reached(reader) || use_starter(reader, err);
}

bool store_reader_open(struct store_reader **reader, const char *folder, struct error *err)
{
    struct store_reader *new = calloc(1, sizeof *new);
    if (!new)
        return arena_error(err);
    arena_init(&new->arena, READER_BUDGET);
    if (!open_folder(new, folder, err)) {
        store_reader_close(new);
        return false;
    }
    *reader = new;
    return true;
}

void store_reader_close(struct store_reader *reader)
{
    if (!reader)
        return;
    if (reader->txn)
        mdb_txn_abort(reader->txn);
    if (reader->env)
        store_env_release(reader->env);
    arena_done(&reader->arena);
    free(reader);
}

bool store_reader_is_starter(const struct store_reader *reader)
{
    return reader->env == NULL;
}

void store_reader_identity(const struct store_reader *reader, char text[STORE_IDENTITY_MAX])
{
    uint64_t device = 0, file = 0;
    if (reader->env)
        store_env_file(reader->env, &device, &file);
    if (!reader->env)
        snprintf(text, STORE_IDENTITY_MAX, "starter");
    else
        snprintf(text, STORE_IDENTITY_MAX, "%llx:%llx:%zu", (unsigned long long)device,
                 (unsigned long long)file, mdb_txn_id(reader->txn));
}

bool store_feeds(struct store_reader *reader, struct arena *arena, struct feed_status **feeds,
                 size_t *count, struct error *err)
{
    struct feed_status *list = arena_array(arena, reader->feed_count, sizeof *list);
    if (!list)
        return arena_error(err);
    for (size_t i = 0; i < reader->feed_count; i++)
        list[i] = reader->feeds[i].record.status;
    *feeds = list;
    *count = reader->feed_count;
    return true;
}

/* Scopes of a feed are few and sorted. */
static bool has_scope(const struct feed_record *record, struct slice scope)
{
    size_t low = 0, high = record->scope_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = slice_compare(record->scopes[middle], scope);
        if (order == 0)
            return true;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return false;
}

bool store_covers(struct store_reader *reader, struct slice scope, struct slice *feed,
                  struct slice *feed_date)
{
    for (size_t i = 0; i < reader->feed_count; i++) {
        const struct feed_record *record = &reader->feeds[i].record;
        if (!has_scope(record, scope))
            continue;
        *feed = record->status.name;
        *feed_date = record->status.date;
        return true;
    }
    return false;
}

bool store_lookup(struct store_reader *reader, struct slice scope, struct slice name,
                  bool (*each)(void *context, struct slice feed, struct slice value), void *context,
                  struct error *err)
{
    char room[STORE_KEY_MAX];
    struct slice key, value;
    if (!affected_key(scope, name, room, &key))
        return true;
    for (size_t i = 0; i < reader->feed_count; i++) {
        struct reader_feed *feed = &reader->feeds[i];
        struct slice feed_name = feed->record.status.name;
        if (!has_scope(&feed->record, scope) ||
            !open_database(reader, &feed->affected, "affected", feed_name))
            continue;
        int code = get(reader, &feed->affected, key, &value);
        if (code == 0 && !each(context, feed_name, value))
            return true;
        if (code && code != MDB_NOTFOUND)
            return store_error(err, code, "looking up a package");
    }
    return true;
}

bool store_facts(struct store_reader *reader, struct slice id,
                 bool (*each)(void *context, struct slice feed, struct slice value), void *context,
                 struct error *err)
{
    struct slice value;
    for (size_t i = 0; i < reader->feed_count; i++) {
        struct reader_feed *feed = &reader->feeds[i];
        struct slice feed_name = feed->record.status.name;
        if (!feed->record.has_facts || !open_database(reader, &feed->facts, "facts", feed_name))
            continue;
        int code = get(reader, &feed->facts, id, &value);
        if (code == 0 && !each(context, feed_name, value))
            return true;
        if (code && code != MDB_NOTFOUND)
            return store_error(err, code, "looking up a vulnerability");
    }
    return true;
}

bool store_epss(struct store_reader *reader, struct slice cve, double *score, double *percentile)
{
    struct slice value;
    return open_database(reader, &reader->epss, "epss", (struct slice){0}) &&
           get(reader, &reader->epss, cve, &value) == 0 && epss_decode(value, score, percentile);
}

bool store_kev(struct store_reader *reader, struct slice cve, struct slice *added,
               struct slice *due)
{
    struct slice value;
    return open_database(reader, &reader->kev, "kev", (struct slice){0}) &&
           get(reader, &reader->kev, cve, &value) == 0 && kev_decode(value, added, due);
}

bool store_end_of_life(struct store_reader *reader, struct slice product, struct slice cycle,
                       struct slice *date)
{
    char room[STORE_KEY_MAX];
    struct slice key;
    return open_database(reader, &reader->eol, "eol", (struct slice){0}) &&
           affected_key(product, cycle, room, &key) && get(reader, &reader->eol, key, date) == 0;
}

bool store_named(struct store_reader *reader, struct slice id,
                 bool (*each)(void *context, struct slice feed, const struct id_ref *ref),
                 void *context, struct error *err)
{
    for (size_t i = 0; i < reader->feed_count; i++) {
        struct reader_feed *feed = &reader->feeds[i];
        struct slice feed_name = feed->record.status.name, value = {0};
        struct id_ref ref;
        if (!feed->record.has_ids || !open_database(reader, &feed->ids, "ids", feed_name))
            continue;
        int code = get(reader, &feed->ids, id, &value);
        if (code && code != MDB_NOTFOUND)
            return store_error(err, code, "looking up a vulnerability");
        while (code == 0 && id_ref_decode(&value, &ref))
            if (!each(context, feed_name, &ref))
                return true;
    }
    return true;
}

void store_scopes(struct store_reader *reader,
                  bool (*each)(void *context, struct slice feed, struct slice scope), void *context)
{
    for (size_t i = 0; i < reader->feed_count; i++) {
        const struct feed_record *record = &reader->feeds[i].record;
        for (size_t s = 0; s < record->scope_count; s++)
            if (!each(context, record->status.name, record->scopes[s]))
                return;
    }
}

struct id_list {
    struct arena *arena;
    struct slice *ids;
    size_t count, room;
    struct slice asked;
    bool failed;
};

static bool add_id(void *context, struct slice feed, const struct id_ref *ref)
{
    struct id_list *list = context;
    struct slice id = ref->id.len ? ref->id : list->asked;
    (void)feed;
    for (size_t i = 0; i < list->count; i++)
        if (slice_equal(list->ids[i], id))
            return true;
    list->failed |= !ARENA_PUSH(list->arena, list->ids, list->count, list->room, id);
    return !list->failed;
}

static bool found_facts(void *context, struct slice feed, struct slice value)
{
    (void)value;
    add_id(context, feed, &(struct id_ref){0});
    return false;
}

bool store_aliases(struct store_reader *reader, struct slice id, struct arena *arena,
                   struct slice **ids, size_t *count, struct error *err)
{
    struct id_list list = {.arena = arena, .asked = id};
    if (!store_facts(reader, id, found_facts, &list, err) ||
        !store_named(reader, id, add_id, &list, err))
        return false;
    if (list.failed)
        return arena_error(err);
    *ids = list.ids;
    *count = list.count;
    return true;
}
