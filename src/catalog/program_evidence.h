#pragma once
/*
 * What one file shows of programs, and which of them to believe: program.c tells each place of a
 * literal, and at the end of the file asks what it is. Of fixed size; what is over its limits is
 * not kept. One thread.
 */
#include "catalog/finder.h"
#include "catalog/program_table.h"

enum { PROGRAM_TEXT_MAX = 120, PROGRAM_CANDIDATES_MAX = 256, PROGRAM_NAMES_MAX = 256 };

struct program_text {
    char bytes[PROGRAM_TEXT_MAX];
    uint8_t len;
};

struct program_sighting {
    struct program_text version, proof; /* the first; empty: none yet */
    uint8_t witnesses;
};

/* A place in the file where a name for DT_SONAME begins. */
struct program_name {
    uint64_t offset;
    uint8_t program;
};

struct program_evidence {
    struct program_sighting sightings[PROGRAMS];
    struct program_text
        candidates[PROGRAM_CANDIDATES_MAX]; /* bare versions, for rows that `fits` */
    size_t candidate_count;
    struct program_name names[PROGRAM_NAMES_MAX];
    size_t name_count;
};

void program_evidence_reset(struct program_evidence *evidence);
/* The literal ends at `end` of the window, which begins at `offset` of the file. */
void program_evidence_see(struct program_evidence *evidence, const struct program_literal *literal,
                          struct slice window, size_t end, uint64_t offset);
/* Adds the programs that the file is. `soname`: where in the file its DT_SONAME stands; 0: it has
   none. */
void program_evidence_end(struct program_evidence *evidence, struct slice path, uint64_t soname,
                          struct collector *collector);
/* One program; `proof` is the text that shows it. */
void program_evidence_add(const struct program_row *row, struct slice path, struct slice version,
                          struct slice proof, struct collector *collector);
