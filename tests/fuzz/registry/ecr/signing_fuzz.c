/* Signing configurations, and signatures: any bytes. */
#include "image/document.h"
#include "registry/ecr/signing.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena;
    struct error err;
    arena_init(&arena, 64 * 1024 * 1024);
    struct signing_rules rules;
    struct slice profile, bytes = slice_of(data, size);
    CLEANUP_JSON json_t *document = document_parse(bytes, &err);
    if (document && signing_rules_read(document, &arena, &rules, &err))
        for (size_t i = 0; i < rules.count; i++)
            (void)signing_rule_applies(&rules.items[i], SLICE("team/app"));
    (void)signing_envelope_profile(bytes, &arena, &profile);
    arena_done(&arena);
    return 0;
}
