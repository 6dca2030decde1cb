/* OpenSSL's SHA256_* are called deprecated, but go straight to the code for this processor (SHA
   extensions where it has them); its EVP functions load providers first, which takes longer than a
   small scan. */
#define OPENSSL_SUPPRESS_DEPRECATED
#include "base/hash.h"

#include <endian.h>
#include <openssl/sha.h>
#include <stdio.h>
#include <stdlib.h>

_Static_assert(sizeof(SHA256_CTX) <= sizeof(struct sha256), "struct sha256 holds OpenSSL's state");
_Static_assert(sizeof(SHA512_CTX) <= sizeof(struct sha512), "struct sha512 holds OpenSSL's state");
_Static_assert(sizeof "sha256:" == sizeof "sha512:", "PREFIX is of both");

enum { PREFIX = sizeof "sha256:" - 1 };

static bool lower_hex(struct slice text)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = text.at[i];
        if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f')))
            return false;
    }
    return true;
}

static bool parse(struct digest *digest, struct slice text, struct slice prefix, size_t bytes)
{
    if (text.len != PREFIX + 2 * bytes || !slice_starts(text, prefix) ||
        !lower_hex(slice_from(text, PREFIX)))
        return false;
    *digest = (struct digest){0};
    memcpy(digest->text, text.at, text.len);
    return true;
}

static bool not_a_digest(struct slice text, struct error *err)
{
    return error_set(err, ERROR_FORMAT, "not a digest: \"%.*s\"", SLICE_ARG(slice_upto(text, 80)));
}

bool digest_parse(struct digest *digest, struct slice text, struct error *err)
{
    if (slice_starts(text, SLICE("sha512:")) || slice_starts(text, SLICE("sha384:")))
        return error_set(err, ERROR_UNSUPPORTED, "a digest that is not SHA-256: %.*s",
                         SLICE_ARG(slice_upto(text, 80)));
    return parse(digest, text, SLICE("sha256:"), SHA256_DIGEST_LENGTH) || not_a_digest(text, err);
}

bool digest_parse_any(struct digest *digest, struct slice text, struct error *err)
{
    return parse(digest, text, SLICE("sha256:"), SHA256_DIGEST_LENGTH) ||
           parse(digest, text, SLICE("sha512:"), SHA512_DIGEST_LENGTH) || not_a_digest(text, err);
}

bool digest_is_sha512(const struct digest *digest)
{
    return slice_starts(digest_slice(digest), SLICE("sha512:"));
}

bool digest_equal(const struct digest *a, const struct digest *b)
{
    return strncmp(a->text, b->text, sizeof a->text) == 0;
}

struct slice digest_slice(const struct digest *digest)
{
    return slice_str(digest->text);
}

static SHA256_CTX *state(struct sha256 *hash)
{
    return (SHA256_CTX *)hash->context;
}

void sha256_init(struct sha256 *hash)
{
    if (!SHA256_Init(state(hash)))
        abort();
}

void sha256_add(struct sha256 *hash, const void *at, size_t len)
{
    if (len)
        SHA256_Update(state(hash), at, len);
}

static void put_hex(struct digest *digest, const char *prefix, const unsigned char *bytes,
                    size_t count)
{
    static const char hex[] = "0123456789abcdef";
    *digest = (struct digest){0};
    memcpy(digest->text, prefix, PREFIX);
    for (size_t i = 0; i < count; i++) {
        digest->text[PREFIX + 2 * i] = hex[bytes[i] >> 4];
        digest->text[PREFIX + 2 * i + 1] = hex[bytes[i] & 15];
    }
}

void sha256_finish(struct sha256 *hash, struct digest *digest)
{
    unsigned char bytes[SHA256_DIGEST_LENGTH];
    SHA256_Final(bytes, state(hash));
    put_hex(digest, "sha256:", bytes, sizeof bytes);
}

void sha256_done(struct sha256 *hash)
{
    *hash = (struct sha256){0};
}

void sha256_of(struct slice bytes, struct digest *digest)
{
    struct sha256 hash;
    sha256_init(&hash);
    sha256_add(&hash, bytes.at, bytes.len);
    sha256_finish(&hash, digest);
}

void sha512_init(struct sha512 *hash)
{
    if (!SHA512_Init((SHA512_CTX *)hash->context))
        abort();
}

void sha512_add(struct sha512 *hash, const void *at, size_t len)
{
    if (len)
        SHA512_Update((SHA512_CTX *)hash->context, at, len);
}

void sha512_finish(struct sha512 *hash, struct digest *digest)
{
    unsigned char bytes[SHA512_DIGEST_LENGTH];
    SHA512_Final(bytes, (SHA512_CTX *)hash->context);
    put_hex(digest, "sha512:", bytes, sizeof bytes);
}

void sha512_of(struct slice bytes, struct digest *digest)
{
    struct sha512 hash;
    sha512_init(&hash);
    sha512_add(&hash, bytes.at, bytes.len);
    sha512_finish(&hash, digest);
}

bool digest_is_of(const struct digest *digest, struct slice bytes)
{
    struct digest real;
    if (digest_is_sha512(digest))
        sha512_of(bytes, &real);
    else
        sha256_of(bytes, &real);
    return digest_equal(digest, &real);
}

/*
 * Sixteen bytes a step, each pair multiplied to 128 bits and folded. The constants are fractional
 * digits of square roots (2, 3, 5, 7), made odd. Stored on disk: never change it.
 */
static uint64_t fold(uint64_t a, uint64_t b)
{
    unsigned __int128 product = (unsigned __int128)a * b;
    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

static uint64_t load(const char *at, size_t len)
{
    uint64_t value = 0;
    memcpy(&value, at, len);
    return le64toh(value);
}

uint64_t hash64(struct slice bytes)
{
    const uint64_t k0 = 0x6a09e667f3bcc909, k1 = 0xbb67ae8584caa73b, k2 = 0x3c6ef372fe94f82b,
                   k3 = 0xa54ff53a5f1d36f1;
    uint64_t hash = k0 ^ fold(bytes.len ^ k1, k2);
    struct slice rest = bytes;
    for (; rest.len > 16; rest.at += 16, rest.len -= 16)
        hash = fold(load(rest.at, 8) ^ k1 ^ hash, load(rest.at + 8, 8) ^ k2 ^ hash * k3);
    size_t low = rest.len < 8 ? rest.len : 8;
    uint64_t a = low ? load(rest.at, low) : 0;
    uint64_t b = rest.len > 8 ? load(rest.at + 8, rest.len - 8) : 0;
    return fold(fold(a ^ k1 ^ hash, b ^ k2 ^ hash * k3) ^ k0, hash ^ k3);
}
