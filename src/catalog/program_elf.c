#include "catalog/program_elf.h"

#include <elf.h>
#include <stdlib.h>

/* Numbers at an offset in the order of the file; 0 outside. */
struct numbers {
    struct slice bytes;
    bool swapped;
};

static uint64_t number(const struct numbers *n, uint64_t offset, size_t size)
{
    uint64_t value = 0;
    if (offset > n->bytes.len || n->bytes.len - offset < size)
        return 0;
    bool little = (__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__) != n->swapped;
    for (size_t i = 0; i < size; i++) {
        uint64_t byte = (unsigned char)n->bytes.at[offset + i];
        value |= byte << 8 * (little ? i : size - 1 - i);
    }
    return value;
}

struct segment {
    uint64_t type, flags, offset, address, size;
};

static struct segment read_segment(const struct numbers *n, bool wide, uint64_t at)
{
    if (wide)
        return (struct segment){number(n, at, 4), number(n, at + 4, 4), number(n, at + 8, 8),
                                number(n, at + 16, 8), number(n, at + 32, 8)};
    return (struct segment){number(n, at, 4), number(n, at + 24, 4), number(n, at + 4, 4),
                            number(n, at + 8, 4), number(n, at + 16, 4)};
}

static int compare_ranges(const void *a, const void *b)
{
    const struct program_range *left = a, *right = b;
    return left->start < right->start ? -1 : left->start > right->start;
}

/* Sorts, cuts at the end of the file, joins what overlaps. */
static void tidy(struct program_elf *elf, uint64_t file_size)
{
    qsort(elf->ranges, elf->range_count, sizeof elf->ranges[0], compare_ranges);
    size_t kept = 0;
    for (size_t i = 0; i < elf->range_count; i++) {
        struct program_range range = elf->ranges[i];
        if (range.end > file_size)
            range.end = file_size;
        if (range.start >= range.end)
            continue;
        struct program_range *last = kept ? &elf->ranges[kept - 1] : NULL;
        if (!last || range.start > last->end)
            elf->ranges[kept++] = range;
        else if (range.end > last->end)
            last->end = range.end;
    }
    elf->range_count = kept;
}

static uint64_t end_of(uint64_t offset, uint64_t size)
{
    uint64_t end;
    return __builtin_add_overflow(offset, size, &end) ? UINT64_MAX : end;
}

static void add_load(struct program_elf *elf, const struct segment *segment)
{
    elf->loads[elf->load_count].address = segment->address;
    elf->loads[elf->load_count].offset = segment->offset;
    elf->loads[elf->load_count++].size = segment->size;
}

/* Texts stand in the segments that cannot be executed, where constants have one of their own: then
   the code is left out. Linkers of old put both into one. */
static void choose_ranges(struct program_elf *elf, const struct segment *loads, size_t count)
{
    bool apart = false;
    for (size_t i = 0; i < count; i++)
        apart = apart || !(loads[i].flags & (PF_X | PF_W));
    for (size_t i = 0; i < count; i++) {
        uint64_t start = loads[i].offset;
        if (!apart || !(loads[i].flags & PF_X)) /* from the byte before: a text may begin there */
            elf->ranges[elf->range_count++] =
                (struct program_range){start ? start - 1 : 0, end_of(start, loads[i].size)};
    }
}

static void read_segments(struct program_elf *elf, const struct numbers *n)
{
    struct segment loads[PROGRAM_ELF_SEGMENTS];
    size_t count = (size_t)number(n, elf->wide ? 56 : 44, 2);
    uint64_t start = number(n, elf->wide ? 32 : 28, elf->wide ? 8 : 4);
    uint64_t step = number(n, elf->wide ? 54 : 42, 2);
    if (start > n->bytes.len)
        return;
    for (size_t i = 0; i < count && elf->load_count < PROGRAM_ELF_SEGMENTS; i++) {
        struct segment segment = read_segment(n, elf->wide, start + i * step);
        if (segment.type == PT_DYNAMIC)
            elf->dynamic =
                (struct program_range){segment.offset, end_of(segment.offset, segment.size)};
        if (segment.type != PT_LOAD)
            continue;
        loads[elf->load_count] = segment;
        add_load(elf, &segment);
    }
    choose_ranges(elf, loads, elf->load_count);
}

bool program_elf_read(struct program_elf *elf, struct slice head, uint64_t file_size)
{
    *elf = (struct program_elf){0};
    if (head.len < sizeof(Elf32_Ehdr) || memcmp(head.at, ELFMAG, SELFMAG) != 0)
        return false;
    elf->wide = head.at[EI_CLASS] == ELFCLASS64;
    bool little = head.at[EI_DATA] != ELFDATA2MSB;
    elf->swapped = little != (__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__);
    struct numbers n = {head, elf->swapped};
    uint64_t type = number(&n, 16, 2);
    if (type != ET_EXEC && type != ET_DYN)
        return false;
    read_segments(elf, &n);
    tidy(elf, file_size);
    if (elf->range_count == 0) /* its table is damaged, or far off: all may hold texts */
        elf->ranges[elf->range_count++] = (struct program_range){0, file_size};
    return true;
}

static uint64_t offset_of(const struct program_elf *elf, uint64_t address)
{
    for (size_t i = 0; i < elf->load_count; i++)
        if (address >= elf->loads[i].address &&
            address - elf->loads[i].address < elf->loads[i].size)
            return elf->loads[i].offset + (address - elf->loads[i].address);
    return 0;
}

uint64_t program_elf_soname(const struct program_elf *elf, struct slice dynamic)
{
    struct numbers n = {dynamic, elf->swapped};
    size_t word = elf->wide ? 8 : 4;
    uint64_t table = 0, name = 0;
    bool named = false;
    for (uint64_t at = 0; at + 2 * word <= dynamic.len; at += 2 * word) {
        uint64_t tag = number(&n, at, word), value = number(&n, at + word, word);
        if (tag == DT_NULL)
            break;
        if (tag == DT_STRTAB)
            table = offset_of(elf, value);
        if (tag == DT_SONAME) {
            name = value;
            named = true;
        }
    }
    return table && named ? table + name : 0;
}
