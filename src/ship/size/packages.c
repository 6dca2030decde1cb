#include "ship/size/packages.h"

#include <stdlib.h>

#include "image/path.h"

/* A package is one wherever its database speaks of it; npm has the same name in many folders. */
static struct slice package_key(struct size_files *files, const struct listing_package *package)
{
    return arena_printf(files->arena, "%.*s\n%.*s", SLICE_ARG(package->manager),
                        SLICE_ARG(package->folder.len ? package->folder : package->name));
}

/* Later layers know better; what they do not tell stays. */
static struct size_package *package_take(struct size_files *files,
                                         const struct listing_package *from)
{
    struct slice key = package_key(files, from);
    struct size_package *package = key.at ? table_get(&files->packages, key) : NULL;
    if (key.at && !package) {
        package = arena_new(files->arena, struct size_package);
        if (!package || !table_put(&files->packages, key, package))
            return NULL;
        *package = (struct size_package){.manager = from->manager,
                                         .name = from->name,
                                         .folder = from->folder,
                                         .layer = SIZE_MAX};
    }
    if (!package)
        return NULL;
    if (from->version.len)
        package->version = from->version;
    if (from->declared)
        package->declared = from->declared;
    package->build_only |= from->build_only;
    return package;
}

struct owner {
    uint64_t key;
    size_t order; /* later ones win */
    struct size_package *package;
};

static int owner_compare(const void *a, const void *b)
{
    const struct owner *x = a, *y = b;
    if (x->key != y->key)
        return x->key < y->key ? -1 : 1;
    return x->order < y->order ? -1 : x->order > y->order;
}

static bool owners_gather(struct size_files *files, const struct listing *const *layers,
                          size_t count, struct owner *owners, size_t *gathered)
{
    for (size_t i = 0; i < count; i++) {
        const struct listing *listing = layers[i];
        if (!listing || !listing->package_count)
            continue;
        struct size_package **made =
            arena_array(files->arena, listing->package_count, sizeof(struct size_package *));
        for (size_t p = 0; made && p < listing->package_count; p++)
            if (!(made[p] = package_take(files, &listing->packages[p])))
                return false;
        if (!made)
            return false;
        for (size_t o = 0; o < listing->owned_count; o++, (*gathered)++)
            owners[*gathered] =
                (struct owner){listing->owned[o].key, *gathered, made[listing->owned[o].package]};
    }
    return true;
}

static bool owners_sort(struct size_files *files, struct owner *owners, size_t count)
{
    qsort(owners, count, sizeof *owners, owner_compare);
    files->owned_keys = arena_array(files->arena, count + 1, sizeof *files->owned_keys);
    files->owners = arena_array(files->arena, count + 1, sizeof(struct size_package *));
    if (!files->owned_keys || !files->owners)
        return false;
    for (size_t i = 0; i < count; i++) {
        if (i + 1 < count && owners[i + 1].key == owners[i].key)
            continue;
        files->owned_keys[files->owned_count] = owners[i].key;
        files->owners[files->owned_count++] = owners[i].package;
    }
    return true;
}

static struct size_package *owner_of_key(const struct size_files *files, uint64_t key)
{
    size_t low = 0, high = files->owned_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (files->owned_keys[middle] < key)
            low = middle + 1;
        else
            high = middle;
    }
    return low < files->owned_count && files->owned_keys[low] == key ? files->owners[low] : NULL;
}

/* npm: the nearest folder above that is a package's. */
static struct size_package *owner_by_folder(const struct size_files *files, struct slice path)
{
    char key[4096];
    if (slice_search(path, SLICE("node_modules/")) == path.len)
        return NULL;
    for (struct slice folder = path_folder(path); folder.len; folder = path_folder(folder)) {
        struct slice parts[] = {SLICE("npm\n"), folder};
        size_t len = slice_join(key, sizeof key, parts, 2);
        struct size_package *package =
            len == SIZE_MAX ? NULL : table_get(&files->packages, slice_of(key, len));
        if (package)
            return package;
    }
    return NULL;
}

static void package_count_file(struct size_package *package, const struct size_file *file)
{
    if (file->fate != FATE_VISIBLE) {
        package->hidden += file->size;
        return;
    }
    package->bytes += file->size;
    package->files++;
    if (file->layer < package->layer)
        package->layer = file->layer;
}

bool size_packages_assign(struct size_files *files, const struct listing *const *layers,
                          size_t count)
{
    size_t all = 0, gathered = 0;
    for (size_t i = 0; i < count; i++)
        all += layers[i] ? layers[i]->owned_count : 0;
    struct owner *owners = arena_array(files->arena, all + 1, sizeof *owners);
    if (!owners || !owners_gather(files, layers, count, owners, &gathered) ||
        !owners_sort(files, owners, gathered))
        return false;
    for (size_t i = 0; i < files->count; i++) {
        struct size_file *file = &files->list[i];
        file->package = owner_of_key(files, path_key(file->path));
        if (!file->package)
            file->package = owner_by_folder(files, file->path);
        if (file->package)
            package_count_file(file->package, file);
    }
    return true;
}
