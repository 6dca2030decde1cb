#include "ship/size/strippable.h"

enum { TYPE_EXEC = 2, TYPE_DYN = 3, PROGBITS = 1, SYMTAB = 2, STRTAB = 3, FLAG_ALLOC = 2 };

static uint64_t number(const struct strippable *elf, const char *at, size_t len)
{
    uint64_t value = 0;
    for (size_t i = 0; i < len; i++) {
        unsigned char byte = (unsigned char)at[elf->big_endian ? len - 1 - i : i];
        value |= (uint64_t)byte << (8 * i);
    }
    return value;
}

static bool read_head(struct strippable *elf, struct slice head)
{
    if (head.len < 64 || memcmp(head.at, "\177ELF", 4) != 0 || head.at[4] < 1 || head.at[4] > 2 ||
        head.at[5] < 1 || head.at[5] > 2)
        return false;
    elf->wide = head.at[4] == 2;
    elf->big_endian = head.at[5] == 2;
    uint64_t type = number(elf, head.at + 16, 2);
    elf->table = elf->wide ? number(elf, head.at + 40, 8) : number(elf, head.at + 32, 4);
    const char *rest = head.at + (elf->wide ? 58 : 46);
    elf->entry_size = (size_t)number(elf, rest, 2);
    elf->count = (size_t)number(elf, rest + 2, 2);
    elf->names = (size_t)number(elf, rest + 4, 2);
    return (type == TYPE_EXEC || type == TYPE_DYN) && elf->table && elf->count &&
           elf->count <= STRIPPABLE_SECTIONS && elf->entry_size == (elf->wide ? 64 : 40) &&
           elf->table <= elf->file_size &&
           elf->count * elf->entry_size <= elf->file_size - elf->table;
}

void strippable_begin(struct strippable *elf, struct slice head, uint64_t file_size)
{
    elf->file_size = file_size;
    elf->got = 0;
    elf->active = read_head(elf, head);
}

void strippable_feed(struct strippable *elf, uint64_t offset, struct slice bytes)
{
    uint64_t next = elf->table + elf->got, end = elf->table + elf->count * elf->entry_size;
    if (!elf->active || next >= end || offset > next || offset + bytes.len <= next)
        return;
    struct slice piece = slice_from(bytes, (size_t)(next - offset));
    piece = slice_upto(piece, (size_t)(end - next));
    memcpy(elf->bytes + elf->got, piece.at, piece.len);
    elf->got += piece.len;
}

uint64_t strippable_end(const struct strippable *elf)
{
    uint64_t sum = 0;
    if (!elf->active || elf->got != elf->count * elf->entry_size)
        return 0;
    for (size_t i = 0; i < elf->count; i++) {
        const char *at = elf->bytes + i * elf->entry_size;
        uint64_t type = number(elf, at + 4, 4);
        uint64_t flags = number(elf, at + 8, elf->wide ? 8 : 4);
        uint64_t size = elf->wide ? number(elf, at + 32, 8) : number(elf, at + 20, 4);
        bool taken = type == PROGBITS || type == SYMTAB || type == STRTAB;
        if (!taken || (flags & FLAG_ALLOC) || i == elf->names)
            continue;
        if (size > elf->file_size - sum)
            return 0; /* sections that overlap: not what a linker made */
        sum += size;
    }
    return sum;
}
