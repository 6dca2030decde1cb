/* "METHOD PATH" to the router; what it lets through must be what the rest of the code counts on.
   Then the same bytes as headers: Range, Content-Range, Accept, Host. */
#include "registry/oci/route.h"

#include <stdlib.h>

#include "registry/oci/accept.h"
#include "registry/oci/host.h"
#include "registry/oci/range.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool what)
{
    if (!what)
        abort();
}

static void route(struct slice method, struct slice path)
{
    struct arena arena;
    struct oci_route route;
    arena_init(&arena, 1 << 16);
    if (!oci_route(method, path, &arena, &route)) {
        must(route.operation == OCI_NONE && route.why != FAILURE_NONE);
    } else {
        must(!route.repository.len || repository_name_is_valid(route.repository));
        must(slice_search(route.repository, SLICE("..")) == route.repository.len);
        must(slice_find(route.reference, '/') == route.reference.len);
        must(!route.by_digest || slice_equal(digest_slice(&route.digest), route.reference));
    }
    arena_done(&arena);
}

static void headers(struct slice text)
{
    uint64_t first, count, last, size = text.len * 3;
    if (oci_range_of(text, size, &first, &count) == OCI_RANGE_PART)
        must(count > 0 && first < size && count <= size - first);
    if (oci_chunk_range(text, &first, &last))
        must(first <= last && last < UINT64_MAX);
    struct scope scope = {0};
    if (oci_host_scope(SLICE("{account}.dkr.ecr.{region}.amazonaws.com/{repository}"), text,
                       &scope))
        must(scope.account.len <= 12 && scope.region.len <= 32);
    (void)oci_accepts(text, SLICE("application/vnd.oci.image.manifest.v1+json"));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct slice path = slice_of(data, size), method = slice_cut(&path, ' ');
    route(method, path);
    headers(slice_of(data, size));
    return 0;
}
