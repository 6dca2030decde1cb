#pragma once
/*
 * The programs that build images here: docker, podman, buildah, nerdctl. Which is there and works
 * is found out once (ship_engine_find); what is asked of it is a `struct ship_request`, whose
 * command line is a pure function of engine and request (ship_engine_words: what --dry-run prints,
 * and what the tests compare), and which ship_engine_run carries out. A failure is recognised from
 * what the engine said (failure.h) and comes as an error that says what to do next.
 *
 *   engine.c       the table, requests, words
 *   words_*.c      their command lines: docker and nerdctl, podman and buildah
 *   find.c         looking for engines, versions, storage, isolation
 *   tags.c         reading the list of what it has
 *   run.c          carrying out, retrying without the isolation that cannot be had
 *   failure.c      what an engine's last words mean
 *
 * Everything lives in the arena that was passed; slices that come out are NUL-terminated. One
 * thread at a time for one engine.
 */
#include "base/process.h"

enum { SHIP_ENGINE_NOTES_MAX = 8, SHIP_TAGS_MAX = 20000 };

enum ship_pull { SHIP_PULL_ALWAYS, SHIP_PULL_MISSING, SHIP_PULL_NEVER };

/* What an engine is asked for. */
enum ship_operation {
    SHIP_PULL,   /* image */
    SHIP_BUILD,  /* build */
    SHIP_TAG,    /* image → target: one more local name */
    SHIP_ID,     /* image: "sha256:…" of its configuration */
    SHIP_SAVE,   /* image into folder, as something that source_open reads */
    SHIP_REMOVE, /* image: the local name, and the image when it has no other */
    SHIP_LIST,   /* image: a name without a tag, whose tags are asked for */
    SHIP_OPERATIONS,
};

struct ship_pair {
    struct slice name, value;
};

struct ship_build {
    const char *dockerfile; /* path, from our working folder */
    const char *context;    /* folder */
    const char *target;     /* stage; NULL or "": the last one */
    struct ship_pair *arguments;
    size_t argument_count;
    struct ship_pair *labels; /* ship_labels_standard makes those of OCI */
    size_t label_count;
    struct slice *platforms; /* "linux/amd64"; none: the engine's own */
    size_t platform_count;
    enum ship_pull pull; /* of bases */
    bool without_cache;
    bool plain_http; /* bases come from a registry without TLS (loopback) */
    int64_t
        epoch; /* created, and times of files where the engine can: SOURCE_DATE_EPOCH; < 0: no */
};

struct ship_request {
    enum ship_operation operation;
    struct slice
        image; /* local name; of SHIP_PULL the base; of SHIP_BUILD what it is to be called */
    struct slice target;   /* of SHIP_TAG: the new name */
    struct slice platform; /* of SHIP_PULL; may be empty */
    const char *folder;    /* of SHIP_SAVE, and of SHIP_BUILD for several platforms with an engine
                              that writes those straight to a file (several_in_file): exists */
    enum ship_pull pull;   /* of SHIP_PULL */
    bool plain_http;       /* of SHIP_PULL */
    const struct ship_build *build; /* of SHIP_BUILD; of SHIP_SAVE and SHIP_REMOVE, too, for several
                                       platforms */
};

/* A command line being put together; ends with NULL. */
struct ship_words {
    struct arena *arena;
    const char **argv;
    size_t count, room;
    bool failed; /* the budget was spent */
};

struct ship_engine;

/* One engine: a row of ship_engine_rows. */
struct ship_engine_row {
    const char *name;
    const char *minimum; /* version */
    const char *reason;  /* why that one: "first with build --platform" */
    const char *install; /* "apt install buildah" */
    bool has_daemon;
    bool several_in_file; /* builds for several platforms go to a file, not to its store */
    /* Asks it whether it works: fills version, rootless, storage; false: why not, in err. */
    bool (*probe)(struct ship_engine *engine, struct arena *arena, struct error *err);
    void (*words[SHIP_OPERATIONS])(const struct ship_engine *engine,
                                   const struct ship_request *request, struct ship_words *words);
};
extern const struct ship_engine_row
    *const ship_engine_rows[]; /* in the order to try; ends with NULL */

struct ship_engine {
    const struct ship_engine_row *row;
    const char *program;                  /* path */
    const struct ship_engine_row *behind; /* podman, when its service answers docker's command
                                             line; NULL: nobody else */
    struct slice version;                 /* "4.3.1": the daemon's where there is one */
    struct slice storage;                 /* "overlay2", "vfs"; empty: not told */
    struct slice isolation; /* "chroot" when there can be no containers; empty: the engine's own */
    struct slice driver;    /* storage driver that it has to be told; empty: none */
    bool rootless;
    struct slice notes[SHIP_ENGINE_NOTES_MAX]; /* sentences for people: what was passed over and
                                                  why, what was chosen by itself */
    size_t note_count;
};

struct ship_job {
    struct arena *arena;
    unsigned seconds;     /* 0: as long as it takes */
    bool despite_signals; /* for what is cleaned up after ^C */
    void *context;
    void (*line)(void *context, bool is_error, struct slice line); /* its output; may be NULL */
};

struct ship_answer {
    struct slice id;     /* of SHIP_ID; of SHIP_BUILD when the image is in the engine's store */
    struct slice source; /* of SHIP_SAVE: "oci:/tmp/x/image", for source_open */
    struct slice *tags;  /* of SHIP_LIST: "1.2.0=sha256:…", with the id of its configuration */
    size_t tag_count;
    double seconds;
};

/*
 * `wanted`: "docker", …; NULL or "": the first that is there and works. ERROR_NOT_FOUND says which
 * were looked for and how to install one; ERROR_UNSUPPORTED: too old; ERROR_DENIED: its socket is
 * not for us; ERROR_NETWORK: its daemon does not answer.
 */
bool ship_engine_find(const char *wanted, struct arena *arena, struct ship_engine *engine,
                      struct error *err);
/* The engine without asking it, for plans where none is there: NULL when the name is none. */
const struct ship_engine_row *ship_engine_row_find(const char *name);

/* The command line of a request; NULL: the budget was spent. */
const char *const *ship_engine_words(const struct ship_engine *engine,
                                     const struct ship_request *request, struct arena *arena,
                                     struct error *err);
/* The same as a line that a shell would take, for --dry-run and logs. Values of build arguments
   whose name looks like a secret's are shown as ***. */
struct slice ship_engine_line(const struct ship_engine *engine, const struct ship_request *request,
                              struct arena *arena);

/* For words_*.c: the next word, as it stands or printf'd; "--name" and a value when there is one.
 */
void ship_words_add(struct ship_words *words, const char *word);
__attribute__((format(printf, 2, 3))) void ship_words_printf(struct ship_words *words,
                                                             const char *format, ...);
void ship_words_slice(struct ship_words *words, struct slice word);
/* Several words; the last argument is NULL. */
__attribute__((sentinel)) void ship_words_all(struct ship_words *words, ...);
void ship_words_option(struct ship_words *words, const char *name, struct slice value);
/* --file, --target, --build-arg, --label, --tag: what all engines call the same. */
void ship_words_build(const struct ship_request *request, struct ship_words *words);
/* "linux/amd64,linux/arm64" with one --platform; nothing without platforms. */
void ship_words_platforms(const struct ship_build *build, struct ship_words *words);
/* A path that is no option: "./-x". */
void ship_words_path(struct ship_words *words, const char *path);

/* Carries it out. What failed is in err: the step, its last words, what to do next. */
bool ship_engine_run(struct ship_engine *engine, const struct ship_request *request,
                     const struct ship_job *job, struct ship_answer *answer, struct error *err);

/* org.opencontainers.image.version, revision, created (of `epoch`, or of now when it is < 0),
   source; empty values are left out. */
bool ship_labels_standard(struct slice version, struct slice revision, struct slice source,
                          int64_t epoch, struct arena *arena, struct ship_pair **labels,
                          size_t *count);
/* SOURCE_DATE_EPOCH of the environment, or -1. ERROR_USAGE when it is no number. */
bool ship_epoch(int64_t *epoch, struct error *err);
/* tags.c: of the lines "REPOSITORY:TAG=ID" that SHIP_LIST gives, those of `name`. "app" is
   "localhost/app" to podman and buildah; docker leaves "docker.io/library/" out. Others, "<none>"
   and lines that are no such are passed over. ERROR_LIMIT: more than SHIP_TAGS_MAX. */
bool ship_engine_tags_read(struct slice output, struct slice name, struct arena *arena,
                           struct slice **tags, size_t *count, struct error *err);
