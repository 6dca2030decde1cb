#pragma once
/*
 * Where an image is named in a file, byte by byte:
 *
 *     ARG NGINX_VERSION=1.29.4                 file bytes 18..24
 *     FROM nginx:${NGINX_VERSION}-alpine       file bytes 30..36, 52..59
 *     text:  nginx:1.29.4-alpine               pieces: [0..6 ↦ 30] [6..12 ↦ 18, ARG] [12.. ↦ 52]
 *
 * so that another tag can be written where its bytes stand, or it can be said why not. Readers of
 * files (place_dockerfile.c, place_yaml.c) add places; all input is hostile. All lives in the
 * arena of the list, paths and bytes of files must outlive it. One thread a list.
 */
#include "base/yaml.h"
#include "image/reference.h"
#include "update/change.h"

enum place_kind {
    PLACE_FROM,
    PLACE_COPY,   /* COPY --from= */
    PLACE_MOUNT,  /* RUN --mount=from= */
    PLACE_SYNTAX, /* # syntax= */
    PLACE_COMPOSE,
    PLACE_CONFIGURATION, /* plimsoll.yaml */
};
const char *place_kind_name(enum place_kind kind); /* "FROM", "COPY --from", … */

enum { PLACE_TEXT_MAX = 4096, PLACE_PIECES_MAX = 32, PLACE_DEPTH_MAX = 8, PLACES_MAX = 100000 };

/* Bytes [start, start + text.len) of the place's file are `text`. */
struct place_piece {
    struct slice text;
    size_t start;
    struct slice variable; /* "NGINX_VERSION" when it is that one's default; else empty */
};

struct update_place {
    enum place_kind kind;
    struct slice path;
    unsigned line;
    struct slice text; /* with variables expanded; as written when that cannot be */
    struct place_piece *pieces;
    size_t piece_count;
    bool known;                 /* `reference` could be read, also when there is a problem */
    struct reference reference; /* its tag is empty when none is written */
    struct slice problem;       /* why it is left alone whatever is newer; empty: it is not */
};

struct update_places {
    struct arena *arena;
    struct update_place *items;
    size_t count, room;
};

/* A text that is put together of pieces. */
struct place_text {
    struct arena *arena;
    struct slice text;
    struct place_piece *pieces;
    size_t count, room;
    struct slice problem;
};
/* False when it cannot go on: the problem is set, or the budget is spent (then err). */
bool place_text_add(struct place_text *text, struct slice part, size_t start, struct slice variable,
                    struct error *err);
/* Sets the first problem; the text is good for nothing but messages then. */
__attribute__((format(printf, 3, 4))) bool
place_text_fail(struct place_text *text, struct error *err, const char *format, ...);

/* A new place, from a text; `written` is what stands in the file, for when the text has a problem.
   "scratch" and the empty text are none and are passed over. */
bool places_add(struct update_places *places, enum place_kind kind, struct slice path,
                unsigned line, const struct place_text *text, struct slice written,
                struct error *err);

/*
 * The edits that make the place name `tag` (empty: the tag stays) and `digest` (where one is
 * pinned; empty: it stays). False with err.kind ERROR_UNSUPPORTED and why, when they cannot be made
 * safely.
 */
bool place_edits(const struct update_place *place, struct slice tag, struct slice digest,
                 struct arena *arena, struct update_edit **edits, size_t *count, struct error *err);

/* ---- readers: ERROR_FORMAT and ERROR_LIMIT for what is no such file ---- */

/* FROM (with ARG defaults), COPY --from, RUN --mount from=, # syntax. */
bool places_read_dockerfile(struct update_places *places, struct slice path, struct slice bytes,
                            struct error *err);
/* services.*.image; `environment` is the .env beside it, empty when there is none. */
bool places_read_compose(struct update_places *places, struct slice path, struct slice bytes,
                         struct slice environment, struct error *err);
/* Values of keys named "image", at any depth. */
bool places_read_configuration(struct update_places *places, struct slice path, struct slice bytes,
                               struct error *err);
