#include "image/tar_parts.h"

/* Fields of a header block: offset and size (POSIX ustar interchange format; GNU tar's tar.h). */
#define FIELD_NAME   0, 100
#define FIELD_MODE   100, 8
#define FIELD_UID    108, 8
#define FIELD_GID    116, 8
#define FIELD_SIZE   124, 12
#define FIELD_MTIME  136, 12
#define FIELD_SUM    148, 8
#define FIELD_LINK   157, 100
#define FIELD_PREFIX 345, 155
/* Schilling's star has times in the last 24 bytes of the prefix and "tar" at the block's end. */
#define FIELD_STAR_PREFIX 345, 131

enum { TYPE_AT = 156, MAGIC_AT = 257, STAR_AT = 508, SUM_AT = 148, SUM_END = 156 };

static struct slice text_field(const char *block, size_t at, size_t len)
{
    return slice_of(block + at, strnlen(block + at, len));
}

static bool number_field(const char *block, size_t at, size_t len, uint64_t *value)
{
    return tar_number(block + at, len, value);
}

static bool base256(const char *field, size_t len, uint64_t *value)
{
    uint64_t sum = (unsigned char)field[0] & 0x7f;
    if (sum & 0x40) /* negative */
        return false;
    for (size_t i = 1; i < len; i++) {
        if (sum >> 55)
            return false;
        sum = sum << 8 | (unsigned char)field[i];
    }
    *value = sum;
    return true;
}

bool tar_number(const char *field, size_t len, uint64_t *value)
{
    uint64_t sum = 0;
    size_t i = 0;
    if (len && (unsigned char)field[0] & 0x80)
        return base256(field, len, value);
    while (i < len && (field[i] == ' ' || field[i] == 0))
        i++;
    for (; i < len && field[i] >= '0' && field[i] <= '7'; i++) {
        if (sum >> 60)
            return false;
        sum = sum << 3 | (uint64_t)(field[i] - '0');
    }
    for (; i < len; i++)
        if (field[i] != ' ' && field[i] != 0)
            return false;
    *value = sum;
    return true;
}

/* Seconds since 1970; times before that are base-256 with the sign extended. Nonsense is 0. */
static int64_t time_field(const char *block, size_t at, size_t len)
{
    uint64_t value = 0;
    if ((unsigned char)block[at] == 0xff) {
        for (size_t i = len - sizeof value; i < len; i++)
            value = value << 8 | (unsigned char)block[at + i];
        return (int64_t)value;
    }
    return number_field(block, at, len, &value) ? (int64_t)value : 0;
}

/* Some old programs summed signed characters; both sums count. */
static bool sum_is(const char *block, uint64_t want)
{
    uint64_t plain = 0;
    int64_t sign = 0;
    for (size_t i = 0; i < TAR_BLOCK; i++) {
        char c = i >= SUM_AT && i < SUM_END ? ' ' : block[i];
        plain += (unsigned char)c;
        sign += (signed char)c;
    }
    return want == plain || (int64_t)want == sign;
}

static bool sum_matches(const char *block)
{
    uint64_t want;
    return number_field(block, FIELD_SUM, &want) && sum_is(block, want);
}

bool tar_may_begin(const char block[TAR_BLOCK])
{
    uint64_t want = 0;
    for (size_t i = SUM_AT; i < SUM_END; i++)
        if (block[i] >= '0' && block[i] <= '7')
            want = want << 3 | (uint64_t)(block[i] - '0');
    return sum_is(block, want);
}

static struct slice prefix_of(const char *block, bool gnu)
{
    if (gnu || memcmp(block + MAGIC_AT, "ustar", 5) != 0)
        return (struct slice){0};
    if (memcmp(block + STAR_AT, "tar", 4) == 0)
        return text_field(block, FIELD_STAR_PREFIX);
    return text_field(block, FIELD_PREFIX);
}

static struct slice full_name(const char *block, bool gnu, struct arena *scratch)
{
    struct slice name = text_field(block, FIELD_NAME), prefix = prefix_of(block, gnu);
    if (prefix.len == 0)
        return arena_copy(scratch, name);
    return arena_printf(scratch, "%.*s/%.*s", SLICE_ARG(prefix), SLICE_ARG(name));
}

bool tar_header_parse(const char block[TAR_BLOCK], uint64_t at, struct arena *scratch,
                      struct tar_header *header, struct error *err)
{
    struct tar_header out = {.type = block[TYPE_AT]};
    uint64_t mode = 0;
    if (!sum_matches(block))
        return error_set(err, ERROR_FORMAT, "not a tar header at byte %llu (wrong checksum)",
                         (unsigned long long)at);
    if (!number_field(block, FIELD_SIZE, &out.size))
        return error_set(err, ERROR_FORMAT, "tar header at byte %llu: absurd size",
                         (unsigned long long)at);
    out.gnu = memcmp(block + MAGIC_AT, "ustar ", 6) == 0;
    out.path = full_name(block, out.gnu, scratch);
    out.link = arena_copy(scratch, text_field(block, FIELD_LINK));
    if (!out.path.at || !out.link.at)
        return arena_error(err);
    /* Nothing depends on these: nonsense in them is zero. */
    if (!number_field(block, FIELD_UID, &out.uid))
        out.uid = 0;
    if (!number_field(block, FIELD_GID, &out.gid))
        out.gid = 0;
    if (number_field(block, FIELD_MODE, &mode))
        out.mode = (unsigned)(mode & 07777);
    out.mtime = time_field(block, FIELD_MTIME);
    *header = out;
    return true;
}
