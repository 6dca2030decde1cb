#pragma once
/*
 * A feed: where it is published, where it stands in a mirror, and the function that reads one of
 * its files. Feeds are rows of feed_table.c; a reader is a file of this folder (see README.md).
 *
 * Planning turns a row into jobs: one job is one feed of the store ("alpine", "osv/Go"), replaced
 * whole, with the files it is made from. Reading is pure: bytes in, rows into the sink; it runs in
 * a thread of its own, on hostile bytes, and any error leaves the store's old data as it is.
 */
#include "advisory/feed/mirror.h"
#include "advisory/feed/sink.h"

struct feed;

struct feed_file {
    struct slice where; /* URL or path, as it is opened and shown */
    bool optional;      /* need not exist: a release that may not be out yet */
    uint64_t size;      /* bytes when known beforehand (a folder's file); else 0 */
};

struct feed_job {
    const struct feed *feed;
    struct slice name; /* in the store */
    struct feed_file *files;
    size_t file_count, file_room;
    uint64_t size; /* of all files, when known: large jobs start first */
};

/* What is to be read, in an arena. */
struct feed_plan {
    struct arena *arena;
    const struct mirror *mirror; /* NULL: upstream */
    struct slice *only;          /* names as the user wrote them ("osv/Go"): asked for by name */
    size_t only_count;
    struct feed_job *jobs;
    size_t job_count, job_room;
};

/* Adds a file to the job `name` (made when it is new): of upstream `url`, in a mirror `path`.
   Either may be NULL: then it is not to be had from there. In a folder a missing file is no file.
 */
bool feed_plan_file(struct feed_plan *plan, const struct feed *feed, struct slice name,
                    const char *url, const char *path, bool optional, struct error *err);
/* Adds the files of a mirror folder that match `pattern` (glob), sorted; one that is there already
   stays where it is. *listed is false where there is no folder to list (a URL, upstream): then the
   caller names the files itself. */
bool feed_plan_folder(struct feed_plan *plan, const struct feed *feed, struct slice name,
                      const char *pattern, bool *listed, struct error *err);

/* One file, as it was fetched. */
struct feed_input {
    struct slice where;  /* for messages, and where a file's name says what it is */
    struct slice bytes;  /* as stored: often gzip, zstd, zip (unpack.h) */
    struct slice date;   /* of the file, ISO 8601; may be empty */
    struct arena *arena; /* lives until this file is read */
};

struct feed {
    const char *name;
    const char *title;      /* for people: "Alpine security database" */
    const char *url, *path; /* of a feed of one file; NULL where plan says it */
    bool (*plan)(const struct feed *feed, struct feed_plan *plan, struct error *err);
    bool (*read)(struct feed_input *input, struct feed_sink *sink, struct error *err);
};

/* All feeds; the last row has no name. */
extern const struct feed feed_table[];
/* By the name of a row or of one of its jobs ("osv", "osv/Go"); NULL when there is none. */
const struct feed *feed_find(struct slice name);

/* plan.c of each that has one */
bool secdb_plan_alpine(const struct feed *feed, struct feed_plan *plan, struct error *err);
bool debian_lists_plan(const struct feed *feed, struct feed_plan *plan, struct error *err);
bool osv_plan(const struct feed *feed, struct feed_plan *plan, struct error *err);
bool nvd_plan(const struct feed *feed, struct feed_plan *plan, struct error *err);
bool nvd_facts_plan(const struct feed *feed, struct feed_plan *plan, struct error *err);

/* The readers. Each takes one file. */
bool secdb_read(struct feed_input *input, struct feed_sink *sink, struct error *err);
bool debian_read(struct feed_input *input, struct feed_sink *sink, struct error *err);
bool debian_lists_read(struct feed_input *input, struct feed_sink *sink, struct error *err);
bool osv_read(struct feed_input *input, struct feed_sink *sink, struct error *err);
bool nvd_read(struct feed_input *input, struct feed_sink *sink, struct error *err);
bool nvd_facts_read(struct feed_input *input, struct feed_sink *sink, struct error *err);
bool kev_read(struct feed_input *input, struct feed_sink *sink, struct error *err);
bool epss_read(struct feed_input *input, struct feed_sink *sink, struct error *err);
bool eol_read(struct feed_input *input, struct feed_sink *sink, struct error *err);
bool nginx_read(struct feed_input *input, struct feed_sink *sink, struct error *err);
bool vendor_severity_read(struct feed_input *input, struct feed_sink *sink, struct error *err);
