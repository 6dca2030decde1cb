#include "update/tag_plan.h"

#include <stdio.h>

#include "base/table.h"
#include "registry/core/scope.h"
#include "registry/ops/hook.h"
#include "version/version.h"

struct planning {
    const struct tag_plan_request *request;
    struct arena *arena;
    struct tag_release release;
    struct tag_existing *existing;
    size_t count;
    struct table names;                 /* of existing tags */
    const struct tag_existing *another; /* has the release's version and another digest, or NULL */
};

/* How a tag stands before the release. */
struct standing {
    const struct tag_existing *tag; /* NULL: it does not exist */
    struct slice highest;           /* release that it covers; empty: none */
    struct slice version;           /* that it points to; empty: not known */
    struct slice line;              /* "1.2", which it covers and is newer; empty: none */
};

static int compare(struct slice a, struct slice b)
{
    int order = 0;
    version_compare(&version_semver, a, b, &order);
    return order;
}

static struct slice higher(struct slice a, struct slice b)
{
    return a.len && compare(a, b) >= 0 ? a : b;
}

/* Both known and the same. */
static bool same_digest(struct slice a, struct slice b)
{
    return a.len && slice_equal(a, b);
}

/* Whether a tag says that something newer was released: "1.2" when 1.1.9 is. */
static bool is_newer_line(const struct planning *planning, struct slice name, struct slice prefix)
{
    char text[TAG_NAME_MAX + sizeof ".0"];
    name = slice_from(name, slice_starts(name, SLICE("v")) ? 1 : 0);
    snprintf(text, sizeof text, "%.*s.0", SLICE_ARG(name));
    struct slice version = slice_str(text);
    return version_valid(&version_semver, version) && tag_word_covers(prefix, version) &&
           compare(version, planning->release.version) > 0;
}

static struct standing stand(const struct planning *planning, struct slice name,
                             struct slice prefix)
{
    struct standing standing = {.tag = table_get(&planning->names, name)};
    struct slice covered = {NULL, 0}, any = {NULL, 0};
    for (size_t i = 0; i < planning->count; i++) {
        const struct tag_existing *other = &planning->existing[i];
        bool same = standing.tag && same_digest(standing.tag->digest, other->digest);
        if (tag_word_covers(prefix, other->version)) {
            standing.highest = higher(standing.highest, other->version);
            covered = same ? higher(covered, other->version) : covered;
        }
        if (same && other->version.len)
            any = higher(any, other->version);
        if (is_newer_line(planning, other->name, prefix))
            standing.line = other->name;
    }
    if (standing.tag && standing.tag->digest.len)
        standing.version = covered.len ? covered : any;
    else if (standing.tag)
        standing.version = standing.highest;
    return standing;
}

static bool is_immutable(const struct planning *planning, struct slice name)
{
    for (size_t i = 0; i < planning->request->immutable_count; i++)
        if (hook_pattern_matches(planning->request->immutable[i], name))
            return true;
    return false;
}

/* The sentence of a reason: its subject is the tag. */
static struct slice sentence(const struct planning *planning, struct slice name,
                             struct slice reason)
{
    if (!reason.at)
        return reason;
    return arena_printf(planning->arena, "%.*s %.*s", SLICE_ARG(name), SLICE_ARG(reason));
}

/* ---- a moving tag: 1.2, 1, latest ---- */

/* Why it stays; empty when it moves, `at` NULL when the budget is spent. */
static struct slice why_stays(const struct planning *planning, struct slice name,
                              const struct standing *standing)
{
    const struct tag_release *release = &planning->release;
    struct arena *arena = planning->arena;
    const char *stays = standing->tag ? "stays as it is" : "is not made";
    if (release->prerelease)
        return arena_printf(arena, "%s: %.*s is a pre-release, which moves no other tag", stays,
                            SLICE_ARG(release->version));
    if (planning->another)
        return arena_printf(arena, "%s: %.*s is another image already", stays,
                            SLICE_ARG(planning->another->name));
    if (standing->tag && same_digest(standing->tag->digest, release->digest))
        return SLICE("is this image already: nothing to do");
    if (standing->version.len && compare(standing->version, release->version) > 0)
        return arena_printf(arena,
                            "points to %.*s, which is newer than %.*s; it moves only forward",
                            SLICE_ARG(standing->version), SLICE_ARG(release->version));
    if (standing->highest.len && compare(standing->highest, release->version) > 0)
        return arena_printf(arena, "%s: %.*s was released already, which is newer than %.*s", stays,
                            SLICE_ARG(standing->highest), SLICE_ARG(release->version));
    if (standing->line.len)
        return arena_printf(arena, "%s: there is %.*s, which is newer than %.*s", stays,
                            SLICE_ARG(standing->line), SLICE_ARG(release->version));
    if (standing->version.len && compare(standing->version, release->version) == 0)
        return arena_printf(arena, "points to %.*s already: nothing to do",
                            SLICE_ARG(release->version));
    if (standing->tag && is_immutable(planning, name))
        return SLICE("exists and is immutable");
    return SLICE("");
}

static struct slice why_moves(const struct planning *planning, const struct standing *standing)
{
    struct slice release = planning->release.version;
    if (!standing->tag)
        return arena_printf(planning->arena, "is new: no release that it covers is newer than %.*s",
                            SLICE_ARG(release));
    if (standing->version.len)
        return arena_printf(planning->arena, "moves forward from %.*s to %.*s",
                            SLICE_ARG(standing->version), SLICE_ARG(release));
    return arena_printf(planning->arena,
                        "exists, no version tag says what it points to, and no release is newer "
                        "than %.*s",
                        SLICE_ARG(release));
}

/* What it points to, as far as that is known. */
static struct slice points_to(const struct standing *standing)
{
    if (standing->version.len || !standing->tag)
        return standing->version;
    return standing->tag->digest;
}

static struct tag_move plan_moving(const struct planning *planning, struct slice name,
                                   struct slice prefix)
{
    struct standing standing = stand(planning, name, prefix);
    struct slice from = points_to(&standing), stays = why_stays(planning, name, &standing);
    if (!stays.at || stays.len)
        return (struct tag_move){name, false, from, from, sentence(planning, name, stays)};
    return (struct tag_move){name, true, from, planning->release.version,
                             sentence(planning, name, why_moves(planning, &standing))};
}

/* ---- the version's own tag ---- */

static struct slice why_kept(const struct planning *planning, const struct tag_existing *own)
{
    if (same_digest(own->digest, planning->release.digest))
        return SLICE("is this image already: nothing to do");
    if (own->digest.len && planning->release.digest.len)
        return SLICE("exists already as another image, and a version tag is never moved; give "
                     "the release a new version");
    return SLICE("exists already, and a version tag is never moved");
}

static struct slice why_not_made(const struct planning *planning)
{
    return arena_printf(
        planning->arena,
        "is not made: %.*s is another image already; give the release a new version",
        SLICE_ARG(planning->another->name));
}

static struct tag_move plan_own(const struct planning *planning, struct slice name)
{
    struct slice version = planning->release.version, none = {NULL, 0};
    const struct tag_existing *own = table_get(&planning->names, name);
    if (own)
        return (struct tag_move){name, false, version, version,
                                 sentence(planning, name, why_kept(planning, own))};
    if (planning->another)
        return (struct tag_move){name, false, none, none,
                                 sentence(planning, name, why_not_made(planning))};
    return (struct tag_move){name, true, none, version, sentence(planning, name, SLICE("is new"))};
}

/* ---- reading the request ---- */

/* Given twice: fine unless two digests contradict each other. */
static bool merge(struct tag_existing *before, const struct tag_existing *tag, struct error *err)
{
    if (before->digest.len && tag->digest.len && !slice_equal(before->digest, tag->digest))
        return error_set(err, ERROR_USAGE,
                         "the tag %.*s is given twice, with two digests; a tag has one",
                         SLICE_ARG(tag->name));
    if (tag->digest.len)
        before->digest = tag->digest;
    return true;
}

static bool read_tag(struct planning *planning, struct slice word, struct error *err)
{
    struct tag_existing *tag = &planning->existing[planning->count];
    if (!tag_word_existing(word, tag, err))
        return false;
    struct tag_existing *before = table_get(&planning->names, tag->name);
    if (before)
        return merge(before, tag, err);
    if (tag_word_date(tag->version))
        tag->version = (struct slice){NULL, 0};
    planning->count++;
    return table_put(&planning->names, tag->name, tag) || arena_error(err);
}

static bool read_existing(struct planning *planning, struct error *err)
{
    const struct tag_plan_request *request = planning->request;
    struct slice version = planning->release.version, digest = planning->release.digest;
    for (size_t i = 0; i < request->existing_count; i++)
        if (!read_tag(planning, request->existing[i], err))
            return false;
    for (size_t i = 0; i < planning->count && digest.len; i++) {
        const struct tag_existing *tag = &planning->existing[i];
        if (slice_equal(tag->version, version) && tag->digest.len &&
            !slice_equal(tag->digest, digest))
            planning->another = tag;
    }
    return true;
}

static bool check_request(const struct tag_plan_request *request, struct error *err)
{
    if (request->existing_count > TAG_PLAN_EXISTING_MAX)
        return error_set(err, ERROR_LIMIT, "more than %d existing tags", TAG_PLAN_EXISTING_MAX);
    if (request->immutable_count > TAG_PLAN_PATTERNS_MAX)
        return error_set(err, ERROR_LIMIT, "more than %d patterns of immutable tags",
                         TAG_PLAN_PATTERNS_MAX);
    for (size_t i = 0; i < request->immutable_count; i++)
        if (!request->immutable[i].len || request->immutable[i].len > TAG_PLAN_PATTERN_LENGTH_MAX)
            return error_set(err, ERROR_USAGE,
                             "a pattern of immutable tags has 1 to %d bytes, such as \"1.*\"",
                             TAG_PLAN_PATTERN_LENGTH_MAX);
    return true;
}

static void add(struct tag_plan *plan, struct tag_move move)
{
    plan->tags[plan->count++] = move;
}

bool tag_plan_make(const struct tag_plan_request *request, struct arena *arena,
                   struct tag_plan *plan, struct error *err)
{
    struct planning planning = {.request = request, .arena = arena};
    table_init(&planning.names, arena);
    if (!check_request(request, err) || !tag_word_release(request->release, &planning.release, err))
        return false;
    planning.existing = arena_array(arena, request->existing_count + 1, sizeof *planning.existing);
    if (!planning.existing)
        return arena_error(err);
    if (!read_existing(&planning, err))
        return false;
    const struct tag_release *release = &planning.release;
    struct tag_plan made = {.release = release->version};
    if (request->keep_v)
        add(&made, plan_own(&planning, arena_printf(arena, "v%.*s", SLICE_ARG(release->version))));
    add(&made, plan_own(&planning, release->version));
    add(&made, plan_moving(&planning, release->minor, release->minor));
    add(&made, plan_moving(&planning, release->major, release->major));
    if (!request->no_latest)
        add(&made, plan_moving(&planning, SLICE("latest"), SLICE("")));
    for (size_t i = 0; i < made.count; i++)
        if (!made.tags[i].name.at || !made.tags[i].reason.at)
            return arena_error(err);
    *plan = made;
    return true;
}
