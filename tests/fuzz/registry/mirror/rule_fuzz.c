/* Pull-through rules, and names under them: any bytes. */
#include "registry/mirror/rule.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena;
    struct error err;
    arena_init(&arena, 64 * 1024 * 1024);
    struct mirror_rule rule;
    struct slice bytes = slice_of(data, size);
    if (mirror_rule_parse(bytes, &arena, &rule, &err)) {
        struct slice name = arena_printf(&arena, "%.*s/app", SLICE_ARG(rule.prefix));
        if (name.at && mirror_rule_applies(&rule, name))
            (void)mirror_rule_upstream(&rule, name, &arena);
        json_decref(mirror_rule_json(&rule));
    }
    (void)mirror_prefix_is_valid(bytes);
    arena_done(&arena);
    return 0;
}
