/* What a file or folder is, by its content and not by its name. */
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/ascii.h"
#include "base/file.h"
#include "image/path.h"
#include "image/source.h"
#include "image/tar_parts.h"
#include "image/unpack.h"

/* Image archives have few members; what has not told itself by then is a layer. */
enum { LOOK_MAX = 4096 };

/* containers/image's "dir:" has the blobs of one image side by side and marks itself so. Walked as
   a root folder it would be an image without packages. */
static bool is_directory_transport(int folder)
{
    static const char mark[] = "Directory Transport Version";
    char head[sizeof mark - 1];
    CLEANUP_FD int fd = file_open_beneath(folder, "version");
    return fd >= 0 && read(fd, head, sizeof head) == (ssize_t)sizeof head &&
           memcmp(head, mark, sizeof head) == 0;
}

static source_opener sniff_folder(int fd, struct error *err)
{
    if (faccessat(fd, "oci-layout", F_OK, 0) == 0 ||
        (faccessat(fd, "index.json", F_OK, 0) == 0 && faccessat(fd, "blobs", F_OK, 0) == 0))
        return oci_layout_open;
    if (is_directory_transport(fd)) {
        error_set(err, ERROR_UNSUPPORTED,
                  "an image in the dir: form, which is not read; skopeo copies it to oci:");
        return NULL;
    }
    return folder_open;
}

static bool hex_start(struct slice name)
{
    size_t digits = 0;
    if (slice_starts(name, SLICE("sha256:")))
        return true;
    while (digits < name.len && digits < 64 &&
           (ascii_digit(name.at[digits]) || (name.at[digits] >= 'a' && name.at[digits] <= 'f')))
        digits++;
    return digits == 64;
}

/* 'd' docker-archive, 'o' OCI layout, '?' part of some image archive, 'l' of none, '.' the root:
   `tar -C layout .` begins with it, and so does many a layer. */
static char member_kind(struct slice path)
{
    if (path.len == 0)
        return '.';
    if (slice_equal(path, SLICE("manifest.json")) || slice_equal(path, SLICE("repositories")))
        return 'd';
    if (slice_equal(path, SLICE("oci-layout")) || slice_equal(path, SLICE("index.json")))
        return 'o';
    if (hex_start(path) || slice_equal(path, SLICE("blobs")) ||
        slice_starts(path, SLICE("blobs/sha256")))
        return '?';
    return 'l';
}

/* Looks at the names in a tar. A compressed one is not read further than its first names: they tell
   whether it is an archive, and no layer begins so. */
static source_opener sniff_names(struct tar *tar, bool seeks, struct error *err)
{
    struct tar_entry entry;
    source_opener found = NULL;
    bool all = false, first = true; /* all: members so far could be an archive's */
    CLEANUP_ARENA struct arena scratch;
    arena_init(&scratch, 1024 * 1024);
    for (unsigned i = 0; i < LOOK_MAX && tar_next(tar, &entry, err); i++) {
        arena_reset(&scratch);
        char kind = member_kind(path_clean(&scratch, entry.path));
        if (kind == 'd') /* it counts even where the tar is an OCI layout, too */
            return docker_archive_open;
        if (kind == '.')
            continue;
        if (kind == 'o')
            found = oci_layout_open;
        all = kind != 'l' && (all || first);
        first = false;
        if (!seeks && entry.type != TAR_FOLDER)
            break;
    }
    if (found && seeks)
        return found;
    /* An archive that is cut, for example. An error here comes again when it is read. */
    return all ? docker_archive_open : tarball_open;
}

static bool is_zeros(struct slice bytes)
{
    for (size_t i = 0; i < bytes.len; i++)
        if (bytes.at[i])
            return false;
    return true;
}

/* A layer of an image may be an empty tar, which is zeros. A file that somebody names is not: "no
   findings" would be said of a file that was never written. */
static bool check_tar(struct slice head, struct error *err)
{
    CLEANUP_ARENA struct arena scratch;
    struct tar_header header;
    struct error ignored;
    arena_init(&scratch, 64 * 1024);
    if (head.len >= TAR_BLOCK && is_zeros(head))
        return error_set(err, ERROR_FORMAT,
                         "it begins with zeros: an empty tar, or a file that was never written");
    return (head.len >= TAR_BLOCK && tar_header_parse(head.at, 0, &scratch, &header, &ignored)) ||
           error_set(err, ERROR_UNSUPPORTED,
                     "neither an image archive, nor a layer, nor a JSON SBOM");
}

static source_opener sniff_tar(int fd, uint64_t size, struct arena *arena, struct error *err)
{
    struct slice head;
    struct tar tar;
    source_opener found = NULL;
    struct stream *outer = unpack_open(arena, fd, size, err);
    if (!outer)
        return NULL;
    if (stream_peek(outer, TAR_BLOCK, &head, err) && check_tar(slice_upto(head, TAR_BLOCK), err)) {
        tar_init(&tar, outer, NULL);
        found = sniff_names(&tar, stream_seeks(outer), err);
        tar_done(&tar);
    }
    stream_close(outer);
    return found;
}

static source_opener sniff_file(int fd, uint64_t size, struct error *err)
{
    CLEANUP_ARENA struct arena arena;
    char beginning[TAR_BLOCK];
    size_t got;
    arena_init(&arena, 4 * 1024 * 1024);
    if (!file_pread(fd, beginning, sizeof beginning, 0, &got, err))
        return NULL;
    struct slice head = slice_of(beginning, got);
    if (slice_starts(head, SLICE("\xef\xbb\xbf")))
        head = slice_from(head, 3);
    struct slice text = slice_trim(head);
    if (slice_starts(text, SLICE("{")))
        return sbom_open;
    if (slice_starts(text, SLICE("<"))) {
        error_set(err, ERROR_UNSUPPORTED, "an XML file; SBOMs are read as JSON");
        return NULL;
    }
    return sniff_tar(fd, size, &arena, err);
}

source_opener source_sniff(const char *path, struct error *err)
{
    struct stat status;
    source_opener found = NULL;
    CLEANUP_FD int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0 || fstat(fd, &status) != 0) {
        error_errno(err, "opening %s", path);
        return NULL;
    }
    if (S_ISDIR(status.st_mode))
        found = sniff_folder(fd, err);
    else if (!S_ISREG(status.st_mode))
        error_set(err, ERROR_UNSUPPORTED,
                  "neither a file nor a folder: a stream cannot be "
                  "sought through; save it to a file, and scan that");
    else if (status.st_size == 0)
        error_set(err, ERROR_FORMAT, "an empty file");
    else
        found = sniff_file(fd, (uint64_t)status.st_size, err);
    if (!found)
        error_add(err, "%s", path);
    return found;
}
