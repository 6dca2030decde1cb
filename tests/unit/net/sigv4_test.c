#include "data.h"
#include "test.h"

#include <stdlib.h>

#include "base/file.h"
#include "base/hmac.h"
#include "net/sigv4.h"

enum { COLUMNS = 14 };

struct vector {
    struct slice name, form, method, path, query, headers, body, key, secret, session, region,
        service, time, expected;
};

static struct slice vectors(struct arena *arena)
{
    return test_data("net/sigv4.tsv", arena);
}

static bool next_vector(struct slice *text, struct vector *vector)
{
    struct slice line = slice_cut_line(text);
    struct slice *to = (struct slice *)vector;
    if (!line.len)
        return false;
    for (size_t i = 0; i < COLUMNS; i++)
        to[i] = slice_cut(&line, '\t');
    return true;
}

static void split_headers(struct slice text, struct http_headers *headers, struct arena *arena)
{
    struct error err = {0};
    while (text.len) {
        size_t at = slice_search(text, SLICE("\\n"));
        struct slice line = slice_upto(text, at), name = slice_cut(&line, ':');
        assert_true(http_headers_add(headers, name, slice_trim(line), arena, &err));
        text = slice_from(text, at + 2);
    }
}

static struct sigv4_request request_of(const struct vector *vector, struct http_headers *headers,
                                       struct arena *arena)
{
    split_headers(vector->headers, headers, arena);
    return (struct sigv4_request){vector->method, vector->path, vector->query, headers,
                                  vector->body};
}

/* The request as botocore sends it. */
static struct sigv4_request sent(const struct vector *vector, struct http_headers *headers,
                                 struct arena *arena)
{
    struct sigv4_request request = request_of(vector, headers, arena);
    struct error err = {0};
    if (slice_equal_str(vector->form, "query")) {
        request.query = vector->expected;
        return request;
    }
    assert_true(
        http_headers_add(headers, SLICE("X-Amz-Date"), SLICE("20150830T123600Z"), arena, &err));
    assert_true(http_headers_add(headers, SLICE("Authorization"), vector->expected, arena, &err));
    if (vector->session.len)
        assert_true(
            http_headers_add(headers, SLICE("X-Amz-Security-Token"), vector->session, arena, &err));
    return request;
}

static void test_verify(void **state)
{
    CLEANUP_ARENA struct arena arena = {.limit = 8 << 20};
    struct slice text = vectors(&arena);
    struct vector vector;
    size_t count = 0;
    (void)state;
    while (next_vector(&text, &vector)) {
        struct http_headers headers = {0};
        struct sigv4_request request = sent(&vector, &headers, &arena);
        struct sigv4_claim claim;
        struct error err = {0};
        if (!sigv4_claim_parse(&request, &arena, &claim, &err) ||
            !sigv4_verify(&request, &claim, vector.secret, &arena, &err))
            fail_msg("%.*s: %s", SLICE_ARG(vector.name), err.text);
        assert_true(slice_equal(claim.access_key, vector.key));
        assert_true(slice_equal(claim.region, vector.region));
        assert_true(slice_equal(claim.service, vector.service));
        assert_true(slice_equal(claim.session, vector.session));
        assert_int_equal(claim.when, 1440938160);
        assert_false(sigv4_verify(&request, &claim, SLICE("wrong"), &arena, &err));
        assert_int_equal(err.kind, ERROR_DENIED);
        count++;
    }
    assert_true(count >= 40);
}

static void test_sign(void **state)
{
    CLEANUP_ARENA struct arena arena = {.limit = 8 << 20};
    struct slice text = vectors(&arena);
    struct vector vector;
    (void)state;
    while (next_vector(&text, &vector)) {
        struct http_headers headers = {0};
        struct sigv4_request request = request_of(&vector, &headers, &arena);
        struct sigv4_key key = {vector.key, vector.secret, vector.session};
        struct error err = {0};
        if (!slice_equal_str(vector.form, "header"))
            continue;
        for (int again = 0; again < 2; again++) { /* a retry signs what is signed already */
            assert_true(sigv4_sign(&request, &key, arena_string(&arena, vector.region),
                                   arena_string(&arena, vector.service), 1440938160, &headers,
                                   &arena, &err));
            struct slice got = http_header_get(&headers, "Authorization");
            if (!slice_equal(got, vector.expected))
                fail_msg("%.*s: %.*s", SLICE_ARG(vector.name), SLICE_ARG(got));
        }
    }
}

static bool accepted(const struct sigv4_request *request, struct slice secret, struct arena *arena,
                     struct error *err)
{
    struct sigv4_claim claim;
    return sigv4_claim_parse(request, arena, &claim, err) &&
           sigv4_verify(request, &claim, secret, arena, err);
}

static struct vector vector_named(const char *name, struct arena *arena)
{
    struct slice text = vectors(arena);
    struct vector vector;
    while (next_vector(&text, &vector))
        if (slice_equal_str(vector.name, name))
            return vector;
    fail_msg("no vector %s", name);
    return (struct vector){0};
}

/* Whatever is changed in a signed request, it is no longer that request. */
static void test_changed(void **state)
{
    CLEANUP_ARENA struct arena arena = {.limit = 64 << 20};
    struct vector vector = vector_named("ecr-port", &arena);
    struct error err = {0};
    (void)state;
    for (int change = 0; change < 7; change++) {
        struct http_headers headers = {0};
        struct sigv4_request request = sent(&vector, &headers, &arena);
        switch (change) {
        case 0:
            assert_true(accepted(&request, vector.secret, &arena, &err));
            continue;
        case 1:
            request.method = SLICE("PUT");
            break;
        case 2:
            request.path = SLICE("/x");
            break;
        case 3:
            request.query = SLICE("a=b");
            break;
        case 4:
            request.body = SLICE("{\"maxResults\": 11}");
            break;
        case 5: /* the Host without its port */
            headers.items[0].value = SLICE("127.0.0.1");
            break;
        case 6: /* another operation */
            headers.items[1].value = SLICE("AmazonEC2ContainerRegistry_V20150921.DeleteRepository");
            break;
        }
        assert_false(accepted(&request, vector.secret, &arena, &err));
        assert_int_equal(err.kind, ERROR_DENIED);
    }
}

static void test_flipped_authorization(void **state)
{
    CLEANUP_ARENA struct arena arena = {.limit = 64 << 20};
    struct vector vector = vector_named("ecr-port", &arena);
    struct error err = {0};
    (void)state;
    for (size_t i = 0; i < vector.expected.len; i++) {
        char *copy = arena_string(&arena, vector.expected);
        struct vector changed = vector;
        struct http_headers headers = {0};
        copy[i] ^= 1;
        changed.expected = slice_str(copy);
        struct sigv4_request request = sent(&changed, &headers, &arena);
        /* The name of the key is not signed: whose secret is asked for is the caller's. */
        size_t key = slice_search(vector.expected, SLICE("AKIDEXAMPLE"));
        if (i >= key && i < key + vector.key.len)
            continue;
        assert_false(accepted(&request, vector.secret, &arena, &err));
        changed.expected = slice_upto(vector.expected, i);
        headers = (struct http_headers){0};
        request = sent(&changed, &headers, &arena);
        assert_false(accepted(&request, vector.secret, &arena, &err));
    }
}

static void refused(struct vector vector, const char *authorization, const char *extra,
                    enum error_kind kind, const char *why)
{
    CLEANUP_ARENA struct arena arena = {.limit = 1 << 20};
    struct http_headers headers = {0};
    struct error err = {0};
    if (authorization)
        vector.expected = slice_str(authorization);
    struct sigv4_request request = sent(&vector, &headers, &arena);
    if (extra)
        assert_true(http_headers_add_line(&headers, slice_str(extra), &arena, &err));
    assert_false(accepted(&request, vector.secret, &arena, &err));
    assert_int_equal(err.kind, kind);
    if (!strstr(err.text, why))
        fail_msg("%s: not %s", err.text, why);
}

#define CREDENTIAL "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request"
#define SIGNATURE  "Signature=5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"

static void test_refused(void **state)
{
    CLEANUP_ARENA struct arena arena = {.limit = 1 << 20};
    struct vector vector = vector_named("get-vanilla", &arena);
    struct http_headers none = {0};
    struct sigv4_claim claim;
    struct error err = {0};
    (void)state;
    refused(vector, "Basic eDp5", NULL, ERROR_NOT_FOUND, "not signed");
    refused(vector, "AWS4-HMAC-SHA256", NULL, ERROR_FORMAT, "requires");
    refused(vector, "AWS4-HMAC-SHA256 a=b", NULL, ERROR_FORMAT, "does not know");
    refused(vector, "AWS4-HMAC-SHA256 Signature=a, Signature=b", NULL, ERROR_FORMAT, "twice");
    refused(vector, CREDENTIAL ", SignedHeaders=host;x-amz-date, Signature=00", NULL, ERROR_FORMAT,
            "64 digits");
    refused(vector, CREDENTIAL ", SignedHeaders=x-amz-date, " SIGNATURE, NULL, ERROR_FORMAT,
            "'Host'");
    refused(vector, CREDENTIAL ", SignedHeaders=x-amz-date;host, " SIGNATURE, NULL, ERROR_FORMAT,
            "sorted");
    refused(vector, CREDENTIAL ", SignedHeaders=host;host, " SIGNATURE, NULL, ERROR_FORMAT,
            "sorted");
    refused(vector, CREDENTIAL ", SignedHeaders=Host;x-amz-date, " SIGNATURE, NULL, ERROR_FORMAT,
            "lower case");
    refused(vector, CREDENTIAL ", SignedHeaders=host, " SIGNATURE, NULL, ERROR_FORMAT,
            "must be signed");
    refused(vector, CREDENTIAL ", SignedHeaders=absent;host;x-amz-date, " SIGNATURE, NULL,
            ERROR_FORMAT, "not in the request");
    refused(vector, NULL, "X-Amz-Target: Something.Else", ERROR_FORMAT, "must be signed");
    refused(vector,
            "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150831/us-east-1/service/aws4_request, "
            "SignedHeaders=host;x-amz-date, " SIGNATURE,
            NULL, ERROR_FORMAT, "does not match");
    refused(vector,
            "AWS4-HMAC-SHA256 Credential=AKID/20150830/us-east-1/aws4_request, "
            "SignedHeaders=host;x-amz-date, " SIGNATURE,
            NULL, ERROR_FORMAT, "five slash-delimited");
    refused(vector,
            "AWS4-HMAC-SHA256 Credential=AKID/20150830/../service/aws4_request/x, "
            "SignedHeaders=host;x-amz-date, " SIGNATURE,
            NULL, ERROR_FORMAT, "five slash-delimited");
    struct sigv4_request twice = {SLICE("GET"),
                                  SLICE("/"),
                                  SLICE("X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Expires=10&"
                                        "X-Amz-Expires=20"),
                                  &none,
                                  {0}};
    assert_false(sigv4_claim_parse(&twice, &arena, &claim, &err));
    assert_non_null(strstr(err.text, "twice"));
    twice.query = SLICE("X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Expires=604801");
    assert_false(sigv4_claim_parse(&twice, &arena, &claim, &err));
    assert_non_null(strstr(err.text, "604800"));
}

/* Only S3 takes a body that nobody signed. */
static void test_unsigned_payload(void **state)
{
    CLEANUP_ARENA struct arena arena = {.limit = 1 << 20};
    struct http_headers headers = {0};
    struct error err = {0};
    struct sigv4_key key = {SLICE("AKIDEXAMPLE"), SLICE("secret"), {0}};
    struct sigv4_request request = {SLICE("POST"), SLICE("/"), {0}, &headers, SLICE("{}")};
    (void)state;
    assert_true(http_headers_add(&headers, SLICE("Host"), SLICE("a"), &arena, &err));
    assert_true(http_headers_add(&headers, SLICE("X-Amz-Content-SHA256"), SLICE("UNSIGNED-PAYLOAD"),
                                 &arena, &err));
    assert_true(sigv4_sign(&request, &key, "r", "ecr", 1440938160, &headers, &arena, &err));
    assert_false(accepted(&request, key.secret, &arena, &err));
    assert_non_null(strstr(err.text, "not the hash"));
    request.body = SLICE("changed");
    assert_false(accepted(&request, key.secret, &arena, &err));
}

/* RFC 4231, cases 1, 2, 6; the first and last vectors of SipHash's own reference (key 00…0f). */
static void test_hmac(void **state)
{
    char hex[2 * HMAC_SIZE + 1], long_key[131];
    struct slice pieces[] = {SLICE("what do ya want "), SLICE("for nothing?")};
    struct hmac mac;
    uint8_t key[SIPHASH_KEY];
    (void)state;
    hmac_of(SLICE("Jefe"), pieces, 2, &mac);
    hmac_hex(&mac, hex);
    assert_string_equal(hex, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    memset(long_key, 0xaa, sizeof long_key);
    pieces[0] = SLICE("Test Using Larger Than Block-Size Key - Hash Key First");
    hmac_of(slice_of(long_key, sizeof long_key), pieces, 1, &mac);
    hmac_hex(&mac, hex);
    assert_string_equal(hex, "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
    for (uint8_t i = 0; i < SIPHASH_KEY; i++)
        key[i] = i;
    struct siphash hash = siphash_of(key, (struct slice){0});
    assert_int_equal(hash.low, 0xe6a825ba047f81a3);
    assert_int_equal(hash.high, 0x930255c71472f66d);
    assert_true(secret_equal(SLICE("abc"), SLICE("abc")));
    assert_false(secret_equal(SLICE("abc"), SLICE("abd")));
    assert_false(secret_equal(SLICE("abc"), SLICE("abcd")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_hmac),
        cmocka_unit_test(test_verify),
        cmocka_unit_test(test_sign),
        cmocka_unit_test(test_changed),
        cmocka_unit_test(test_flipped_authorization),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_unsigned_payload),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
