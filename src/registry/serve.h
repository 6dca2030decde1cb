#pragma once
/*
 * `plimsoll serve`: makes a data folder where there is none, puts the parts of a node together,
 * answers requests until SIGINT or SIGTERM, and ends them in order.
 */
#include "registry/inspect/inspect.h"
#include "registry/node.h"

/* What was made at the first start, for the person who started it: shown once, kept nowhere. */
struct serve_credentials {
    struct slice user, password, access_key, secret_key;
    bool given; /* the key was given (bootstrap), so it is not shown */
};

struct serve_options {
    const char *data;
    struct server_options server; /* handler and hold are filled in here */
    struct node_options node;
    struct auth_options auth;
    struct registry_limits limits;
    struct inspect_options inspect;
    const char *access_log;              /* as in front.h */
    double rate;                         /* requests a second of one caller; 0: no limit */
    unsigned collect_seconds;            /* between collections; 0: never */
    unsigned lifecycle_seconds;          /* between runs of lifecycle policies; 0: never */
    unsigned journal_days;               /* how long the journal is kept; 0: for ever */
    unsigned stop_seconds;               /* what is under way may end for so long */
    const char *access_key, *secret_key; /* for the first key; NULL: made */
    void *context;
    /* It listens: `url` is where. `made` is NULL but at the first start. */
    void (*ready)(void *context, const char *url, const struct serve_credentials *made);
    /* Things that an operator should know; any thread. */
    void (*tell)(void *context, const char *text);
};

/* Must be called before the process has threads. Returns when it was told to stop. */
bool serve_run(const struct serve_options *options, struct error *err);
