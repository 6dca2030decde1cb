/* Records of pax headers: "LENGTH KEY=VALUE\n" (POSIX 1003.1-2001, pax Extended Header). */
#include "base/ascii.h"
#include "image/tar_parts.h"

static bool bad_record(struct slice key, struct error *err)
{
    return error_set(err, ERROR_FORMAT, "pax header: bad value of %.*s",
                     SLICE_ARG(slice_upto(key, 100)));
}

/* "1699999999.123", "-12": whole seconds. */
static bool read_time(struct slice value, int64_t *seconds)
{
    bool before = slice_starts(value, SLICE("-"));
    uint64_t whole;
    value = slice_from(value, before);
    if (!slice_u64(slice_upto(value, slice_find(value, '.')), &whole) || whole > INT64_MAX)
        return false;
    *seconds = before ? -(int64_t)whole : (int64_t)whole;
    return true;
}

static bool read_text(struct slice value, struct slice *text)
{
    *text = value;
    return slice_find(value, 0) == value.len;
}

static bool read_size(struct slice value, uint64_t *size)
{
    return slice_u64(value, size) && *size <= INT64_MAX;
}

/* Form 0.0 has a pair of records for each piece, in order. */
static bool read_block(struct tar *tar, bool is_size, struct slice value, struct tar_pax *pax,
                       struct error *err)
{
    uint64_t number;
    if (!read_size(value, &number) || pax->block_open != is_size)
        return bad_record(SLICE("GNU.sparse.numbytes"), err);
    pax->block_open = !is_size;
    if (is_size)
        return tar_sparse_add(tar, pax->block_offset, number, err);
    pax->block_offset = number;
    return true;
}

/* Where the value of a key goes. */
static bool read_known(struct slice key, struct slice value, struct tar_pax *pax, unsigned *bit)
{
    uint64_t ignored;
    const struct {
        const char *key;
        unsigned bit;
        struct slice *text;
        uint64_t *number;
    } rows[] = {
        {"path", PAX_PATH, &pax->path, NULL},
        {"linkpath", PAX_LINK, &pax->link, NULL},
        {"size", PAX_SIZE, NULL, &pax->size},
        {"uid", PAX_UID, NULL, &pax->uid},
        {"gid", PAX_GID, NULL, &pax->gid},
        {"GNU.sparse.name", PAX_SPARSE_NAME, &pax->sparse_name, NULL},
        {"GNU.sparse.size", PAX_REAL_SIZE, NULL, &pax->real_size},
        {"GNU.sparse.realsize", PAX_REAL_SIZE, NULL, &pax->real_size},
        {"GNU.sparse.major", PAX_SPARSE_MAJOR, NULL, &pax->sparse_major},
        {"GNU.sparse.minor", 0, NULL, &pax->sparse_minor},
        {"GNU.sparse.map", PAX_SPARSE_MAP, &pax->sparse_map, NULL},
        {"GNU.sparse.numblocks", PAX_SPARSE_BLOCKS, NULL, &ignored},
    };
    *bit = 0;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (!slice_equal_str(key, rows[i].key))
            continue;
        *bit = rows[i].bit;
        return rows[i].text ? read_text(value, rows[i].text) : read_size(value, rows[i].number);
    }
    return true;
}

static bool read_record(struct tar *tar, struct slice key, struct slice value, struct tar_pax *pax,
                        struct error *err)
{
    if (slice_equal(key, SLICE("GNU.sparse.offset")))
        return read_block(tar, false, value, pax, err);
    if (slice_equal(key, SLICE("GNU.sparse.numbytes")))
        return read_block(tar, true, value, pax, err);
    if (slice_equal(key, SLICE("mtime"))) {
        if (read_time(value, &pax->mtime))
            pax->set |= PAX_MTIME;
        return true;
    }
    unsigned bit;
    if (value.len == 0) { /* takes a former value back */
        struct tar_pax ignored = {0};
        read_known(key, value, &ignored, &bit);
        pax->set &= ~bit;
        return true;
    }
    if (!read_known(key, value, pax, &bit))
        return bad_record(key, err);
    pax->set |= bit;
    return true;
}

bool tar_pax_parse(struct tar *tar, struct slice records, struct tar_pax *pax, struct error *err)
{
    while (records.len) {
        uint64_t len;
        size_t space = slice_find(records, ' ');
        if (!slice_u64(slice_upto(records, space), &len) || len < space + 3 || len > records.len ||
            records.at[len - 1] != '\n')
            return error_set(err, ERROR_FORMAT, "pax header: a record of a wrong length");
        struct slice value = slice_from(slice_upto(records, (size_t)len - 1), space + 1);
        struct slice key = slice_cut(&value, '=');
        if (key.len == 0)
            return error_set(err, ERROR_FORMAT, "pax header: a record without a key");
        if (!read_record(tar, key, value, pax, err))
            return false;
        records = slice_from(records, (size_t)len);
    }
    return true;
}

void tar_pax_apply(const struct tar_pax *pax, struct tar_header *header)
{
    if (pax->set & PAX_PATH)
        header->path = pax->path;
    if (pax->set & PAX_LINK)
        header->link = pax->link;
    if (pax->set & PAX_SIZE)
        header->size = pax->size;
    if (pax->set & PAX_UID)
        header->uid = pax->uid;
    if (pax->set & PAX_GID)
        header->gid = pax->gid;
    if (pax->set & PAX_MTIME)
        header->mtime = pax->mtime;
    if (pax->set & PAX_SPARSE_NAME)
        header->path = pax->sparse_name;
}
