/* Exceptions for what nothing of the plan mends: a reason that says what is known, an owner, an
 * end.
 */
#include "base/clock.h"
#include "ship/remedy/remedy.h"

enum { DAY = 86400, DATE = 10 };

static const char *state_words(const struct remedy_finding *finding)
{
    static const char *const words[] = {
        [FIX_UNKNOWN] = "no fixed version is known",
        [FIX_FIXED] = "a fixed version is there, and not in any base or update that was found",
        [FIX_AFFECTED] = "there is no fixed version yet",
        [FIX_WILL_NOT_FIX] = "the distribution will not fix it",
        [FIX_DEFERRED] = "the distribution deferred a fix",
        [FIX_END_OF_LIFE] = "the release has reached its end of life",
        [FIX_INVESTIGATING] = "the distribution is investigating",
        [FIX_NOT_AFFECTED] = "not affected",
    };
    return words[finding->fixed.len ? FIX_FIXED : finding->state];
}

static bool is_drafted(const struct exceptions *drafts, const struct remedy_finding *finding)
{
    for (size_t i = 0; i < drafts->count; i++)
        if (slice_equal(drafts->items[i].id, finding->id) &&
            slice_equal(drafts->items[i].package, finding->package))
            return true;
    return false;
}

static bool add(const struct remedy_options *options, const struct remedy_finding *finding,
                struct arena *arena, struct exceptions *drafts)
{
    struct slice today = slice_upto(clock_format(options->now, arena), DATE);
    int64_t end = options->now + (int64_t)options->expires_days * DAY;
    struct exception draft = {
        .id = finding->id,
        .package = finding->package,
        .owner = options->owner,
        .expires = slice_upto(clock_format(end, arena), DATE),
        .reason =
            arena_printf(arena,
                         "DRAFT of %.*s, to be judged: %s (%s, %.*s %.*s); why it does no "
                         "harm here, and what is planned",
                         SLICE_ARG(today), state_words(finding), severity_name(finding->severity),
                         SLICE_ARG(finding->package), SLICE_ARG(finding->version))};
    return draft.reason.at && draft.expires.at &&
           ARENA_PUSH(arena, drafts->items, drafts->count, drafts->room, draft);
}

bool remedy_draft(const struct remedy_options *options, struct arena *arena, struct remedy *remedy,
                  struct error *err)
{
    for (size_t i = 0; i < remedy->count; i++) {
        const struct remedy_finding *finding = &remedy->findings[i];
        if (finding->step || is_drafted(&remedy->drafts, finding))
            continue;
        if (!add(options, finding, arena, &remedy->drafts))
            return arena_error(err);
    }
    return true;
}
