/*
 * Hostile entries of a store: decode, group and decide. Input: a byte that picks the order and the
 * feed, the installed version up to a NUL, then encoded entries.
 */
#include "advisory/claim.h"
#include "advisory/range.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void decide(const struct claim_set *set, const struct targets *targets, struct arena *arena)
{
    for (size_t i = 0; i < set->count; i++) {
        struct decision decision;
        group_decide(set->groups[i], targets, &decision);
        if (!decision.affected)
            continue;
        if (!decision.judgement.range || !decision.claim || set->groups[i]->id.len > 1u << 20)
            __builtin_trap();
        range_text(decision.judgement.range, arena);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const feeds[] = {"alpine", "nvd", "osv/Go", "debian-lists"};
    struct arena arena;
    struct error err;
    struct claim_set set;
    size_t order_count = 0;
    if (size < 2)
        return 0;
    while (version_schemes[order_count])
        order_count++;
    struct slice rest = slice_of(data + 1, size - 1), version = slice_cut(&rest, '\0');
    struct targets targets = {.count = 1};
    targets.items[0] = (struct target){SLICE("cpe"), SLICE("a:b"), version,
                                       version_schemes[data[0] % order_count], data[0] & 128};
    arena_init(&arena, 64 * 1024 * 1024);
    if (claim_set_decode(slice_str(feeds[data[0] / 16 % 4]), rest, &targets, &arena, &set, &err))
        decide(&set, &targets, &arena);
    arena_done(&arena);
    return 0;
}
