#pragma once
/*
 * What `plimsoll ship init` makes where it is missing: a plimsoll.yaml from the Dockerfiles that
 * lie here, and at an ECR (Amazon's, or a plimsoll behind AWS_ENDPOINT_URL) the repositories that
 * it names, with scan on push and a lifecycle policy. What is there is not changed, unless `fix`
 * says that scan on push is to be turned on.
 *
 *   yaml.c        the file's text
 *   compose.c     which port of this machine a compose file gives a Dockerfile's service
 *   repository.c  the repositories
 */
#include "project/discover.h"

enum init_state {
    INIT_THERE,
    INIT_MADE,
    INIT_MISSING, /* would be made, were it no dry run */
    INIT_LEFT,    /* not ours to make; `said` is why */
};

struct init_thing {
    struct slice what; /* "repository react-app" */
    enum init_state state;
    struct slice said;
};

struct init_things {
    struct init_thing *items;
    size_t count, room;
};
bool init_add(struct init_things *things, struct arena *arena, enum init_state state,
              struct slice what, struct slice said, struct error *err);

/* The text of a plimsoll.yaml that project_read takes. `registry` may be empty. */
bool init_yaml(const struct project *project, const struct project_hint *hints,
               struct slice registry, struct arena *arena, struct slice *text, struct error *err);

/* The compose file of a folder; NULL: none. */
const char *init_compose_file(const char *folder, struct arena *arena);
/* `health`, a URL inside the service that is built of `dockerfile`, as this machine reaches it:
   with the port that is published. Empty: the compose file does not publish it, or cannot be
   read. */
struct slice init_compose_health(const char *compose, const char *dockerfile, struct slice health,
                                 struct arena *arena);
/* The same of the file's bytes, for tests; `folder` is where it lies. */
struct slice init_compose_url(struct slice bytes, const char *folder, const char *dockerfile,
                              struct slice health, struct arena *arena);

struct init_options {
    unsigned keep; /* images, by the lifecycle policy */
    bool immutable, dry_run;
    bool fix; /* turn scan on push on where it is off */
};

/* One image's repository and policy. */
bool init_repository(const struct project_image *image, const struct init_options *options,
                     struct arena *arena, struct init_things *things, struct error *err);
/* A lifecycle policy that keeps the newest `keep` images. */
struct slice init_policy(unsigned keep, struct arena *arena);
