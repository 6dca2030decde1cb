/* Single files that are no archive of an image: one layer's tar, or an SBOM. */
#include <sys/stat.h>

#include "base/file.h"
#include "image/source.h"

struct file_source {
    struct source source;
    int fd;
};

static void file_source_close(struct source *source)
{
    file_close_fd(&((struct file_source *)source)->fd);
}

static const struct source_ops file_ops = {.name = "file", .close = file_source_close};

/* An image of one layer that is the file (or folder) itself. */
static bool open_single(const char *path, const char *kind, const char *media_type, bool folder,
                        struct arena *arena, struct image_list *list, struct error *err)
{
    struct stat status;
    struct file_source *source = arena_new(arena, struct file_source);
    struct image *image = arena_new(arena, struct image);
    struct layer *layer = arena_new(arena, struct layer);
    struct slice name = arena_copy(arena, slice_str(path));
    if (!source || !image || !layer || !name.at)
        return arena_error(err);
    CLEANUP_FD int fd = file_open(path, err);
    if (fd < 0)
        return false;
    if (fstat(fd, &status) != 0)
        return error_errno(err, "%s", path);
    if (S_ISDIR(status.st_mode) != folder || (!folder && !S_ISREG(status.st_mode)))
        return error_set(err, ERROR_UNSUPPORTED, "%s is not a %s", path,
                         folder ? "folder" : "file");
    *source = (struct file_source){.source.ops = &file_ops, .fd = fd};
    *layer = (struct layer){.media_type = slice_str(media_type),
                            .size = folder ? 0 : (uint64_t)status.st_size,
                            .fd = fd};
    *image = (struct image){
        .name = name, .kind = kind, .layers = layer, .layer_count = 1, .source = &source->source};
    *list = (struct image_list){.images = image, .count = 1, .room = 1, .source = &source->source};
    fd = -1;
    return true;
}

bool tarball_open(const char *name, const struct source_options *options, struct arena *arena,
                  struct image_list *list, struct error *err)
{
    (void)options;
    return open_single(name, "layer", "application/vnd.oci.image.layer.v1.tar", false, arena, list,
                       err);
}

bool sbom_open(const char *name, const struct source_options *options, struct arena *arena,
               struct image_list *list, struct error *err)
{
    (void)options;
    return open_single(name, "sbom", "application/json", false, arena, list, err);
}

bool folder_open(const char *name, const struct source_options *options, struct arena *arena,
                 struct image_list *list, struct error *err)
{
    (void)options;
    return open_single(name, "folder", "inode/directory", true, arena, list, err);
}
