/*
 * Packages without layers: SBOM files and purls. A file is somebody else's, so the jailed child
 * reads it and tells what is in it; purls are the user's own words, a line each.
 */
#include <inttypes.h>

#include "base/file.h"
#include "catalog/sbom_form.h"
#include "scan/pipeline_parts.h"

#define SBOM_SIZE_MAX ((uint64_t)256 << 20)
/* In the child: the file, and what is read from it before it is encoded. */
#define SBOM_BUDGET ((size_t)768 << 20)

static bool sbom_load(int fd, const struct layer *layer, struct arena *arena, struct slice *bytes,
                      struct error *err)
{
    if (layer->size > SBOM_SIZE_MAX)
        return error_set(err, ERROR_LIMIT, "an SBOM of %" PRIu64 " bytes", layer->size);
    char *at = arena_alloc(arena, layer->size + 1);
    size_t got;
    if (!at)
        return arena_error(err);
    if (!file_pread(fd, at, layer->size, layer->offset, &got, err))
        return false;
    *bytes = slice_of(at, got);
    return true;
}

/* In the child. */
static bool sbom_tell(const struct child_job *job, const struct child_layer *layer,
                      struct stream *stored, const struct layer_options *options,
                      struct arena *arena, struct slice *bytes, struct error *err)
{
    struct arena reading CLEANUP_ARENA;
    struct slice json;
    struct sbom sbom = {NULL};
    (void)job, (void)stored, (void)options;
    arena_init(&reading, SBOM_BUDGET);
    return sbom_load(layer->fd, layer->layer, &reading, &json, err) &&
           cyclonedx_read(json, &reading, &sbom, err) && sbom_encode(&sbom, arena, bytes, err);
}

const struct child_question sbom_question = {"sbom", sbom_tell};

static void *sbom_take(struct slice encoded, struct arena *arena, struct error *err)
{
    struct sbom *sbom = arena_new(arena, struct sbom);
    if (!sbom)
        arena_error(err);
    return sbom && sbom_decode(encoded, arena, sbom, err) ? sbom : NULL;
}

static const struct sbom *sbom_ask(struct scan *scan, const struct image *image,
                                   const struct scan_options *options, struct error *err)
{
    struct broker_layer read = {.image = image, .layer = &image->layers[0]};
    struct broker_options broker = {.idle_seconds = options->broker.idle_seconds,
                                    .question = &sbom_question,
                                    .decode = sbom_take};
    if (!broker_read_layers(&read, 1, &broker, scan->arena, err))
        return NULL;
    if (!read.made)
        error_set(err, ERROR_FORMAT, "%.*s",
                  SLICE_ARG(read.analysis.note_count ? read.analysis.notes[0].text
                                                     : SLICE("it was not read")));
    return read.made;
}

static struct scan_image *scan_add_image(struct scan *scan, const struct image *image, size_t count)
{
    struct scan_image *made = arena_new(scan->arena, struct scan_image);
    struct slice *purls = arena_array(scan->arena, count, sizeof *purls);
    if (!made || !purls)
        return NULL;
    *made = (struct scan_image){.image = image,
                                .packages = arena_array(scan->arena, count, sizeof(struct package)),
                                .layers = arena_array(scan->arena, count, sizeof(size_t)),
                                .purls = purls};
    scan->images = made;
    scan->image_count = 1;
    return made->packages && made->layers ? made : NULL;
}

/* What the file says of the image; where it is silent, the file itself is named. */
static void sbom_take_image(struct scan *scan, const struct image *file, const struct sbom *sbom)
{
    struct image *image = &scan->result.image;
    *image = sbom->image;
    if (!image->name.len)
        image->name = file->name;
    if (!image->kind)
        image->kind = file->kind;
    scan->result.platforms = sbom->platforms;
    scan->result.platform_count = sbom->platform_count;
    scan->result.partial = scan->result.partial || sbom->partial;
}

bool scan_read_sbom(struct scan *scan, const struct image *image,
                    const struct scan_options *options, struct error *err)
{
    const struct sbom *told = sbom_ask(scan, image, options, err);
    if (!told)
        return false;
    struct sbom sbom = *told;
    sbom_take_image(scan, image, &sbom);
    struct scan_image *made = scan_add_image(scan, &scan->result.image, sbom.count);
    if (!made)
        return arena_error(err);
    made->distribution = sbom.distribution;
    for (size_t i = 0; i < sbom.count; i++) {
        made->packages[i] = sbom.components[i].package;
        made->layers[i] = sbom.components[i].layer_index;
        ((struct slice *)(uintptr_t)made->purls)[i] = sbom.components[i].purl;
    }
    made->package_count = sbom.count;
    made->components = sbom.components;
    for (size_t i = 0; i < sbom.note_count; i++)
        if (!scan_note(scan, sbom.notes[i].path, sbom.notes[i].text))
            return arena_error(err);
    return true;
}

/* Packages of one call share one distribution; a second one is told, since it cannot be matched. */
static bool purl_take_distribution(struct scan *scan, struct scan_image *image,
                                   const struct distribution *distribution, struct slice purl,
                                   struct error *err)
{
    if (!distribution->id.len)
        return true;
    if (!image->distribution.id.len)
        image->distribution = *distribution;
    if (slice_equal(image->distribution.id, distribution->id) &&
        slice_equal(image->distribution.version_id, distribution->version_id))
        return true;
    (void)scan;
    return error_set(err, ERROR_USAGE,
                     "%.*s is of another distribution than the packages before it; scan each "
                     "distribution by itself",
                     SLICE_ARG(slice_upto(purl, 200)));
}

bool scan_read_purls(struct scan *scan, const struct scan_options *options, struct error *err)
{
    struct scan_image *image = scan_add_image(scan, &scan->result.image, options->purl_count);
    if (!image)
        return arena_error(err);
    scan->result.image.kind = "purl";
    scan->result.image.name = options->purl_count == 1 ? options->purls[0] : SLICE("packages");
    for (size_t i = 0; i < options->purl_count; i++) {
        struct distribution distribution = {{NULL, 0}};
        struct slice purl = options->purls[i];
        if (!package_from_purl(purl, scan->arena, &image->packages[i], &distribution, err)) {
            if (err->kind == ERROR_FORMAT)
                err->kind = ERROR_USAGE; /* it is a word of the command line */
            return error_add(err, "%.*s", SLICE_ARG(slice_upto(purl, 200)));
        }
        if (!purl_take_distribution(scan, image, &distribution, purl, err))
            return false;
        image->layers[i] = SIZE_MAX;
        ((struct slice *)(uintptr_t)image->purls)[i] = purl;
        image->package_count++;
    }
    return true;
}
