#pragma once
/*
 * SHA-256 (content addresses) and a 64-bit hash (path sets, tables). hash64 is not for security: an
 * attacker can make collisions; what is decided by it must only ever hurt the image that contains
 * them.
 */
#include "base/error.h"
#include "base/slice.h"

/* "sha256:" and 64 hex digits, NUL-terminated. The one digest algorithm that registries use in
   practice; sha512 is refused as ERROR_UNSUPPORTED. */
struct digest {
    char text[72];
};

bool digest_parse(struct digest *digest, struct slice text, struct error *err);
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

uint64_t hash64(struct slice bytes);
