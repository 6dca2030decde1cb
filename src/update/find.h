#pragma once
/*
 * Which files name images, and all places in them: Dockerfiles, compose files, plimsoll.yaml, given
 * or found in folders. One thread.
 */
#include "update/pins/pin.h"
#include "update/place.h"

enum { UPDATE_FILE_MAX = 4 << 20, UPDATE_FILES_MAX = 20000 };

struct update_note {
    struct slice path, text;
};

struct update_search {
    struct arena *arena;
    /* Patterns (scan/glob.h) that a found file's path, seen from the folder it was found in, has
       to match one of; none: all. Given files are read in any case. */
    const struct slice *patterns;
    size_t pattern_count;
    struct update_places places;
    struct pins pins; /* packages that Dockerfiles pin */
    size_t files;
    struct update_note *notes; /* files that could not be read */
    size_t note_count, note_room;
};

/* Looks at one file or folder; ERROR_NOT_FOUND when it is not there. */
bool update_find(struct update_search *search, const char *path, struct error *err);
/* At the end: Dockerfiles of the builds that were found, with the arguments these give. */
bool update_find_builds(struct update_search *search, struct error *err);
