#include "net/sigv4.h"

#include <stdlib.h>

#include "base/ascii.h"
#include "net/sigv4_parts.h"

/* S3 takes paths as they come, and bodies unsigned where the request says so; nobody else does. */
static bool is_s3(struct slice service)
{
    return slice_equal_str(service, "s3");
}

static void derive(struct hmac *key, struct slice from, struct slice piece)
{
    struct hmac mac;
    hmac_of(from, &piece, 1, &mac);
    *key = mac;
}

/* Of a canonical request, in hexadecimal. False: out of memory. */
static bool make_signature(const struct sigv4_scope *scope, struct slice timestamp,
                           struct slice canonical, struct slice secret, struct arena *arena,
                           char hex[2 * HMAC_SIZE + 1])
{
    struct hmac key, hash;
    char hash_hex[2 * HMAC_SIZE + 1];
    sha256_bytes(canonical, &hash);
    hmac_hex(&hash, hash_hex);
    struct slice text = arena_printf(
        arena, SIGV4_ALGORITHM "\n%.*s\n%.*s/%.*s/%.*s/aws4_request\n%s", SLICE_ARG(timestamp),
        SLICE_ARG(scope->date), SLICE_ARG(scope->region), SLICE_ARG(scope->service), hash_hex);
    struct slice first = arena_printf(arena, "AWS4%.*s", SLICE_ARG(secret));
    if (!text.at || !first.at)
        return false;
    derive(&key, first, scope->date);
    derive(&key, hmac_slice(&key), scope->region);
    derive(&key, hmac_slice(&key), scope->service);
    derive(&key, hmac_slice(&key), SLICE("aws4_request"));
    derive(&hash, hmac_slice(&key), text);
    hmac_hex(&hash, hex);
    secret_forget(&key, sizeof key);
    secret_forget((char *)(uintptr_t)first.at, first.len);
    return true;
}

static struct slice payload_hash(struct slice body, char hex[2 * HMAC_SIZE + 1])
{
    struct hmac hash;
    sha256_bytes(body, &hash);
    hmac_hex(&hash, hex);
    return slice_of(hex, 2 * HMAC_SIZE);
}

/* Headers that proxies and libraries change on the way; botocore leaves them out, too. */
static bool is_volatile(struct slice name)
{
    static const char *const names[] = {"authorization",     "connection", "expect",         "te",
                                        "transfer-encoding", "user-agent", "x-amzn-trace-id"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (slice_equal_nocase(name, slice_str(names[i])))
            return true;
    return false;
}

static int compare_names(const void *a, const void *b)
{
    return slice_compare(*(const struct slice *)a, *(const struct slice *)b);
}

static struct slice lower(struct slice name, struct arena *arena)
{
    char *copy = arena_string(arena, name);
    for (size_t i = 0; copy && i < name.len; i++)
        copy[i] = ascii_lower(copy[i]);
    return slice_of(copy, name.len);
}

static bool names_to_sign(const struct http_headers *headers, struct arena *arena,
                          struct slice *names, struct error *err)
{
    struct slice *list = arena_array(arena, headers->count + 1, sizeof *list);
    size_t count = 0, len = 0;
    if (!list)
        return arena_error(err);
    for (size_t i = 0; i < headers->count; i++) {
        if (is_volatile(headers->items[i].name))
            continue;
        list[count] = lower(headers->items[i].name, arena);
        if (!list[count].at)
            return arena_error(err);
        len += list[count++].len + 1;
    }
    qsort(list, count, sizeof *list, compare_names);
    char *to = arena_alloc(arena, len + 1);
    if (!to)
        return arena_error(err);
    *names = slice_of(to, 0);
    for (size_t i = 0; i < count; i++) {
        if (i && slice_equal(list[i], list[i - 1]))
            continue;
        if (i)
            to[names->len++] = ';';
        memcpy(to + names->len, list[i].at, list[i].len);
        names->len += list[i].len;
    }
    return true;
}

/* Replaces a header of that name: a request may be signed again. */
static bool set_header(struct http_headers *headers, const char *name, struct slice value,
                       struct arena *arena, struct error *err)
{
    size_t kept = 0;
    for (size_t i = 0; i < headers->count; i++)
        if (!slice_equal_nocase(headers->items[i].name, slice_str(name)))
            headers->items[kept++] = headers->items[i];
    headers->count = kept;
    return http_headers_add(headers, slice_str(name), value, arena, err);
}

static bool prepare(const struct sigv4_request *request, const struct sigv4_key *key,
                    const char *service, struct slice timestamp, struct slice hash,
                    struct http_headers *headers, struct arena *arena, struct error *err)
{
    if (request->headers != headers)
        for (size_t i = 0; i < request->headers->count; i++)
            if (!http_headers_add(headers, request->headers->items[i].name,
                                  request->headers->items[i].value, arena, err))
                return false;
    return set_header(headers, "X-Amz-Date", timestamp, arena, err) &&
           (!key->session.len ||
            set_header(headers, "X-Amz-Security-Token", key->session, arena, err)) &&
           (!is_s3(slice_str(service)) ||
            set_header(headers, "X-Amz-Content-SHA256", hash, arena, err));
}

static struct slice timestamp_of(int64_t now, struct arena *arena)
{
    struct tm parts;
    time_t when = (time_t)now;
    if (!gmtime_r(&when, &parts))
        return (struct slice){0};
    return arena_printf(arena, "%04d%02d%02dT%02d%02d%02dZ", parts.tm_year + 1900, parts.tm_mon + 1,
                        parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec);
}

bool sigv4_sign(const struct sigv4_request *request, const struct sigv4_key *key,
                const char *region, const char *service, int64_t now, struct http_headers *headers,
                struct arena *arena, struct error *err)
{
    char signature[2 * HMAC_SIZE + 1];
    char *hash_text = arena_alloc(arena, 2 * HMAC_SIZE + 1);
    struct slice names, canonical, timestamp = timestamp_of(now, arena);
    struct sigv4_scope scope = {slice_upto(timestamp, 8), slice_str(region), slice_str(service)};
    struct sigv4_request prepared = *request;
    if (!timestamp.at || !hash_text)
        return arena_error(err);
    struct slice hash = payload_hash(request->body, hash_text);
    prepared.headers = headers;
    if (!prepare(request, key, service, timestamp, hash, headers, arena, err) ||
        !names_to_sign(headers, arena, &names, err) ||
        !sigv4_canonical(&prepared, names, hash, is_s3(scope.service), arena, &canonical, err))
        return false;
    if (!make_signature(&scope, timestamp, canonical, key->secret, arena, signature))
        return arena_error(err);
    struct slice value = arena_printf(
        arena,
        SIGV4_ALGORITHM " Credential=%.*s/%.*s/%s/%s/aws4_request, SignedHeaders=%.*s, "
                        "Signature=%s",
        SLICE_ARG(key->id), SLICE_ARG(scope.date), region, service, SLICE_ARG(names), signature);
    if (!value.at)
        return arena_error(err);
    return set_header(headers, "Authorization", value, arena, err);
}

/*
 * What stands for the body in the canonical request. A hash that the request declares must be the
 * body's; "UNSIGNED-PAYLOAD" is S3's alone (whoever signs for another service signs the body); the
 * streaming forms are not taken.
 */
static bool hash_to_verify(const struct sigv4_request *request, const struct sigv4_claim *claim,
                           char hex[2 * HMAC_SIZE + 1], struct slice *hash, struct error *err)
{
    bool s3 = is_s3(claim->service);
    *hash = payload_hash(request->body, hex);
    if (s3 && (slice_equal_str(claim->payload_hash, "UNSIGNED-PAYLOAD") ||
               (claim->in_query && !claim->payload_hash.len))) {
        *hash = SLICE("UNSIGNED-PAYLOAD");
        return true;
    }
    if (claim->payload_hash.len && !slice_equal_nocase(claim->payload_hash, *hash))
        return error_set(err, ERROR_DENIED,
                         "X-Amz-Content-SHA256 is not the hash of the request's body");
    return true;
}

bool sigv4_verify(const struct sigv4_request *request, const struct sigv4_claim *claim,
                  struct slice secret, struct arena *arena, struct error *err)
{
    char hex[2 * HMAC_SIZE + 1], signature[2 * HMAC_SIZE + 1];
    struct sigv4_scope scope = {claim->date, claim->region, claim->service};
    struct slice hash, canonical;
    if (!hash_to_verify(request, claim, hex, &hash, err) ||
        !sigv4_canonical(request, claim->signed_headers, hash, is_s3(claim->service), arena,
                         &canonical, err))
        return false;
    if (!make_signature(&scope, claim->timestamp, canonical, secret, arena, signature))
        return arena_error(err);
    if (!secret_equal(claim->signature, slice_of(signature, 2 * HMAC_SIZE)))
        return error_set(err, ERROR_DENIED,
                         "The request signature we calculated does not match the signature you "
                         "provided. Check your AWS Secret Access Key and signing method. Consult "
                         "the service documentation for details.");
    return true;
}
