/* What names mean, and what is read of each kind of file (data/image/archives, made by
 * make_archives.sh from real tools). */
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "image/layer.h"
#include "image/source.h"

#include "test.h"

static struct arena arena;
static struct image_list list;
static char folder[] = "/tmp/source_test.XXXXXX";

static int setup(void **state)
{
    (void)state;
    arena_init(&arena, 64 << 20);
    list = (struct image_list){0};
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    source_close(&list);
    arena_done(&arena);
    return 0;
}

/* `name` with @ for the folder of archives. */
static const char *full(const char *name)
{
    const char *at = strchr(name, '@');
    if (!at)
        return name;
    return arena_printf(&arena, "%.*s%s/data/image/archives/%s", (int)(at - name), name,
                        getenv("PLIMSOLL_TESTS"), at + 1)
        .at;
}

static struct source_options options_of(const char *platform, const char *tag)
{
    return (struct source_options){
        .platform = slice_str(platform), .tag = slice_str(tag), .offline = true};
}

static struct image *open_one(const char *name, const char *platform, const char *tag)
{
    struct source_options options = options_of(platform, tag);
    struct error err;
    source_close(&list);
    if (!source_open(full(name), &options, &arena, &list, &err))
        fail_msg("%s: %s", name, err.text);
    assert_int_equal(list.count, 1);
    return &list.images[0];
}

static void expect_error(const char *name, const char *platform, enum error_kind kind,
                         const char *want)
{
    struct source_options options = options_of(platform, NULL);
    struct error err = {0};
    source_close(&list);
    if (source_open(full(name), &options, &arena, &list, &err))
        fail_msg("%s: opened", name);
    if (!strstr(err.text, want) || err.kind != kind)
        fail_msg("%s: want %d %s, have %d %s", name, kind, want, err.kind, err.text);
}

struct seen {
    char text[2000];
    size_t len;
};

static void say(struct seen *seen, const char *what, struct slice path)
{
    int more = snprintf(seen->text + seen->len, sizeof seen->text - seen->len, "%s%.*s ", what,
                        SLICE_ARG(path));
    assert_true(more > 0 && (size_t)more < sizeof seen->text - seen->len);
    seen->len += (size_t)more;
}

static enum layer_want on_entry(void *context, const struct layer_entry *entry)
{
    say(context, "+", entry->path);
    return LAYER_WHOLE;
}

static bool on_bytes(void *context, uint64_t offset, struct slice bytes)
{
    (void)offset;
    say(context, "=", slice_upto(bytes, 20));
    return true;
}

static void on_end(void *context, bool complete)
{
    if (!complete)
        say(context, "incomplete", SLICE(""));
}

static void on_removal(void *context, struct slice path, bool opaque)
{
    say(context, opaque ? "o" : "-", path);
}

static const struct layer_visitor visitor = {on_entry, on_bytes, NULL, on_end, on_removal};

/* All layers, from the top one down, so that readers of packed archives must begin anew; digests
   are what the image says. */
static void check_layers(const struct image *image, const char *want)
{
    struct seen seen = {.len = 0};
    const struct layer_options options = {.digest = true, .diff_id = true};
    for (size_t i = image->layer_count; i-- > 0;) {
        const struct layer *layer = &image->layers[i];
        CLEANUP_ARENA struct arena scratch;
        struct layer_summary summary;
        struct stream *stream;
        struct error err;
        arena_init(&scratch, 8 << 20);
        if (!source_layer_open(image, layer, &scratch, &stream, &err) ||
            !layer_read(stream, &options, &visitor, &seen, &scratch, &summary, &err))
            fail_msg("%s", err.text);
        if (layer->digest.text[0])
            assert_string_equal(layer->digest.text, summary.digest.text);
        if (layer->diff_id.text[0])
            assert_string_equal(layer->diff_id.text, summary.diff_id.text);
    }
    if (strcmp(seen.text, want) != 0)
        fail_msg("want: %s\nhave: %s", want, seen.text);
}

static void archives_of_all_ages_are_read(void **state)
{
    (void)state;
    static const char *const names[] = {"@skopeo.tar",           "@skopeo.tar.gz",
                                        "@docker25.tar",         "docker-archive:@skopeo.tar",
                                        "@skopeo.tar:foo/bar:9", "@skopeo.tar:9"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct image *image = open_one(names[i], NULL, NULL);
        assert_string_equal(image->kind, "docker-archive");
        assert_string_equal(image->config_digest.text,
                            "sha256:"
                            "fbd068a067d78bf9ba3944cf5321c5b66e777230470455856b094c7b634c00f3");
        check_layers(image, "+a =b ");
    }
    check_layers(open_one("@legacy.tar", NULL, NULL), "+a =b +a =b ");
    assert_true(slice_equal(list.images[0].tag, SLICE("busybox:latest")));
}

static void one_image_among_many(void **state)
{
    (void)state;
    expect_error("@two.tar", NULL, ERROR_USAGE,
                 "2 images are in it, name one behind the path: demo:1, demo:2");
    expect_error("@two.tar:demo:3", NULL, ERROR_NOT_FOUND,
                 "no image \"demo:3\" in it; there is: demo:1, demo:2");
    struct image *image = open_one("@two.tar:demo:1", NULL, NULL);
    assert_int_equal(image->layer_count, 2);
    assert_int_equal(image->history_count, 3);
    assert_true(slice_equal(image->layers[1].created_by, SLICE("RUN rm /etc/old")));
    assert_true(slice_equal(image->user, SLICE("1000")));
    assert_true(slice_equal(image->env[0], SLICE("A=b")));
    assert_true(slice_equal(image->labels[0], SLICE("org.x=y")));
    check_layers(image, "-etc/old +etc/os-release =ID=alpine\nVERSION_ID ");
    image = open_one("@two.tar", NULL, "2");
    assert_true(slice_equal(image->architecture, SLICE("arm64")));
    expect_error("@two.tar:demo:2", "linux/s390x", ERROR_NOT_FOUND, "the image is of linux/arm64");
}

static void platforms_of_an_index(void **state)
{
    (void)state;
    static const char *const names[] = {"@platforms.tar", "@platforms.tar.zst",
                                        "oci-archive:@platforms.tar:app:1"};
    struct error err;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        check_layers(open_one(names[i], "linux/arm64", NULL), "+name =arm64 ");
        check_layers(open_one(names[i], "arm", NULL), "+name =amd64 ");
        check_layers(open_one(names[i], "linux/amd64", NULL), "+name =amd64 ");
        assert_string_equal(list.images[0].kind, "oci-layout");
        assert_true(slice_starts(digest_slice(&list.images[0].index_digest), SLICE("sha256:")));
    }
    expect_error("@platforms.tar", "s390x", ERROR_NOT_FOUND,
                 "linux/amd64, linux/arm64/v8, linux/arm/v7");
    expect_error("@platforms.tar", "a/b/c/d", ERROR_USAGE, "is no platform");
    expect_error("@platforms.tar", "amd46", ERROR_USAGE, "is no platform");
    struct source_options options = {.all_platforms = true};
    source_close(&list);
    assert_true(source_open(full("@platforms.tar"), &options, &arena, &list, &err));
    assert_int_equal(list.count, 3);
    assert_string_equal(list.images[0].layers[0].digest.text, list.images[2].layers[0].digest.text);
}

static const char *beside(const char *name)
{
    return arena_printf(&arena, "%s/%s", folder, name).at;
}

static void put(const char *name, struct slice bytes)
{
    struct error err;
    assert_true(file_write(beside(name), bytes, &err));
}

static void what_is_no_image_is_told_apart(void **state)
{
    (void)state;
    put("sbom", SLICE("  \n{\"bomFormat\": \"CycloneDX\"}"));
    assert_string_equal(open_one(beside("sbom"), NULL, NULL)->kind, "sbom");
    put("xml", SLICE("<?xml version=\"1.0\"?>"));
    expect_error(beside("xml"), NULL, ERROR_UNSUPPORTED, "an XML file");
    put("text", SLICE("hello, this is no image at all"));
    expect_error(beside("text"), NULL, ERROR_UNSUPPORTED, "neither an image archive, nor a layer");
    put("empty", SLICE(""));
    expect_error(beside("empty"), NULL, ERROR_FORMAT, "an empty file");
    put("zeros", slice_of((char[10240]){0}, 10240)); /* a layer without entries, or nothing */
    expect_error(beside("zeros"), NULL, ERROR_FORMAT, "it begins with zeros");
    assert_string_equal(
        open_one(arena_printf(&arena, "layer:%s", beside("zeros")).at, NULL, NULL)->kind, "layer");
    put("xz", slice_of("\xfd\x37zXZ\0\0\0", 8));
    expect_error(beside("xz"), NULL, ERROR_UNSUPPORTED, "compressed by xz");
    expect_error(beside("absent.tar"), NULL, ERROR_NOT_FOUND, "no such file or folder");
    expect_error("/dev/null", NULL, ERROR_UNSUPPORTED, "neither a file nor a folder");
    assert_string_equal(
        open_one(
            arena_printf(&arena, "%s/data/image/tar/whiteouts.tar", getenv("PLIMSOLL_TESTS")).at,
            NULL, NULL)
            ->kind,
        "layer");
}

static void unreadable(void *context, struct slice path, const char *why)
{
    (void)why;
    say(context, "!", path);
}

static void folders_are_walked_and_links_are_not(void **state)
{
    (void)state;
    struct seen seen = {.len = 0};
    struct layer_summary summary = {0};
    struct error err;
    assert_int_equal(mkdir(beside("root"), 0755), 0);
    assert_int_equal(mkdir(beside("root/b"), 0755), 0);
    put("root/b/file", SLICE("x"));
    put("root/a", SLICE("y"));
    assert_int_equal(symlink("/etc", beside("root/away")), 0);
    assert_int_equal(symlink("b", beside("root/circle")), 0);
    struct image *image = open_one(beside("root"), NULL, NULL);
    assert_string_equal(image->kind, "folder");
    assert_true(
        layer_walk_folder(image->layers[0].fd, NULL, &visitor, &seen, unreadable, &summary, &err));
    assert_string_equal(seen.text, "+a =y +away +b +b/file =x +circle ");
}

static void links_do_not_lead_out_of_a_layout(void **state)
{
    (void)state;
    put("outside", SLICE("root:secret:0"));
    assert_int_equal(mkdir(beside("layout"), 0755), 0);
    put("layout/oci-layout", SLICE("{}"));
    assert_int_equal(symlink("../outside", beside("layout/index.json")), 0);
    expect_error(beside("layout"), NULL, ERROR_FORMAT, "index.json leads out of the folder");
    assert_int_equal(unlink(beside("layout/index.json")), 0);
    assert_int_equal(symlink(beside("outside"), beside("layout/index.json")), 0);
    expect_error(beside("layout"), NULL, ERROR_FORMAT, "index.json leads out of the folder");
    /* One that stays inside is followed. What is no JSON is not quoted. */
    assert_int_equal(unlink(beside("layout/index.json")), 0);
    put("layout/real", SLICE("root:secret:0"));
    assert_int_equal(symlink("./real", beside("layout/index.json")), 0);
    struct source_options options = options_of(NULL, NULL);
    struct error err = {0};
    assert_false(source_open(beside("layout"), &options, &arena, &list, &err));
    assert_non_null(strstr(err.text, "line 1 column"));
    assert_null(strstr(err.text, "root"));
}

static void damaged_archives_are_refused(void **state)
{
    (void)state;
    struct slice bytes;
    struct error err;
    assert_true(file_read(full("@two.tar"), 1 << 20, &arena, &bytes, &err));
    put("cut.tar", slice_upto(bytes, bytes.len / 2));
    expect_error(arena_printf(&arena, "docker-archive:%s", beside("cut.tar")).at, NULL,
                 ERROR_FORMAT, "the tar ends too early, at byte");
    expect_error(beside("cut.tar"), NULL, ERROR_FORMAT, "the tar ends too early, at byte");
    assert_true(file_read(full("@platforms.tar"), 1 << 20, &arena, &bytes, &err));
    char *text = (char *)(uintptr_t)bytes.at;
    size_t at = slice_search(bytes, SLICE("\"architecture\":\"arm64\""));
    assert_true(at < bytes.len);
    text[at + 17] = 'A'; /* in the configuration of arm64, the first document with it */
    put("bent.tar", bytes);
    expect_error(beside("bent.tar"), "arm64", ERROR_DIGEST, "has the digest sha256:");
}

static int make_folder(void **state)
{
    (void)state;
    return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state)
{
    (void)state;
    static const char *const names[] = {"sbom",
                                        "zeros",
                                        "xml",
                                        "text",
                                        "empty",
                                        "xz",
                                        "root/b/file",
                                        "root/b",
                                        "root/a",
                                        "root/away",
                                        "root/circle",
                                        "root",
                                        "cut.tar",
                                        "bent.tar",
                                        "layout/index.json",
                                        "layout/oci-layout",
                                        "layout/real",
                                        "layout",
                                        "outside"};
    char path[200];
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        snprintf(path, sizeof path, "%s/%s", folder, names[i]);
        remove(path);
    }
    return rmdir(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(archives_of_all_ages_are_read, setup, teardown),
        cmocka_unit_test_setup_teardown(one_image_among_many, setup, teardown),
        cmocka_unit_test_setup_teardown(platforms_of_an_index, setup, teardown),
        cmocka_unit_test_setup_teardown(what_is_no_image_is_told_apart, setup, teardown),
        cmocka_unit_test_setup_teardown(folders_are_walked_and_links_are_not, setup, teardown),
        cmocka_unit_test_setup_teardown(links_do_not_lead_out_of_a_layout, setup, teardown),
        cmocka_unit_test_setup_teardown(damaged_archives_are_refused, setup, teardown),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
