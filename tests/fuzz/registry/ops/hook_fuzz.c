/* Settings of webhooks: any bytes; what is taken must answer for any entry and make an event. */
#include "registry/ops/event.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena;
    struct hook hook;
    struct event event;
    struct error err;
    arena_init(&arena, 16 * 1024 * 1024);
    if (hook_parse(slice_of(data, size), &arena, &hook, &err)) {
        struct journal_entry entry = {.action = SLICE("PutImage"),
                                      .repository = hook.url,
                                      .digest = hook.secret,
                                      .detail = slice_of(data, size)};
        (void)hook_wants(&hook, &entry);
        (void)event_make(&entry, &hook.url, 1, hook.format, &arena, &event, &err);
    }
    arena_done(&arena);
    return 0;
}
