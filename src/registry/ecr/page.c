/*
 * Paging. A token is base64 of "DIGEST:WHERE", the digest over the operation, its scope and its
 * other members: one that was not made for this very request is refused. It is no secret, since
 * what it leads to is what the caller may list anyway.
 */
#include "base/hash.h"
#include "net/base64.h"
#include "registry/ecr/operations.h"

enum { BINDING_LEN = 24, TOKEN_MAX = 8192 };

/* 24 hex digits that stand for this request, but for where it is. */
static bool binding_of(struct ecr_call *call, struct digest *digest)
{
    json_t *rest = json_copy((json_t *)(uintptr_t)call->whole);
    json_object_del(rest, "nextToken");
    json_object_del(rest, "maxResults");
    char *text = json_dumps(rest, JSON_COMPACT | JSON_SORT_KEYS);
    json_decref(rest);
    struct slice scope = scope_text(&call->scope, call->arena);
    if (!text || !scope.at) {
        free(text);
        return call_no_memory(call);
    }
    struct slice whole =
        arena_printf(call->arena, "%s\n%.*s\n%s", call->operation->name, SLICE_ARG(scope), text);
    free(text);
    if (!whole.at)
        return call_no_memory(call);
    sha256_of(whole, digest);
    return true;
}

static struct slice binding(const struct digest *digest)
{
    return slice_upto(slice_from(digest_slice(digest), sizeof "sha256:" - 1), BINDING_LEN);
}

static bool read_token(struct ecr_call *call, struct slice token, struct slice *after)
{
    struct digest digest;
    struct error err;
    struct slice bytes;
    if (!binding_of(call, &digest))
        return false;
    if (token.len > TOKEN_MAX || !base64_decode(token, call->arena, &bytes, &err) ||
        !slice_equal(slice_cut(&bytes, ':'), binding(&digest)))
        return call_invalid(call, "nextToken",
                            "must be the token of a former answer to the same request");
    *after = bytes;
    return true;
}

bool call_page(struct ecr_call *call, size_t standard, size_t max, struct page *page)
{
    int64_t limit = (int64_t)standard;
    bool limited;
    struct slice token;
    *page = (struct page){.limit = standard};
    if (!call_int(call, "maxResults", 1, (int64_t)max, &limit, &limited) ||
        !call_text(call, "nextToken", false, &token))
        return false;
    page->limit = (size_t)limit;
    page->asked = limited || token.len;
    return !token.len || read_token(call, token, &page->after);
}

bool call_next_page(struct ecr_call *call, struct slice after)
{
    struct digest digest;
    if (!binding_of(call, &digest))
        return false;
    struct slice text =
        arena_printf(call->arena, "%.*s:%.*s", SLICE_ARG(binding(&digest)), SLICE_ARG(after));
    if (!text.at)
        return call_no_memory(call);
    struct slice token = base64_encode(text, call->arena);
    if (!token.at)
        return call_no_memory(call);
    put_text(call->output, "nextToken", token);
    return true;
}
