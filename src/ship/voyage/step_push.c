/* The steps login, tag and push: what happens at the registry. */
#include <inttypes.h>

#include "base/ascii.h"
#include "image/source.h"
#include "ship/push/push.h"
#include "ship/push/tag_apply.h"
#include "ship/push/tag_immutable.h"
#include "ship/voyage/steps.h"

static bool open_repository(const struct voyage_job *job, struct destination *destination,
                            struct error *err)
{
    const struct voyage_options *options = job->options;
    struct destination_options how = {.plain_http = options->plain_http,
                                      .insecure = options->insecure,
                                      .cancel = options->cancel};
    return destination_open(destination, job->image->repository.at, &how, job->arena, err);
}

/* "registry.example" of "registry.example/team/app". */
static struct slice host_of(const struct voyage_job *job)
{
    return slice_upto(job->image->repository, slice_find(job->image->repository, '/'));
}

static struct slice path_of(const struct voyage_job *job)
{
    struct slice host = host_of(job);
    return slice_from(job->image->repository, host.len + 1);
}

/* ---- login ---- */

bool login_step_tell(struct voyage_job *job, struct slice *lines, struct error *err)
{
    *lines = arena_printf(job->arena, "POST %.*s/v2/%.*s/blobs/uploads/, and DELETE that upload",
                          SLICE_ARG(host_of(job)), SLICE_ARG(path_of(job)));
    return lines->at || arena_error(err);
}

/* Found out before anything is built: a registry lets begin an upload only whom it lets push. */
static bool log_in(struct voyage_job *job, struct slice *who, struct error *err)
{
    CLEANUP_DESTINATION struct destination destination = {.is_open = false};
    if (!open_repository(job, &destination, err))
        return false;
    CLEANUP_LINK struct registry_link link = destination_link(&destination);
    if (!registry_push_allowed(&link, job->arena, err))
        return false;
    *who = arena_copy(job->arena, destination.session.credentials.origin);
    return who->at || arena_error(err);
}

enum voyage_outcome login_step_run(struct voyage_job *job, struct voyage_mark *mark,
                                   struct error *err)
{
    struct slice who;
    if (log_in(job, &who, err)) {
        voyage_say(job, mark, "%.*s lets us push%s%.*s", SLICE_ARG(host_of(job)),
                   who.len ? "; login: " : " without a login", SLICE_ARG(who));
        return VOYAGE_PASSED;
    }
    struct slice command = voyage_command(job, VOYAGE_LOGIN);
    if (err->kind == ERROR_NOT_FOUND)
        voyage_advise(job, "`plimsoll ship init` makes repositories; then: %.*s",
                      SLICE_ARG(command));
    else if (err->kind == ERROR_DENIED)
        voyage_advise(job, "`plimsoll doctor %.*s` tells more; then: %.*s", SLICE_ARG(host_of(job)),
                      SLICE_ARG(command));
    return VOYAGE_FAILED;
}

/* ---- tag ---- */

static struct tag_plan_request base_request(const struct voyage_job *job)
{
    const struct project_tags *tags = &job->options->project->tags;
    return (struct tag_plan_request){.release = job->release,
                                     .immutable = tags->immutable.items,
                                     .immutable_count = tags->immutable.count,
                                     .keep_v = tags->keep_v,
                                     .no_latest = !tags->latest};
}

/* With what a release of this version would make where no tags are. */
bool tag_step_tell(struct voyage_job *job, struct slice *lines, struct error *err)
{
    struct tag_plan_request request = base_request(job);
    struct tag_plan plan;
    if (!tag_plan_make(&request, job->arena, &plan, err))
        return false;
    struct slice names = SLICE("");
    for (size_t i = 0; i < plan.count && names.at; i++)
        arena_list(job->arena, &names, ", ", "%.*s", SLICE_ARG(plan.tags[i].name));
    *lines = arena_printf(job->arena,
                          "GET %.*s/v2/%.*s/tags/list and HEAD of its tags; plan: %.*s, those that "
                          "may move forward",
                          SLICE_ARG(host_of(job)), SLICE_ARG(path_of(job)), SLICE_ARG(names));
    return (names.at && lines->at) || arena_error(err);
}

/* How the tags are and which of them go where. */
struct tagging {
    struct tag_look look;
    struct tag_plan plan;
    struct slice note;
};

static bool plan_tags(struct voyage_job *job, struct destination *destination, struct slice digest,
                      struct tagging *tagging, struct error *err)
{
    struct tag_plan_request request = base_request(job);
    struct slice found[TAG_PLAN_TAGS_MAX], *immutable;
    size_t count;
    if (digest.len)
        request.release =
            arena_printf(job->arena, "%.*s=%.*s", SLICE_ARG(request.release), SLICE_ARG(digest));
    immutable =
        arena_array(job->arena, request.immutable_count + TAG_PLAN_TAGS_MAX + 1, sizeof *immutable);
    if (!request.release.at || !immutable)
        return arena_error(err);
    if (!tag_look_at(destination, job->release, job->arena, &tagging->look, err))
        return false;
    request.existing = tagging->look.words;
    request.existing_count = tagging->look.count;
    for (size_t i = 0; i < request.immutable_count; i++)
        immutable[i] = request.immutable[i];
    if (!tag_plan_make(&request, job->arena, &tagging->plan, err) ||
        !tag_immutable_find(destination, &tagging->plan, job->arena, found, &count, &tagging->note,
                            err))
        return false;
    for (size_t i = 0; i < count; i++)
        immutable[request.immutable_count++] = found[i];
    request.immutable = immutable;
    return tag_plan_make(&request, job->arena, &tagging->plan, err);
}

static void keep_plan(struct voyage_job *job, const struct tagging *tagging)
{
    struct voyage_record *record = &job->record;
    record->tag_count = 0;
    for (size_t i = 0; i < tagging->plan.count && i < VOYAGE_TAGS_MAX; i++) {
        const struct tag_move *move = &tagging->plan.tags[i];
        const struct tag_seen *seen = tag_look_find(&tagging->look, move->name);
        record->tags[record->tag_count++] = (struct voyage_tag){
            move->name,
            move->move,
            move->from,
            move->to,
            seen ? arena_copy(job->arena, digest_slice(&seen->digest)) : SLICE(""),
            move->reason};
    }
}

/* "1.0.0 and 1.0 are new" in short: names of those that move; `rest` of those that stay. */
static struct slice names_of(const struct voyage_job *job, bool move)
{
    struct slice names = SLICE("");
    for (size_t i = 0; i < job->record.tag_count; i++)
        if (job->record.tags[i].move == move && names.at)
            arena_list(job->arena, &names, ", ", "%.*s", SLICE_ARG(job->record.tags[i].name));
    return names.at ? names : SLICE("");
}

/* The version's own tags are the first of a plan. One that is there as another image is a release
   that was made already. */
static bool is_released(const struct voyage_job *job, struct slice digest)
{
    const struct voyage_tag *own = &job->record.tags[0];
    return !own->move && !(digest.len && slice_equal(own->from_digest, digest));
}

/* Of the manifest or index as it was saved; empty where that is none (what docker saves). */
static bool saved_digest(struct voyage_job *job, struct slice *digest, struct error *err)
{
    struct source_options options = {.all_platforms = true, .offline = true};
    struct image_list list = {.count = 0};
    const struct digest *found = NULL;
    if (!source_open(job->record.source.at, &options, job->arena, &list, err))
        return false;
    job->record.size = 0;
    for (size_t i = 0; list.count && i < list.images[0].layer_count; i++)
        job->record.size += (int64_t)list.images[0].layers[i].size;
    if (list.count)
        found = list.images[0].index_digest.text[0] ? &list.images[0].index_digest
                                                    : &list.images[0].manifest_digest;
    *digest = arena_copy(job->arena, found ? digest_slice(found) : SLICE(""));
    source_close(&list);
    return digest->at || arena_error(err);
}

/* v1.0.0 → v1.0.1, 1.3.0-rc1 → 1.3.0-rc2: the last number and one. */
static struct slice next_release(struct slice release, struct arena *arena)
{
    uint64_t number;
    size_t digits = release.len;
    while (digits && ascii_digit(release.at[digits - 1]))
        digits--;
    if (!slice_u64(slice_from(release, digits), &number) || number == UINT64_MAX)
        return arena_printf(arena, "%.*s.1", SLICE_ARG(release));
    return arena_printf(arena, "%.*s%" PRIu64, (int)digits, release.at, number + 1);
}

static void advise_next_release(struct voyage_job *job)
{
    struct slice command = voyage_command(job, VOYAGE_STEPS);
    if (slice_equal_str(job->options->release, VOYAGE_FROM_BASE)) {
        voyage_advise(job,
                      "`plimsoll update %s --write` takes a newer base, when there is one; "
                      "then: %.*s",
                      job->image->dockerfile, SLICE_ARG(command));
        return;
    }
    struct voyage_options options = *job->options;
    struct voyage_job next = {.options = &options, .image = job->image, .arena = job->arena};
    options.release = next_release(options.release, job->arena);
    command = voyage_command(&next, VOYAGE_STEPS);
    voyage_advise(job, "release it as a new version, such as: %.*s", SLICE_ARG(command));
}

enum voyage_outcome tag_step_run(struct voyage_job *job, struct voyage_mark *mark,
                                 struct error *err)
{
    CLEANUP_DESTINATION struct destination destination = {.is_open = false};
    struct tagging tagging = {.note = SLICE("")};
    struct slice digest;
    if (!saved_digest(job, &digest, err) || !open_repository(job, &destination, err) ||
        !plan_tags(job, &destination, digest, &tagging, err))
        return VOYAGE_FAILED;
    const struct voyage_events *events = &job->options->events;
    if (tagging.note.len && events->note)
        events->note(events->context, tagging.note);
    keep_plan(job, &tagging);
    if (is_released(job, digest)) {
        voyage_say(job, mark, "%.*s", SLICE_ARG(job->record.tags[0].reason));
        advise_next_release(job);
        return VOYAGE_REFUSED;
    }
    struct slice moves = names_of(job, true), stays = names_of(job, false);
    voyage_say(job, mark, "%s%s%s%s", moves.len ? "to move: " : "nothing to move", moves.at,
               stays.len ? "; stay: " : "", stays.at);
    return VOYAGE_PASSED;
}

/* ---- push ---- */

bool push_step_tell(struct voyage_job *job, struct slice *lines, struct error *err)
{
    struct slice host = host_of(job), path = path_of(job);
    *lines = arena_printf(job->arena,
                          "PUT %.*s/v2/%.*s/manifests/DIGEST, with the layers that are not there "
                          "yet\nPUT %.*s/v2/%.*s/manifests/TAG, for each tag that moves%s%s",
                          SLICE_ARG(host), SLICE_ARG(path), SLICE_ARG(host), SLICE_ARG(path),
                          job->options->without_attach
                              ? ""
                              : "\nattach the SBOM (plimsoll sbom) and the scan as referrers",
                          job->options->without_sign || !process_find("cosign", job->arena)
                              ? ""
                              : "\ncosign sign --yes the digest");
    return lines->at || arena_error(err);
}

static void show_progress(void *context, const struct push_progress *now)
{
    const struct voyage_job *job = context;
    const struct voyage_events *events = &job->options->events;
    if (events->progress)
        events->progress(events->context, now->bytes, now->all);
}

/* A tag that is not where the plan saw it, and not where we want it: somebody else's. */
static const struct voyage_tag *moved_since(const struct voyage_job *job,
                                            const struct tag_look *look, struct slice digest)
{
    for (size_t i = 0; i < job->record.tag_count; i++) {
        const struct voyage_tag *tag = &job->record.tags[i];
        const struct tag_seen *seen = tag_look_find(look, tag->name);
        struct slice now = seen ? digest_slice(&seen->digest) : SLICE("");
        if (tag->move && !slice_equal(now, tag->from_digest) && !slice_equal(now, digest))
            return tag;
    }
    return NULL;
}

static enum voyage_outcome refuse_moved(struct voyage_job *job, struct voyage_mark *mark,
                                        const struct voyage_tag *tag)
{
    struct slice command = voyage_command(job, VOYAGE_TAG);
    voyage_say(job, mark, "somebody else has moved %.*s since it was planned",
               SLICE_ARG(tag->name));
    voyage_advise(job, "plan anew: %.*s", SLICE_ARG(command));
    return VOYAGE_REFUSED;
}

static bool send(struct voyage_job *job, struct push_result *result, struct error *err)
{
    struct push_options options = {.destination = {.plain_http = job->options->plain_http,
                                                   .insecure = job->options->insecure,
                                                   .cancel = job->options->cancel},
                                   .context = job,
                                   .progress = show_progress};
    return push_image(job->record.source.at, job->image->repository.at, &options, job->arena,
                      result, err);
}

static enum voyage_outcome apply(struct voyage_job *job, struct voyage_mark *mark,
                                 const struct push_result *sent, struct error *err)
{
    CLEANUP_DESTINATION struct destination destination = {.is_open = false};
    struct tagging tagging = {.note = SLICE("")};
    struct registry_manifest manifest;
    struct tag_apply applied = {.moved = 0};
    struct slice digest = job->record.digest;
    if (!open_repository(job, &destination, err) ||
        !plan_tags(job, &destination, digest, &tagging, err))
        return VOYAGE_FAILED;
    const struct voyage_tag *moved = moved_since(job, &tagging.look, digest);
    if (moved)
        return refuse_moved(job, mark, moved);
    {
        CLEANUP_LINK struct registry_link link = destination_link(&destination);
        if (!registry_manifest_get(&link, digest, job->arena, &manifest, err))
            return VOYAGE_FAILED;
    }
    /* In this order, so that no tag leads to an image that is not signed. */
    if (!voyage_attach(job, &destination, &manifest, err) ||
        !tag_apply_plan(&destination, &tagging.plan, &tagging.look, &manifest, job->arena, &applied,
                        err))
        return VOYAGE_FAILED;
    struct slice names = names_of(job, true);
    voyage_say(job, mark, "%.19s; %zu blobs sent, %zu there; tags: %s; %zu attached%s", digest.at,
               sent->sent.blobs, sent->there.blobs + sent->mounted.blobs,
               names.len ? names.at : "none to move", job->record.attached_count,
               job->record.is_signed ? ", signed" : "");
    return VOYAGE_PASSED;
}

enum voyage_outcome push_step_run(struct voyage_job *job, struct voyage_mark *mark,
                                  struct error *err)
{
    struct push_result sent = {.manifests = 0};
    if (!send(job, &sent, err))
        return VOYAGE_FAILED;
    job->record.digest = arena_copy(job->arena, digest_slice(&sent.digest));
    if (!job->record.digest.at) {
        arena_error(err);
        return VOYAGE_FAILED;
    }
    return apply(job, mark, &sent, err);
}
