#pragma once
/*
 * What is known of base images: read from where an image can be had (archives and layouts by path,
 * an engine's socket, the registry), kept for a day in the user's cache, and known facts of widely
 * used images built in (data/base-images.yaml: user, uid, gid, health, end of life) where they
 * cannot be read. Short timeouts; a registry that does not answer is not asked again in a run.
 */
#include "lint/dockerfile/model.h"

struct base_images; /* one a run */
struct base_images *base_images_new(struct arena *arena, bool offline);
void base_images_done(struct base_images *images);
struct base_resolver base_images_resolver(struct base_images *images);

/* Built-in facts of official images; NULL when there are none. `version` is the tag's leading
   number: "18" of "18-alpine". */
struct base_fact {
    const char *repository; /* "nginx" (docker.io/library) */
    const char *user;       /* the name of the account it brings for its service: "nginx" */
    unsigned uid, gid;
    const char *default_user; /* USER it sets, "" when root */
    const char *healthcheck;  /* a command that tells of its health with what is inside; NULL */
    const char *slim;         /* suffix of a smaller variant: "-alpine"; NULL */
};
const struct base_fact *base_fact_find(struct slice reference);
/* End of life of the release a reference names (node:18 → "2025-04-30"); empty: not known. */
struct slice base_end_of_life(struct slice reference, struct slice *product, struct slice *cycle);
