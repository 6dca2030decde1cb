#include "ship/push/tag_look.h"

#include <stdlib.h>

#include "base/threads.h"
#include "version/version.h"

const struct tag_seen *tag_look_find(const struct tag_look *look, struct slice name)
{
    for (size_t i = 0; i < look->count; i++)
        if (slice_equal(look->seen[i].name, name))
            return &look->seen[i];
    return NULL;
}

/* ---- asking, several at a time ---- */

struct asking {
    struct destination *destination;
    struct tag_seen **tags;
    size_t count;
    unsigned lanes;
};

static void ask_one(const struct registry_link *link, struct tag_seen *tag)
{
    CLEANUP_ARENA struct arena arena = {.limit = 8 << 20};
    struct registry_manifest head;
    tag->asked = true;
    tag->exists = registry_manifest_head(link, tag->name, &arena, &head, &tag->problem);
    if (tag->exists)
        tag->digest = head.digest;
    else if (tag->problem.kind == ERROR_NOT_FOUND) /* deleted since it was listed */
        tag->problem = (struct error){0};
}

/* One lane is one connection. */
static void ask_lane(void *context, size_t lane)
{
    struct asking *asking = context;
    CLEANUP_LINK struct registry_link link = destination_link(asking->destination);
    for (size_t i = lane; i < asking->count; i += asking->lanes)
        ask_one(&link, asking->tags[i]);
}

static bool ask(struct destination *destination, struct tag_look *look, struct tag_seen **tags,
                size_t count, struct error *err)
{
    struct asking asking = {destination, tags, count,
                            count < TAG_LOOK_AT_ONCE ? (unsigned)count : TAG_LOOK_AT_ONCE};
    threads_run_waiting(TAG_LOOK_AT_ONCE, asking.lanes, ask_lane, &asking);
    look->requests += (unsigned)count;
    for (size_t i = 0; i < count; i++)
        if (tags[i]->problem.kind) {
            *err = tags[i]->problem;
            return error_add(err, "tag %.*s", SLICE_ARG(tags[i]->name));
        }
    return true;
}

/* ---- which ---- */

static bool list_names(struct destination *destination, struct arena *arena, struct tag_look *look,
                       struct error *err)
{
    CLEANUP_LINK struct registry_link link = destination_link(destination);
    if (!registry_tags_list(&link, arena, &look->words, &look->count, err)) {
        if (err->kind != ERROR_NOT_FOUND)
            return false;
        *err = (struct error){0};
        look->words = NULL;
        look->count = 0;
    }
    look->seen = arena_array(arena, look->count + 1, sizeof *look->seen);
    if (!look->seen)
        return arena_error(err);
    for (size_t i = 0; i < look->count; i++)
        look->seen[i] = (struct tag_seen){.name = look->words[i], .exists = true};
    return true;
}

/* The tags that the release is about, in the order of the plan: v1.2.0, too, which may be another
   image when 1.2.0 is asked for. */
static bool ask_planned(struct destination *destination, struct slice release, struct arena *arena,
                        struct tag_look *look, struct tag_plan *plan, struct error *err)
{
    struct tag_seen *chosen[TAG_PLAN_TAGS_MAX];
    size_t count = 0;
    struct tag_plan_request request = {.release = slice_upto(release, slice_find(release, '=')),
                                       .existing = look->words,
                                       .existing_count = look->count,
                                       .keep_v = true};
    if (!tag_plan_make(&request, arena, plan, err))
        return false;
    for (size_t i = 0; i < plan->count; i++) {
        const struct tag_seen *tag = tag_look_find(look, plan->tags[i].name);
        if (tag)
            chosen[count++] = &look->seen[tag - look->seen];
    }
    return ask(destination, look, chosen, count, err);
}

struct candidate {
    struct tag_seen *tag;
    struct slice version;
};

static int newest_first(const void *a, const void *b)
{
    int order = 0;
    version_compare(&version_semver, ((const struct candidate *)a)->version,
                    ((const struct candidate *)b)->version, &order);
    return -order;
}

/* A version that the tag covers: an image may be 2.0.0 and 1.9.0, and 1 is the latter. */
static bool is_told(const struct candidate *candidates, size_t count, const struct tag_seen *tag)
{
    struct slice prefix = slice_equal_str(tag->name, "latest") ? SLICE("") : tag->name;
    for (size_t i = 0; i < count; i++)
        if (candidates[i].tag == tag ||
            (candidates[i].tag->asked && digest_equal(&candidates[i].tag->digest, &tag->digest) &&
             tag_word_covers(prefix, candidates[i].version)))
            return true;
    return false;
}

/* Whether each tag that may move has a version tag that tells what it is. */
static bool all_told(const struct tag_look *look, const struct tag_plan *plan,
                     const struct candidate *candidates, size_t count)
{
    for (size_t i = 0; i < plan->count; i++) {
        const struct tag_seen *tag = tag_look_find(look, plan->tags[i].name);
        if (tag && tag->digest.text[0] && !is_told(candidates, count, tag))
            return false;
    }
    return true;
}

/* Newest first, since a moving tag most often is the newest release that it covers. */
static bool ask_versions(struct destination *destination, struct arena *arena,
                         struct tag_look *look, const struct tag_plan *plan, struct error *err)
{
    size_t count = 0;
    struct candidate *candidates = arena_array(arena, look->count + 1, sizeof *candidates);
    if (!candidates)
        return arena_error(err);
    for (size_t i = 0; i < look->count; i++) {
        struct tag_existing word;
        if (!tag_word_existing(look->seen[i].name, &word, err))
            return false;
        if (word.version.len)
            candidates[count++] = (struct candidate){&look->seen[i], word.version};
    }
    qsort(candidates, count, sizeof *candidates, newest_first);
    look->whole = true;
    for (size_t next = 0; !all_told(look, plan, candidates, count);) {
        struct tag_seen *batch[TAG_LOOK_AT_ONCE];
        size_t chosen = 0;
        for (; next < count && chosen < TAG_LOOK_AT_ONCE; next++)
            if (!candidates[next].tag->asked)
                batch[chosen++] = candidates[next].tag;
        if (!chosen)
            return true;
        if (look->requests + chosen > TAG_LOOK_MOST) {
            look->whole = false;
            return true;
        }
        if (!ask(destination, look, batch, chosen, err))
            return false;
    }
    return true;
}

/* "1.2.0=sha256:…"; what has gone since it was listed is left out. */
static bool write_words(struct arena *arena, struct tag_look *look, struct error *err)
{
    size_t count = 0;
    for (size_t i = 0; i < look->count; i++) {
        struct tag_seen tag = look->seen[i];
        if (!tag.exists)
            continue;
        look->words[count] = tag.name;
        if (tag.digest.text[0])
            look->words[count] =
                arena_printf(arena, "%.*s=%s", SLICE_ARG(tag.name), tag.digest.text);
        if (!look->words[count].at)
            return arena_error(err);
        look->seen[count++] = tag;
    }
    look->count = count;
    return true;
}

bool tag_look_at(struct destination *destination, struct slice release, struct arena *arena,
                 struct tag_look *look, struct error *err)
{
    struct tag_plan plan;
    *look = (struct tag_look){.whole = true};
    return list_names(destination, arena, look, err) &&
           ask_planned(destination, release, arena, look, &plan, err) &&
           ask_versions(destination, arena, look, &plan, err) && write_words(arena, look, err);
}
