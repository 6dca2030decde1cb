/*
 * What another base would mend: the tag in use as it is now, the newest one that policy allows, and
 * the newest beyond it. Each is scanned, since only what is in it tells.
 */
#include "ship/audit/dockerfile_base.h"
#include "ship/audit/history.h"
#include "ship/audit/run.h"
#include "ship/remedy/remedy.h"

enum { PATIENCE = 30 };
#define SCAN_ARENA ((size_t)1 << 30)

struct search {
    const struct remedy_options *options;
    struct arena *arena;
    struct remedy *remedy;
    struct reference reference; /* of the base */
    struct slice platform;
    size_t layers; /* of the image, that are the base's as it is now; 0: not known */
};

static bool take_content(const struct scan *scan, struct arena *arena,
                         struct remedy_content *content)
{
    table_init(&content->findings, arena);
    table_init(&content->packages, arena);
    content->user = arena_copy(arena, scan->result.image.user);
    for (size_t i = 0; i < scan->result.finding_count; i++) {
        const struct finding *finding = &scan->result.findings[i].finding;
        struct slice key = history_key(finding->id, finding->package->name, arena);
        if (!key.at || !table_put(&content->findings, key, content))
            return false;
    }
    for (size_t i = 0; i < scan->result.package_count; i++) {
        struct slice name = arena_copy(arena, scan->result.packages[i].package.name);
        if (!name.at || !table_put(&content->packages, name, content))
            return false;
    }
    return content->user.at != NULL;
}

/* False with the reason: it is no reason to end for. */
static bool scan_base(const struct search *search, struct slice name,
                      struct remedy_content *content, struct error *err)
{
    struct arena arena CLEANUP_ARENA;
    struct scan scan CLEANUP_SCAN = {.store = NULL};
    struct scan_options options = search->options->scan;
    arena_init(&arena, SCAN_ARENA);
    struct slice input = arena_printf(&arena, "registry:%.*s", SLICE_ARG(name));
    if (!input.at)
        return arena_error(err);
    if (search->options->progress)
        search->options->progress(search->options->context_of_progress, name);
    options.input = input.at;
    options.purls = NULL;
    options.purl_count = 0;
    options.exceptions = NULL;
    options.secrets = false;
    options.source.platform = search->platform;
    options.source.tag = (struct slice){NULL, 0};
    options.source.all_platforms = false;
    options.source.patience = PATIENCE;
    bool fine = scan_run(&scan, &options, &arena, err) &&
                (take_content(&scan, search->arena, content) || arena_error(err));
    scan_done(&scan); /* before its arena */
    return fine;
}

bool remedy_compare(const struct remedy *remedy, const struct remedy_content *content,
                    size_t layers, struct arena *arena, struct remedy_step *step)
{
    step->mends = arena_array(arena, remedy->count + 1, sizeof(bool));
    if (!step->mends)
        return false;
    for (size_t i = 0; i < remedy->count; i++) {
        const struct remedy_finding *finding = &remedy->findings[i];
        struct slice key = history_key(finding->id, finding->package, arena);
        if (!key.at)
            return false;
        /* What the base does not have was put there by the Dockerfile, and stays. */
        bool of_base =
            table_get(&content->packages, finding->package) || (layers && finding->layer < layers);
        step->mends[i] = of_base && !table_get(&content->findings, key);
        step->count += step->mends[i];
    }
    return true;
}

static struct slice with_tag(const struct search *search, struct slice tag)
{
    struct reference other = search->reference;
    other.tag = tag;
    other.digest = (struct slice){NULL, 0};
    return reference_short(&other, search->arena);
}

/* A candidate, scanned and compared; one that mends nothing is no step. */
static bool try_base(struct search *search, struct remedy_step *step, struct slice name,
                     struct error *err)
{
    struct remedy_content content;
    struct error why = {.kind = ERROR_NONE};
    if (!scan_base(search, name, &content, &why)) {
        struct slice text = arena_printf(
            search->arena, "the base %.*s could not be looked into: %s", SLICE_ARG(name), why.text);
        return remedy_note(search->remedy, search->arena, text) || arena_error(err);
    }
    step->user = content.user;
    if (step->kind == REMEDY_REBUILD)
        search->remedy->user = content.user;
    if (!remedy_compare(search->remedy, &content, search->layers, search->arena, step))
        return arena_error(err);
    return !step->count || remedy_step_add(search->remedy, search->arena, step) || arena_error(err);
}

static bool try_now(struct search *search, struct error *err)
{
    struct slice name = search->remedy->base;
    struct remedy_step step = {.kind = REMEDY_REBUILD, .allowed = true};
    step.title = arena_printf(search->arena, "rebuild: %.*s is newer by now", SLICE_ARG(name));
    return step.title.at ? try_base(search, &step, name, err) : arena_error(err);
}

static bool try_tag(struct search *search, struct slice tag, bool allowed, const char *note,
                    struct error *err)
{
    struct slice name = with_tag(search, tag);
    struct remedy_step step = {.kind = REMEDY_BASE, .allowed = allowed, .note = slice_str(note)};
    step.tag = arena_copy(search->arena, tag);
    step.title =
        arena_printf(search->arena, "%.*s → %.*s", SLICE_ARG(search->remedy->base), SLICE_ARG(tag));
    return name.at && step.tag.at && step.title.at ? try_base(search, &step, name, err)
                                                   : arena_error(err);
}

static bool try_newer(struct search *search, struct error *err)
{
    struct arena arena CLEANUP_ARENA;
    struct tag_listing listing;
    struct choice choice;
    struct error why = {.kind = ERROR_NONE};
    struct tag_list_options tags = {.source = search->options->scan.source,
                                    .hub = search->options->hub};
    arena_init(&arena, (size_t)256 << 20);
    tags.keep_in = tag_list_folder(&arena);
    if (!search->reference.tag.len)
        return true;
    if (!tag_list_fetch(&search->reference, &tags, &arena, &listing, &why)) {
        struct slice text = arena_printf(search->arena, "tags of %.*s: %s",
                                         SLICE_ARG(search->remedy->base), why.text);
        return remedy_note(search->remedy, search->arena, text) || arena_error(err);
    }
    struct choose_request request = {.repository = search->reference.repository,
                                     .tag = search->reference.tag,
                                     .tags = listing.tags,
                                     .count = listing.count,
                                     .policy = search->options->policy,
                                     .suffix = search->options->suffix};
    if (!choose_tag(&request, &arena, &choice, err))
        return false;
    if (choice.chosen && !try_tag(search, choice.chosen->name, true, "", err))
        return false;
    return !choice.beyond || try_tag(search, choice.beyond->name, false,
                                     "over the policy: --policy major allows it", err);
}

/* By the Dockerfile, whose edit it is; else by the image's label. */
static bool find_name(struct search *search, const struct image *image, struct error *err)
{
    struct remedy *remedy = search->remedy;
    struct audit_options asked = {.scan = search->options->scan};
    struct audit_known_base known = {.repository = SLICE("app")};
    struct audit_target target = {.repository = SLICE("app"), .uri = SLICE("app")};
    struct audit_base base;
    struct table bases;
    table_init(&bases, search->arena);
    if (search->options->dockerfile) {
        if (!dockerfile_base(search->options->dockerfile, search->options->target, search->arena,
                             &known.base, err))
            return false;
        asked.known_bases = &known;
        asked.known_base_count = known.base.len > 0;
    }
    if (!audit_base_find(&asked, &target, image, &bases, search->arena, &base, err))
        return false;
    search->layers = base.layers;
    remedy->base = known.base.len ? known.base : base.name;
    remedy->base_how =
        known.base.len ? SLICE("named by its Dockerfile") : SLICE("named by its label");
    return true;
}

bool remedy_find_bases(const struct remedy_options *options, const struct image *image,
                       struct arena *arena, struct remedy *remedy, struct error *err)
{
    struct search search = {.options = options, .arena = arena, .remedy = remedy};
    search.platform = image_platform(image, arena);
    if (!find_name(&search, image, err))
        return false;
    if (!remedy->base.len)
        return remedy_note(remedy, arena,
                           SLICE("its base is not known: name the Dockerfile by -f, or build with "
                                 "the label org.opencontainers.image.base.name")) ||
               arena_error(err);
    if (!search.platform.at || !reference_parse(remedy->base, arena, &search.reference, err))
        return search.platform.at ? error_add(err, "the base") : arena_error(err);
    return try_now(&search, err) && try_newer(&search, err);
}
