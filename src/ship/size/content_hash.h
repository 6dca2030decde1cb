#pragma once
/*
 * A 64-bit hash of a file's content that comes in pieces of any length: for finding the same
 * content twice, not for security. Several bytes a cycle. Never stored, so it may change.
 */
#include "base/slice.h"

struct content_hash {
    uint64_t lanes[4], len;
    char tail[32];
    size_t tail_len;
};

void content_hash_begin(struct content_hash *hash);
void content_hash_add(struct content_hash *hash, struct slice bytes);
uint64_t content_hash_end(struct content_hash *hash);
