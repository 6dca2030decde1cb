/*
 * Whether the image would be another if it were built today: its base is known by the label
 * org.opencontainers.image.base.name (OCI image specification, "Pre-Defined Annotation Keys") or by
 * the Dockerfile in plimsoll.yaml. Where the base's tag leads now is asked of its registry: when
 * the layers of that base are the lowest of the image, or the label names its digest, the image is
 * current. Only manifest and configuration of the base are read.
 */
#include "ship/audit/run.h"

enum { PATIENCE = 15 };

/* What a base is now. */
struct known {
    bool read;
    struct error error; /* why it could not be read */
    struct slice manifest, index;
    struct slice *diff_ids;
    size_t count;
};

static struct slice label(const struct image *image, struct slice name)
{
    for (size_t i = 0; i < image->label_count; i++) {
        struct slice rest = image->labels[i];
        if (slice_equal(slice_cut(&rest, '='), name))
            return rest;
    }
    return (struct slice){NULL, 0};
}

static bool keep(const struct image *image, struct arena *arena, struct known *known)
{
    known->diff_ids = arena_array(arena, image->layer_count + 1, sizeof *known->diff_ids);
    known->manifest = arena_copy(arena, digest_slice(&image->manifest_digest));
    known->index = arena_copy(arena, digest_slice(&image->index_digest));
    if (!known->diff_ids || !known->manifest.at || !known->index.at)
        return false;
    for (; known->count < image->layer_count; known->count++) {
        struct slice id = digest_slice(&image->layers[known->count].diff_id);
        known->diff_ids[known->count] = arena_copy(arena, id);
        if (!known->diff_ids[known->count].at)
            return false;
    }
    return true;
}

static bool ask(const struct audit_options *options, struct slice name, struct slice platform,
                struct arena *arena, struct known *known, struct error *err)
{
    struct arena scratch CLEANUP_ARENA;
    struct image_list list = {NULL};
    struct source_options source = options->scan.source;
    arena_init(&scratch, (size_t)64 << 20);
    struct slice input = arena_printf(&scratch, "registry:%.*s", SLICE_ARG(name));
    source.platform = platform;
    source.all_platforms = false;
    source.tag = (struct slice){NULL, 0};
    source.patience = PATIENCE;
    if (!input.at)
        return arena_error(err);
    bool fine = true;
    bool opened = source_open(input.at, &source, &scratch, &list, &known->error);
    known->read = opened && list.count;
    if (known->read)
        fine = keep(&list.images[0], arena, known) || arena_error(err);
    else if (opened)
        error_set(&known->error, ERROR_NOT_FOUND, "there is no image");
    source_close(&list);
    return fine;
}

static struct known *find(const struct audit_options *options, struct slice name,
                          struct slice platform, struct table *bases, struct arena *arena,
                          struct error *err)
{
    struct slice key = arena_printf(arena, "%.*s %.*s", SLICE_ARG(name), SLICE_ARG(platform));
    struct known *known = key.at ? table_get(bases, key) : NULL;
    if (known)
        return known;
    known = arena_new(arena, struct known);
    if (!key.at || !known || !table_put(bases, key, known)) {
        arena_error(err);
        return NULL;
    }
    return ask(options, name, platform, arena, known, err) ? known : NULL;
}

static bool is_below(const struct known *known, const struct image *image)
{
    if (!known->count || known->count > image->layer_count)
        return false;
    for (size_t i = 0; i < known->count; i++) {
        struct slice id = digest_slice(&image->layers[i].diff_id);
        if (!id.len || !slice_equal(id, known->diff_ids[i]))
            return false;
    }
    return true;
}

static struct slice name_of(const struct audit_options *options, const struct audit_target *target,
                            const struct image *image, const char **how)
{
    struct slice name = label(image, SLICE("org.opencontainers.image.base.name"));
    *how = "its label";
    if (name.len)
        return name;
    *how = "its Dockerfile";
    for (size_t i = 0; i < options->known_base_count; i++) {
        const struct audit_known_base *known = &options->known_bases[i];
        if (slice_equal(known->repository, target->uri) ||
            slice_equal(known->repository, target->repository))
            return known->base;
    }
    return name;
}

static void judge(const struct known *known, struct slice labelled, const struct image *image,
                  struct audit_base *base)
{
    bool named = labelled.len &&
                 (slice_equal(labelled, known->manifest) || slice_equal(labelled, known->index));
    base->digest = known->index.len ? known->index : known->manifest;
    base->layers = is_below(known, image) ? known->count : 0;
    base->state = base->layers || named ? AUDIT_BASE_CURRENT : AUDIT_BASE_MOVED;
}

/* How many layers the base had that it was built on, which its digest still leads to. */
static bool find_old_layers(const struct audit_options *options, const struct image *image,
                            struct slice labelled, struct slice platform, struct table *bases,
                            struct arena *arena, struct audit_base *base, struct error *err)
{
    size_t at = slice_find(base->name, '@');
    struct slice old = arena_printf(arena, "%.*s@%.*s", SLICE_ARG(slice_upto(base->name, at)),
                                    SLICE_ARG(labelled));
    const struct known *known =
        old.at ? find(options, old, platform, bases, arena, err) : (arena_error(err), NULL);
    if (known && is_below(known, image))
        base->layers = known->count;
    return known != NULL;
}

bool audit_base_find(const struct audit_options *options, const struct audit_target *target,
                     const struct image *image, struct table *bases, struct arena *arena,
                     struct audit_base *base, struct error *err)
{
    const char *how;
    struct slice labelled = label(image, SLICE("org.opencontainers.image.base.digest"));
    struct slice name = name_of(options, target, image, &how);
    struct slice platform = image_platform(image, arena);
    *base = (struct audit_base){.state = AUDIT_BASE_UNKNOWN};
    if (!name.len || slice_equal_str(name, "scratch"))
        return true;
    base->name = arena_copy(arena, name);
    if (!base->name.at || !platform.at)
        return arena_error(err);
    const struct known *known = find(options, base->name, platform, bases, arena, err);
    if (!known)
        return false;
    if (!known->read) {
        base->state = AUDIT_BASE_UNREACHABLE;
        base->text = arena_copy(arena, slice_str(known->error.text));
        return base->text.at || arena_error(err);
    }
    judge(known, labelled, image, base);
    base->text = arena_printf(arena, "named by %s", how);
    if (base->state == AUDIT_BASE_MOVED && labelled.len &&
        !find_old_layers(options, image, labelled, platform, bases, arena, base, err))
        return false;
    return base->text.at || arena_error(err);
}
