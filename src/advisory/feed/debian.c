/*
 * The JSON of Debian's security tracker: source package → vulnerability → release → status. What
 * Debian says of a fix it will not make is kept: "nodsa" means no advisory of its own (the fix
 * comes with a point release, later), and nodsa_reason tells "ignored" from "postponed".
 * https://security-tracker.debian.org/tracker/data/json
 */
#include "advisory/feed/debian_release.h"
#include "advisory/feed/feed.h"
#include "advisory/match.h"
#include "base/json.h"

struct tracker {
    struct json_reader json;
    struct feed_sink *sink;
    struct arena *arena;
    struct error *err;
};

/* One release's word on one vulnerability of one package. */
struct word {
    struct slice status, fixed, urgency, nodsa, reason;
};

/* "low**": the stars say that nobody looked. */
static enum severity urgency_severity(struct slice urgency)
{
    enum severity severity = SEVERITY_UNKNOWN;
    while (urgency.len && urgency.at[urgency.len - 1] == '*')
        urgency.len--;
    if (slice_equal_str(urgency, "unimportant"))
        return SEVERITY_NEGLIGIBLE;
    severity_parse(urgency, &severity);
    return severity;
}

static enum fix_state open_state(const struct word *word)
{
    if (slice_equal_str(word->urgency, "end-of-life"))
        return FIX_END_OF_LIFE;
    if (slice_equal_str(word->status, "undetermined"))
        return FIX_INVESTIGATING;
    if (slice_equal_str(word->reason, "ignored"))
        return FIX_WILL_NOT_FIX;
    return word->nodsa.len || word->reason.len ? FIX_DEFERRED : FIX_AFFECTED;
}

static bool put_word(struct tracker *tracker, struct slice package, struct slice id,
                     struct slice release, const struct word *word)
{
    struct slice scope = debian_scope(release, tracker->arena);
    bool resolved = slice_equal_str(word->status, "resolved");
    bool never = resolved && slice_equal_str(word->fixed, "0");
    enum fix_state state = resolved ? FIX_FIXED : open_state(word);
    struct version_range range = {.fixed = resolved ? word->fixed : (struct slice){0}};
    if (never)
        state = FIX_NOT_AFFECTED;
    struct advisory_entry entry = {
        .id = id,
        .ranges = &range,
        .range_count = never ? 0 : 1,
        .state = (uint8_t)state,
        .severity = (uint8_t)urgency_severity(word->urgency),
        .note = word->nodsa.len ? word->nodsa : word->reason,
    };
    if (!scope.at)
        return arena_error(tracker->err);
    /* Resolved by a version that is not told: nothing can be compared. */
    if (resolved && word->fixed.len == 0)
        return true;
    return sink_entry(tracker->sink, scope, package, &entry, tracker->err);
}

static void read_word(struct json_reader *json, struct word *word)
{
    struct slice member;
    if (!json_enter_object(json))
        return;
    while (json_member(json, &member)) {
        if (slice_equal_str(member, "status"))
            json_string(json, &word->status);
        else if (slice_equal_str(member, "fixed_version"))
            json_string(json, &word->fixed);
        else if (slice_equal_str(member, "urgency"))
            json_string(json, &word->urgency);
        else if (slice_equal_str(member, "nodsa"))
            json_string(json, &word->nodsa);
        else if (slice_equal_str(member, "nodsa_reason"))
            json_string(json, &word->reason);
    }
}

static bool read_releases(struct tracker *tracker, struct slice package, struct slice id)
{
    struct slice release;
    if (!json_enter_object(&tracker->json))
        return true;
    while (json_member(&tracker->json, &release)) {
        struct word word = {0};
        read_word(&tracker->json, &word);
        if (word.status.len && !put_word(tracker, package, id, release, &word))
            return false;
    }
    return true;
}

/* The same vulnerability stands under each package it is in: its text is kept once. */
static bool put_description(struct tracker *tracker, struct slice id, struct slice description)
{
    bool first;
    struct advisory_facts facts = {.description = description};
    if (description.len == 0)
        return true;
    return sink_first(tracker->sink, id, &first, tracker->err) &&
           (!first || sink_facts(tracker->sink, id, &facts, tracker->err));
}

static bool read_vulnerability(struct tracker *tracker, struct slice package, struct slice id)
{
    struct slice member, description;
    if (!json_enter_object(&tracker->json))
        return true;
    while (json_member(&tracker->json, &member)) {
        if (slice_equal_str(member, "releases")) {
            if (!read_releases(tracker, package, id))
                return false;
        } else if (slice_equal_str(member, "description")) {
            json_string(&tracker->json, &description);
            if (!put_description(tracker, id, description))
                return false;
        }
    }
    return true;
}

static bool read_package(struct tracker *tracker, struct slice package)
{
    struct slice id;
    if (!json_enter_object(&tracker->json))
        return true;
    while (json_member(&tracker->json, &id))
        if (!read_vulnerability(tracker, package, id))
            return false;
    return true;
}

bool debian_read(struct feed_input *input, struct feed_sink *sink, struct error *err)
{
    struct tracker tracker = {.sink = sink, .arena = input->arena, .err = err};
    struct slice package;
    bool ok = true;
    json_reader_init(&tracker.json, input->bytes, input->arena);
    if (!json_enter_object(&tracker.json))
        return json_finish(&tracker.json, err) &&
               error_set(err, ERROR_FORMAT, "not the tracker's JSON");
    while (ok && json_member(&tracker.json, &package))
        ok = read_package(&tracker, package);
    return ok && json_finish(&tracker.json, err);
}
