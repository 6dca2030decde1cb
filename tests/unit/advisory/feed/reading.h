#pragma once
/* For tests of feed readers: bytes in, a store in a folder of /tmp, lookups as text out. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "advisory/feed/feed.h"
#include "advisory/lookup.h"
#include "advisory/match.h"
#include "advisory/range.h"
#include "test.h"

struct reading {
    struct arena arena;
    struct feed_sink sink;
    struct store_reader *store;
    char folder[64];
    char text[8192]; /* of the last lookup */
    struct slice wanted;
    struct error err;
};

static inline void reading_begin(struct reading *reading)
{
    *reading = (struct reading){0};
    arena_init(&reading->arena, (size_t)1 << 30);
    sink_init(&reading->sink);
}

static inline bool reading_add(struct reading *reading, const char *feed, const char *where,
                               struct slice bytes)
{
    struct feed_input input = {.where = slice_str(where), .bytes = bytes, .arena = &reading->arena};
    reading->err.kind = ERROR_NONE;
    return feed_find(slice_str(feed))->read(&input, &reading->sink, &reading->err);
}

/* Writes what was read and opens it. */
static inline void reading_store(struct reading *reading, const char *feed)
{
    struct store_writer *writer;
    struct feed_record record = {.status.name = slice_str(feed)};
    snprintf(reading->folder, sizeof reading->folder, "/tmp/plimsoll-feed.XXXXXX");
    assert_non_null(mkdtemp(reading->folder));
    if (!store_writer_open(&writer, reading->folder, NULL, &reading->err) ||
        !sink_store(&reading->sink, writer, &record, &reading->err))
        fail_msg("%s", reading->err.text);
    store_writer_close(writer);
    if (!store_reader_open(&reading->store, reading->folder, &reading->err))
        fail_msg("%s", reading->err.text);
}

static inline void reading_of(struct reading *reading, const char *feed, const char *text)
{
    reading_begin(reading);
    if (!reading_add(reading, feed, feed, slice_str(text)))
        fail_msg("%s", reading->err.text);
    reading_store(reading, feed);
}

static inline void reading_end(struct reading *reading)
{
    const char *const names[] = {"data.mdb", "lock.mdb", "update.lock"};
    char path[128];
    store_reader_close(reading->store);
    for (unsigned i = 0; *reading->folder && i < 3; i++) {
        snprintf(path, sizeof path, "%s/%s", reading->folder, names[i]);
        unlink(path);
    }
    if (*reading->folder)
        rmdir(reading->folder);
    sink_done(&reading->sink);
    arena_done(&reading->arena);
}

static inline void reading_append(struct reading *reading, const char *before, struct slice text)
{
    size_t used = strlen(reading->text);
    if (text.len)
        snprintf(reading->text + used, sizeof reading->text - used, "%s%.*s", before,
                 SLICE_ARG(text));
}

/* "CVE-1 =GHSA-2 fixed high [< 1.2] [>= 2, < 3] ->3 on windows (note)" */
static inline bool reading_take(void *context, struct slice feed, struct slice value)
{
    struct reading *reading = context;
    struct advisory_entry entry;
    (void)feed;
    while (entry_decode(&value, &reading->arena, &entry)) {
        if (reading->wanted.len && !slice_equal(reading->wanted, entry.id))
            continue;
        reading_append(reading, *reading->text ? "; " : "", entry.id);
        for (size_t i = 0; i < entry.alias_count; i++)
            reading_append(reading, " =", entry.aliases[i]);
        reading_append(reading, " ", slice_str(fix_state_name(entry.state)));
        if (entry.severity)
            reading_append(reading, " ", slice_str(severity_name(entry.severity)));
        for (size_t i = 0; i < entry.range_count; i++) {
            reading_append(reading, " [", range_text(&entry.ranges[i], &reading->arena));
            reading_append(reading, "", SLICE("]"));
        }
        reading_append(reading, " ->", entry.fixed);
        reading_append(reading, " on ", entry.platform);
        reading_append(reading, " (", entry.note);
        reading_append(reading, "", entry.note.len ? SLICE(")") : (struct slice){0});
    }
    assert_int_equal(value.len, 0);
    return true;
}

/* All entries of a package; `id` NULL: of any id. */
static inline const char *reading_entries(struct reading *reading, const char *scope,
                                          const char *name, const char *id)
{
    reading->text[0] = '\0';
    reading->wanted = slice_str(id);
    assert_true(store_lookup(reading->store, slice_str(scope), slice_str(name), reading_take,
                             reading, &reading->err));
    return reading->text;
}

static inline bool reading_take_facts(void *context, struct slice feed, struct slice value)
{
    struct reading *reading = context;
    struct advisory_facts facts;
    char score[16];
    (void)feed;
    assert_true(facts_decode(value, &reading->arena, &facts));
    reading_append(reading, "", facts.title.len ? facts.title : facts.description);
    for (size_t i = 0; i < facts.rating_count; i++) {
        reading_append(reading, " ", facts.ratings[i].source);
        reading_append(reading, "/", facts.ratings[i].version);
        snprintf(score, sizeof score, " %.1f ", facts.ratings[i].score);
        reading_append(reading, score, slice_str(severity_name(facts.ratings[i].severity)));
    }
    reading_append(reading, " ", facts.published);
    reading_append(reading, " ", facts.url);
    return true;
}

/* "title nvd/3.1 9.8 critical 2020-01-02 https://…" */
static inline const char *reading_facts(struct reading *reading, const char *id)
{
    reading->text[0] = '\0';
    assert_true(
        store_facts(reading->store, slice_str(id), reading_take_facts, reading, &reading->err));
    return reading->text;
}

/* Whether every document that is cut somewhere before its end is refused. */
static inline void reading_refuses_cuts(const char *feed, const char *text, size_t step)
{
    size_t len = strlen(text);
    while (len && (text[len - 1] == '\n' || text[len - 1] == ' '))
        len--;
    for (size_t cut = 0; cut < len; cut += step) {
        struct reading reading;
        reading_begin(&reading);
        if (reading_add(&reading, feed, feed, slice_of(text, cut)))
            fail_msg("%s cut at %zu is taken", feed, cut);
        assert_int_not_equal(reading.err.kind, ERROR_NONE);
        reading_end(&reading);
    }
}
