#pragma once
/*
 * A zip archive that is whole in memory: members in the order of its directory, stored or deflated
 * (APPNOTE.TXT 6.3.10, sections 4.3 to 4.5; ZIP64 too). An archive that was cut has no directory
 * and is refused. Hostile bytes are fine: every offset is checked, and so are size and CRC. One
 * thread at a time.
 */
#include "base/arena.h"

struct zip {
    struct slice bytes;
    uint64_t next;  /* of the directory */
    uint64_t left;  /* members not yet given */
    void *inflater; /* libdeflate's */
};

struct zip_member {
    struct slice name;
    unsigned method;
    uint32_t crc;
    uint64_t stored, size, header; /* bytes in the archive, of content; where its header is */
};

bool zip_open(struct zip *zip, struct slice bytes, struct error *err);
void zip_close(struct zip *zip); /* accepts one that is all zero */
#define CLEANUP_ZIP __attribute__((cleanup(zip_close)))

/* False at the end (err->kind ERROR_NONE) or when the directory is damaged. */
bool zip_next(struct zip *zip, struct zip_member *member, struct error *err);
/* The content of a member, at most `limit` bytes, in `arena`. */
bool zip_read(struct zip *zip, const struct zip_member *member, size_t limit, struct arena *arena,
              struct slice *content, struct error *err);
