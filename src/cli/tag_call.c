#include "cli/tag_call.h"

#include <unistd.h>

#include "base/ascii.h"
#include "base/file.h"
#include "base/log.h"
#include "cli/configuration.h"
#include "image/stream.h"
#include "ship/push/from_base.h"
#include "ship/push/tag_immutable.h"

enum { EXISTING_FILE_MAX = 16 << 20 };

static bool read_project(struct tag_call *tags, struct invocation *call, struct error *err)
{
    const char *path = NULL;
    struct yaml_node *tree = NULL;
    if (call->configuration &&
        !configuration_read(call->configuration, call->arena, &path, &tree, err))
        return false;
    return project_read(path, tree, call->arena, &tags->project, err);
}

/* ---- the tags that are there, in words and files ---- */

struct words {
    struct slice *items;
    size_t count, room;
};

static bool add_word(struct words *words, struct slice word, struct arena *arena, struct error *err)
{
    if (words->count > TAG_PLAN_EXISTING_MAX)
        return error_set(err, ERROR_LIMIT, "more than %d existing tags", TAG_PLAN_EXISTING_MAX);
    return ARENA_PUSH(arena, words->items, words->count, words->room, word) || arena_error(err);
}

/* Between blanks, commas and line ends. */
static bool add_text(struct words *words, struct slice text, struct arena *arena, struct error *err)
{
    for (size_t at = 0; at < text.len;) {
        size_t end = at;
        while (end < text.len && !ascii_space(text.at[end]) && text.at[end] != ',')
            end++;
        if (end > at && !add_word(words, slice_of(text.at + at, end - at), arena, err))
            return false;
        at = end + 1;
    }
    return true;
}

static bool add_input(struct words *words, struct arena *arena, struct error *err)
{
    struct slice text;
    struct stream *input = stream_of_fd(arena, STDIN_FILENO, false, err);
    bool fine = input && stream_read_all(input, EXISTING_FILE_MAX, arena, &text, err);
    stream_close(input);
    return fine ? add_text(words, text, arena, err) : error_add(err, "standard input");
}

static bool add_file(struct words *words, const char *path, struct arena *arena, struct error *err)
{
    struct slice text;
    if (!file_read(path, EXISTING_FILE_MAX, arena, &text, err))
        return error_add(err, "--existing @%s", path);
    return add_text(words, text, arena, err);
}

static bool read_existing(struct tag_call *tags, struct invocation *call, struct error *err)
{
    struct words words = {0};
    const struct option_value *value = option_value(call, "existing");
    for (size_t i = 0; i < value->count; i++) {
        const char *item = value->items[i];
        bool fine = strcmp(item, "-") == 0 ? add_input(&words, call->arena, err)
                    : item[0] == '@'       ? add_file(&words, item + 1, call->arena, err)
                                           : add_word(&words, slice_str(item), call->arena, err);
        if (!fine)
            return false;
    }
    tags->request.existing = words.items;
    tags->request.existing_count = words.count;
    return true;
}

/* ---- what is asked for ---- */

/* The name without its tag or digest, and without a scheme. */
static struct slice bare(const char *name)
{
    struct slice text = slice_str(name);
    size_t scheme = slice_search(text, SLICE("://"));
    if (scheme < text.len)
        text = slice_from(text, scheme + 3);
    text = slice_upto(text, slice_find(text, '@'));
    size_t last = slice_find_last(text, '/'), from = last < text.len ? last : 0;
    struct slice end = slice_from(text, from);
    return slice_upto(text, from + slice_find(end, ':'));
}

static bool find_release(struct tag_call *tags, struct invocation *call, const char *repository,
                         struct error *err)
{
    struct from_base found;
    struct tag_release parsed;
    const char *release = option_text(call, "release");
    const char *dockerfile = option_text(call, "dockerfile");
    if (!release)
        return error_set(err, ERROR_USAGE, "which release? Say --release, such as 1.2.0");
    tags->request.release = slice_str(release);
    if (strcmp(release, "from-base") != 0)
        return tag_word_release(tags->request.release, &parsed, err);
    const struct project_image *image =
        repository ? project_image_find(&tags->project, bare(repository)) : NULL;
    if (!dockerfile && image)
        dockerfile = image->dockerfile;
    else if (dockerfile && image && strcmp(dockerfile, image->dockerfile) != 0)
        image = NULL; /* its build-args are another Dockerfile's */
    if (!dockerfile)
        return error_set(err, ERROR_USAGE,
                         "--release from-base: whose base? Say --dockerfile FILE, or name the "
                         "repository of an image in plimsoll.yaml");
    if (!from_base_find(dockerfile, image, call->arena, &found, err))
        return error_add(err, "--release from-base");
    tags->request.release = found.version;
    tags->base = found.base;
    return true;
}

static bool find_patterns(struct tag_call *tags, struct invocation *call, struct error *err)
{
    const struct option_value *given = option_value(call, "immutable");
    const struct project_words *configured = &tags->project.tags.immutable;
    struct slice *made = arena_array(
        call->arena, given->count + configured->count + TAG_PLAN_TAGS_MAX + 1, sizeof *made);
    if (!made)
        return arena_error(err);
    for (size_t i = 0; i < configured->count; i++)
        made[tags->request.immutable_count++] = configured->items[i];
    for (size_t i = 0; i < given->count; i++)
        made[tags->request.immutable_count++] = slice_str(given->items[i]);
    tags->request.immutable = made;
    return true;
}

bool tag_call_request(struct tag_call *tags, struct invocation *call, const char *repository,
                      struct error *err)
{
    *tags = (struct tag_call){0};
    if (!read_project(tags, call, err))
        return false;
    tags->request.keep_v = option_flag(call, "keep-v") || tags->project.tags.keep_v;
    tags->request.no_latest = option_flag(call, "no-latest") || !tags->project.tags.latest;
    return find_release(tags, call, repository, err) && find_patterns(tags, call, err);
}

bool tag_call_plan_given(struct tag_call *tags, struct invocation *call, struct error *err)
{
    return read_existing(tags, call, err) &&
           tag_plan_make(&tags->request, call->arena, &tags->plan, err);
}

/* ---- a registry ---- */

/* An image of plimsoll.yaml may be called by its name, with a tag behind it: as for ship and
   audit. */
static const char *full_name(const struct tag_call *tags, const char *name, struct arena *arena)
{
    struct slice text = slice_str(name), repository = bare(name);
    const struct project_image *image = project_image_find(&tags->project, repository);
    if (!image || !image->has_registry || !slice_starts(text, repository))
        return name;
    struct slice rest = slice_from(text, repository.len);
    return arena_printf(arena, "%.*s%.*s", SLICE_ARG(image->repository), SLICE_ARG(rest)).at;
}

static struct slice image_name(const struct reference *reference)
{
    return reference->digest.len ? reference->digest : reference->tag;
}

/* The image that the tags are to point to; of several ways to say it the first that names one. */
static bool find_image(struct tag_call *tags, const char *repository, bool need,
                       struct arena *arena, struct error *err)
{
    CLEANUP_LINK struct registry_link link = destination_link(&tags->destination);
    struct slice asked = {0};
    struct slice release = tags->request.release;
    release = slice_upto(release, slice_find(release, '='));
    struct slice bare_release =
        slice_starts(release, SLICE("v")) ? slice_from(release, 1) : release;
    struct slice with_v = arena_printf(arena, "v%.*s", SLICE_ARG(bare_release));
    if (!with_v.at)
        return arena_error(err);
    if (destination_names_image(slice_str(repository)))
        asked = image_name(&tags->destination.session.reference);
    else if (tag_look_find(&tags->look, bare_release))
        asked = bare_release;
    else if (tag_look_find(&tags->look, with_v))
        asked = with_v;
    else if (!need)
        return true;
    else
        return error_set(err, ERROR_USAGE,
                         "which image? %s has no tag %.*s; say which with %s@sha256:… or %s:TAG",
                         repository, SLICE_ARG(bare_release), repository, repository);
    return registry_manifest_get(&link, asked, arena, &tags->manifest, err);
}

static bool add_immutable(struct tag_call *tags, struct arena *arena, struct error *err)
{
    struct slice found[TAG_PLAN_TAGS_MAX];
    struct slice *patterns = (struct slice *)(uintptr_t)tags->request.immutable;
    size_t count;
    if (!tag_immutable_find(&tags->destination, &tags->plan, arena, found, &count, &tags->note,
                            err))
        return false;
    for (size_t i = 0; i < count; i++) /* find_patterns has left room */
        patterns[tags->request.immutable_count++] = found[i];
    return true;
}

bool tag_call_plan_registry(struct tag_call *tags, struct invocation *call, const char *repository,
                            bool need_image, struct error *err)
{
    struct arena *arena = call->arena;
    struct tag_plan_request *request = &tags->request;
    struct destination_options options = {.plain_http = option_flag(call, "plain-http"),
                                          .insecure = option_flag(call, "insecure"),
                                          .reads_only = !need_image,
                                          .wait_max = (unsigned)option_number(call, "wait")};
    if (option_value(call, "existing")->count)
        return error_set(err, ERROR_USAGE,
                         "--existing is for plans without a registry: %s is asked itself",
                         repository);
    repository = full_name(tags, repository, arena);
    if (!repository)
        return arena_error(err);
    if (!destination_open(&tags->destination, repository, &options, arena, err) ||
        !tag_look_at(&tags->destination, request->release, arena, &tags->look, err) ||
        !find_image(tags, repository, need_image, arena, err))
        return false;
    struct slice version = slice_upto(request->release, slice_find(request->release, '='));
    if (tags->manifest.digest.text[0])
        request->release =
            arena_printf(arena, "%.*s=%s", SLICE_ARG(version), tags->manifest.digest.text);
    request->existing = tags->look.words;
    request->existing_count = tags->look.count;
    if (!request->release.at)
        return arena_error(err);
    return tag_plan_make(request, arena, &tags->plan, err) && add_immutable(tags, arena, err) &&
           tag_plan_make(request, arena, &tags->plan, err);
}

void tag_call_tell(const struct tag_call *tags)
{
    if (tags->base.len)
        log_warning("the release is that of the base, %.*s", SLICE_ARG(tags->base));
    if (tags->note.len)
        log_warning("%.*s", SLICE_ARG(tags->note));
    if (!tags->look.whole && tags->look.count)
        log_warning("the repository has more version tags than were looked at (%d): a tag that "
                    "points to an old one is planned by its name",
                    TAG_LOOK_MOST);
}

bool tag_call_check_released(const struct tag_call *tags, struct error *err)
{
    for (size_t i = 0; i < tags->look.count; i++) {
        const struct tag_seen *seen = &tags->look.seen[i];
        struct tag_existing word;
        struct error ignored;
        if (!tag_word_existing(seen->name, &word, &ignored) ||
            !slice_equal(word.version, tags->plan.release) || !seen->digest.text[0] ||
            digest_equal(&seen->digest, &tags->manifest.digest))
            continue;
        return error_set(err, ERROR_BUSY,
                         "%.*s exists as another image, %s, and a version tag is never moved: give "
                         "the release a new version",
                         SLICE_ARG(seen->name), seen->digest.text);
    }
    return true;
}

void tag_call_close(struct tag_call *tags)
{
    destination_close(&tags->destination);
}
