#pragma once
/*
 * What a folder holds that can be linted, and as what. A name is asked first, the content only
 * where the name may be anybody's (`*.cfg`, `*.conf`).
 */
#include "base/table.h"
#include "lint/finding.h"

struct discovered {
    struct slice path; /* as given, or the folder as given and what is below it */
    unsigned kind;     /* 0: to be told by its content */
    bool given;        /* named by the user, not found */
};

struct discovery {
    struct arena *arena;
    struct lint_report *report; /* notes about folders that cannot be read */
    unsigned as;                /* kind that the user says; 0: told by name and content */
    struct discovered *items;
    size_t count, room;
    struct table seen; /* "device:inode" of what is in `items` */
    size_t unread;     /* folders that could not be listed */
    size_t entries;    /* looked at, against DISCOVER_ENTRIES_MAX */
};

enum { DISCOVER_DEPTH_MAX = 64, DISCOVER_ENTRIES_MAX = 2000000, DISCOVER_PEEK = 64 * 1024 };

/* LINT_DOCKERFILE, LINT_NGINX, LINT_HAPROXY, or 0. `sure` is false where the name is a hint that
   the content has to agree with. */
unsigned discover_by_name(struct slice path, bool *sure);
/* By the first lines; 0: none that we know. */
unsigned discover_by_content(struct slice bytes);

/* A file, a folder (recursively, in the order of names) or "-". False for what is not there. */
bool discover_path(struct discovery *discovery, const char *path, struct error *err);
