#pragma once
/*
 * The table of package finders. A finder says which files it wants and reads each into packages. It
 * runs in the jailed child on hostile bytes, in any thread, and has no state beside what it is
 * handed.
 *
 * Add one: a file that defines `const struct finder finder_<name>`, a row in finder.c's table, unit
 * tests on real data, a fuzz target (see README.md here).
 */
#include "catalog/analysis.h"
#include "catalog/secret.h"

/* Where results go. Owned by the walk of one layer; strings must be copied into `arena` by the add
   functions (they do it themselves). */
struct collector {
    struct arena *arena;   /* lives as long as the analysis */
    struct arena *scratch; /* reset after each file */
    struct analysis *analysis;
    uint64_t *owned; /* unsorted path keys; sorted at the end by collector_finish */
    size_t owned_count, owned_room;
    uint64_t *written;
    size_t written_count, written_room;
    bool failed; /* the budget was spent: sticky, checked once */
};

void collector_init(struct collector *collector, struct arena *arena, struct arena *scratch,
                    struct analysis *analysis);
/* Copies all strings. An empty source becomes the name, an empty source_version the version. */
void collector_add_package(struct collector *collector, const struct package *package);
void collector_add_distribution(struct collector *collector,
                                const struct distribution *distribution);
/* The text is copied. After 200 notes one says that there were more. */
void collector_add_note(struct collector *collector, struct slice path, const char *text);
/* "line N: TEXT". */
void collector_add_line_note(struct collector *collector, struct slice path, size_t line,
                             const char *text);
/* Both leave out paths by which nothing is decided (finder_path_matters). */
void collector_add_owned(struct collector *collector, struct slice clean_path);
void collector_add_written(struct collector *collector, struct slice clean_path);
void collector_add_removal(struct collector *collector, struct slice clean_path, bool opaque);
void collector_add_database(struct collector *collector, struct slice clean_path);
void collector_add_observation(struct collector *collector, const struct observation *observation);
/* `line` is added to the match's. */
void collector_add_secret(struct collector *collector, struct slice clean_path,
                          const struct secret_match *match, unsigned line);
/* Sorts and de-duplicates the path sets into the analysis. */
bool collector_finish(struct collector *collector, struct error *err);

struct finder {
    const char *name;
    size_t limit;   /* bytes of a file it takes at most; a larger one becomes a note */
    bool only_owns; /* tells which files are owned, no packages: no "database" of the analysis */
    const char *excuse; /* not NULL: the file is not read, this is noted instead */
    /* By path alone: cheap, called for every file of every layer. */
    bool (*wants)(struct slice clean_path);
    /* The whole file. Bad bytes become a note, never a failure of the scan. */
    void (*read)(struct slice clean_path, struct slice bytes, struct collector *collector);
};

/* The finder that wants this path, or NULL. */
const struct finder *finder_for(struct slice clean_path);

/* Whether anything is ever decided by this path: no program and no language package stands in
   folders of manuals, translations, time zones… so that the sets of paths stay small. */
bool finder_path_matters(struct slice clean_path);
