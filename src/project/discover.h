#pragma once
/*
 * The images of a folder that has no plimsoll.yaml: one for each Dockerfile, named as people name
 * them. Dockerfile.haproxy in the folder react-app is react-app-haproxy; a Dockerfile is called
 * like its folder, or like the project when that folder is the top or called docker. The context is
 * the project's folder or the Dockerfile's own, whichever has more of what it copies.
 */
#include "project/project.h"

/* What a Dockerfile says that goes into a test; beside project->images. */
struct project_hint {
    struct slice health; /* URL of its HEALTHCHECK; empty: none that can be told */
    struct slice port;   /* of its EXPOSE; empty: none */
};

enum { PROJECT_DOCKERFILES_MAX = 200 };

/* Fills *project (without a path) and, when `hints` is not NULL, *hints. None is fine. */
bool project_discover(const char *folder, struct arena *arena, struct project *project,
                      struct project_hint **hints, struct error *err);
/* The name for a Dockerfile at `path` below the project's folder, called `project`; for tests. */
struct slice project_name_of(struct slice path, struct slice project, struct arena *arena);
/* The first http:// or https:// URL in a text; empty: none. */
struct slice project_url_in(struct slice text);
