#include "lint/base_image_cache.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>

#include "base/file.h"
#include "base/hash.h"
#include "image/document.h"

enum { CACHED_MAX = 1 << 20 };

const char *base_cache_folder(struct arena *arena)
{
    static const struct {
        const char *variable, *tail;
    } places[] = {
        {"PLIMSOLL_CACHE", "bases"},
        {"XDG_CACHE_HOME", "plimsoll/bases"},
        {"HOME", ".cache/plimsoll/bases"},
    };
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        const char *base = getenv(places[i].variable);
        if (base && *base == '/')
            return arena_printf(arena, "%s/%s", base, places[i].tail).at;
    }
    return NULL;
}

static const char *path_of(const char *folder, struct slice key, struct arena *arena)
{
    struct digest digest;
    sha256_of(key, &digest);
    return arena_printf(arena, "%s/%.32s.json", folder, digest.text + strlen("sha256:")).at;
}

/* The key stands inside, too: a name may be shared by others only by accident, not on purpose. */
bool base_cache_parse(struct slice bytes, struct slice key, struct arena *arena,
                      struct base_image *image)
{
    struct error err = {0};
    struct slice found;
    struct base_image made = {.known = true};
    CLEANUP_JSON json_t *document = document_parse(bytes, &err);
    if (!document || !json_is_object(document) ||
        !document_text(document, "asked", arena, &found) || !slice_equal(found, key) ||
        !document_text(document, "digest", arena, &made.digest) ||
        !document_text(document, "user", arena, &made.user) ||
        !document_text(document, "workdir", arena, &made.workdir) ||
        !document_text(document, "platform", arena, &made.platform) ||
        !document_texts(json_object_get(document, "shell"), arena, &made.shell,
                        &made.shell_count) ||
        !document_texts(json_object_get(document, "env"), arena, &made.env, &made.env_count) ||
        !document_texts(json_object_get(document, "onbuild"), arena, &made.onbuild,
                        &made.onbuild_count))
        return false;
    json_int_t size = json_integer_value(json_object_get(document, "size"));
    made.size = size > 0 ? (uint64_t)size : 0;
    made.has_healthcheck = json_is_true(json_object_get(document, "healthcheck"));
    *image = made;
    return true;
}

bool base_cache_read(const char *folder, struct slice key, struct arena *arena,
                     struct base_image *image)
{
    struct error err = {0};
    struct slice bytes;
    struct stat status;
    const char *path = path_of(folder, key, arena);
    if (!path || stat(path, &status) != 0 || !S_ISREG(status.st_mode) ||
        status.st_mtime > time(NULL) + 60 || status.st_mtime < time(NULL) - BASE_IMAGE_KEPT)
        return false;
    return file_read(path, CACHED_MAX, arena, &bytes, &err) &&
           base_cache_parse(bytes, key, arena, image);
}

void base_cache_write(const char *folder, struct slice key, const struct base_image *image,
                      struct arena *arena)
{
    struct error ignored = {0};
    char *text = NULL;
    size_t length = 0;
    const char *path = path_of(folder, key, arena);
    if (!path || !file_make_folder(folder, &ignored))
        return;
    FILE *out = open_memstream(&text, &length);
    if (!out)
        return;
    base_cache_put(out, key, image);
    if (fclose(out) == 0 && length <= CACHED_MAX)
        file_write(path, slice_of(text, length), &ignored);
    free(text);
}
