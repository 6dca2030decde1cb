/* Configuration of both shapes, of any bytes. */
#include "lint/settings.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct lint_rule rule = {.id = "parse-error", .codes = "DL1000"};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena;
    struct error err;
    struct lint_options options = {.path_count = 0};
    arena_init(&arena, (size_t)64 << 20);
    struct lint_report report = {.arena = &arena};
    for (int hadolint = 0; hadolint < 2; hadolint++) {
        struct settings_store store;
        struct lint_settings settings = {.profile = LINT_PROFILE_DEFAULT};
        struct lint_finding finding = {.rule = &rule, .codes = SLICE("DL1000")};
        settings_store_init(&store, &options, &report, &arena);
        if (!settings_read(&store, slice_of(data, size), SLICE("x.yaml"), SLICE("/a"), hadolint,
                           &settings, &err))
            continue;
        settings_enable(&settings, &options, &rule);
        settings_judge(&settings, &options, SLICE("/a/b/c"), &finding);
    }
    arena_done(&arena);
    return 0;
}
