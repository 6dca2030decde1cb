#pragma once
/*
 * Pinned packages against what their distribution has: gone, behind, vulnerable. Each list of
 * packages is asked for once a run. One thread.
 */
#include "update/pins/pin.h"

enum pin_state {
    PIN_CURRENT,
    PIN_BEHIND, /* there is a newer one, and the pinned one is still there */
    PIN_GONE,   /* the pinned one is no longer there: a build fails */
    PIN_LEFT,   /* nothing is proposed: `why` */
};
const char *pin_state_name(enum pin_state state);

struct pin_row {
    const struct pin *pin;
    enum pin_state state;
    struct slice release; /* "alpine 3.20", "debian bookworm"; empty: not known */
    struct slice newest;  /* empty: none */
    struct slice *mended; /* vulnerabilities of the pinned version that the newest has not */
    size_t mended_count;
    struct slice why;
};

struct pins_options {
    const char *keep_in; /* folder for lists; NULL: nothing is kept */
    bool offline;
    const char *store; /* advisory store; NULL: the starter database */
    /* Reads an image's os-release where its name does not tell the release; may be NULL. False:
       could not; why in err. */
    bool (*look)(void *context, struct slice image, struct arena *arena,
                 struct distribution *distribution, struct error *err);
    void *context;
};

struct pins_result {
    struct pin_row *rows; /* beside the pins */
    size_t count;
    struct update_change *changes; /* "package curl", from, to: one for each pair */
    size_t change_count;
    size_t behind, gone, vulnerable, left;
    size_t unasked; /* of those left: because a list or an image could not be read */
    unsigned requests;
};

/* What could not be asked is in the rows; false only when memory is spent or the store is broken.
 */
bool pins_judge(const struct pins *pins, const struct pins_options *options, struct arena *arena,
                struct pins_result *result, struct error *err);
