/* The way of `lint image`: the rules of image/, with the configuration of the working folder. */
#include "base/clock.h"
#include "lint/image/image_check.h"
#include "lint/run_parts.h"

static bool image_rule_enabled(void *context, const struct lint_rule *rule)
{
    const struct run *run = context;
    return settings_enable(run->image_settings, run->options, rule);
}

bool lint_run_image(const struct lint_options *options, const struct scan *scan,
                    struct arena *arena, struct lint_result *result, struct error *err)
{
    double began = clock_monotonic();
    *result = (struct lint_result){.report = {.arena = arena},
                                   .image = scan->result.image.name,
                                   .started = clock_format(clock_now(), arena)};
    struct run run = {
        .options = options, .arena = arena, .result = result, .image = scan->result.image.name};
    settings_store_init(&run.store, options, &result->report, arena);
    for (size_t i = 0; i < scan->result.note_count; i++)
        lint_note(&result->report, scan->result.notes[i].path, "%.*s",
                  SLICE_ARG(scan->result.notes[i].text));
    result->unread = scan->result.partial;
    bool fine = settings_find(&run.store, SLICE("image"), &run.image_settings, err) &&
                image_lint(scan, &result->report, arena, image_rule_enabled, &run, err) &&
                run_judge(&run, err);
    result->seconds = clock_monotonic() - began;
    return fine;
}
