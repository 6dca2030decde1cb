#pragma once
/*
 * What is known of shipping one image: a JSON file, written whole after each step
 * (docs/schema/ship-record.json). A file that is cut or is none of ours is ERROR_FORMAT and nothing
 * of it is believed. It lies in the user's own state folder, and is yet read with limits.
 */
#include "base/arena.h"
#include "base/hash.h"

enum voyage_step_id {
    VOYAGE_LINT,
    VOYAGE_LOGIN,
    VOYAGE_PULL,
    VOYAGE_BUILD,
    VOYAGE_SCAN,
    VOYAGE_GATE,
    VOYAGE_TEST,
    VOYAGE_TAG,
    VOYAGE_PUSH,
    VOYAGE_DEPLOY,
    VOYAGE_RECORD,
    VOYAGE_STEPS,
};

enum voyage_outcome {
    VOYAGE_OPEN, /* not begun */
    VOYAGE_PASSED,
    VOYAGE_SKIPPED, /* left out by the user, or nothing to do for this image; `said` is why */
    VOYAGE_REFUSED, /* it says no: lint, gate, test, a plan of tags */
    VOYAGE_FAILED,  /* it could not be done */
    VOYAGE_OUTCOMES,
};

struct voyage_mark {
    enum voyage_outcome outcome;
    struct slice input; /* digest of what it worked on; empty when it is open */
    struct slice at;    /* when it ended, ISO 8601 */
    struct slice said;  /* a line */
    double seconds;
};

struct voyage_tag {
    struct slice name;
    bool move;
    struct slice from, to;    /* versions or digests, as in struct tag_move */
    struct slice from_digest; /* what it pointed to when it was planned; empty: it was not there */
    struct slice reason;
};

/* What is kept beside the image, as a referrer. */
struct voyage_attached {
    struct slice type; /* "application/vnd.cyclonedx+json" */
    struct slice digest;
};

enum {
    VOYAGE_LEVELS = 6,
    VOYAGE_TAGS_MAX = 16,
    VOYAGE_ATTACHED_MAX = 8,
    VOYAGE_RECORD_SIZE_MAX = 1 << 20
};
/* "critical", …, "unknown": names of struct voyage_record's findings. */
extern const char *const voyage_levels[VOYAGE_LEVELS];

struct voyage_record {
    struct slice image;      /* empty: nothing is known */
    struct slice repository; /* with its registry */
    struct slice release;    /* as given, "v1.0.0"; empty: none yet */
    struct slice started;
    struct slice finished; /* empty: half-finished */
    struct slice engine;   /* "buildah 1.28.2" */
    struct slice name;     /* of the built image in the engine */
    struct slice id;       /* of its configuration, "sha256:…" */
    struct slice source;   /* where it was saved, for source_open: "oci:/…/image" */
    struct slice digest;   /* of its manifest, as pushed; empty: not pushed yet */
    int64_t size;          /* bytes of its (first platform's) layers as stored; 0: not known yet */
    bool scanned;
    int64_t findings[VOYAGE_LEVELS];
    int64_t suppressed;
    struct slice gate; /* "critical,high"; empty: none */
    struct voyage_tag tags[VOYAGE_TAGS_MAX];
    size_t tag_count;
    struct voyage_attached attached[VOYAGE_ATTACHED_MAX];
    size_t attached_count;
    bool is_signed; /* by cosign */
    struct voyage_mark steps[VOYAGE_STEPS];
};

/* ERROR_NOT_FOUND: there is none; ERROR_FORMAT: cut or not ours. */
bool voyage_record_read(const char *path, struct arena *arena, struct voyage_record *record,
                        struct error *err);
/* The same of its bytes: for tests and fuzzing. */
bool voyage_record_parse(struct slice bytes, struct arena *arena, struct voyage_record *record,
                         struct error *err);
bool voyage_record_write(const char *path, const struct voyage_record *record, struct error *err);
/* The object alone, where a writer stands: in the file, and in `ship --format json`. */
struct json_writer;
void voyage_record_put(const struct voyage_record *record, struct json_writer *json);

/* "lint", … and "passed", …: as they stand in the file. */
const char *voyage_step_name(enum voyage_step_id id);
const char *voyage_outcome_name(enum voyage_outcome outcome);
