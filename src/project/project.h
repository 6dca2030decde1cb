#pragma once
/*
 * What plimsoll.yaml says of a repository's images: how each is built, tested, judged, named and
 * deployed, and what keeps it current. Commands get the tree from configuration_read (cli) and give
 * it to project_read; rooms below cli take a `struct project_image`.
 *
 *     registry: 123456789.dkr.ecr.us-east-1.amazonaws.com   # or {host: …, insecure: …}
 *     tags: {keep-v: true, latest: true, immutable: ["v*"]}
 *     images:
 *       - name: react-app-haproxy
 *         dockerfile: docker/Dockerfile.haproxy
 *         test: {compose: docker-compose.yml, health: "http://127.0.0.1:8080/health"}
 *
 * Every text is NUL-terminated behind its slice; paths are such as can be opened from the working
 * folder. All lives in the arena of project_read. Nothing is changed after reading; any thread may
 * look. docs/ship.md has the table of keys; README.md says how to add one.
 */
#include "base/yaml.h"

enum {
    PROJECT_IMAGES_MAX = 1000,
    PROJECT_WORDS_MAX = 1000,    /* of one list */
    PROJECT_TEXT_MAX = 64 * 1024 /* bytes of one text */
};

#define PROJECT_FILE       "plimsoll.yaml"
#define PROJECT_DOCKERFILE "Dockerfile"

/* How far a base image may move by itself. */
enum project_policy {
    PROJECT_UNSAID,
    PROJECT_NONE,
    PROJECT_DIGEST, /* the same tag, as it is now */
    PROJECT_PATCH,
    PROJECT_MINOR,
    PROJECT_MAJOR,
};

enum project_level {
    PROJECT_CRITICAL,
    PROJECT_HIGH,
    PROJECT_MEDIUM,
    PROJECT_LOW,
    PROJECT_LEVELS,
};

struct project_words {
    struct slice *items;
    size_t count;
};

/* What is run. A text is a line for the shell, as its writer expects ("cd infra && pulumi up"):
   argv is then sh -c TEXT; a list is the words themselves. */
struct project_command {
    struct slice text;       /* for people; empty: there is none */
    const char *const *argv; /* ends with NULL; NULL: there is none */
};

struct project_base {
    enum project_policy policy; /* of an image: never PROJECT_UNSAID, update's when it says none */
    struct slice suffix;        /* "keep" (the default), or the suffix to go to */
};

struct project_test {
    struct project_command command; /* either this … */
    const char *compose;            /* … or a compose file; NULL: none */
    struct slice health;            /* URL that has to answer; may be empty with a command */
    unsigned seconds;               /* to wait for health, and for the command; 60 */
};

struct project_gate {
    struct project_words fail_on; /* conditions as for scan --fail-on; none: unsaid */
    bool said;                    /* fail-on was written, if only as an empty list */
    bool ignore_unfixed;
};

struct project_argument {
    struct slice name, value;
};

struct project_image {
    struct slice name;       /* unique; letters, digits and . _ - */
    const char *dockerfile;  /* "docker/Dockerfile.haproxy" */
    const char *context;     /* "." */
    struct slice repository; /* with the registry in front: "registry.example/react-app" */
    bool has_registry;       /* false: neither `registry` nor its own name says a host */
    struct slice target;     /* stage; empty: the last */
    struct project_argument *arguments;
    size_t argument_count;
    struct project_words platforms; /* none: this machine's */
    struct project_base base;
    struct project_test test;
    struct project_command deploy;
    struct project_gate gate;
    unsigned line; /* in the file, for messages; 0: not from a file */
};

struct project_tags {
    bool keep_v; /* v1.2.0 beside 1.2.0 */
    bool latest; /* true unless it says no */
    struct project_words immutable;
};

struct project_audit {
    struct project_words repositories;  /* names of images; none: those of `images` */
    unsigned deadlines[PROJECT_LEVELS]; /* days; 0, 7, 30, 90 */
    const char *history;                /* file; NULL: unsaid */
};

struct project_update {
    enum project_policy policy; /* PROJECT_MINOR when it says none */
    struct slice suffix;        /* "keep" when it says none */
    struct project_words files; /* patterns; none: unsaid */
    bool group;
};

struct project {
    const char *path;      /* of plimsoll.yaml; NULL: there is none */
    const char *folder;    /* "." or where it lies, without a slash at the end */
    struct slice registry; /* "registry.example:5000"; empty: unsaid */
    struct project_tags tags;
    struct project_image *images;
    size_t image_count;
    struct project_audit audit;
    struct project_update update;
};

/*
 * `path` and `tree` as configuration_read gives them; both NULL give a project without images.
 * ERROR_USAGE names the file, the line, and for an unknown key the nearest known one.
 */
bool project_read(const char *path, const struct yaml_node *tree, struct arena *arena,
                  struct project *project, struct error *err);

/* By name, or by repository (with or without its registry); NULL: none. */
const struct project_image *project_image_find(const struct project *project, struct slice name);
/* The same; ERROR_USAGE with the nearest name, or all of them. */
bool project_image_get(const struct project *project, struct slice name,
                       const struct project_image **image, struct error *err);
