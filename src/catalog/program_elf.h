#pragma once
/*
 * What the scanner needs of an ELF file: which ranges of it can hold the texts of a program, and by
 * which name it wants to be known (DT_SONAME). Read from the file's head; both sizes and both
 * orders of bytes. Source: the System V ABI's generic chapters 4 and 5. Hostile bytes are fine.
 */
#include "base/slice.h"

enum { PROGRAM_ELF_SEGMENTS = 64 };

struct program_range {
    uint64_t start, end; /* offsets in the file */
};

struct program_elf {
    bool wide, swapped; /* 64 bits; the other order of bytes than this machine's */
    /* Where to search, ascending, not overlapping. */
    struct program_range ranges[PROGRAM_ELF_SEGMENTS];
    size_t range_count;
    struct program_range dynamic; /* start == end: none */
    struct {
        uint64_t address, offset, size;
    } loads[PROGRAM_ELF_SEGMENTS];
    size_t load_count;
};

/* False when this is no program or library (not ELF, an object file, a core dump). */
bool program_elf_read(struct program_elf *elf, struct slice head, uint64_t file_size);

/* Offset in the file of the name in the bytes of the dynamic section; 0 when there is none. */
uint64_t program_elf_soname(const struct program_elf *elf, struct slice dynamic);
