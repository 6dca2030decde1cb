/* Replication configurations: any bytes. */
#include "registry/mirror/replication_rules.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena;
    struct error err;
    arena_init(&arena, 64 * 1024 * 1024);
    struct replication_rules rules;
    struct replication_destination *to;
    size_t count;
    if (replication_rules_parse(slice_of(data, size), &arena, &rules, &err))
        (void)replication_destinations(&rules, SLICE("team/app"), false, &arena, &to, &count);
    arena_done(&arena);
    return 0;
}
