#pragma once
/*
 * Where a feed's reader puts what it finds: rows in memory, sorted when all files are read, then
 * written to the store in one transaction. What is passed in is copied. One thread at a time.
 */
#include "advisory/entry.h"
#include "advisory/store_write.h"
#include "base/table.h"

/* The databases of record.h. The last three have one feed each. */
enum sink_kind { SINK_AFFECTED, SINK_FACTS, SINK_IDS, SINK_KEV, SINK_EPSS, SINK_EOL, SINK_KINDS };

struct feed_sink {
    struct arena arena;   /* rows */
    struct arena scratch; /* one row while it is encoded */
    struct store_row *first[SINK_KINDS], *last[SINK_KINDS];
    size_t count[SINK_KINDS];
    struct table scopes, seen;
    struct slice date; /* of the data: the latest that was told */
    uint64_t records;
};

void sink_init(struct feed_sink *sink);
void sink_done(struct feed_sink *sink);

/* What a feed says of a package; also remembers where its id and aliases are named. A name too long
   for a key is left out. */
bool sink_entry(struct feed_sink *sink, struct slice scope, struct slice name,
                const struct advisory_entry *entry, struct error *err);
/* Of two with the same id the first stays. Overlong titles and descriptions are cut. */
bool sink_facts(struct feed_sink *sink, struct slice id, const struct advisory_facts *facts,
                struct error *err);
bool sink_row(struct feed_sink *sink, enum sink_kind kind, struct slice key, struct slice value,
              struct error *err);
/* A scope that is covered although nothing may be said in it. */
bool sink_scope(struct feed_sink *sink, struct slice scope, struct error *err);
/* True the first time for an id: files are read newest first, and the newest word counts. */
bool sink_first(struct feed_sink *sink, struct slice id, bool *first, struct error *err);
/* "2026-08-22" or longer; the latest stays. Text that is no date is ignored, and so are dates
   before there were feeds, and those to come (both are in real records). */
bool sink_date(struct feed_sink *sink, struct slice date, struct error *err);

/* A whole text as a number, in any form that CSV files have ("9.8", "1e-05"). */
bool sink_number(struct slice text, double *number);

/* Sorts and writes all. `record` has name, source and validators; the rest is filled in. */
bool sink_store(struct feed_sink *sink, struct store_writer *writer, struct feed_record *record,
                struct error *err);
