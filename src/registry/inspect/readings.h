#pragma once
/*
 * Analyses of layers: of uploads while they arrive, and of blobs that are stored already.
 *
 *   upload_started ─> a reading, queued ─> a runner (thread) has a worker read along (nursery.h)
 *   upload_ended ───> its digest is known: only now has the analysis a name and is kept beside the
 *                     blob (object "analysis"); or the upload failed, and nothing is
 *   readings_get ───> the analysis: out of memory, from the blob's object, or by a new reading
 *
 * Uploads that still arrive take at most all runners but one, so that a client that dawdles cannot
 * keep a finished layer waiting. An upload that gets no runner, or dawdles too long, is read from
 * the file's beginning when it has ended. A layer whose worker dies or says nothing is read once
 * more, and then called failed. Any thread may call; the upload functions do not wait.
 */
#include "registry/core/core.h"

struct readings;

struct readings_options {
    struct blobs *blobs;
    unsigned workers;                      /* at once; 0: twice the processors */
    unsigned idle_seconds, silent_seconds; /* 0: 60, 120 */
    /* An analysis can be had now, or has failed; from a runner, with no lock held. */
    void (*done)(void *context, const struct digest *digest);
    void *context;
};

bool readings_new(struct readings **readings, const struct readings_options *options,
                  struct error *err);
/* Ends what is under way. Accepts NULL. */
void readings_free(struct readings *readings);

/* Taps of registry/core (core.h). */
void readings_upload_started(struct readings *readings, const char *id, int file, uint64_t size);
void readings_upload_grew(struct readings *readings, const char *id, uint64_t size);
void readings_upload_ended(struct readings *readings, const char *id, const struct digest *digest,
                           uint64_t size);

enum readings_answer {
    READINGS_HAVE,   /* *encoded, in `arena` */
    READINGS_WAIT,   /* `done` will be called */
    READINGS_FAILED, /* err: twice, or the blob is not there */
};
/* `again`: a failure, or an analysis that is partial, is not taken for an answer. */
enum readings_answer readings_get(struct readings *readings, const struct digest *digest,
                                  bool again, struct arena *arena, struct slice *encoded,
                                  struct error *err);

struct readings_stats {
    uint64_t started, along, again, failed, dropped; /* since the start */
    unsigned running, waiting;
};
void readings_stats(struct readings *readings, struct readings_stats *stats);

/* Whether these are the first bytes of a layer: gzip, zstd or tar. 0 no, 1 yes, -1 too few. */
int readings_sniff(struct slice head);
