/*
 * classify FILE…: what the program scanner finds in each, one line a finding: path, product,
 * version, evidence. classify --bench FILE…: bytes and speed instead. For judging the table of
 * programs on whole systems; not installed.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/file.h"
#include "catalog/program.h"

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

/* In pieces, as a tar gives them. */
static void feed(struct program_scanner *scanner, struct slice bytes, size_t piece)
{
    for (size_t at = 0; at < bytes.len; at += piece) {
        struct slice part = slice_upto(slice_from(bytes, at), piece);
        if (program_wants(scanner, at, part.len))
            program_feed(scanner, at, part);
    }
}

static void print(const struct analysis *analysis)
{
    for (size_t i = 0; i < analysis->package_count; i++) {
        const struct package *p = &analysis->packages[i];
        printf("%.*s\t%.*s\t%.*s\t%.*s\n", SLICE_ARG(p->path), SLICE_ARG(p->name),
               SLICE_ARG(p->version), SLICE_ARG(p->evidence));
    }
    for (size_t i = 0; i < analysis->note_count; i++)
        printf("%.*s\tnote\t%.*s\n", SLICE_ARG(analysis->notes[i].path),
               SLICE_ARG(analysis->notes[i].text));
}

int main(int argc, char **argv)
{
    struct program_scanner *scanner = program_scanner_new();
    bool bench = argc > 1 && strcmp(argv[1], "--bench") == 0;
    size_t piece = getenv("PIECE") ? (size_t)strtoul(getenv("PIECE"), NULL, 10) : 128 * 1024;
    double seconds = 0;
    size_t total = 0;
    for (int i = bench ? 2 : 1; i < argc && scanner; i++) {
        struct file_map map;
        struct error err;
        struct analysis analysis;
        struct collector collector;
        CLEANUP_ARENA struct arena arena;
        arena_init(&arena, 1 << 24);
        collector_init(&collector, &arena, &arena, &analysis);
        if (!file_map_open(&map, argv[i], &err))
            continue;
        double start = now();
        if (program_begin(scanner, slice_str(argv[i]), slice_upto(map.bytes, 4096),
                          map.bytes.len)) {
            feed(scanner, map.bytes, piece);
            program_end(scanner, &collector);
        }
        seconds += now() - start;
        total += map.bytes.len;
        if (!bench)
            print(&analysis);
        file_map_close(&map);
    }
    if (bench)
        printf("%zu bytes, %.3f s, %.2f GB/s\n", total, seconds, (double)total / seconds / 1e9);
    program_scanner_free(scanner);
    return 0;
}
