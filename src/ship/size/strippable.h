#pragma once
/*
 * How many bytes strip(1) would take from an ELF program or library: its sections that are not
 * loaded (.debug_…, .symtab, .strtab). Fed with the file's pieces in order; reads only the table of
 * sections, wherever it stands. Source: System V ABI, chapter 4. Hostile bytes are fine.
 */
#include "base/slice.h"

enum { STRIPPABLE_SECTIONS = 1024, STRIPPABLE_ENTRY = 64 };

struct strippable {
    bool active; /* it is ELF, and has a table of sections */
    bool wide, big_endian;
    uint64_t file_size, table; /* offset of the table of sections */
    size_t entry_size, count;  /* of the table */
    size_t names;              /* section of the names, which stays */
    size_t got;
    char bytes[STRIPPABLE_SECTIONS * STRIPPABLE_ENTRY];
};

/* `head` is the file's beginning, up to all of it. */
void strippable_begin(struct strippable *elf, struct slice head, uint64_t file_size);
void strippable_feed(struct strippable *elf, uint64_t offset, struct slice bytes);
/* 0 for all that is no program, or whose table was not seen whole. */
uint64_t strippable_end(const struct strippable *elf);
