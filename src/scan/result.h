#pragma once
/*
 * What a scan found: the one thing that reports, gates, explain, ship and the registry read.
 * Everything in it lives in the scan's arena (or the store's map) and is read-only once made.
 */
#include "advisory/match.h"
#include "catalog/secret.h"
#include "image/image.h"

struct scan_finding {
    struct finding finding;
    const struct layer *layer; /* where the package stands; NULL for SBOMs and purls */
    size_t layer_index;
    bool suppressed; /* by an exception; stays visible */
    struct slice reason, owner, reviewed, expires, exception_source; /* of the exception */
    bool in_baseline; /* --baseline: was there before; does not count for the gate */
};

/* Where a secret was found. */
enum secret_place_kind {
    SECRET_IN_FILE,        /* `place` is its path */
    SECRET_IN_ENVIRONMENT, /* … the name of the variable */
    SECRET_IN_LABEL,       /* … of the label */
    SECRET_IN_COMMAND,     /* "ENTRYPOINT", "CMD" */
    SECRET_IN_HISTORY,     /* the instruction's first words */
};

/* Never with its value; `hint` is masked. */
struct scan_secret {
    const struct secret_kind *kind;
    enum severity severity;
    enum secret_place_kind in;
    struct slice place;
    unsigned line; /* from 1; 0: not in a file */
    struct slice hint;
    const struct layer *layer; /* NULL: not in a layer */
    size_t layer_index;
    bool deleted; /* a later layer removed or replaced the file; it is in the image all the same */
    bool suppressed, in_baseline;
    struct slice reason, owner, reviewed, expires, exception_source;
};

struct scan_package {
    struct package package;
    const struct layer *layer;
    size_t layer_index;
    struct slice purl;
    struct slice *platforms; /* --all-platforms */
    size_t platform_count;
};

struct scan_result {
    struct image image; /* with --all-platforms: of the first; `platforms` names all */
    struct slice *platforms;
    size_t platform_count;
    struct distribution distribution;
    size_t hidden_count; /* left out by --severity, --ignore-unfixed, --baseline */
    struct coverage coverage;
    struct scan_package *packages;
    size_t package_count;
    struct scan_finding *findings;
    size_t finding_count;
    bool secrets_searched; /* --secrets */
    struct scan_secret *secrets;
    size_t secret_count;
    struct note *notes; /* partial reads, not covered, old data, expired exceptions, … */
    size_t note_count;
    struct feed_status *feeds;
    size_t feed_count;
    bool starter_database;
    bool partial;         /* something in the image could not be read: notes say what */
    struct slice started; /* ISO 8601, UTC; SOURCE_DATE_EPOCH is honoured */
    double seconds;
};
