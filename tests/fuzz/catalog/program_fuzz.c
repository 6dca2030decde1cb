/* The program scanner on any file, in pieces whose size the first byte chooses; what it finds must
   not depend on the pieces. */
#include <stdlib.h>

#include "catalog/program.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static size_t scan(struct program_scanner *scanner, struct slice bytes, size_t piece)
{
    struct arena arena;
    struct analysis analysis;
    struct collector collector;
    arena_init(&arena, 4 * 1024 * 1024);
    collector_init(&collector, &arena, &arena, &analysis);
    if (program_begin(scanner, SLICE("usr/bin/python3.11"), slice_upto(bytes, 4096), bytes.len)) {
        for (size_t at = 0; at < bytes.len; at += piece) {
            struct slice part = slice_upto(slice_from(bytes, at), piece);
            if (program_wants(scanner, at, part.len))
                program_feed(scanner, at, part);
        }
        program_end(scanner, &collector);
    }
    size_t found = analysis.package_count;
    arena_done(&arena);
    return found;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct program_scanner *scanner;
    if (!scanner)
        scanner = program_scanner_new();
    if (size == 0 || !scanner)
        return 0;
    struct slice bytes = slice_of(data + 1, size - 1);
    size_t piece = data[0] < 128 ? data[0] + 1u : (data[0] - 127u) * 64;
    if (scan(scanner, bytes, piece) != scan(scanner, bytes, size))
        abort();
    return 0;
}
