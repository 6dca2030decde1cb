/*
 * Tells programs from their bytes (program.h). The ranges of an ELF file that can hold texts are
 * searched as they pass. A literal near the edge of a piece is judged with the bytes of both sides:
 *
 *      ... piece n          | piece n+1 ...
 *               [ tail 512  |  first 512 ]      searched as one, for places in its middle
 *     [   for places that are 256 away from the edges   ]
 *
 * so whoever reads a version sees at least 256 bytes before and behind it, or the range's end.
 */
#include "catalog/program.h"

#include <stdio.h>
#include <stdlib.h>

#include "catalog/program_elf.h"
#include "catalog/program_search.h"
#include "image/path.h"

enum {
    MARGIN = 256, /* bytes around a place that a check may want */
    OVERLAP = 2 * MARGIN,
    SMALL_PIECE = 4096, /* smaller ones are gathered first */
    CARRY = OVERLAP + 2 * SMALL_PIECE,
    DYNAMIC_MAX = 4096,
    CANDIDATES_MAX = 256,
    NAMES_MAX = 256,
    EVIDENCE_MAX = 120,
    SCANNER_LIKE = 12, /* a file that knows so many programs is a scanner, not one of them */
    NAMED_FILE_MAX = 4096,
};
static const uint64_t SEARCH_MAX = 512ull * 1024 * 1024;

struct text {
    char bytes[EVIDENCE_MAX];
    uint8_t len;
};

struct program_sighting {
    struct text version, evidence;
    uint8_t witnesses;
};

/* A place where a name for DT_SONAME begins. */
struct name_place {
    uint64_t offset;
    uint8_t program;
};

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
    struct program_sighting sightings[PROGRAMS];
    struct text candidates[CANDIDATES_MAX];
    size_t candidate_count;
    struct name_place names[NAMES_MAX];
    size_t name_count;
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

static void keep_text(struct text *text, struct slice from)
{
    text->len = (uint8_t)(from.len < EVIDENCE_MAX ? from.len : EVIDENCE_MAX);
    memcpy(text->bytes, from.at, text->len);
}

static struct slice text_slice(const struct text *text)
{
    return slice_of(text->bytes, text->len);
}

static bool printable(char c)
{
    return c >= ' ' && c < 0x7f;
}

/* The printable text that the version stands in, or the literal where it is not in the file as
   such: what a person should see as the proof. */
static struct slice evidence_around(const struct program_sight *sight, struct slice version)
{
    struct slice window = sight->window;
    bool inside = version.at >= window.at && version.at <= window.at + window.len;
    size_t start = inside ? (size_t)(version.at - window.at) : sight->at;
    size_t end = inside ? start + version.len : sight->end;
    for (size_t room = 80; room && start > 0 && printable(window.at[start - 1]); room--)
        start--;
    while (end < window.len && end - start < EVIDENCE_MAX && printable(window.at[end]))
        end++;
    return slice_from(slice_upto(window, end), start);
}

static void add_candidate(struct program_scanner *scanner, struct slice version)
{
    for (size_t i = 0; i < scanner->candidate_count; i++)
        if (slice_equal(text_slice(&scanner->candidates[i]), version))
            return;
    if (scanner->candidate_count < CANDIDATES_MAX)
        keep_text(&scanner->candidates[scanner->candidate_count++], version);
}

/* A library's own name, or one that it needs: only those with ".so" in them. */
static void add_name(struct program_scanner *scanner, const struct program_literal *literal,
                     size_t at)
{
    struct slice name = slice_upto(slice_from(scanner->block, at), 100);
    name = slice_upto(name, slice_find(name, 0));
    if (slice_search(name, SLICE(".so")) == name.len || scanner->name_count == NAMES_MAX)
        return;
    scanner->names[scanner->name_count++] =
        (struct name_place){scanner->block_offset + at, literal->program};
}

static bool follows(const struct program_sight *sight, struct slice version, struct slice next)
{
    const char *behind = version.at + version.len;
    if (behind >= sight->window.at + sight->window.len)
        return false;
    return next.len == 0 ? *behind == 0 : memchr(next.at, *behind, next.len) != NULL;
}

static bool read_version(const struct program_literal *literal, const struct program_sight *sight,
                         struct slice *version)
{
    if (literal->check)
        return literal->check(sight, version);
    struct slice text = slice_from(sight->window, sight->end - literal->inside);
    *version = program_version(text, literal->parts, literal->letters);
    return version->len && follows(sight, *version, literal->next);
}

static void judge_version(struct program_scanner *scanner, const struct program_literal *literal,
                          const struct program_sight *sight)
{
    struct slice version;
    if (!read_version(literal, sight, &version) || version.len >= PROGRAM_VERSION_MAX)
        return;
    if (literal->program == PROGRAM_ANY) {
        add_candidate(scanner, version);
        return;
    }
    struct program_sighting *sighting = &scanner->sightings[literal->program];
    if (sighting->version.len)
        return;
    keep_text(&sighting->version, version);
    keep_text(&sighting->evidence, evidence_around(sight, version));
}

static void judge(void *context, size_t index, size_t end)
{
    struct program_scanner *scanner = context;
    const struct program_literal *literal = &program_literals[index];
    size_t at = end - literal->len;
    if (at < scanner->judge_from || at >= scanner->judge_to)
        return;
    if (literal->witness == WITNESS_VERSION) {
        char room[PROGRAM_VERSION_MAX];
        judge_version(scanner, literal, &(struct program_sight){scanner->block, at, end, room});
    } else if (literal->witness == WITNESS_NAME) {
        add_name(scanner, literal, at + 1);
    } else {
        scanner->sightings[literal->program].witnesses |= literal->witness;
    }
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
    scanner->candidate_count = scanner->name_count = 0;
    memset(scanner->sightings, 0, sizeof scanner->sightings);
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

/* By number, then by length: 3.11.2 is higher than 3.9.18. */
static bool higher(struct slice a, struct slice b)
{
    for (unsigned i = 0; i < 4; i++) {
        unsigned left = program_version_part(a, i), right = program_version_part(b, i);
        if (left != right)
            return left > right;
    }
    return false;
}

static struct slice pick_candidate(const struct program_scanner *scanner,
                                   const struct program_row *row)
{
    struct slice best = {0}, path = scanner->path;
    for (size_t i = 0; i < scanner->candidate_count; i++) {
        struct slice version = text_slice(&scanner->candidates[i]);
        if (row->fits(version, path_base(path)) && (!best.len || higher(version, best)))
            best = version;
    }
    return best;
}

static bool believed(const struct program_row *row, uint8_t witnesses)
{
    if (witnesses & WITNESS_BANE)
        return false;
    if (row->needs[0] == 0)
        return true;
    return (witnesses & row->needs[0]) == row->needs[0] ||
           (row->needs[1] && (witnesses & row->needs[1]) == row->needs[1]);
}

static void add_program(struct program_scanner *scanner, const struct program_row *row,
                        struct slice version, struct slice evidence, struct collector *collector)
{
    struct package package = {
        .type = PACKAGE_PROGRAM,
        .name = slice_str(row->name),
        .version = version,
        .path = scanner->path,
        .evidence = evidence,
        .cpe = slice_str(row->cpe),
    };
    collector_add_package(collector, &package);
}

static void end_elf(struct program_scanner *scanner, struct collector *collector)
{
    uint64_t soname =
        program_elf_soname(&scanner->elf, slice_of(scanner->dynamic, scanner->dynamic_len));
    unsigned known = 0;
    flush_carry(scanner, true);
    for (size_t i = 0; i < scanner->name_count; i++)
        if (soname && scanner->names[i].offset == soname)
            scanner->sightings[scanner->names[i].program].witnesses |= WITNESS_NAME;
    for (int i = 0; i < PROGRAMS; i++)
        known += scanner->sightings[i].witnesses != 0;
    for (int i = 0; i < PROGRAMS && known < SCANNER_LIKE; i++) {
        const struct program_row *row = &program_rows[i];
        const struct program_sighting *sighting = &scanner->sightings[i];
        if (!believed(row, sighting->witnesses))
            continue;
        struct slice version =
            row->fits ? pick_candidate(scanner, row) : text_slice(&sighting->version);
        struct slice evidence = row->fits ? version : text_slice(&sighting->evidence);
        if (version.len)
            add_program(scanner, row, version, evidence, collector);
    }
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
            add_program(scanner, &program_rows[program], version, line, collector);
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
