#pragma once
/*
 * A change that an update makes: one image (or package pin) moved, everywhere it stands, as bytes
 * of files. `update --write` makes it, pull requests carry it. Pure: nothing here opens a file.
 * Slices live as long as whoever made the change says. Any thread may call.
 */
#include "base/arena.h"

enum change_level { CHANGE_PATCH, CHANGE_MINOR, CHANGE_MAJOR, CHANGE_DIGEST };

/* Bytes [start, end) of the file, which are `old_text`, become `new_text`. */
struct update_edit {
    struct slice path; /* as it was found: relative to the working folder, or as given */
    size_t start, end;
    struct slice old_text, new_text;
};

struct update_change {
    struct slice name;       /* "haproxy" (familiar repository name), or "package curl" */
    struct slice from, to;   /* "3.3.1-alpine" → "3.3.2-alpine"; digests where only those move */
    enum change_level level; /* the furthest that moves */
    struct slice summary;    /* markdown: what it brings; may be empty */
    struct update_edit *edits;
    size_t edit_count;
};

/* "patch", "minor", "major", "digest". */
const char *change_level_name(enum change_level level);

/*
 * The file's bytes with the edits made, in `arena`; their order does not matter, their paths are
 * not looked at. ERROR_BUSY when an old text does not stand in its place any more: somebody changed
 * the file meanwhile. ERROR_INTERNAL when two edits overlap.
 */
bool update_apply(struct slice bytes, const struct update_edit *edits, size_t count,
                  struct arena *arena, struct slice *result, struct error *err);
