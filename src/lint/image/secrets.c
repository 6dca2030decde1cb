/* Values that are secrets, wherever in the image: never shown but for a masked hint. */
#include "base/ascii.h"
#include "lint/image/image_check.h"

static struct slice where(const struct image_check *check, const struct scan_secret *secret)
{
    if (secret->in == SECRET_IN_ENVIRONMENT)
        return arena_printf(check->arena, "ENV %.*s", SLICE_ARG(secret->place));
    if (secret->in != SECRET_IN_FILE)
        return arena_printf(check->arena, "the history: %.*s",
                            SLICE_ARG(slice_upto(secret->place, 60)));
    return arena_printf(check->arena, "line %u, %.*s", secret->line,
                        SLICE_ARG(image_layer_words(check, secret->layer_index)));
}

/* The advice is a sentence; here it is the end of one. */
static struct slice advice(const struct image_check *check, const struct scan_secret *secret)
{
    struct slice text = slice_str(secret->kind->advice);
    if (slice_ends(text, SLICE(".")))
        text = slice_upto(text, text.len - 1);
    return arena_printf(check->arena, "%c%.*s", text.len ? ascii_lower(text.at[0]) : ' ',
                        SLICE_ARG(slice_from(text, 1)));
}

void image_check_secrets(struct image_check *check)
{
    const struct scan_result *result = &check->scan->result;
    if (check->seen != &check->scan->images[0])
        return; /* the result joins the secrets of all platforms */
    for (size_t i = 0; i < result->secret_count; i++) {
        const struct scan_secret *secret = &result->secrets[i];
        struct slice place = where(check, secret);
        struct lint_finding *finding = image_report(
            check, secret->in == SECRET_IN_FILE ? secret->place : (struct slice){"", 0},
            "%s (%.*s) in %.*s%s; %s", secret->kind->title, SLICE_ARG(secret->hint),
            SLICE_ARG(place),
            secret->deleted ? "; a later layer removes it, but whoever has the image has it" : "",
            advice(check, secret).at);
        if (finding && secret->severity < SEVERITY_HIGH)
            finding->severity = LINT_WARNING;
    }
}
