/* Paths of clients, and of people who are no clients. */
#include "registry/oci/route.h"

#include "test.h"

#define HEX  "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
#define D256 "sha256:" HEX
#define D512 "sha512:" HEX HEX

static struct arena arena;

static struct oci_route route_of(const char *method, const char *path)
{
    struct oci_route route;
    bool leads = oci_route(slice_str(method), slice_str(path), &arena, &route);
    assert_int_equal(leads, route.operation != OCI_NONE);
    assert_int_equal(leads, route.why == FAILURE_NONE);
    return route;
}

static void operations(void **state)
{
    (void)state;
    static const struct {
        const char *method, *path;
        enum oci_operation operation;
        const char *repository, *reference;
    } cases[] = {
        {"GET", "/v2", OCI_PING, "", ""},
        {"HEAD", "/v2/", OCI_PING, "", ""},
        {"GET", "/v2/_catalog", OCI_CATALOG, "", ""},
        {"GET", "/v2/a/tags/list", OCI_TAGS, "a", ""},
        {"GET", "/v2/a/b/c/tags/list", OCI_TAGS, "a/b/c", ""},
        {"GET", "/v2/a/manifests/latest", OCI_MANIFEST_GET, "a", "latest"},
        {"HEAD", "/v2/a/manifests/" D256, OCI_MANIFEST_GET, "a", D256},
        {"PUT", "/v2/a/manifests/" D512, OCI_MANIFEST_PUT, "a", D512},
        {"DELETE", "/v2/a/manifests/v1", OCI_MANIFEST_DELETE, "a", "v1"},
        {"GET", "/v2/a/blobs/" D256, OCI_BLOB_GET, "a", D256},
        {"DELETE", "/v2/a/blobs/" D256, OCI_BLOB_DELETE, "a", D256},
        {"POST", "/v2/a/blobs/uploads/", OCI_UPLOAD_START, "a", ""},
        {"POST", "/v2/a/blobs/uploads", OCI_UPLOAD_START, "a", ""},
        {"GET", "/v2/a/blobs/uploads/0-1f", OCI_UPLOAD_STATUS, "a", "0-1f"},
        {"PATCH", "/v2/a/blobs/uploads/0-1f", OCI_UPLOAD_APPEND, "a", "0-1f"},
        {"PUT", "/v2/a/blobs/uploads/0-1f", OCI_UPLOAD_FINISH, "a", "0-1f"},
        {"DELETE", "/v2/a/blobs/uploads/0-1f", OCI_UPLOAD_CANCEL, "a", "0-1f"},
        {"GET", "/v2/a/referrers/" D256, OCI_REFERRERS, "a", D256},
        /* names made of the API's own words */
        {"GET", "/v2/manifests/manifests/manifests", OCI_MANIFEST_GET, "manifests", "manifests"},
        {"GET", "/v2/tags/list/tags/list", OCI_TAGS, "tags/list", ""},
        {"GET", "/v2/blobs/uploads/manifests/x", OCI_MANIFEST_GET, "blobs/uploads", "x"},
        {"POST", "/v2/a/blobs/uploads/blobs/uploads/", OCI_UPLOAD_START, "a/blobs/uploads", ""},
        {"GET", "/v2/a/manifests/manifests/blobs/" D256, OCI_BLOB_GET, "a/manifests/manifests",
         D256},
        {"GET", "/v2/v2/tags/list", OCI_TAGS, "v2", ""},
        /* percent-encoded by careful clients */
        {"GET", "/v2/a/blobs/sha256%3A" HEX, OCI_BLOB_GET, "a", D256},
        {"GET", "/v2/a%2fb/manifests/v1%2E0", OCI_MANIFEST_GET, "a/b", "v1.0"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct oci_route route = route_of(cases[i].method, cases[i].path);
        if (route.operation != cases[i].operation ||
            !slice_equal_str(route.repository, cases[i].repository) ||
            !slice_equal_str(route.reference, cases[i].reference))
            fail_msg("%s %s", cases[i].method, cases[i].path);
        assert_int_equal(route.head, slice_equal_str(slice_str(cases[i].method), "HEAD"));
    }
    assert_true(route_of("GET", "/v2/a/manifests/" D256).by_digest);
    assert_false(route_of("GET", "/v2/a/manifests/" HEX).by_digest);
}

static void nowhere(void **state)
{
    (void)state;
    static const struct {
        const char *method, *path;
        enum failure_reason why;
    } cases[] = {
        {"GET", "", FAILURE_NOT_FOUND},
        {"GET", "/", FAILURE_NOT_FOUND},
        {"GET", "/v1/", FAILURE_NOT_FOUND},
        {"GET", "/v2/a", FAILURE_NOT_FOUND},
        {"GET", "/v2//", FAILURE_NOT_FOUND},
        {"GET", "/v2/a/tags/lists", FAILURE_NOT_FOUND},
        {"GET", "/v2/a/uploads/x", FAILURE_NOT_FOUND},
        {"GET", "/v2/a/blobs/uploads/", FAILURE_UNSUPPORTED},
        {"POST", "/v2/", FAILURE_UNSUPPORTED},
        {"PATCH", "/v2/a/manifests/x", FAILURE_UNSUPPORTED},
        {"get", "/v2/a/manifests/x", FAILURE_UNSUPPORTED},
        {"", "/v2/a/manifests/x", FAILURE_UNSUPPORTED},
        {"GET", "/v2/../manifests/x", FAILURE_NAME_INVALID},
        {"GET", "/v2/a/../../etc/manifests/x", FAILURE_NAME_INVALID},
        {"GET", "/v2/a/%2e%2e/b/manifests/x", FAILURE_NAME_INVALID},
        {"GET", "/v2/a%00b/manifests/x", FAILURE_NAME_INVALID},
        {"GET", "/v2/a%0d%0ab/manifests/x", FAILURE_NAME_INVALID},
        {"GET", "/v2/%252e%252e/manifests/x", FAILURE_NAME_INVALID},
        {"GET", "/v2/A/manifests/x", FAILURE_NAME_INVALID},
        {"GET", "/v2/a//b/manifests/x", FAILURE_NAME_INVALID},
        {"GET", "/v2/manifests/x", FAILURE_NAME_INVALID},
        {"GET", "/v2//manifests/x", FAILURE_NAME_INVALID},
        {"GET", "/v2/-a/manifests/x", FAILURE_NAME_INVALID},
        {"GET", "/v2/a\\b/manifests/x", FAILURE_NAME_INVALID},
        {"GET", "/v2/a/manifests/", FAILURE_MANIFEST_UNKNOWN},
        {"GET", "/v2/a/manifests/.x", FAILURE_MANIFEST_UNKNOWN},
        {"PUT", "/v2/a/manifests/.x", FAILURE_TAG_INVALID},
        {"PUT", "/v2/a/manifests/x%2f..", FAILURE_NOT_FOUND},
        {"GET", "/v2/a/manifests/sha256:baddigeststring", FAILURE_DIGEST_INVALID},
        {"PUT", "/v2/a/manifests/sha256:baddigeststring", FAILURE_DIGEST_INVALID},
        {"GET", "/v2/a/manifests/md5:00", FAILURE_DIGEST_INVALID},
        {"GET", "/v2/a/blobs/x", FAILURE_DIGEST_INVALID},
        {"GET", "/v2/a/blobs/sha256:../../../../etc/passwd", FAILURE_NOT_FOUND},
        {"GET", "/v2/a/referrers/latest", FAILURE_DIGEST_INVALID},
        {"PUT", "/v2/a/blobs/uploads/..", FAILURE_UPLOAD_UNKNOWN},
        {"PUT", "/v2/a/blobs/uploads/%2e%2e%2fx", FAILURE_NOT_FOUND},
        {"PUT", "/v2/a/blobs/uploads/ABC", FAILURE_UPLOAD_UNKNOWN},
        {"PUT", "/v2/a/blobs/uploads/" HEX, FAILURE_UPLOAD_UNKNOWN}, /* 64: one too many */
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct oci_route route = route_of(cases[i].method, cases[i].path);
        if (route.why != cases[i].why)
            fail_msg("%s %s: %d", cases[i].method, cases[i].path, route.why);
    }
    assert_string_equal(route_of("POST", "/v2/a/manifests/x").allow, "GET, HEAD, PUT, DELETE");
}

static void long_paths(void **state)
{
    (void)state;
    static char path[OCI_PATH_MAX + 100];
    struct oci_route route;
    memset(path, 'a', sizeof path);
    memcpy(path, "/v2/", 4);
    assert_false(oci_route(SLICE("GET"), slice_of(path, sizeof path), &arena, &route));
    assert_int_equal(route.why, FAILURE_NAME_INVALID);
    memcpy(path + 4 + 256, "/tags/list", 10);
    assert_true(oci_route(SLICE("GET"), slice_of(path, 4 + 256 + 10), &arena, &route));
    memcpy(path + 4 + 256, "a/tags/list", 11);
    assert_false(oci_route(SLICE("GET"), slice_of(path, 4 + 257 + 10), &arena, &route));
}

static void operations_have_names(void **state)
{
    (void)state;
    assert_string_equal(oci_operation_name(OCI_NONE), "none");
    assert_string_equal(oci_operation_name(OCI_UPLOAD_CANCEL), "upload-cancel");
    for (int i = OCI_NONE; i <= OCI_UPLOAD_CANCEL; i++)
        assert_non_null(oci_operation_name((enum oci_operation)i));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(operations),
        cmocka_unit_test(nowhere),
        cmocka_unit_test(long_paths),
        cmocka_unit_test(operations_have_names),
    };
    arena_init(&arena, 1 << 20);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    arena_done(&arena);
    return failed;
}
