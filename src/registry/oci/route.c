#include "registry/oci/route.h"

#include "base/ascii.h"
#include "net/url.h"
#include "registry/core/upload.h"

enum path_kind {
    KIND_PING,
    KIND_CATALOG,
    KIND_TAGS,
    KIND_REFERRERS,
    KIND_MANIFEST,
    KIND_BLOB,
    KIND_UPLOADS,
    KIND_UPLOAD,
    KIND_NONE
};

static const struct kind_row {
    const char *allow;
    struct {
        const char *method;
        enum oci_operation operation;
    } methods[5];
} kinds[KIND_NONE] = {
    [KIND_PING] = {"GET, HEAD", {{"GET", OCI_PING}, {"HEAD", OCI_PING}}},
    [KIND_CATALOG] = {"GET, HEAD", {{"GET", OCI_CATALOG}, {"HEAD", OCI_CATALOG}}},
    [KIND_TAGS] = {"GET, HEAD", {{"GET", OCI_TAGS}, {"HEAD", OCI_TAGS}}},
    [KIND_REFERRERS] = {"GET, HEAD", {{"GET", OCI_REFERRERS}, {"HEAD", OCI_REFERRERS}}},
    [KIND_MANIFEST] = {"GET, HEAD, PUT, DELETE",
                       {{"GET", OCI_MANIFEST_GET},
                        {"HEAD", OCI_MANIFEST_GET},
                        {"PUT", OCI_MANIFEST_PUT},
                        {"DELETE", OCI_MANIFEST_DELETE}}},
    [KIND_BLOB] = {"GET, HEAD, DELETE",
                   {{"GET", OCI_BLOB_GET}, {"HEAD", OCI_BLOB_GET}, {"DELETE", OCI_BLOB_DELETE}}},
    [KIND_UPLOADS] = {"POST", {{"POST", OCI_UPLOAD_START}}},
    [KIND_UPLOAD] = {"GET, HEAD, PATCH, PUT, DELETE",
                     {{"GET", OCI_UPLOAD_STATUS},
                      {"HEAD", OCI_UPLOAD_STATUS},
                      {"PATCH", OCI_UPLOAD_APPEND},
                      {"PUT", OCI_UPLOAD_FINISH},
                      {"DELETE", OCI_UPLOAD_CANCEL}}},
};

static const char *const names[] = {
    [OCI_NONE] = "none",
    [OCI_PING] = "ping",
    [OCI_CATALOG] = "catalog",
    [OCI_TAGS] = "tags",
    [OCI_REFERRERS] = "referrers",
    [OCI_MANIFEST_GET] = "manifest-get",
    [OCI_MANIFEST_PUT] = "manifest-put",
    [OCI_MANIFEST_DELETE] = "manifest-delete",
    [OCI_BLOB_GET] = "blob-get",
    [OCI_BLOB_DELETE] = "blob-delete",
    [OCI_UPLOAD_START] = "upload-start",
    [OCI_UPLOAD_STATUS] = "upload-status",
    [OCI_UPLOAD_APPEND] = "upload-append",
    [OCI_UPLOAD_FINISH] = "upload-finish",
    [OCI_UPLOAD_CANCEL] = "upload-cancel",
};

const char *oci_operation_name(enum oci_operation operation)
{
    return names[operation];
}

/* Cuts the last part of a path off its end: "a/b/c" gives "c" and leaves "a/b". */
static struct slice cut_last(struct slice *path)
{
    size_t slash = slice_find_last(*path, '/');
    struct slice last = slash < path->len ? slice_from(*path, slash + 1) : *path;
    *path = slash < path->len ? slice_upto(*path, slash) : slice_upto(*path, 0);
    return last;
}

/*
 * A name may hold the words of the API ("a/manifests/b/manifests/latest"), so a path is read from
 * its end. `rest` is what follows "/v2/".
 */
static enum path_kind read_from_end(struct slice rest, struct oci_route *route)
{
    struct slice last = cut_last(&rest), kind = cut_last(&rest), before = rest;
    route->repository = rest;
    route->reference = last;
    if (slice_equal(kind, SLICE("manifests")))
        return KIND_MANIFEST;
    if (slice_equal(kind, SLICE("referrers")))
        return KIND_REFERRERS;
    if (slice_equal(kind, SLICE("tags")) && slice_equal(last, SLICE("list"))) {
        route->reference = SLICE("");
        return KIND_TAGS;
    }
    if (slice_equal(kind, SLICE("uploads")) && slice_equal(cut_last(&before), SLICE("blobs"))) {
        route->repository = before;
        return last.len ? KIND_UPLOAD : KIND_UPLOADS;
    }
    if (!slice_equal(kind, SLICE("blobs")))
        return KIND_NONE;
    if (!slice_equal(last, SLICE("uploads")))
        return KIND_BLOB;
    route->reference = SLICE("");
    return KIND_UPLOADS;
}

static enum path_kind read_path(struct slice path, struct oci_route *route)
{
    if (slice_equal(path, SLICE("/v2")) || slice_equal(path, SLICE("/v2/")))
        return KIND_PING;
    if (slice_equal(path, SLICE("/v2/_catalog")))
        return KIND_CATALOG;
    if (!slice_starts(path, SLICE("/v2/")))
        return KIND_NONE;
    return read_from_end(slice_from(path, 4), route);
}

static enum oci_operation read_method(enum path_kind kind, struct slice method)
{
    for (size_t i = 0; i < 5 && kinds[kind].methods[i].method; i++)
        if (slice_equal_str(method, kinds[kind].methods[i].method))
            return kinds[kind].methods[i].operation;
    return OCI_NONE;
}

static bool names_upload(struct slice id)
{
    for (size_t i = 0; i < id.len; i++)
        if (!ascii_digit(id.at[i]) && !(id.at[i] >= 'a' && id.at[i] <= 'z') && id.at[i] != '-')
            return false;
    return id.len > 0 && id.len < UPLOAD_ID_MAX;
}

/* What a reference that cannot exist is called: on reading, something that is not there. */
static enum failure_reason bad_reference(enum path_kind kind, struct oci_route *route)
{
    struct error err;
    bool colon = slice_find(route->reference, ':') < route->reference.len;
    switch (kind) {
    case KIND_MANIFEST:
        if (!colon && tag_name_is_valid(route->reference))
            return FAILURE_NONE;
        if (!colon)
            return route->operation == OCI_MANIFEST_PUT ? FAILURE_TAG_INVALID
                                                        : FAILURE_MANIFEST_UNKNOWN;
        break;
    case KIND_BLOB:
    case KIND_REFERRERS:
        break;
    case KIND_UPLOAD:
        return names_upload(route->reference) ? FAILURE_NONE : FAILURE_UPLOAD_UNKNOWN;
    default:
        return FAILURE_NONE;
    }
    route->by_digest = digest_parse_any(&route->digest, route->reference, &err);
    return route->by_digest ? FAILURE_NONE : FAILURE_DIGEST_INVALID;
}

static bool nowhere(struct oci_route *route, enum failure_reason why)
{
    route->operation = OCI_NONE;
    route->why = why;
    return false;
}

bool oci_route(struct slice method, struct slice path, struct arena *arena, struct oci_route *route)
{
    *route = (struct oci_route){0};
    if (path.len > OCI_PATH_MAX)
        return nowhere(route, FAILURE_NAME_INVALID);
    if (slice_find(path, '%') < path.len)
        path = url_decode(path, arena);
    if (!path.at)
        return nowhere(route, FAILURE_INTERNAL);
    enum path_kind kind = read_path(path, route);
    if (kind == KIND_NONE)
        return nowhere(route, FAILURE_NOT_FOUND);
    route->operation = read_method(kind, method);
    route->allow = kinds[kind].allow;
    route->head = slice_equal(method, SLICE("HEAD"));
    if (!route->operation)
        return nowhere(route, FAILURE_UNSUPPORTED);
    if (kind != KIND_PING && kind != KIND_CATALOG && !repository_name_is_valid(route->repository))
        return nowhere(route, FAILURE_NAME_INVALID);
    enum failure_reason why = bad_reference(kind, route);
    return why == FAILURE_NONE || nowhere(route, why);
}
