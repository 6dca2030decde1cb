/* Reading forms, asking for rights, paging: what operations share. */
#include "base/clock.h"
#include "net/base64.h"
#include "net/url.h"
#include "registry/actions.h"
#include "registry/iam/operations.h"

enum { BAD_REQUEST = 400, NOT_FOUND = 404, ITEMS = 100, ITEMS_MAX = 1000, MARKER_MAX = 400 };
enum { POLICY_NAME_MAX = 128, PATH_PREFIX_MAX = 512 };

bool iam_missing(struct iam_call *call, const char *what, struct slice name)
{
    return iam_fail(call, NOT_FOUND, "NoSuchEntity", "The %s with name %.*s cannot be found.", what,
                    SLICE_ARG(name));
}

bool iam_field(struct iam_call *call, const char *name, bool required, size_t most,
               struct slice *value)
{
    *value = form_get(&call->form, name);
    if (required && !value->len)
        return iam_fail(call, BAD_REQUEST, "ValidationError",
                        "1 validation error detected: Value null at '%s' failed to satisfy "
                        "constraint: Member must not be null",
                        name);
    if (value->len > most)
        return iam_fail(call, BAD_REQUEST, "ValidationError",
                        "1 validation error detected: Value at '%s' failed to satisfy constraint: "
                        "Member must have length less than or equal to %zu",
                        name, most);
    return true;
}

/* [A-Za-z0-9_+=,.@-]: users and roles have 64 of them at most, policies 128. */
static bool is_name(struct slice name)
{
    return name.len > USER_NAME_MAX ? user_name_is_valid(slice_upto(name, USER_NAME_MAX)) &&
                                          user_name_is_valid(slice_from(name, USER_NAME_MAX))
                                    : user_name_is_valid(name);
}

bool iam_name(struct iam_call *call, const char *field, bool required, struct slice *name)
{
    bool of_policy = strcmp(field, "PolicyName") == 0;
    if (!iam_field(call, field, required, of_policy ? POLICY_NAME_MAX : ROLE_NAME_MAX, name))
        return false;
    if (!name->len || is_name(*name))
        return true;
    return iam_fail(call, BAD_REQUEST, "ValidationError",
                    "The specified value for %s is invalid. It must contain only alphanumeric "
                    "characters and/or the following: +=,.@_-",
                    field);
}

bool iam_path_prefix(struct iam_call *call, struct slice *prefix)
{
    if (!iam_field(call, "PathPrefix", false, PATH_PREFIX_MAX, prefix))
        return false;
    bool fine = !prefix->len || slice_starts(*prefix, SLICE("/"));
    for (size_t i = 0; i < prefix->len; i++)
        fine = fine && prefix->at[i] > ' ' && prefix->at[i] <= '~';
    return fine || iam_fail(call, BAD_REQUEST, "ValidationError",
                            "The specified value for pathPrefix is invalid. It must begin with / "
                            "and contain only printable characters.");
}

bool iam_number(struct iam_call *call, const char *field, int64_t low, int64_t high, int64_t *value)
{
    uint64_t number;
    struct slice text = form_get(&call->form, field);
    if (!text.len)
        return true;
    if (!slice_u64(text, &number) || number < (uint64_t)low || number > (uint64_t)high)
        return iam_fail(call, BAD_REQUEST, "ValidationError",
                        "1 validation error detected: Value '%.*s' at '%s' failed to satisfy "
                        "constraint: Member must have value from %lld to %lld",
                        SLICE_ARG(slice_upto(text, 40)), field, (long long)low, (long long)high);
    *value = (int64_t)number;
    return true;
}

bool iam_without(struct iam_call *call, const char *const *fields)
{
    for (size_t i = 0; i < call->form.count; i++)
        for (size_t j = 0; fields[j]; j++)
            if (slice_starts(call->form.items[i].name, slice_str(fields[j])))
                return iam_fail(call, BAD_REQUEST, "ValidationError",
                                "%s is not supported by this registry", fields[j]);
    return true;
}

bool iam_allows(struct iam_call *call, const char *action, const char *kind, struct slice name)
{
    struct slice arn = arena_printf(call->arena, "arn:aws:iam::%.*s:%s/%.*s",
                                    SLICE_ARG(call->account), kind, SLICE_ARG(name));
    return auth_permits(call->node->auth, &call->caller, action, call->account, arn,
                        &call->failure) ||
           iam_fail_of(call);
}

bool iam_begin(struct iam_call *call, bool write, struct meta_txn **txn)
{
    struct error err = {0};
    return meta_begin(call->node->registry->meta, write, txn, &err) || iam_fail_error(call, &err);
}

bool iam_commit(struct iam_call *call, struct meta_txn **txn)
{
    struct error err = {0};
    return meta_commit(txn, &err) || iam_fail_error(call, &err);
}

bool iam_page(struct iam_call *call, struct iam_page *page)
{
    struct slice marker;
    struct error err = {0};
    int64_t limit = ITEMS;
    *page = (struct iam_page){0};
    if (!iam_number(call, "MaxItems", 1, ITEMS_MAX, &limit) ||
        !iam_field(call, "Marker", false, MARKER_MAX, &marker))
        return false;
    page->limit = (size_t)limit;
    if (!marker.len)
        return true;
    return (base64_decode(marker, call->arena, &page->after, &err) && is_name(page->after)) ||
           iam_fail(call, BAD_REQUEST, "ValidationError", "Invalid Marker.");
}

void iam_page_end(struct iam_call *call, bool more, struct slice last)
{
    xml_bool(&call->out, "IsTruncated", more);
    if (more)
        xml_text(&call->out, "Marker", base64_encode(last, call->arena));
}

bool iam_policy_document(struct iam_call *call, const char *field, enum policy_kind kind,
                         struct slice *text)
{
    CLEANUP_ARENA struct arena scratch = {.limit = 8 << 20};
    struct policy *policy;
    struct error err = {0};
    if (!iam_field(call, field, true, POLICY_TEXT_MAX, text))
        return false;
    return actions_policy_parse(*text, kind, &scratch, &policy, &err) ||
           iam_fail(call, BAD_REQUEST, "MalformedPolicyDocument", "%s", err.text);
}

void iam_put_document(struct iam_call *call, const char *name, struct slice text)
{
    xml_text(&call->out, name, url_encode(text, call->arena));
}

bool iam_find_role(struct iam_call *call, struct meta_txn *txn, struct slice name,
                   struct role *role)
{
    struct error err = {0};
    bool found;
    if (!role_get(txn, call->account, name, call->arena, role, &found, &err))
        return iam_fail_error(call, &err);
    return found || iam_missing(call, "role", name);
}
