/* Which image of a repository is looked at: the tag that was asked for, else latest, else what was
   pushed last, else the highest version; see run.h. */
#include "base/ascii.h"
#include "base/clock.h"
#include "image/registry_write.h"
#include "registry/ecr_client.h"
#include "ship/audit/run.h"
#include "update/tag_word.h"
#include "version/version.h"

enum { SHA256_HEX = 64 };

/* Whether `a` is the later release; stable ones before pre-releases. */
static bool is_higher(const struct tag_existing *a, const struct tag_existing *b)
{
    int order = 0;
    bool early = tag_word_prerelease(a->version), other = tag_word_prerelease(b->version);
    if (early != other)
        return other;
    return version_compare(&version_semver, a->version, b->version, &order) && order > 0;
}

static const struct audit_candidate *highest(const struct audit_candidate *candidates, size_t count)
{
    const struct audit_candidate *best = NULL;
    struct tag_existing best_tag = {0};
    for (size_t i = 0; i < count; i++) {
        struct tag_existing tag;
        struct error ignored;
        if (!tag_word_existing(candidates[i].tag, &tag, &ignored) || !tag.version.len)
            continue;
        if (best && !is_higher(&tag, &best_tag))
            continue;
        best = &candidates[i];
        best_tag = tag;
    }
    return best;
}

/* "sha256-HEX", where registries without a list of referrers have one, and "sha256-HEX.sig" (.att,
   .sbom), where cosign keeps what it says of an image: no images themselves. */
static bool is_about_another(struct slice tag)
{
    static const struct slice start = {"sha256-", 7};
    struct slice hex = slice_from(tag, start.len), digits = slice_cut(&hex, '.');
    if (!slice_starts(tag, start) || digits.len != SHA256_HEX)
        return false;
    for (size_t i = 0; i < digits.len; i++)
        if (!ascii_among(digits.at[i], "0123456789abcdef"))
            return false;
    return true;
}

/* One with a tag before one without; then the later one. */
static bool is_newer(const struct audit_candidate *a, const struct audit_candidate *b)
{
    if (!a->tag.len != !b->tag.len)
        return a->tag.len > 0;
    return a->pushed > b->pushed;
}

const struct audit_candidate *audit_newest(const struct audit_candidate *candidates, size_t count,
                                           const char **why)
{
    const struct audit_candidate *newest = NULL, *only = NULL;
    size_t images = 0;
    for (size_t i = 0; i < count; i++) {
        if (is_about_another(candidates[i].tag))
            continue;
        only = images++ ? NULL : &candidates[i];
        if (slice_equal_str(candidates[i].tag, "latest")) {
            *why = "tag latest";
            return &candidates[i];
        }
        if (candidates[i].pushed && (!newest || is_newer(&candidates[i], newest)))
            newest = &candidates[i];
    }
    *why = "pushed last";
    if (newest)
        return newest;
    *why = only ? "the only tag" : "highest version";
    return only ? only : highest(candidates, count);
}

static bool take(const struct audit_candidate *candidate, const char *why, struct arena *arena,
                 struct audit_repository *repository, struct error *err)
{
    repository->tag = candidate->tag;
    repository->digest = candidate->digest;
    repository->chosen = slice_str(why);
    if (candidate->pushed)
        repository->pushed = clock_format(candidate->pushed, arena);
    return !candidate->pushed || repository->pushed.at || arena_error(err);
}

/* ---- ECR ---- */

struct candidates {
    struct audit_candidate *items;
    size_t count, room;
};

/* An image once for each of its tags; "latest" is what it is asked by when it has that. */
static bool add_image(struct candidates *all, const struct lifecycle_image *image,
                      struct arena *arena)
{
    struct audit_candidate candidate = {.digest = image->digest};
    if (image->kind == LIFECYCLE_ARTIFACT || image->storage_class == LIFECYCLE_ARCHIVE)
        return true;
    candidate.pushed = image->pushed_at > 0 ? (int64_t)image->pushed_at : 0;
    if (!image->tag_count)
        return ARENA_PUSH(arena, all->items, all->count, all->room, candidate);
    for (size_t i = 0; i < image->tag_count; i++) {
        candidate.tag = image->tags[i];
        if (!ARENA_PUSH(arena, all->items, all->count, all->room, candidate))
            return false;
    }
    return true;
}

/* The most telling of the tags of the image that was pushed last. */
static const struct audit_candidate *
best_tag(const struct candidates *all, const struct audit_candidate *chosen, struct arena *arena)
{
    struct candidates same = {NULL, 0, 0};
    for (size_t i = 0; i < all->count; i++)
        if (slice_equal(all->items[i].digest, chosen->digest) &&
            !ARENA_PUSH(arena, same.items, same.count, same.room, all->items[i]))
            return chosen;
    const struct audit_candidate *version = highest(same.items, same.count);
    return version ? version : chosen;
}

static const struct audit_candidate *tagged(const struct candidates *all, struct slice tag)
{
    for (size_t i = 0; i < all->count; i++)
        if (slice_equal(all->items[i].tag, tag))
            return &all->items[i];
    return NULL;
}

static bool choose_ecr(struct audit_services *services, const struct audit_target *target,
                       struct slice asked, struct audit_repository *repository, struct error *err)
{
    struct ecr_client_images images;
    struct candidates all = {NULL, 0, 0};
    const char *why = "as asked for";
    struct aws *aws = audit_service(services, target, err);
    if (!aws || !ecr_client_images(aws, target->repository, services->arena, &images, err))
        return false;
    for (size_t i = 0; i < images.count; i++)
        if (!add_image(&all, &images.items[i], services->arena))
            return arena_error(err);
    const struct audit_candidate *chosen =
        asked.len ? tagged(&all, asked) : audit_newest(all.items, all.count, &why);
    if (!chosen && asked.len)
        return error_set(err, ERROR_NOT_FOUND, "there is no tag %.*s", SLICE_ARG(asked));
    if (!chosen)
        return error_set(err, ERROR_NOT_FOUND, "there is no image in it");
    if (!asked.len && !slice_equal_str(chosen->tag, "latest"))
        chosen = best_tag(&all, chosen, services->arena);
    return take(chosen, why, services->arena, repository, err);
}

/* ---- any registry ---- */

static bool list_tags(struct audit_services *services, const struct audit_target *target,
                      struct slice **tags, size_t *count, struct error *err)
{
    struct session session;
    struct http_client *client CLEANUP_HTTP = NULL;
    struct reference reference = {.host = target->host, .repository = target->repository};
    bool fine = session_open(&session, &reference, (struct slice){NULL, 0},
                             &services->options->scan.source, err);
    if (fine && !(client = http_client_new(&session.http)))
        fine = arena_error(err);
    struct registry_link link = {.session = &session, .client = client};
    fine = fine && registry_tags_list(&link, services->arena, tags, count, err);
    session_close(&session);
    return fine;
}

static bool choose_plain(struct audit_services *services, const struct audit_target *target,
                         struct audit_repository *repository, struct error *err)
{
    struct candidates all = {NULL, 0, 0};
    struct slice *tags;
    size_t count;
    const char *why;
    if (!list_tags(services, target, &tags, &count, err))
        return false;
    for (size_t i = 0; i < count; i++) {
        struct audit_candidate candidate = {.tag = tags[i]};
        if (!ARENA_PUSH(services->arena, all.items, all.count, all.room, candidate))
            return arena_error(err);
    }
    const struct audit_candidate *chosen = audit_newest(all.items, all.count, &why);
    if (!chosen)
        return error_set(err, ERROR_NOT_FOUND,
                         count ? "none of its %zu tags is latest or a version: name one by --tag"
                               : "there is no tag in it (%zu)",
                         count);
    return take(chosen, why, services->arena, repository, err);
}

bool audit_choose(struct audit_services *services, const struct audit_target *target,
                  struct audit_repository *repository, struct error *err)
{
    struct slice asked = target->tag.len ? target->tag : services->options->tag;
    if (target->ecr)
        return choose_ecr(services, target, asked, repository, err);
    if (!asked.len)
        return choose_plain(services, target, repository, err);
    struct audit_candidate candidate = {.tag = asked};
    return take(&candidate, "as asked for", services->arena, repository, err);
}
