/*
 * open-image registry|daemon NAME [--platform P] [--all-platforms] [--plain-http] [--reverse]:
 * opens an image as scan does, reads its layers in threads, and prints what came, one line each:
 *
 *   image linux/amd64 sha256:… (manifest) sha256:… (index or -)
 *   layer sha256:… 1234 good|bad
 */
#include <stdio.h>

#include "base/threads.h"
#include "image/daemon.h"
#include "image/registry.h"

struct reading {
    const struct image *image;
    const struct layer *layer;
    struct digest digest;
    uint64_t size;
    bool done;
    struct error error;
};

static void read_layer(void *context, size_t index)
{
    struct reading *reading = &((struct reading *)context)[index];
    CLEANUP_ARENA struct arena arena = {.limit = 64 << 20};
    struct source *source = reading->image->source;
    struct stream *stream, *hashed;
    if (!source->ops->layer_open(source, reading->image, reading->layer, &arena, &stream,
                                 &reading->error))
        return;
    hashed = stream_of_digest(&arena, stream, &reading->error);
    reading->done =
        hashed && stream_digest_finish(hashed, &reading->digest, &reading->size, &reading->error);
    stream_close(hashed ? hashed : stream);
}

static int read_layers(const struct image *image, struct arena *arena, bool reverse)
{
    size_t count = image->layer_count;
    int status = 0;
    struct error err;
    struct source *source = image->source;
    struct reading *readings = arena_array(arena, count, sizeof *readings);
    const struct layer **layers = arena_array(arena, count, sizeof(const struct layer *));
    for (size_t i = 0; readings && layers && i < count; i++)
        layers[i] = &image->layers[reverse ? count - 1 - i : i];
    if (source->ops->prepare && !source->ops->prepare(source, layers, count, &err)) {
        fprintf(stderr, "%s\n", err.text);
        return 3;
    }
    for (size_t i = 0; readings && layers && i < count; i++)
        readings[i] = (struct reading){image, layers[i]};
    threads_run(readings ? count : 0, read_layer, readings);
    for (size_t i = 0; readings && i < count; i++) {
        struct reading *reading = &readings[i];
        bool good = digest_equal(&reading->digest, &reading->layer->digest);
        status |= !reading->done || !good;
        printf("layer %s %llu %s\n", reading->layer->digest.text, (unsigned long long)reading->size,
               !reading->done ? reading->error.text
               : good         ? "good"
                              : "bad");
    }
    return status ? 3 : 0;
}

int main(int argc, char **argv)
{
    CLEANUP_ARENA struct arena arena = {.limit = 256 << 20};
    struct source_options options = {0};
    struct image_list list = {0};
    struct error err = {0};
    bool reverse = false;
    int status = 0;
    for (int i = 3; i < argc; i++) {
        options.all_platforms |= strcmp(argv[i], "--all-platforms") == 0;
        options.plain_http |= strcmp(argv[i], "--plain-http") == 0;
        options.insecure |= strcmp(argv[i], "--insecure") == 0;
        reverse |= strcmp(argv[i], "--reverse") == 0;
        if (strcmp(argv[i], "--platform") == 0 && i + 1 < argc)
            options.platform = slice_str(argv[++i]);
    }
    if (argc < 3)
        return 2;
    source_opener open = strcmp(argv[1], "daemon") == 0 ? daemon_open : registry_open;
    if (!open(argv[2], &options, &arena, &list, &err)) {
        fprintf(stderr, "%s\n", err.text);
        return error_exit_code(err.kind);
    }
    for (size_t i = 0; i < list.count; i++) {
        const struct image *image = &list.images[i];
        printf("image %s %s %s\n", image_platform(image, &arena).at, image->manifest_digest.text,
               image->index_digest.text[0] ? image->index_digest.text : "-");
        status |= read_layers(image, &arena, reverse);
    }
    list.source->ops->close(list.source);
    return status;
}
