#pragma once
/*
 * The test step of shipping: a command with the new image's name in PLIMSOLL_IMAGE, or a compose
 * file that is brought up, asked for its health, and ALWAYS taken down, also after ^C. Where there
 * is no compose, the haproxy and nginx of this machine stand in for the images: their
 * configurations run here, on other ports and in folders of the test, and the result says so and
 * what was not tested that way.
 *
 *   test.c            which way, and what is common
 *   compose.c         docker compose, docker-compose, podman-compose, nerdctl compose
 *   health.c          asking until 2xx
 *   stand_in.c        the programs of this machine, started, asked and ended
 *   rewrite_*.c       a configuration made to run here: pure functions
 *
 * Everything lives in the arena that was passed. Children end when a signal was caught
 * (base/process.h), so a command that calls this calls process_catch_signals first.
 */
#include "base/process.h"

enum ship_test_way {
    SHIP_TEST_NONE, /* nothing is given to test with */
    SHIP_TEST_COMMAND,
    SHIP_TEST_COMPOSE,
    SHIP_TEST_STAND_IN,
};

/* An image of the project, for the stand-ins. */
struct ship_test_image {
    struct slice name;
    const char *dockerfile, *context;
};

struct ship_test_options {
    struct slice image;             /* local name of what was built: PLIMSOLL_IMAGE */
    const char *folder;             /* of plimsoll.yaml: where commands run; NULL: ours */
    const char *const *command;     /* argv, ends with NULL; NULL: none */
    const char *compose;            /* file; NULL: none */
    struct slice health;            /* URL; empty: none */
    unsigned seconds;               /* for the command, or for health to come; 0: 60 */
    const char *engine;             /* "podman": whose compose is tried first; NULL: any */
    const char *const *environment; /* "NAME=value" more for command and compose; may be NULL */
    const struct ship_test_image *images; /* of the whole project, this one among them */
    size_t image_count;
    bool stand_in; /* the machine's programs, even where there is a compose */
    void *context;
    void (*line)(void *context, bool is_error, struct slice line); /* output of what runs */
    void (*progress)(void *context, struct slice text); /* "waiting for …: 503, 12 s"; both may be
                                                           NULL */
};

/* One thing that was looked at. */
struct ship_test_check {
    struct slice name; /* "react-app-haproxy: X-Frame-Options on 404" */
    bool passed;
    struct slice detail; /* what was seen instead; what it rests on */
};

struct ship_test_result {
    enum ship_test_way way;
    bool passed;
    struct slice tool;    /* "podman-compose 1.0.3", "haproxy 2.6.12, nginx 1.22.1" */
    struct slice summary; /* a sentence: what was seen; when it failed, what to do next */
    struct slice *notes;  /* sentences: why this way, what was not tested */
    size_t note_count, note_room;
    struct ship_test_check *checks;
    size_t check_count, check_room;
    struct slice log; /* last lines of what ran, when it failed */
    double seconds;
};

/* False: it could not be tested (no such program, interrupted, …). A test that failed is true with
   passed == false. */
bool ship_test_run(const struct ship_test_options *options, struct arena *arena,
                   struct ship_test_result *result, struct error *err);
/* What it would do: a line for each step, for --dry-run. Asks which compose is there, nothing
   else. */
bool ship_test_plan(const struct ship_test_options *options, struct arena *arena,
                    struct slice **lines, size_t *count, struct error *err);
