#pragma once
/*
 * The whole way of `plimsoll update`: files → places → each image asked for once, several at a time
 * → the tag that comes next → edits, grouped into changes. Nothing is written: update_write
 * (write.h) does that with the changes, and so do pull requests.
 *
 * Runs in the process that the user started; threads end before it returns.
 */
#include "update/brings.h"
#include "update/choose.h"
#include "update/find.h"
#include "update/tag_list.h"

/* Requests wait, they do not compute; more images than so many at once are rare, and the run then
   ends in about the time of the slowest answer. */
enum { BASES_IMAGES_MAX = 2000, BASES_AT_ONCE = 64 };

/* What holds for one file, beside what holds for all. */
struct bases_rule {
    struct slice path; /* of the file; however it is named there, it is told by device and inode */
    enum update_policy policy;
    struct slice suffix; /* choose.h */
};

struct bases_options {
    const char *const *paths; /* none: the working folder */
    size_t path_count;
    const struct slice *patterns; /* find.h */
    size_t pattern_count;
    struct bases_rule standard; /* path empty */
    const struct bases_rule *rules;
    size_t rule_count;
    bool rules_give_way;          /* `standard` was said on the command line: rules do not count */
    struct tag_list_options tags; /* gate is filled in by the run */
    unsigned at_once;             /* 0: BASES_AT_ONCE */
    void *context;
    void (*progress)(void *context, size_t done, size_t count); /* any thread; may be NULL */
};

/* A repository, asked once. */
struct bases_image {
    struct reference reference; /* tag and digest do not count */
    struct slice name;          /* "haproxy", "localhost:5000/app" */
    bool wanted;                /* its tags are needed */
    bool asked;                 /* `listing` is there */
    struct tag_listing listing;
    struct error failure; /* kind ERROR_NONE: none */
    double seconds;
    struct arena arena; /* of the listing */
};

enum bases_state {
    BASES_CURRENT, /* nothing newer that policy allows */
    BASES_NEWER,   /* edits are there */
    BASES_LEFT,    /* something newer, which cannot be written safely: `why` says so */
    BASES_LOOSE,   /* no version to compare and no digest: it follows its tag by itself */
    BASES_UNKNOWN, /* could not be asked, or no image at all: `why` */
    BASES_OFF,     /* policy is none */
};
const char *bases_state_name(enum bases_state state); /* "current", "newer", "left-alone", … */

struct bases_row {
    const struct update_place *place;
    struct bases_image *image; /* NULL: no image could be read */
    enum bases_state state;
    enum update_policy policy;
    struct slice suffix;     /* rule of the suffix that held */
    struct slice now;        /* tag, or digest where there is none */
    struct slice newest;     /* tag; empty: none newer */
    struct slice new_digest; /* of what is pinned; empty: stays, or not pinned */
    struct slice updated;    /* when `newest` was; empty: not told */
    enum change_level level; /* of BASES_NEWER and BASES_LEFT */
    struct slice why;        /* a few words */
    struct slice also;    /* what else is worth knowing: a branch that ended, what policy forbids */
    struct choice choice; /* verdicts beside image->listing.tags; NULL when not chosen by tag */
    struct update_edit *edits;
    size_t edit_count;
    const struct update_change *change; /* that it is part of; NULL */
};

struct bases_result {
    struct bases_row *rows; /* in the order of files */
    size_t row_count;
    struct update_change *changes;
    size_t change_count, change_room;
    size_t base_change_count; /* the first are of images; behind them whoever judges pins adds */
    struct update_brings *brings; /* beside `changes`, filled in by the caller; NULL: not looked */
    struct bases_image *images;
    size_t image_count, image_room;
    struct update_note *notes;
    size_t note_count;
    struct pins pins; /* packages that the files pin: pins/pins.h judges them */
    size_t files;
    size_t written;    /* files, by update_write: filled in by the caller */
    unsigned requests; /* to lists of tags */
    size_t newer, left, unknown;
    double seconds;
};

/* ERROR_NOT_FOUND: no such path. What could not be asked is in the rows. bases_done in any
   case. */
bool bases_run(const struct bases_options *options, struct arena *arena,
               struct bases_result *result, struct error *err);
void bases_done(struct bases_result *result);
/* The request that a row's choice answered: for tag_verdict_text. */
struct choose_request bases_request(const struct bases_row *row);
