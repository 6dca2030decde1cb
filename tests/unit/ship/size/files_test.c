/* Layers on top of each other: what is seen, what is carried, and whose it is. */
#include "ship/size/files.h"

#include "test.h"

#include "image/path.h"
#include "ship/size/waste.h"

struct fixture {
    struct arena arena;
    struct listing layers[4];
    const struct listing *pointers[4];
    size_t count;
    struct size_files files;
    struct waste waste;
    struct error err;
};

static void begin(struct fixture *f)
{
    *f = (struct fixture){.count = 0};
    arena_init(&f->arena, (size_t)512 << 20);
}

static struct listing *layer(struct fixture *f)
{
    f->pointers[f->count] = &f->layers[f->count];
    return &f->layers[f->count++];
}

static void put(struct fixture *f, struct listing *listing, struct listing_entry entry)
{
    entry.path = arena_copy(&f->arena, entry.path);
    assert_true(ARENA_PUSH(&f->arena, listing->list, listing->count, listing->room, entry));
}

static void file(struct fixture *f, struct listing *listing, const char *path, uint64_t size,
                 uint64_t hash)
{
    put(f, listing,
        (struct listing_entry){
            .path = slice_str(path), .size = size, .hash = hash, .type = LISTING_FILE});
}

static void gone(struct fixture *f, struct listing *listing, const char *path, bool opaque)
{
    struct listing_removal removal = {slice_str(path), opaque};
    assert_true(ARENA_PUSH(&f->arena, listing->removals, listing->removal_count,
                           listing->removal_room, removal));
}

static void merge(struct fixture *f)
{
    static const double ratios[4] = {0.5, 0.5, 0.5, 0.5};
    assert_true(size_files_merge(&f->files, f->pointers, f->count, &f->arena, &f->err));
    assert_true(waste_find(&f->waste, &f->files, ratios, &f->arena, &f->err));
}

static void whiteouts(void **state)
{
    struct fixture f;
    (void)state;
    begin(&f);
    struct listing *low = layer(&f);
    file(&f, low, "a/one", 10, 1);
    file(&f, low, "a/two", 20, 2);
    file(&f, low, "b/three", 40, 3);
    file(&f, low, "b/deep/four", 80, 4);
    file(&f, low, "keep", 160, 5);
    struct listing *high = layer(&f);
    gone(&f, high, "a", true); /* its content, not what this layer puts there */
    gone(&f, high, "b", false);
    gone(&f, high, "absent", false);
    file(&f, high, "a/new", 1, 6);
    merge(&f);
    assert_int_equal(f.files.root->bytes, 161);
    assert_int_equal(f.files.root->files, 2);
    assert_int_equal(f.waste.kinds[WASTE_DELETED], 150);
    assert_int_equal(f.waste.rows[0].stored, 75);
    assert_int_equal(size_files_get(&f.files, SLICE("a"))->bytes, 1);
    arena_done(&f.arena);
}

static void overwritten_and_copied(void **state)
{
    struct fixture f;
    (void)state;
    begin(&f);
    struct listing *low = layer(&f);
    file(&f, low, "same", 100, 1);
    file(&f, low, "other", 200, 2);
    file(&f, low, "rewritten", 400, 3); /* a whiteout and the same name in one layer */
    file(&f, low, "folder/in", 800, 4); /* becomes a file */
    file(&f, low, "becomes", 1600, 5);  /* becomes a folder */
    struct listing *high = layer(&f);
    file(&f, high, "same", 100, 1);
    file(&f, high, "other", 200, 9);
    gone(&f, high, "rewritten", false);
    file(&f, high, "rewritten", 401, 3);
    file(&f, high, "folder", 5, 10);
    file(&f, high, "becomes/folder", 6, 11);
    merge(&f);
    assert_int_equal(f.waste.kinds[WASTE_COPIED], 100);
    assert_int_equal(f.waste.kinds[WASTE_OVERWRITTEN], 200 + 400 + 800 + 1600);
    assert_int_equal(f.waste.kinds[WASTE_DELETED], 0);
    assert_int_equal(f.files.root->bytes, 100 + 200 + 401 + 5 + 6);
    arena_done(&f.arena);
}

/* What has another name is not gone with the first. */
static void hardlinks(void **state)
{
    struct fixture f;
    (void)state;
    begin(&f);
    struct listing *low = layer(&f);
    file(&f, low, "a", 100, 1);
    put(&f, low,
        (struct listing_entry){.path = SLICE("b"), .link = SLICE("a"), .type = LISTING_HARDLINK});
    put(&f, low,
        (struct listing_entry){.path = SLICE("c"), .link = SLICE("no"), .type = LISTING_HARDLINK});
    struct listing *middle = layer(&f);
    gone(&f, middle, "a", false);
    merge(&f);
    assert_int_equal(f.files.root->bytes, 100);
    assert_int_equal(f.waste.bytes, 0);
    assert_int_equal(size_files_get(&f.files, SLICE("b"))->bytes, 100);
    struct listing *high = layer(&f);
    gone(&f, high, "b", false);
    merge(&f);
    assert_int_equal(f.files.root->bytes, 0);
    assert_int_equal(f.waste.kinds[WASTE_DELETED], 100);
    arena_done(&f.arena);
}

static void duplicates(void **state)
{
    struct fixture f;
    (void)state;
    begin(&f);
    struct listing *low = layer(&f), *high = layer(&f);
    file(&f, low, "app/a", 100, 1);
    file(&f, low, "app/b", 100, 1);
    file(&f, low, "app/empty", 0, 0);
    file(&f, low, "app/empty2", 0, 0);
    file(&f, high, "srv/a", 100, 1);
    file(&f, high, "usr/share/doc/a", 100, 1); /* waste already, of another kind */
    file(&f, high, "srv/other", 101, 1);       /* another size */
    merge(&f);
    assert_int_equal(f.waste.kinds[WASTE_DUPLICATE], 200);
    assert_int_equal(f.waste.kinds[WASTE_DOCS], 100);
    assert_int_equal(f.waste.duplicate_count, 1);
    assert_int_equal(f.waste.duplicates[0].copies, 4);
    arena_done(&f.arena);
}

static void packages_own_files(void **state)
{
    struct fixture f;
    struct listing_package package = {
        .manager = SLICE("apk"), .name = SLICE("gcc"), .version = SLICE("12"), .declared = 999};
    struct listing_package npm = {
        .manager = SLICE("npm"), .name = SLICE("x"), .folder = SLICE("app/node_modules/x")};
    struct listing_owned owned = {path_key(SLICE("usr/bin/gcc")), 0};
    (void)state;
    begin(&f);
    struct listing *low = layer(&f), *high = layer(&f);
    file(&f, low, "usr/bin/gcc", 100, 1);
    file(&f, low, "usr/bin/app", 200, 2);
    file(&f, low, "app/node_modules/x/lib/y.js", 50, 3);
    file(&f, low, "app/node_modules/z/y.js", 60, 4);
    low->packages = (struct listing_package[]){package, npm};
    low->package_count = 2;
    high->packages = &package; /* the database of a later layer speaks of it too */
    high->package_count = 1;
    high->owned = &owned;
    high->owned_count = 1;
    merge(&f);
    struct size_package *gcc = f.files.packages.entries[0].value,
                        *x = f.files.packages.entries[1].value;
    assert_int_equal(f.files.packages.count, 2);
    assert_int_equal(gcc->bytes, 100);
    assert_int_equal(gcc->declared, 999);
    assert_int_equal(x->bytes, 50);
    assert_int_equal(f.waste.kinds[WASTE_BUILD], 100);
    arena_done(&f.arena);
}

/* A hostile layer empties a large folder again and again: that costs what was put there since. */
static void emptied_again_and_again(void **state)
{
    struct fixture f;
    char path[32];
    (void)state;
    begin(&f);
    struct listing *low = layer(&f);
    for (unsigned i = 0; i < 100 * 1000; i++) {
        snprintf(path, sizeof path, "d/%u", i);
        file(&f, low, path, 1, i + 1);
    }
    for (unsigned i = 0; i < 150 * 1000; i++)
        file(&f, low, i % 2 ? "d/0" : "d", 1, 7);
    merge(&f);
    assert_int_equal(f.files.root->bytes, 1);
    assert_int_equal(f.files.root->files, 1);
    arena_done(&f.arena);
}

static void strange_paths(void **state)
{
    struct fixture f;
    char deep[4000];
    (void)state;
    begin(&f);
    struct listing *low = layer(&f);
    for (size_t i = 0; i < sizeof deep - 1; i++)
        deep[i] = i % 2 ? '/' : 'd';
    deep[sizeof deep - 1] = 0;
    file(&f, low, deep, 10, 1);
    file(&f, low, "", 20, 2);
    file(&f, low, "/", 40, 3);
    file(&f, low, "//x//", 80, 4);
    gone(&f, low, "", true);
    merge(&f);
    assert_true(f.files.root->bytes <= 150);
    arena_done(&f.arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whiteouts),          cmocka_unit_test(overwritten_and_copied),
        cmocka_unit_test(hardlinks),          cmocka_unit_test(duplicates),
        cmocka_unit_test(packages_own_files), cmocka_unit_test(emptied_again_and_again),
        cmocka_unit_test(strange_paths),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
