#include "advisory/feed/sink.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/ascii.h"
#include "base/clock.h"

/* A feed of a million rows takes about 100 MB. */
static const size_t SINK_BUDGET = (size_t)4 << 30;

enum {
    SCRATCH_BUDGET = 64 * 1024 * 1024,
    TITLE_MAX = 200,
    DESCRIPTION_MAX = 1000,
    EARLIEST = 631152000, /* 1990 */
};

static const char *const database_names[SINK_KINDS] = {"affected", "facts", "ids",
                                                       "kev",      "epss",  "eol"};

void sink_init(struct feed_sink *sink)
{
    *sink = (struct feed_sink){0};
    arena_init(&sink->arena, SINK_BUDGET);
    arena_init(&sink->scratch, SCRATCH_BUDGET);
    table_init(&sink->scopes, &sink->arena);
    table_init(&sink->seen, &sink->arena);
}

void sink_done(struct feed_sink *sink)
{
    arena_done(&sink->arena);
    arena_done(&sink->scratch);
}

bool sink_row(struct feed_sink *sink, enum sink_kind kind, struct slice key, struct slice value,
              struct error *err)
{
    if (key.len == 0 || key.len > STORE_KEY_MAX)
        return true;
    if (value.len > UINT32_MAX / 2)
        return error_set(err, ERROR_LIMIT, "a record is larger than 2 GB");
    struct store_row *row = arena_alloc(&sink->arena, sizeof *row + key.len + value.len);
    if (!row)
        return arena_error(err);
    row->key_len = (uint32_t)key.len;
    row->value_len = (uint32_t)value.len;
    memcpy(row->bytes, key.at, key.len);
    if (value.len)
        memcpy(row->bytes + key.len, value.at, value.len);
    if (sink->last[kind])
        sink->last[kind]->next = row;
    else
        sink->first[kind] = row;
    sink->last[kind] = row;
    sink->count[kind]++;
    if (kind >= SINK_KEV)
        sink->records++;
    return true;
}

/* A table as a set: each key is copied once. */
static bool remember(struct feed_sink *sink, struct table *table, struct slice key, bool *new,
                     struct error *err)
{
    *new = !table_get(table, key);
    if (!*new)
        return true;
    struct slice copy = arena_copy(&sink->arena, key);
    if (!copy.at || !table_put(table, copy, (void *)(uintptr_t)copy.at))
        return arena_error(err);
    return true;
}

bool sink_first(struct feed_sink *sink, struct slice id, bool *first, struct error *err)
{
    return remember(sink, &sink->seen, id, first, err);
}

bool sink_scope(struct feed_sink *sink, struct slice scope, struct error *err)
{
    bool new;
    return remember(sink, &sink->scopes, scope, &new, err);
}

static bool add_ref(struct feed_sink *sink, struct slice id, const struct id_ref *ref,
                    struct error *err)
{
    struct slice value = {0};
    if (!id_ref_encode(ref, &sink->scratch, &value))
        return arena_error(err);
    return sink_row(sink, SINK_IDS, id, value, err);
}

static bool add_aliases(struct feed_sink *sink, struct slice id, const struct slice *aliases,
                        size_t count, struct error *err)
{
    for (size_t i = 0; i < count; i++)
        if (!add_ref(sink, aliases[i], &(struct id_ref){.id = id}, err))
            return false;
    return true;
}

bool sink_entry(struct feed_sink *sink, struct slice scope, struct slice name,
                const struct advisory_entry *entry, struct error *err)
{
    char room[STORE_KEY_MAX];
    struct slice key, value = {0};
    if (entry->id.len == 0 || !affected_key(scope, name, room, &key))
        return true;
    arena_reset(&sink->scratch);
    if (!entry_encode(entry, &sink->scratch, &value))
        return arena_error(err);
    sink->records++;
    return sink_scope(sink, scope, err) && sink_row(sink, SINK_AFFECTED, key, value, err) &&
           add_ref(sink, entry->id, &(struct id_ref){.scope = scope, .name = name}, err) &&
           add_aliases(sink, entry->id, entry->aliases, entry->alias_count, err);
}

/* Cut at `max` bytes, not inside a UTF-8 sequence. */
static struct slice cut_text(struct slice text, size_t max)
{
    if (text.len <= max)
        return text;
    while (max && ((unsigned char)text.at[max] & 0xc0) == 0x80)
        max--;
    return slice_upto(text, max);
}

/* One line: line breaks and tabs become blanks. */
static struct slice one_line(struct slice text, struct arena *arena)
{
    struct slice copy = arena_copy(arena, slice_trim(text));
    for (char *c = (char *)(uintptr_t)copy.at; c && c < copy.at + copy.len; c++)
        if (ascii_space(*c))
            *c = ' ';
    return copy;
}

bool sink_facts(struct feed_sink *sink, struct slice id, const struct advisory_facts *facts,
                struct error *err)
{
    struct advisory_facts cut = *facts;
    struct slice value = {0};
    arena_reset(&sink->scratch);
    cut.title = one_line(cut_text(slice_trim(facts->title), TITLE_MAX), &sink->scratch);
    cut.description = cut_text(slice_trim(facts->description), DESCRIPTION_MAX);
    if (!cut.title.at || !facts_encode(&cut, &sink->scratch, &value))
        return arena_error(err);
    return sink_row(sink, SINK_FACTS, id, value, err) &&
           add_aliases(sink, id, facts->aliases, facts->alias_count, err);
}

bool sink_date(struct feed_sink *sink, struct slice date, struct error *err)
{
    if (date.len < 10 || !ascii_digit(date.at[0]) || date.at[4] != '-' || date.at[7] != '-')
        return true;
    date = slice_upto(date, 10);
    int64_t when;
    if (slice_compare(date, sink->date) <= 0 || !clock_parse(date, &when) || when < EARLIEST ||
        when > (int64_t)time(NULL))
        return true;
    sink->date = arena_copy(&sink->arena, date);
    return sink->date.at || arena_error(err);
}

bool sink_number(struct slice text, double *number)
{
    char room[64], *end;
    if (text.len == 0 || text.len >= sizeof room || !(ascii_digit(text.at[0]) || text.at[0] == '.'))
        return false;
    memcpy(room, text.at, text.len);
    room[text.len] = '\0';
    *number = strtod(room, &end);
    return *end == '\0';
}

static struct slice row_key(const struct store_row *row)
{
    return slice_of(row->bytes, row->key_len);
}

static struct slice row_value(const struct store_row *row)
{
    return slice_of(row->bytes + row->key_len, row->value_len);
}

struct numbered_row {
    struct store_row *row;
    size_t number; /* qsort is not stable; the order of arrival decides between equal keys */
};

static int compare_keys(const void *a, const void *b)
{
    const struct numbered_row *x = a, *y = b;
    int order = slice_compare(row_key(x->row), row_key(y->row));
    return order ? order : (x->number > y->number) - (x->number < y->number);
}

static int compare_rows(const void *a, const void *b)
{
    const struct numbered_row *x = a, *y = b;
    int order = slice_compare(row_key(x->row), row_key(y->row));
    return order ? order : slice_compare(row_value(x->row), row_value(y->row));
}

/* Drops rows that say nothing new: of ids the same reference, of all but entries the same key. */
static bool is_double(enum sink_kind kind, const struct store_row *before,
                      const struct store_row *row)
{
    if (!slice_equal(row_key(before), row_key(row)))
        return false;
    return kind == SINK_AFFECTED || kind == SINK_IDS
               ? slice_equal(row_value(before), row_value(row))
               : true;
}

static struct store_row **sort_rows(struct feed_sink *sink, enum sink_kind kind, size_t *count)
{
    size_t all = 0, kept = 0;
    struct numbered_row *numbered = arena_array(&sink->arena, sink->count[kind], sizeof *numbered);
    struct store_row **rows = arena_array(&sink->arena, sink->count[kind], sizeof *rows);
    if (!numbered || !rows)
        return NULL;
    for (struct store_row *row = sink->first[kind]; row; row = row->next, all++)
        numbered[all] = (struct numbered_row){row, all};
    qsort(numbered, all, sizeof *numbered, kind == SINK_IDS ? compare_rows : compare_keys);
    for (size_t i = 0; i < all; i++)
        if (kept == 0 || !is_double(kind, rows[kept - 1], numbered[i].row))
            rows[kept++] = numbered[i].row;
    *count = kept;
    return rows;
}

static int compare_slices(const void *a, const void *b)
{
    return slice_compare(*(const struct slice *)a, *(const struct slice *)b);
}

static bool list_scopes(struct feed_sink *sink, struct feed_record *record)
{
    record->scope_count = sink->scopes.count;
    record->scopes = arena_array(&sink->arena, sink->scopes.count, sizeof *record->scopes);
    for (size_t i = 0; record->scopes && i < sink->scopes.count; i++)
        record->scopes[i] = sink->scopes.entries[i].key;
    if (record->scopes && record->scope_count)
        qsort(record->scopes, record->scope_count, sizeof *record->scopes, compare_slices);
    return record->scopes != NULL;
}

bool sink_store(struct feed_sink *sink, struct store_writer *writer, struct feed_record *record,
                struct error *err)
{
    struct store_rows databases[SINK_KINDS];
    size_t used = 0;
    for (unsigned kind = 0; kind < SINK_KINDS; kind++) {
        if (kind >= SINK_KEV && sink->count[kind] == 0)
            continue;
        struct slice feed = record->status.name;
        struct slice name = arena_printf(&sink->arena, "%s%s%.*s", database_names[kind],
                                         kind >= SINK_KEV ? "" : "/",
                                         kind >= SINK_KEV ? 0 : (int)feed.len, feed.at);
        size_t count = 0;
        struct store_row **rows = sort_rows(sink, kind, &count);
        if (!rows || !name.at)
            return arena_error(err);
        databases[used++] = (struct store_rows){name.at, rows, count};
    }
    if (!list_scopes(sink, record))
        return arena_error(err);
    record->has_facts = sink->count[SINK_FACTS];
    record->has_ids = sink->count[SINK_IDS];
    record->status.records = sink->records ? sink->records : sink->count[SINK_FACTS];
    if (sink->date.len)
        record->status.date = sink->date;
    return store_writer_replace(writer, record, databases, used, err);
}
