#include <stdio.h>

#include "simulation.h"

struct goods goods;
const char *const repository_names[REPOSITORIES] = {"team/a", "team/b"};
const char *const tag_names[TAGS] = {"v1", "v2", "latest"};

static const size_t sizes[BLOBS] = {0, 0, 3000, 40, 9000, 2, 700};

static void make_blob(int b, struct arena *arena)
{
    static const char config[] = "{\"architecture\":\"amd64\",\"os\":\"linux\",\"config\":{},"
                                 "\"rootfs\":{\"type\":\"layers\",\"diff_ids\":[]}}";
    if (b < 2) {
        goods.blobs[b] = arena_printf(arena, "%s%.*s", config, b, "\n");
    } else if (b == 5) {
        goods.blobs[b] = SLICE("{}");
    } else {
        char *bytes = arena_alloc(arena, sizes[b]);
        for (size_t i = 0; i < sizes[b]; i++)
            bytes[i] = (char)('A' + (i * 7 + (size_t)b * 5 + i / 26) % 58);
        goods.blobs[b] = slice_of(bytes, sizes[b]);
    }
    sha256_of(goods.blobs[b], &goods.blob_digests[b]);
}

static struct slice descriptor(const char *type, const struct digest *digest, size_t size,
                               struct arena *arena)
{
    return arena_printf(arena, "{\"mediaType\":\"%s\",\"digest\":\"%s\",\"size\":%zu}", type,
                        digest->text, size);
}

static struct slice blob_descriptor(const char *type, int b, struct arena *arena)
{
    return descriptor(type, &goods.blob_digests[b], goods.blobs[b].len, arena);
}

#define OCI "application/vnd.oci.image."

static struct slice make_index(const struct recipe *recipe, struct arena *arena)
{
    struct slice list = SLICE("");
    for (int i = 0; i < recipe->child_count; i++) {
        int child = recipe->children[i];
        struct slice one = descriptor(OCI "manifest.v1+json", &goods.manifest_digests[child],
                                      goods.manifests[child].len, arena);
        list = arena_printf(arena, "%.*s%s%.*s", SLICE_ARG(list), i ? "," : "", SLICE_ARG(one));
    }
    return arena_printf(arena,
                        "{\"schemaVersion\":2,\"mediaType\":\"" OCI "index.v1+json\","
                        "\"manifests\":[%.*s]}",
                        SLICE_ARG(list));
}

static struct slice make_image(const struct recipe *recipe, struct arena *arena)
{
    struct slice list = SLICE(""), subject = SLICE("");
    bool artifact = recipe->subject != NONE;
    for (int i = 1; i < recipe->blob_count; i++) {
        struct slice one = blob_descriptor(OCI "layer.v1.tar", recipe->blobs[i], arena);
        list = arena_printf(arena, "%.*s%s%.*s", SLICE_ARG(list), i > 1 ? "," : "", SLICE_ARG(one));
    }
    if (artifact) {
        struct slice one =
            descriptor(OCI "manifest.v1+json", &goods.manifest_digests[recipe->subject],
                       goods.manifests[recipe->subject].len, arena);
        subject = arena_printf(arena, ",\"artifactType\":\"text/plain\",\"subject\":%.*s",
                               SLICE_ARG(one));
    }
    struct slice config =
        blob_descriptor(artifact ? "application/vnd.oci.empty.v1+json" : OCI "config.v1+json",
                        recipe->blobs[0], arena);
    return arena_printf(arena,
                        "{\"schemaVersion\":2,\"mediaType\":\"" OCI "manifest.v1+json\","
                        "\"config\":%.*s,\"layers\":[%.*s]%.*s}",
                        SLICE_ARG(config), SLICE_ARG(list), SLICE_ARG(subject));
}

void goods_make(struct arena *arena)
{
    for (int b = 0; b < BLOBS; b++)
        make_blob(b, arena);
    for (int m = 0; m < MANIFESTS; m++) {
        bool index = recipes[m].child_count > 0;
        goods.manifests[m] =
            index ? make_index(&recipes[m], arena) : make_image(&recipes[m], arena);
        goods.media_types[m] = slice_str(index ? OCI "index.v1+json" : OCI "manifest.v1+json");
        sha256_of(goods.manifests[m], &goods.manifest_digests[m]);
    }
}

struct scope scope_of(int repository)
{
    return (struct scope){.account = SLICE("123456789012"),
                          .region = SLICE("us-east-1"),
                          .repository = slice_str(repository_names[repository])};
}
