/*
 * The first byte chooses a forge and whether the rest is a page of pull requests, of issues, one of
 * them, or an error. What is read has a number, and as many items as asked for at most; every text
 * lies in the arena.
 */
#include <stdlib.h>

#include "update/forge/branch_name.h"
#include "update/forge/forge_parts.h"

enum { BUDGET = 64 * 1024 * 1024 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_items(const struct forge_items *list)
{
    for (size_t i = 0; i < list->count; i++) {
        const struct forge_item *item = &list->items[i];
        struct foreign_update foreign = foreign_read(item->branch, item->title);
        if (item->number == 0 || !item->title.at || !item->branch.at)
            abort();
        if (foreign.tool && branch_is_ours(item->branch))
            abort();
        foreign_is_of(&foreign, item->title);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct forge *const forges[] = {&forge_github, &forge_gitlab, &forge_gitea,
                                                 &forge_bitbucket};
    CLEANUP_ARENA struct arena arena = {.limit = BUDGET};
    struct slice document = slice_from(slice_of(data, size), 1);
    struct forge_items list = {0};
    struct forge_item item = {0};
    struct http_headers headers = {0};
    struct error err = {0};
    bool more = false, fine;
    if (!size)
        return 0;
    const struct forge *forge = forges[data[0] % 4];
    unsigned what = data[0] / 4 % 4;
    const struct forge_fields *fields = &forge->kinds[what == 1 ? FORGE_ISSUE : FORGE_PULL].fields;
    if (what == 3) {
        struct slice message = forge_read_message(document, &arena);
        return message.at ? 0 : -1;
    }
    fine = what == 2 ? forge_read_item(fields, document, &arena, &item, &err)
                     : forge_read_page(fields, document, &headers, &arena, &list, &more, &err);
    if (!fine && err.kind != ERROR_FORMAT && err.kind != ERROR_LIMIT)
        abort();
    if (fine && what == 2 && item.number == 0)
        abort();
    check_items(&list);
    return 0;
}
