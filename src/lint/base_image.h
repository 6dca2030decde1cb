#pragma once
/*
 * What is known of base images: read from where an image can be had (archives and layouts by path,
 * an engine's socket, the registry), kept for a day in the user's cache, and known facts of widely
 * used images built in (data/base-images.yaml: user, uid, gid, health, end of life) where they
 * cannot be read. Short timeouts; a registry that does not answer is not asked again in a run.
 */
#include "lint/dockerfile/model.h"

struct base_images; /* one a run */
/* NULL when the budget is spent: then nothing is known. `offline`: only what was kept is told. */
struct base_images *base_images_new(struct arena *arena, bool offline);
void base_images_done(struct base_images *images);
/* Where answers are kept, instead of bases/ in the user's cache folder; NULL: nowhere. */
void base_images_keep_in(struct base_images *images, const char *folder);
struct base_resolver base_images_resolver(struct base_images *images);

/* Built-in facts of official images; NULL when there are none. */
struct base_fact {
    const char *repository; /* "nginx" (docker.io/library) */
    const char *user;       /* the name of the account it brings for its service: "nginx" */
    unsigned uid, gid;
    const char *default_user; /* USER it sets, "" when root */
    const char *healthcheck;  /* a command that tells of its health with what is inside; NULL */
    const char *slim;         /* suffix of a smaller variant: "-alpine"; NULL */
};
const struct base_fact *base_fact_find(struct slice reference);
/* The account or group of the base image that has this number already; NULL: none is known. */
const char *base_account_find(struct slice reference, bool group, uint64_t id);
/* End of life of the release a reference names (node:18 → "2025-04-30"); empty: not known. */
struct slice base_end_of_life(struct slice reference, struct slice *product, struct slice *cycle);
