/* OpenSSL's SHA256_* for the reason that hash.c gives. */
#define OPENSSL_SUPPRESS_DEPRECATED
#include "base/hmac.h"

#include <endian.h>
#include <openssl/sha.h>
#include <stdlib.h>

enum { BLOCK = 64 };

static void start(SHA256_CTX *context, const uint8_t key[BLOCK], uint8_t pad)
{
    uint8_t block[BLOCK];
    for (size_t i = 0; i < BLOCK; i++)
        block[i] = key[i] ^ pad;
    if (!SHA256_Init(context))
        abort();
    SHA256_Update(context, block, BLOCK);
    secret_forget(block, sizeof block);
}

void sha256_bytes(struct slice bytes, struct hmac *hash)
{
    SHA256((const unsigned char *)(bytes.at ? bytes.at : ""), bytes.len, hash->bytes);
}

void hmac_of(struct slice key, const struct slice *pieces, size_t count, struct hmac *mac)
{
    uint8_t block[BLOCK] = {0};
    struct hmac hashed;
    SHA256_CTX context;
    if (key.len > BLOCK) {
        sha256_bytes(key, &hashed);
        key = hmac_slice(&hashed);
    }
    if (key.len)
        memcpy(block, key.at, key.len);
    start(&context, block, 0x36);
    for (size_t i = 0; i < count; i++)
        if (pieces[i].len)
            SHA256_Update(&context, pieces[i].at, pieces[i].len);
    SHA256_Final(mac->bytes, &context);
    start(&context, block, 0x5c);
    SHA256_Update(&context, mac->bytes, HMAC_SIZE);
    SHA256_Final(mac->bytes, &context);
    secret_forget(block, sizeof block);
    secret_forget(&context, sizeof context);
}

void hmac_hex(const struct hmac *mac, char hex[2 * HMAC_SIZE + 1])
{
    for (size_t i = 0; i < HMAC_SIZE; i++) {
        hex[2 * i] = "0123456789abcdef"[mac->bytes[i] >> 4];
        hex[2 * i + 1] = "0123456789abcdef"[mac->bytes[i] & 15];
    }
    hex[2 * HMAC_SIZE] = '\0';
}

struct slice hmac_slice(const struct hmac *mac)
{
    return slice_of(mac->bytes, HMAC_SIZE);
}

bool secret_equal(struct slice a, struct slice b)
{
    volatile unsigned char difference = 0;
    if (a.len != b.len)
        return false;
    for (size_t i = 0; i < a.len; i++)
        difference = (unsigned char)(difference | (a.at[i] ^ b.at[i]));
    return difference == 0;
}

void secret_forget(void *at, size_t len)
{
    if (at)
        explicit_bzero(at, len);
}

static uint64_t rotate(uint64_t value, int by)
{
    return value << by | value >> (64 - by);
}

static void sip_rounds(uint64_t v[4], int rounds)
{
    for (int i = 0; i < rounds; i++) {
        v[0] += v[1];
        v[2] += v[3];
        v[1] = rotate(v[1], 13) ^ v[0];
        v[3] = rotate(v[3], 16) ^ v[2];
        v[0] = rotate(v[0], 32);
        v[2] += v[1];
        v[0] += v[3];
        v[1] = rotate(v[1], 17) ^ v[2];
        v[3] = rotate(v[3], 21) ^ v[0];
        v[2] = rotate(v[2], 32);
    }
}

static uint64_t load(const void *at, size_t len)
{
    uint64_t word = 0;
    if (len)
        memcpy(&word, at, len);
    return le64toh(word);
}

static void sip_word(uint64_t v[4], uint64_t word)
{
    v[3] ^= word;
    sip_rounds(v, 2);
    v[0] ^= word;
}

struct siphash siphash_of(const uint8_t key[SIPHASH_KEY], struct slice bytes)
{
    uint64_t k0 = load(key, 8), k1 = load(key + 8, 8);
    uint64_t v[4] = {k0 ^ 0x736f6d6570736575, k1 ^ 0x646f72616e646f6d ^ 0xee,
                     k0 ^ 0x6c7967656e657261, k1 ^ 0x7465646279746573};
    struct siphash hash;
    size_t at = 0;
    for (; at + 8 <= bytes.len; at += 8)
        sip_word(v, load(bytes.at + at, 8));
    uint64_t rest = bytes.len > at ? load(bytes.at + at, bytes.len - at) : 0;
    sip_word(v, (uint64_t)bytes.len << 56 | rest);
    v[2] ^= 0xee;
    sip_rounds(v, 4);
    hash.low = v[0] ^ v[1] ^ v[2] ^ v[3];
    v[1] ^= 0xdd;
    sip_rounds(v, 4);
    hash.high = v[0] ^ v[1] ^ v[2] ^ v[3];
    return hash;
}
