#pragma once
/*
 * The judge. It knows what clients were told, and when; of every call it knows the interval in
 * which it may have happened. What is read must be explained by some write that was not certainly
 * overwritten before the reading began; what was promised must hold for as long as it was promised.
 * A call whose outcome nobody knows (crash, I/O error) may have happened or not.
 *
 * Times are events: a counter that goes on with each beginning and end of a call.
 */
#include <stdbool.h>
#include <stdint.h>

enum {
    REPOSITORIES = 2,
    BLOBS = 7,
    MANIFESTS = 5, /* three images, an index of the first two, an artifact about the first */
    TAGS = 3,
    NONE = -1,
    ABSENT = 0,
    PRESENT = 1,
    WRITES_MAX = 400,
};
#define GOING UINT64_MAX /* an end that is not there yet */

enum outcome { HAPPENED, PERHAPS, NOT_HAPPENED };

struct write {
    uint64_t start, end;
    int value;
    enum outcome outcome; /* PERHAPS while it goes on */
};

struct history {
    struct write writes[WRITES_MAX];
    unsigned count;
};

/* A client was told that a blob is there. */
struct promise {
    uint64_t start, end;
    double until; /* true seconds: grace is over */
};

struct promises {
    struct promise told[WRITES_MAX];
    unsigned count;
    struct history taken; /* deletions, which end all promises before them */
};

struct model {
    uint64_t event;
    double grace;
    struct history repositories[REPOSITORIES]; /* PRESENT, ABSENT */
    struct history manifests[REPOSITORIES][MANIFESTS];
    struct history tags[REPOSITORIES][TAGS]; /* the manifest's number or NONE */
    struct promises blobs[REPOSITORIES][BLOBS];
    bool overflow; /* a history is full: the rest of the run is not judged */
};

void model_init(struct model *model, double grace);
uint64_t model_event(struct model *model);
/* A write that begins now; its number, for history_end. */
unsigned history_begin(struct model *model, struct history *history, int value);
void history_end(struct model *model, struct history *history, unsigned write,
                 enum outcome outcome);
/* Whether a reading that began at `start` and ends now may have found `value`. */
bool history_explains(const struct model *model, const struct history *history, int value,
                      uint64_t start);
/* Whether it had that value all the time from `start` until now, whatever happened how. */
bool history_is_certain(const struct model *model, const struct history *history, int value,
                        uint64_t start);

void promise_told(struct model *model, struct promises *promises, uint64_t start, double now);
/* Whether a promise held from `start` until now. */
bool promise_holds(const struct model *model, const struct promises *promises, uint64_t start,
                   double now);
/* Whether clients may rely on a blob: promised, or named by a manifest that is certainly there. */
bool model_blob_is_safe(const struct model *model, int repository, int blob, uint64_t start,
                        double now);

/* What is made of what: the blobs of a manifest, its children, its subject. */
struct recipe {
    int blobs[4], blob_count; /* the configuration first */
    int children[2], child_count;
    int subject; /* NONE */
};
extern const struct recipe recipes[MANIFESTS];
