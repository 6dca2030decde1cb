/*
 * The first line is a policy's digit and the tag in use, the second a suffix rule, all others tags.
 * Whatever they are: never back, never a pre-release for a stable version, never another prefix or
 * shape, one tag chosen, and every tag has a reason. Comparing is an order.
 */
#include <stdlib.h>

#include "update/choose.h"

enum { TAGS_MAX = 200, BUDGET = 64 * 1024 * 1024 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_chosen(const struct choose_request *request, const struct choice *choice)
{
    struct tag_version in_use, chosen;
    if (!choice->chosen)
        return;
    if (tag_version_parse(request->tag, &in_use) != TAG_IS_VERSION ||
        tag_version_parse(choice->chosen->name, &chosen) != TAG_IS_VERSION ||
        tag_version_compare(&in_use, &chosen) > 0 || (chosen.rank && !in_use.rank) ||
        !slice_equal(in_use.prefix, chosen.prefix) || in_use.v != chosen.v ||
        tag_version_holds_date(&in_use, &chosen) || !tag_version_same_shape(&in_use, &chosen) ||
        request->policy > POLICY_MAJOR || (unsigned)choice->level > (unsigned)request->policy)
        abort();
    if (!request->suffix.len && !slice_equal(in_use.suffix, chosen.suffix))
        abort();
}

static void check_order(const struct choose_request *request)
{
    struct tag_version a, b;
    for (size_t i = 0; i + 1 < request->count; i++) {
        if (tag_version_parse(request->tags[i].name, &a) != TAG_IS_VERSION ||
            tag_version_parse(request->tags[i + 1].name, &b) != TAG_IS_VERSION)
            continue;
        if (tag_version_compare(&a, &b) != -tag_version_compare(&b, &a) ||
            tag_version_compare(&a, &a) != 0)
            abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    CLEANUP_ARENA struct arena arena;
    struct listed_tag tags[TAGS_MAX] = {0};
    struct slice rest = slice_of(data, size), first = slice_cut(&rest, '\n');
    struct choose_request request = {.repository = SLICE("library/nginx"),
                                     .tags = tags,
                                     .tag = slice_from(first, 1),
                                     .suffix = slice_cut(&rest, '\n')};
    struct choice choice;
    struct error err;
    size_t chosen = 0;
    arena_init(&arena, BUDGET);
    request.policy = first.len ? (enum update_policy)((unsigned char)first.at[0] % 5) : 0;
    while (rest.len && request.count < TAGS_MAX)
        tags[request.count++].name = slice_cut(&rest, '\n');
    if (!choose_tag(&request, &arena, &choice, &err))
        return 0;
    check_chosen(&request, &choice);
    check_order(&request);
    for (size_t i = 0; i < request.count; i++) {
        chosen += choice.verdicts[i] == VERDICT_CHOSEN;
        if (!tag_verdict_text(&request, &choice, i, &arena).len)
            return 0; /* the budget is spent */
    }
    if (chosen != (choice.chosen != NULL))
        abort();
    return 0;
}
