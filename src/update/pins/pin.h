#pragma once
/*
 * Versions of packages that a Dockerfile pins: `apk add curl=8.5.0-r0`, `apt-get install
 * curl=7.88.1-10+deb12u5`, with the bytes of the file that say the version. Pure: nothing here asks
 * anybody. Input is hostile. All lives in the list's arena; paths and bytes must outlive it.
 */
#include "catalog/analysis.h"
#include "update/change.h"

enum { PINS_MAX = 100000 };

struct pin {
    enum package_type type; /* PACKAGE_APK or PACKAGE_DEB */
    struct slice path;
    unsigned line;        /* of the instruction */
    struct slice name;    /* "curl" */
    struct slice version; /* "8.5.0-r0" */
    size_t start;         /* of the version in the file */
    struct slice base;    /* image that the stage is built on, "haproxy:3.3.1-alpine3.20" */
    struct slice problem; /* why it is left alone; empty: it is not */
};

struct pins {
    struct arena *arena;
    struct arena *scratch; /* what is needed only while a file is read; NULL: `arena` */
    struct pin *items;
    size_t count, room;
};

/* ERROR_FORMAT for what is no Dockerfile. */
bool pins_read_dockerfile(struct pins *pins, struct slice path, struct slice bytes,
                          struct error *err);

/* A release of a distribution whose packages can be asked for. */
struct pin_release {
    enum package_type type;
    struct slice version;  /* "3.20", "edge"; Debian: "12" (empty for what has no number) */
    struct slice codename; /* Debian: "bookworm" */
};

/* What an image's name tells: alpine:3.20, node:20-alpine3.20, debian:12, nginx:1.29-bookworm;
   false when it does not. */
bool pin_release_of_name(struct slice image, struct pin_release *release);
/* What an image's os-release tells; false for another distribution. */
bool pin_release_of_system(const struct distribution *distribution, struct pin_release *release);
