/* The spec of make-image (make_image.c describes it): lines into images, layers into tars. */
#include <archive.h>
#include <archive_entry.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/ascii.h"
#include "base/file.h"
#include "image_parts.h"

struct spec {
    struct make_list *list;
    struct slice folder; /* of the spec file, with "/" at the end, or empty */
    struct make_image *image;
    struct make_layer *layer;
    struct archive *tar; /* of the open layer */
    FILE *memory;
    char *bytes;
    size_t len;
};

#define PUSH(list, things, name, thing)                                                            \
    do {                                                                                           \
        if (!ARENA_PUSH((list)->arena, (things)->name##s, (things)->name##_count,                  \
                        (things)->name##_room, thing))                                             \
            die("out of memory");                                                                  \
    } while (0)

static la_ssize_t write_memory(struct archive *archive, void *context, const void *bytes,
                               size_t len)
{
    (void)archive;
    return (la_ssize_t)fwrite(bytes, 1, len, context);
}

static char *text_of(struct spec *spec, struct slice s)
{
    char *text = arena_string(spec->list->arena, s);
    if (!text)
        die("out of memory");
    return text;
}

static void tar_begin(struct spec *spec)
{
    spec->memory = open_memstream(&spec->bytes, &spec->len);
    spec->tar = archive_write_new();
    if (!spec->memory || !spec->tar || archive_write_set_format_pax_restricted(spec->tar) != 0 ||
        archive_write_set_bytes_per_block(spec->tar, 10240) != 0 ||
        archive_write_open(spec->tar, spec->memory, NULL, write_memory, NULL) != 0)
        die("cannot write a tar");
}

static void layer_end(struct spec *spec)
{
    if (!spec->tar)
        return;
    archive_write_close(spec->tar);
    archive_write_free(spec->tar);
    fclose(spec->memory);
    spec->tar = NULL;
    if (!spec->layer->tar.at) /* a tarball or another layer came instead */
        spec->layer->tar = arena_copy(spec->list->arena, slice_of(spec->bytes, spec->len));
    free(spec->bytes);
    if (!spec->layer->tar.at)
        die("out of memory");
    sha256_of(spec->layer->tar, &spec->layer->diff_id);
}

static void image_begin(struct spec *spec, struct slice name)
{
    struct make_list *list = spec->list;
    struct make_image image = {.name = name, .os = SLICE("linux"), .architecture = SLICE("amd64")};
    layer_end(spec);
    if (!ARENA_PUSH(list->arena, list->images, list->count, list->room, image))
        die("out of memory");
    spec->image = &list->images[list->count - 1];
    spec->layer = NULL;
}

static void layer_begin(struct spec *spec, struct slice created_by)
{
    struct make_layer layer = {.created_by = created_by};
    if (!spec->image)
        image_begin(spec, SLICE(""));
    layer_end(spec);
    struct make_step step = {created_by, (int)spec->image->layer_count};
    PUSH(spec->list, spec->image, layer, layer);
    PUSH(spec->list, spec->image, step, step);
    spec->layer = &spec->image->layers[spec->image->layer_count - 1];
    tar_begin(spec);
}

/* Adds an entry; `link` for links, `content` for files. */
static void add(struct spec *spec, unsigned type, struct slice path, unsigned mode,
                struct slice link, struct slice content)
{
    struct archive_entry *entry = archive_entry_new();
    if (!spec->tar)
        layer_begin(spec, SLICE(""));
    archive_entry_set_pathname(entry, text_of(spec, path));
    archive_entry_set_mode(entry, type | mode);
    archive_entry_set_mtime(entry, spec->list->epoch, 0);
    archive_entry_set_size(entry, (la_int64_t)content.len);
    if (type == AE_IFLNK)
        archive_entry_set_symlink(entry, text_of(spec, link));
    else if (link.len)
        archive_entry_set_hardlink(entry, text_of(spec, link));
    if (type == AE_IFCHR) {
        archive_entry_set_rdevmajor(entry, 1);
        archive_entry_set_rdevminor(entry, 3);
    }
    if (archive_write_header(spec->tar, entry) != 0)
        die("%s", archive_error_string(spec->tar));
    if (content.len && archive_write_data(spec->tar, content.at, content.len) < 0)
        die("%s", archive_error_string(spec->tar));
    archive_entry_free(entry);
}

static struct slice local_path(struct spec *spec, struct slice local)
{
    return slice_starts(local, SLICE("/"))
               ? local
               : arena_printf(spec->list->arena, "%.*s%.*s", SLICE_ARG(spec->folder),
                              SLICE_ARG(local));
}

static struct slice local_bytes(struct spec *spec, struct slice local)
{
    struct slice bytes;
    struct error err;
    if (!file_read(text_of(spec, local_path(spec, local)), SIZE_MAX / 4, spec->list->arena, &bytes,
                   &err))
        die("%s", err.text);
    return bytes;
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static void add_tree(struct spec *spec, const char *local, struct slice inside);

static void add_local(struct spec *spec, const char *local, struct slice inside)
{
    struct stat status;
    char target[4096];
    if (lstat(local, &status) != 0)
        die("no %s", local);
    unsigned mode = status.st_mode & 07777;
    if (S_ISDIR(status.st_mode)) {
        add(spec, AE_IFDIR, inside, mode, SLICE(""), SLICE(""));
        add_tree(spec, local, inside);
    } else if (S_ISLNK(status.st_mode)) {
        ssize_t len = readlink(local, target, sizeof target);
        add(spec, AE_IFLNK, inside, 0777, slice_of(target, len < 0 ? 0 : (size_t)len), SLICE(""));
    } else if (S_ISREG(status.st_mode)) {
        struct file_map map;
        struct error err;
        if (!file_map_open(&map, local, &err))
            die("%s", err.text);
        add(spec, AE_IFREG, inside, mode, SLICE(""), map.bytes);
        file_map_close(&map);
    }
}

static void add_tree(struct spec *spec, const char *local, struct slice inside)
{
    struct dirent **names;
    int count = scandir(local, &names, NULL, by_name);
    if (count < 0)
        die("cannot read %s", local);
    for (int i = 0; i < count; i++) {
        const char *name = names[i]->d_name;
        if (strcmp(name, ".") != 0 && strcmp(name, "..") != 0) {
            struct slice path = arena_printf(spec->list->arena, "%s/%s", local, name);
            struct slice below = arena_printf(spec->list->arena, "%.*s%s%s", SLICE_ARG(inside),
                                              inside.len ? "/" : "", name);
            add_local(spec, path.at, below);
        }
        free(names[i]);
    }
    free(names);
}

/* \n \t \\ \NNN, as in C. */
static struct slice unescape(struct spec *spec, struct slice text)
{
    char *out = text_of(spec, text);
    size_t len = 0;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.at[i];
        if (c == '\\' && i + 1 < text.len) {
            c = text.at[++i];
            if (c == 'n') {
                c = '\n';
            } else if (c == 't') {
                c = '\t';
            } else if (c >= '0' && c <= '7' && i + 2 < text.len) {
                c = (char)((c - '0') << 6 | (text.at[i + 1] - '0') << 3 | (text.at[i + 2] - '0'));
                i += 2;
            }
        }
        out[len++] = c;
    }
    return slice_of(out, len);
}

static unsigned octal(struct slice text, unsigned otherwise)
{
    unsigned mode = 0;
    for (size_t i = 0; i < text.len; i++)
        mode = mode << 3 | (unsigned)(text.at[i] - '0');
    return text.len ? mode & 07777 : otherwise;
}

static void do_file(struct spec *spec, struct slice path, struct slice rest)
{
    struct slice mode = slice_cut(&rest, ' ');
    if (!slice_starts(rest, SLICE("< ")))
        die("file PATH MODE < LOCAL");
    add(spec, AE_IFREG, path, octal(mode, 0644), SLICE(""),
        local_bytes(spec, slice_trim(slice_from(rest, 2))));
}

static void do_text(struct spec *spec, struct slice path, struct slice rest)
{
    add(spec, AE_IFREG, path, 0644, SLICE(""), unescape(spec, rest));
}

static void do_zeros(struct spec *spec, struct slice path, struct slice rest)
{
    uint64_t size;
    if (!slice_u64(rest, &size))
        die("zeros PATH SIZE");
    char *zeros = arena_alloc(spec->list->arena, (size_t)size);
    if (!zeros)
        die("out of memory");
    add(spec, AE_IFREG, path, 0644, SLICE(""), slice_of(zeros, (size_t)size));
}

static void do_dir(struct spec *spec, struct slice path, struct slice rest)
{
    add(spec, AE_IFDIR, path, octal(rest, 0755), SLICE(""), SLICE(""));
}

static void do_symlink(struct spec *spec, struct slice path, struct slice rest)
{
    add(spec, AE_IFLNK, path, 0777, rest, SLICE(""));
}

static void do_hardlink(struct spec *spec, struct slice path, struct slice rest)
{
    add(spec, AE_IFREG, path, 0644, rest, SLICE(""));
}

static void do_device(struct spec *spec, struct slice path, struct slice rest)
{
    (void)rest;
    add(spec, AE_IFCHR, path, 0644, SLICE(""), SLICE(""));
}

static void do_whiteout(struct spec *spec, struct slice path, struct slice rest)
{
    size_t slash = slice_find_last(path, '/');
    struct slice folder = slash < path.len ? slice_upto(path, slash + 1) : SLICE("");
    (void)rest;
    add(spec, AE_IFREG,
        arena_printf(spec->list->arena, "%.*s.wh.%.*s", SLICE_ARG(folder),
                     SLICE_ARG(slice_from(path, folder.len))),
        0644, SLICE(""), SLICE(""));
}

static void do_opaque(struct spec *spec, struct slice path, struct slice rest)
{
    (void)rest;
    add(spec, AE_IFREG, arena_printf(spec->list->arena, "%.*s/.wh..wh..opq", SLICE_ARG(path)), 0644,
        SLICE(""), SLICE(""));
}

static void do_tree(struct spec *spec, struct slice local, struct slice rest)
{
    if (!spec->tar)
        layer_begin(spec, SLICE(""));
    add_tree(spec, text_of(spec, local_path(spec, local)), rest);
}

static void do_tarball(struct spec *spec, struct slice local, struct slice rest)
{
    (void)rest;
    if (!spec->tar)
        layer_begin(spec, SLICE(""));
    spec->layer->tar = local_bytes(spec, local);
}

static void do_same(struct spec *spec, struct slice number, struct slice rest)
{
    uint64_t index;
    (void)rest;
    if (!slice_u64(number, &index) || index >= spec->list->images[0].layer_count || !spec->layer)
        die("same N: no such layer");
    spec->layer->tar = spec->list->images[0].layers[index].tar;
}

static void do_config(struct spec *spec, struct slice key, struct slice value)
{
    if (!spec->image)
        image_begin(spec, SLICE(""));
    struct make_image *image = spec->image;
    const struct {
        const char *key;
        struct slice *text;
    } rows[] = {{"os", &image->os},
                {"architecture", &image->architecture},
                {"variant", &image->variant},
                {"user", &image->user},
                {"workdir", &image->workdir},
                {"created", &image->created},
                {"healthcheck", &image->healthcheck}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (slice_equal_str(key, rows[i].key)) {
            *rows[i].text = value;
            return;
        }
    }
#define LISTED(name, things, counter, space)                                                       \
    if (slice_equal_str(key, name)) {                                                              \
        if (!ARENA_PUSH(spec->list->arena, image->things, image->counter, image->space, value))    \
            die("out of memory");                                                                  \
        return;                                                                                    \
    }
    LISTED("env", env, env_count, env_room)
    LISTED("entrypoint", entrypoint, entrypoint_count, entrypoint_room)
    LISTED("cmd", cmd, cmd_count, cmd_room)
    LISTED("expose", ports, port_count, port_room)
    LISTED("volume", volumes, volume_count, volume_room)
    LISTED("label", labels, label_count, label_room)
    die("config %.*s: unknown key", SLICE_ARG(key));
}

static const struct {
    const char *word;
    void (*run)(struct spec *spec, struct slice first, struct slice rest);
} commands[] = {
    {"file", do_file},     {"text", do_text},         {"zeros", do_zeros},
    {"dir", do_dir},       {"symlink", do_symlink},   {"hardlink", do_hardlink},
    {"device", do_device}, {"whiteout", do_whiteout}, {"opaque", do_opaque},
    {"tree", do_tree},     {"tarball", do_tarball},   {"same", do_same},
    {"config", do_config},
};

static void run_line(struct spec *spec, struct slice line)
{
    struct slice rest = slice_trim(line), word;
    if (rest.len == 0 || rest.at[0] == '#')
        return;
    word = slice_cut(&rest, ' ');
    if (slice_equal_str(word, "image")) {
        image_begin(spec, slice_trim(rest));
        return;
    }
    if (slice_equal_str(word, "layer")) {
        layer_begin(spec, rest);
        return;
    }
    if (slice_equal_str(word, "history")) {
        struct make_step step = {rest, -1};
        if (!spec->image)
            image_begin(spec, SLICE(""));
        PUSH(spec->list, spec->image, step, step);
        return;
    }
    struct slice first = slice_cut(&rest, ' ');
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
        if (slice_equal_str(word, commands[i].word)) {
            commands[i].run(spec, unescape(spec, first), rest);
            return;
        }
    }
    die("unknown line: %.*s", SLICE_ARG(line));
}

void spec_read(struct make_list *list, const char *path)
{
    struct spec spec = {.list = list};
    struct stat status;
    struct slice bytes;
    struct error err;
    if (stat(path, &status) != 0)
        die("no %s", path);
    if (S_ISDIR(status.st_mode)) {
        layer_begin(&spec, SLICE(""));
        add_tree(&spec, path, SLICE(""));
    } else {
        struct slice name = slice_str(path);
        size_t slash = slice_find_last(name, '/');
        spec.folder = slash < name.len ? slice_upto(name, slash + 1) : SLICE("");
        if (!file_read(path, SIZE_MAX / 4, list->arena, &bytes, &err))
            die("%s", err.text);
        while (bytes.len)
            run_line(&spec, slice_cut_line(&bytes));
    }
    if (!spec.image)
        image_begin(&spec, SLICE(""));
    layer_end(&spec);
}
