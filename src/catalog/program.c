/*
 * Searches files for programs (program.h). The ranges of an ELF file that can hold texts are
 * searched as they pass. A literal near the edge of a piece is judged with the bytes of both sides:
 *
 *      ... piece n          | piece n+1 ...
 *               [ tail 512  |  first 512 ]      searched as one, for places in its middle
 *     [   for places that are 256 away from the edges   ]
 *
 * so whoever reads a version sees at least 256 bytes before and behind it, or the range's end.
 */
#include "catalog/program.h"

#include <stdlib.h>

#include "catalog/program_elf.h"
#include "catalog/program_evidence.h"
#include "catalog/program_search.h"
#include "image/path.h"

enum {
    MARGIN = 256, /* bytes around a place that a check may want */
    OVERLAP = 2 * MARGIN,
    SMALL_PIECE = 4096, /* smaller ones are gathered first */
    CARRY = OVERLAP + 2 * SMALL_PIECE,
    DYNAMIC_MAX = 4096,
    NAMED_FILE_MAX = 4096,
};
static const uint64_t SEARCH_MAX = 512ull * 1024 * 1024;

struct program_scanner {
    struct program_search *search;
    struct program_elf elf;
    struct slice path; /* the caller's */
    bool by_name;      /* a small text file that a row wants by its name */
    uint64_t searched; /* bytes, for the limit */
    bool limit_reached;
    size_t range;      /* the one that is being searched */
    char carry[CARRY]; /* the newest bytes of the range, not judged yet from carry_judged on */
    size_t carry_len, carry_judged;
    uint64_t carry_offset; /* in the file */
    char dynamic[DYNAMIC_MAX];
    size_t dynamic_len;
    struct program_evidence evidence;
    /* Of the block being searched: */
    struct slice block;
    uint64_t block_offset;
    size_t judge_from, judge_to;
};

struct program_scanner *program_scanner_new(void)
{
    struct program_scanner *scanner = calloc(1, sizeof *scanner);
    if (scanner)
        scanner->search = program_search_new();
    if (scanner && !scanner->search) {
        free(scanner);
        return NULL;
    }
    return scanner;
}

void program_scanner_free(struct program_scanner *scanner)
{
    if (!scanner)
        return;
    program_search_free(scanner->search);
    free(scanner);
}

static void judge(void *context, size_t index, size_t end)
{
    struct program_scanner *scanner = context;
    const struct program_literal *literal = &program_literals[index];
    size_t at = end - literal->len;
    if (at >= scanner->judge_from && at < scanner->judge_to)
        program_evidence_see(&scanner->evidence, literal, scanner->block, end,
                             scanner->block_offset);
}

static void search(struct program_scanner *scanner, struct slice block, uint64_t offset,
                   size_t judge_from, size_t judge_to)
{
    if (judge_from >= judge_to)
        return;
    scanner->block = block;
    scanner->block_offset = offset;
    scanner->judge_from = judge_from;
    scanner->judge_to = judge_to;
    program_search_block(scanner->search, block, judge, scanner);
}

/* Judges what has enough bytes behind it (all of it at the end of a range), and keeps the tail. */
static void flush_carry(struct program_scanner *scanner, bool end)
{
    size_t len = scanner->carry_len, to = end ? len : len < MARGIN ? 0 : len - MARGIN;
    search(scanner, slice_of(scanner->carry, len), scanner->carry_offset, scanner->carry_judged,
           to);
    if (end) {
        scanner->carry_len = scanner->carry_judged = 0;
        return;
    }
    size_t drop = len > OVERLAP ? len - OVERLAP : 0;
    if (to > scanner->carry_judged)
        scanner->carry_judged = to;
    scanner->carry_judged -= drop < scanner->carry_judged ? drop : scanner->carry_judged;
    memmove(scanner->carry, scanner->carry + drop, len - drop);
    scanner->carry_len -= drop;
    scanner->carry_offset += drop;
}

static void append(struct program_scanner *scanner, uint64_t offset, struct slice bytes)
{
    if (scanner->carry_len == 0)
        scanner->carry_offset = offset;
    memcpy(scanner->carry + scanner->carry_len, bytes.at, bytes.len);
    scanner->carry_len += bytes.len;
}

/* Bytes of one range, in order. */
static void search_range(struct program_scanner *scanner, uint64_t offset, struct slice bytes)
{
    if (scanner->carry_len && offset != scanner->carry_offset + scanner->carry_len)
        flush_carry(scanner, true); /* a hole */
    if (bytes.len < SMALL_PIECE) {
        append(scanner, offset, bytes);
        if (scanner->carry_len > OVERLAP + SMALL_PIECE)
            flush_carry(scanner, false);
        return;
    }
    bool first = scanner->carry_len == 0;
    if (!first) {
        append(scanner, offset, slice_upto(bytes, OVERLAP));
        flush_carry(scanner, false);
    }
    search(scanner, bytes, offset, first ? 0 : MARGIN, bytes.len - MARGIN);
    scanner->carry_len = 0;
    append(scanner, offset + bytes.len - OVERLAP, slice_from(bytes, bytes.len - OVERLAP));
    scanner->carry_judged = MARGIN;
}

static void keep_dynamic(struct program_scanner *scanner, uint64_t offset, struct slice bytes)
{
    uint64_t next = scanner->elf.dynamic.start + scanner->dynamic_len;
    uint64_t end = scanner->elf.dynamic.end;
    if (offset > next || offset + bytes.len <= next || next >= end)
        return;
    struct slice piece = slice_from(bytes, (size_t)(next - offset));
    if (piece.len > end - next)
        piece = slice_upto(piece, (size_t)(end - next));
    piece = slice_upto(piece, DYNAMIC_MAX - scanner->dynamic_len);
    memcpy(scanner->dynamic + scanner->dynamic_len, piece.at, piece.len);
    scanner->dynamic_len += piece.len;
}

static bool wanted_name(struct slice path)
{
    struct slice base = path_base(path);
    return slice_equal(base, SLICE("VERSION")) || slice_equal(base, SLICE("release"));
}

bool program_begin(struct program_scanner *scanner, struct slice clean_path, struct slice head,
                   uint64_t size)
{
    bool elf = head.len >= 4 && memcmp(head.at,
                                       "\x7f"
                                       "ELF",
                                       4) == 0;
    scanner->by_name = !elf && size <= NAMED_FILE_MAX && wanted_name(clean_path);
    if (!elf && !scanner->by_name)
        return false;
    if (elf && !program_elf_read(&scanner->elf, head, size))
        return false;
    scanner->path = clean_path;
    scanner->searched = 0;
    scanner->limit_reached = false;
    scanner->range = 0;
    scanner->carry_len = scanner->carry_judged = 0;
    scanner->dynamic_len = 0;
    program_evidence_reset(&scanner->evidence);
    return true;
}

bool program_wants(const struct program_scanner *scanner, uint64_t offset, uint64_t len)
{
    if (scanner->by_name)
        return true;
    if (scanner->limit_reached)
        return false;
    for (size_t i = 0; i < scanner->elf.range_count; i++)
        if (offset < scanner->elf.ranges[i].end && scanner->elf.ranges[i].start < offset + len)
            return true;
    return offset < scanner->elf.dynamic.end && scanner->elf.dynamic.start < offset + len;
}

/* The part of the bytes that is in the range. */
static struct slice cut_range(struct program_range range, uint64_t *offset, struct slice bytes)
{
    if (range.start > *offset) {
        uint64_t skip = range.start - *offset;
        bytes = slice_from(bytes, skip < bytes.len ? (size_t)skip : bytes.len);
        *offset += skip;
    }
    return range.end <= *offset
               ? (struct slice){0}
               : slice_upto(bytes, range.end - *offset < bytes.len ? (size_t)(range.end - *offset)
                                                                   : bytes.len);
}

static void feed_elf(struct program_scanner *scanner, uint64_t offset, struct slice bytes)
{
    uint64_t end = offset + bytes.len;
    keep_dynamic(scanner, offset, bytes);
    for (; scanner->range < scanner->elf.range_count; scanner->range++) {
        struct program_range range = scanner->elf.ranges[scanner->range];
        uint64_t at = offset;
        struct slice piece = cut_range(range, &at, bytes);
        if (piece.len && scanner->searched >= SEARCH_MAX)
            scanner->limit_reached = true;
        else if (piece.len)
            search_range(scanner, at, piece);
        scanner->searched += piece.len;
        if (range.end > end)
            return;
        flush_carry(scanner, true);
    }
}

void program_feed(struct program_scanner *scanner, uint64_t offset, struct slice bytes)
{
    if (!scanner->by_name)
        feed_elf(scanner, offset, bytes);
    else if (offset == scanner->carry_len && bytes.len <= CARRY - scanner->carry_len)
        append(scanner, 0, bytes);
}

static void end_elf(struct program_scanner *scanner, struct collector *collector)
{
    uint64_t soname =
        program_elf_soname(&scanner->elf, slice_of(scanner->dynamic, scanner->dynamic_len));
    flush_carry(scanner, true);
    program_evidence_end(&scanner->evidence, scanner->path, soname, collector);
}

/* Go's VERSION ("go1.22.3") and Java's release (JAVA_VERSION="17.0.9"). */
static void end_named(struct program_scanner *scanner, struct collector *collector)
{
    struct slice text = slice_of(scanner->carry, scanner->carry_len);
    struct slice java = SLICE("JAVA_VERSION=\"");
    bool release = slice_equal(path_base(scanner->path), SLICE("release"));
    enum program_id program = release ? PROGRAM_OPENJDK : PROGRAM_GO;
    while (text.len) {
        struct slice line = slice_cut_line(&text);
        struct slice start = release ? java : SLICE("go1.");
        if (!slice_starts(line, start))
            continue;
        struct slice version =
            program_version(slice_from(line, release ? java.len : 2), release ? 1 : 2, true);
        if (version.len)
            program_evidence_add(&program_rows[program], scanner->path, version, line, collector);
        return;
    }
}

void program_end(struct program_scanner *scanner, struct collector *collector)
{
    if (scanner->by_name) {
        end_named(scanner, collector);
        return;
    }
    end_elf(scanner, collector);
    if (scanner->limit_reached)
        collector_add_note(collector, scanner->path,
                           "only its first 512 MiB were searched for programs");
}
