#pragma once
/*
 * The lists of packages that distributions publish: APKINDEX of Alpine (wiki.alpinelinux.org, "Apk
 * spec": P:, V:, o:; an empty line behind each package) and Packages of Debian (wiki.debian.org,
 * "DebianRepository/Format": Package, Version, Source). Bytes come in pieces and are hostile: lines
 * over PIN_LINE_MAX are passed over, and only packages that were asked for are kept.
 */
#include "base/table.h"
#include "catalog/analysis.h"

enum { PIN_LINE_MAX = 8192, PIN_VERSIONS_MAX = 200 };

/* One package that is asked for, and what there is of it. */
struct indexed {
    struct slice name;
    struct slice newest, source; /* of the newest; empty: none is there */
    struct slice *versions;
    size_t count, room;
};

struct pin_index {
    enum package_type type;
    struct arena *arena;
    struct table wanted; /* name → struct indexed */
    /* Of the reading: */
    char line[PIN_LINE_MAX];
    size_t length;
    bool too_long; /* the present line */
    char name[256], version[512], source[256];
};

void pin_index_init(struct pin_index *index, enum package_type type, struct arena *arena);
bool pin_index_want(struct pin_index *index, struct slice name, struct error *err);
const struct indexed *pin_index_find(const struct pin_index *index, struct slice name);

/* Text of one list, piece by piece; `end` behind its last. */
bool pin_index_feed(struct pin_index *index, struct slice piece, struct error *err);
bool pin_index_end(struct pin_index *index, struct error *err);
/* A whole file as it is published: APKINDEX.tar.gz or Packages.gz. */
bool pin_index_read(struct pin_index *index, struct slice bytes, struct error *err);
