#pragma once
/*
 * Names of images in registries: [HOST[:PORT]/]PATH[:TAG][@DIGEST], with the short forms that
 * people type ("alpine" is docker.io/library/alpine:latest). Grammar: distribution's reference
 * package (github.com/distribution/reference) and the OCI distribution specification, section
 * "Pulling manifests". Any thread may call.
 */
#include "base/arena.h"

struct reference {
    struct slice host;       /* "docker.io", "localhost:5000", "[::1]:5000" */
    struct slice repository; /* "library/alpine" */
    struct slice tag;        /* "latest" when neither tag nor digest was given; else may be empty */
    struct slice digest;     /* "sha256:…" or empty; it decides when both are there */
};

/* Slices of `text`, of literals or of `arena`. ERROR_USAGE says what is wrong. */
bool reference_parse(struct slice text, struct arena *arena, struct reference *reference,
                     struct error *err);
/* The whole name, "docker.io/library/alpine:3.20@sha256:…". `at` NULL when the budget is spent. */
struct slice reference_text(const struct reference *reference, struct arena *arena);
/* As people write it: "alpine:3.20". */
struct slice reference_short(const struct reference *reference, struct arena *arena);
