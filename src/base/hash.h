#pragma once
/*
 * SHA-256 and SHA-512 (content addresses) and a 64-bit hash (path sets, tables). hash64 is not for
 * security: an attacker can make collisions; what is decided by it must only ever hurt the image
 * that contains them.
 */
#include "base/error.h"
#include "base/slice.h"

/* "sha256:" and 64 hex digits, or "sha512:" and 128, NUL-terminated. */
struct digest {
    char text[136];
};

/* Only SHA-256, the one algorithm that images use in practice; sha512 is ERROR_UNSUPPORTED. */
bool digest_parse(struct digest *digest, struct slice text, struct error *err);
/* Both: a registry takes what its clients address content by. */
bool digest_parse_any(struct digest *digest, struct slice text, struct error *err);
bool digest_is_sha512(const struct digest *digest);
bool digest_equal(const struct digest *a, const struct digest *b);
struct slice digest_slice(const struct digest *digest);

struct sha256 {
    uint64_t context[14]; /* OpenSSL's SHA256_CTX */
};

/* sha256_init aborts only when the crypto library is broken. sha256_finish may be left out; _done
 * always. */
void sha256_init(struct sha256 *hash);
void sha256_add(struct sha256 *hash, const void *at, size_t len);
void sha256_finish(struct sha256 *hash, struct digest *digest);
void sha256_done(struct sha256 *hash);
void sha256_of(struct slice bytes, struct digest *digest);

/* The same with SHA-512. */
struct sha512 {
    uint64_t context[28]; /* OpenSSL's SHA512_CTX */
};

void sha512_init(struct sha512 *hash);
void sha512_add(struct sha512 *hash, const void *at, size_t len);
void sha512_finish(struct sha512 *hash, struct digest *digest);
void sha512_of(struct slice bytes, struct digest *digest);
/* Whether `bytes` have this digest, whichever its algorithm. */
bool digest_is_of(const struct digest *digest, struct slice bytes);

uint64_t hash64(struct slice bytes);
