/* Any bytes as a file that somebody names: docker-archive, OCI archive, layer, SBOM. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/file.h"
#include "image/source.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What is offered can be opened, whatever then comes out of it. */
static void read_layer(const struct image *image, const struct layer *layer)
{
    CLEANUP_ARENA struct arena arena;
    struct stream *stream;
    struct slice piece = {"", 1};
    struct error err;
    arena_init(&arena, 8 << 20);
    if (layer->foreign || strcmp(image->kind, "folder") == 0)
        return;
    if (!source_layer_open(image, layer, &arena, &stream, &err))
        return;
    for (int i = 0; i < 10 && piece.len && stream_next(stream, &piece, &err); i++)
        continue;
    stream_close(stream);
}

static void open_as(const char *prefix, int fd, struct slice tag)
{
    CLEANUP_ARENA struct arena arena;
    struct source_options options = {.tag = tag, .all_platforms = tag.len == 0, .offline = true};
    struct image_list list = {0};
    struct error err;
    char name[100];
    arena_init(&arena, 32 << 20);
    snprintf(name, sizeof name, "%s/proc/self/fd/%d", prefix, fd);
    if (!source_open(name, &options, &arena, &list, &err))
        return;
    if (list.count == 0)
        abort();
    for (size_t i = 0; i < list.count; i++)
        for (size_t k = 0; k < list.images[i].layer_count; k++)
            read_layer(&list.images[i], &list.images[i].layers[k]);
    source_close(&list);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct error err;
    CLEANUP_FD int fd = memfd_create("archive", MFD_CLOEXEC);
    if (fd < 0 || !file_write_fd(fd, data, size, &err))
        return 0;
    open_as("", fd, SLICE(""));
    open_as("docker-archive:", fd, SLICE("demo:1"));
    open_as("oci-archive:", fd, SLICE(""));
    return 0;
}
