#pragma once
/*
 * Why does the pull fail: checks in the order in which things go wrong, each with what was seen and
 * the command that mends it. A check that needs another one is skipped when that one failed. Every
 * check has a bounded time. What is told never holds a secret: all texts go through a filter that
 * knows every secret that was met (secrets.h).
 *
 * Runs in the broker, one thread. Answers of servers are hostile.
 */
#include "scan/pipeline.h"

enum doctor_state {
    DOCTOR_OK,
    DOCTOR_WARNING,
    DOCTOR_FAILED,
    DOCTOR_SKIPPED, /* something it needs is not there; `seen` says what */
    DOCTOR_ABSENT,  /* does not apply here; not shown in the table */
};

struct doctor;
struct doctor_row;

struct doctor_check {
    const char *name;  /* "dns" */
    const char *title; /* "the host's name resolves" */
    const char *needs; /* blank-separated names of checks that must not have failed; "" for none */
    void (*run)(struct doctor *doctor, struct doctor_row *row);
};

struct doctor_row {
    const struct doctor_check *check;
    enum doctor_state state;
    struct slice seen, fix; /* `fix`: commands, a line each; empty: none */
    double seconds;
};

struct doctor_options {
    const char *target;           /* image or registry; NULL: this machine */
    struct source_options source; /* platform, plain_http, insecure */
    const char *role;             /* name or ARN of the role that pulls; NULL: not asked */
    const char *storage;          /* folder of the engine's images; NULL: the engine is asked */
    const char *store;            /* advisory store */
    const char *data; /* data folder of the plimsoll that serves it; NULL: its log is not read */
    unsigned seconds; /* of a check, about; 0: 8 */
    /* Told before each check: "the name resolves". May be NULL. */
    void (*on_check)(const char *title);
};

struct doctor_result {
    struct slice target, kind; /* "machine", "registry", "image" */
    struct doctor_row *rows;
    size_t count;
    size_t failed, warnings;
};

/* Results live in `arena`. False only when it could not even begin (a bad name, no memory). */
bool doctor_run(const struct doctor_options *options, struct arena *arena,
                struct doctor_result *result, struct error *err);
