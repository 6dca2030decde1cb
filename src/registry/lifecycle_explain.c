#include "registry/lifecycle_explain.h"

#include <inttypes.h>

enum { DESCRIPTION_SHOWN = 200 };

struct slice lifecycle_rule_name(const struct lifecycle_rule *rule, struct arena *arena)
{
    if (!rule)
        return SLICE("no rule");
    if (!rule->description.len)
        return arena_printf(arena, "rule %" PRId64, rule->priority);
    return arena_printf(arena, "rule %" PRId64 " (%.*s)", rule->priority,
                        SLICE_ARG(slice_upto(rule->description, DESCRIPTION_SHOWN)));
}

const char *lifecycle_rule_verb(const struct lifecycle_rule *rule)
{
    return rule && rule->action == LIFECYCLE_TRANSITION ? "archive" : "expire";
}

/* What the rule counts, as the image is (`over`) or is not beyond it. */
static struct slice measure(const struct lifecycle_rule *rule, const struct lifecycle_image *image,
                            bool over, struct arena *arena)
{
    const char *what = "pushed";
    if (rule->count_type == LIFECYCLE_MORE_THAN)
        return arena_printf(arena, "it is %s the newest %" PRId64 " that the rule selects",
                            over ? "not among" : "among", rule->count);
    if (rule->count_type == LIFECYCLE_SINCE_PULLED && image->pulled_at > LIFECYCLE_NEVER)
        what = "last pulled";
    if (rule->count_type == LIFECYCLE_SINCE_TRANSITIONED)
        what = "archived";
    return arena_printf(arena, "it was %s %s %" PRId64 " days ago", what,
                        over ? "more than" : "not more than", rule->count);
}

/* Of an artifact. */
static struct slice why_artifact(const struct lifecycle_image *image,
                                 const struct lifecycle_verdict *verdict, bool subject_is_here,
                                 struct arena *arena)
{
    struct slice name = lifecycle_rule_name(verdict->rule, arena);
    if (verdict->action != LIFECYCLE_NONE)
        return arena_printf(arena, "it goes with %.*s, which it is about (%.*s)",
                            SLICE_ARG(image->subject), SLICE_ARG(name));
    return arena_printf(arena, "it is about %.*s, which %s", SLICE_ARG(image->subject),
                        subject_is_here ? "stays" : "is not here: rules do not look at it");
}

static struct slice why_kept(const struct lifecycle_image *images,
                             const struct lifecycle_verdict *verdicts, size_t i,
                             struct arena *arena)
{
    const struct lifecycle_verdict *keeper = &verdicts[verdicts[i].keeper];
    struct slice name = lifecycle_rule_name(verdicts[i].rule, arena);
    struct slice index = images[verdicts[i].keeper].digest;
    return arena_printf(arena, "%.*s would %s it%s, but the index %.*s, which %s, names it",
                        SLICE_ARG(name), lifecycle_rule_verb(verdicts[i].rule),
                        images[i].subject.len ? " with what it is about" : "", SLICE_ARG(index),
                        keeper->action == LIFECYCLE_TRANSITION ? "is only archived" : "stays");
}

struct slice lifecycle_why(const struct lifecycle_image *images,
                           const struct lifecycle_verdict *verdicts, size_t i, bool subject_is_here,
                           struct arena *arena)
{
    const struct lifecycle_rule *rule = verdicts[i].rule;
    if (verdicts[i].kept_by_index)
        return why_kept(images, verdicts, i, arena);
    if (images[i].subject.len)
        return why_artifact(&images[i], &verdicts[i], subject_is_here, arena);
    if (images[i].kind == LIFECYCLE_ARTIFACT)
        return SLICE("it is an artifact about nothing: rules do not look at it");
    if (!rule)
        return SLICE("no rule selects it");
    struct slice name = lifecycle_rule_name(rule, arena);
    bool acts = verdicts[i].action != LIFECYCLE_NONE;
    struct slice measured = measure(rule, &images[i], acts, arena);
    if (acts)
        return arena_printf(arena, "%.*s %ss it: %.*s", SLICE_ARG(name), lifecycle_rule_verb(rule),
                            SLICE_ARG(measured));
    return arena_printf(arena, "%.*s leaves it: %.*s", SLICE_ARG(name), SLICE_ARG(measured));
}

struct slice lifecycle_policy_note(const struct lifecycle_policy *policy, bool has_indexes,
                                   struct arena *arena)
{
    bool by_count = false, by_age = false, each = false;
    const char *note = "";
    for (size_t i = 0; i < policy->rule_count; i++) {
        bool counts = policy->rules[i].count_type == LIFECYCLE_MORE_THAN;
        by_count = by_count || counts;
        by_age = by_age || !counts;
        each = each || (counts && has_indexes && policy->rules[i].tags == LIFECYCLE_ANY);
    }
    if (by_count && !by_age)
        note = "no rule looks at age: what is among the newest stays however old it is, and what "
               "is not goes however new it is";
    if (by_age && !by_count)
        note = "no rule keeps a number of images: when nothing new is pushed, all that a rule "
               "selects go in the end";
    return arena_printf(arena, "%s%s%s", note, *note && each ? "; " : "",
                        each ? "to a rule of tagStatus any, an index and each of its platforms are "
                               "images of their own: fewer of the newest stay than its number says"
                             : "");
}
