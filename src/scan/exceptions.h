#pragma once
/*
 * Exceptions: findings that people have judged and accepted, in one file for all commands,
 * plimsoll.exceptions.yaml; docs/exceptions.md describes it. A suppressed finding stays in the
 * result with its reason. An exception that has expired counts no more and is named; so is one that
 * matches nothing. Strings live in the arena that exceptions_load was given.
 */
#include "base/arena.h"
#include "scan/result.h"

struct exception {
    struct slice id;      /* vulnerability; a pattern only together with `package` */
    struct slice rule;    /* of lint; "secrets/KIND": of scan --secrets, KIND a pattern */
    struct slice package; /* name or source name, pattern; empty: all */
    struct slice image;   /* pattern; empty: all */
    struct slice path;    /* of the database or program, pattern; empty: all */
    struct slice reason, owner;
    struct slice reviewed; /* "2026-11-20": when `owner` judged it; may be empty */
    struct slice expires;  /* "2026-12-31": the last day on which it counts; empty: never */
    struct slice location; /* "plimsoll.exceptions.yaml:12" */
    size_t uses;           /* findings it matched */
};

struct exceptions {
    struct exception *items;
    size_t count, room;
    const char *file; /* NULL: none */
};

#define EXCEPTIONS_FILE "plimsoll.exceptions.yaml"

/* EXCEPTIONS_FILE in `folder` or the nearest folder above it; NULL when there is none. */
const char *exceptions_find(const char *folder, struct arena *arena);

/* Errors name file and line. */
bool exceptions_load(const char *path, struct arena *arena, struct exceptions *exceptions,
                     struct error *err);
/* The same from bytes; `path` is for messages. */
bool exceptions_parse(struct slice bytes, const char *path, struct arena *arena,
                      struct exceptions *exceptions, struct error *err);

/* `now` in seconds since 1970. */
bool exception_expired(const struct exception *exception, int64_t now);
/* Days until it expires, negative when it has; INT64_MAX when it never does. */
int64_t exception_days_left(const struct exception *exception, int64_t now);

/* Marks the findings that are excepted and counts uses. */
void exceptions_apply(struct exceptions *exceptions, int64_t now, struct scan_result *result);
/* A note for each expired one, and for each that matched nothing (of those for this image;
   `secrets`: those for "secrets/…" rules as well, since they were looked for). */
bool exceptions_notes(const struct exceptions *exceptions, int64_t now, struct slice image,
                      bool secrets, struct arena *arena, struct note **notes, size_t *count,
                      size_t *room);

/* Whether an exception speaks of this image at all. */
bool exception_is_for_image(const struct exception *exception, struct slice image);
