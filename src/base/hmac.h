#pragma once
/*
 * Keyed hashes for what must not be forged: HMAC-SHA-256 (RFC 2104), SHA-256 as plain bytes, and
 * SipHash-2-4 with 128 bits (Aumasson and Bernstein) for tables whose keys an attacker chooses.
 * Comparison that takes as long whatever differs. Any thread may call.
 */
#include "base/slice.h"

enum { HMAC_SIZE = 32, SIPHASH_KEY = 16 };

struct hmac {
    uint8_t bytes[HMAC_SIZE];
};

/* Of all pieces one after the other, without copying them together. */
void hmac_of(struct slice key, const struct slice *pieces, size_t count, struct hmac *mac);
void sha256_bytes(struct slice bytes, struct hmac *hash);
/* 64 lower-case hexadecimal digits and a NUL. */
void hmac_hex(const struct hmac *mac, char hex[2 * HMAC_SIZE + 1]);
struct slice hmac_slice(const struct hmac *mac);

/* Equal, in a time that depends on the lengths alone. */
bool secret_equal(struct slice a, struct slice b);
/* Overwrites in a way that the compiler does not leave out. */
void secret_forget(void *at, size_t len);

struct siphash {
    uint64_t low, high;
};
struct siphash siphash_of(const uint8_t key[SIPHASH_KEY], struct slice bytes);
