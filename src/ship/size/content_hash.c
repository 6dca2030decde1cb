#include "ship/size/content_hash.h"

#include "base/hash.h"

enum { BLOCK = 32 };

/* Fractional digits of the square roots of 11 and 13, made odd. */
#define MIX_A 0x510e527fade682d1u
#define MIX_B 0x9b05688c2b3e6c1fu

void content_hash_begin(struct content_hash *hash)
{
    *hash = (struct content_hash){.lanes = {MIX_A, MIX_B, ~MIX_A, ~MIX_B}};
}

static uint64_t fold(uint64_t a, uint64_t b)
{
    unsigned __int128 product = (unsigned __int128)a * b;
    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

static void block_add(struct content_hash *hash, const char *at)
{
    uint64_t words[4];
    memcpy(words, at, sizeof words);
    hash->lanes[0] = fold(hash->lanes[0] ^ words[0], MIX_A ^ words[1]) ^ hash->lanes[1];
    hash->lanes[2] = fold(hash->lanes[2] ^ words[2], MIX_B ^ words[3]) ^ hash->lanes[3];
    hash->lanes[1] += words[0] ^ MIX_B;
    hash->lanes[3] += words[2] ^ MIX_A;
}

void content_hash_add(struct content_hash *hash, struct slice bytes)
{
    hash->len += bytes.len;
    if (hash->tail_len) {
        size_t room = BLOCK - hash->tail_len, take = bytes.len < room ? bytes.len : room;
        memcpy(hash->tail + hash->tail_len, bytes.at, take);
        hash->tail_len += take;
        bytes = slice_from(bytes, take);
        if (hash->tail_len < BLOCK)
            return;
        block_add(hash, hash->tail);
        hash->tail_len = 0;
    }
    for (; bytes.len >= BLOCK; bytes = slice_from(bytes, BLOCK))
        block_add(hash, bytes.at);
    if (bytes.len)
        memcpy(hash->tail, bytes.at, bytes.len);
    hash->tail_len = bytes.len;
}

uint64_t content_hash_end(struct content_hash *hash)
{
    memset(hash->tail + hash->tail_len, 0, BLOCK - hash->tail_len);
    block_add(hash, hash->tail);
    return hash64(slice_of(hash->lanes, sizeof hash->lanes)) ^ fold(hash->len, MIX_A);
}
