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
 * arena of the list; paths must outlive it, bytes of files are copied as far as they are kept. One
 * thread a list.
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
    PLACE_ARGUMENT,      /* a build argument of plimsoll.yaml or a compose file, used by a FROM */
};
const char *place_kind_name(enum place_kind kind); /* "FROM", "COPY --from", … */

enum { PLACE_TEXT_MAX = 4096, PLACE_PIECES_MAX = 32, PLACE_DEPTH_MAX = 8, PLACES_MAX = 100000 };

/* Bytes [start, start + text.len) of the file `path` are `text`. */
struct place_piece {
    struct slice text;
    struct slice path; /* the place's own, but for build arguments given elsewhere */
    size_t start;
    struct slice variable; /* "NGINX_VERSION" when it is that one's default; else empty */
};

struct update_place {
    enum place_kind kind;
    struct slice path;
    unsigned line;
    struct slice dockerfile; /* of PLACE_ARGUMENT: whose FROM it is; else empty */
    struct slice text;       /* with variables expanded; as written when that cannot be */
    struct place_piece *pieces;
    size_t piece_count;
    bool known;                 /* `reference` could be read, also when there is a problem */
    struct reference reference; /* its tag is empty when none is written */
    struct slice problem;       /* why it is left alone whatever is newer; empty: it is not */
};

/* A build argument given outside the Dockerfile: it beats the default of the ARG. */
struct place_argument {
    struct slice name, value;
    struct slice path; /* of the file that gives it */
    size_t start;      /* of the value there */
    unsigned line;
    struct slice problem; /* why its bytes cannot be changed; empty: they can */
};

/* A build that some file describes: images[] of plimsoll.yaml, services.*.build of compose. */
struct place_build {
    struct slice dockerfile; /* path, as it can be opened */
    struct place_argument *arguments;
    size_t count, room;
};

struct update_places {
    struct arena *arena;
    struct arena *scratch;      /* what is needed only while a file is read; NULL: `arena` */
    struct place_build *builds; /* that have arguments */
    size_t build_count, build_room;
    struct update_place *items;
    size_t count, room;
};

struct arena *places_scratch(const struct update_places *places);

/* A text that is put together of pieces. */
struct place_text {
    struct arena *arena;
    struct slice path; /* of the pieces that come next */
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
/* FROM once more, as a build with arguments sees it: only those that use one. */
bool places_read_build(struct update_places *places, const struct place_build *build,
                       struct slice bytes, struct error *err);
/* services.*.image; `environment` is the .env beside it, empty when there is none. */
bool places_read_compose(struct update_places *places, struct slice path, struct slice bytes,
                         struct slice environment, struct error *err);
/* Values of keys named "image", at any depth; build-args of images. */
bool places_read_configuration(struct update_places *places, struct slice path, struct slice bytes,
                               struct error *err);
