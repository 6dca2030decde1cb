/*
 * make-image: container images for tests and demos out of a few words. The result is the same bytes
 * for the same input (SOURCE_DATE_EPOCH is the time of every file, else 1970).
 *
 *     make-image [options] -o OUTPUT SPEC|FOLDER
 *
 *     --format docker-archive|oci|oci-archive|layer   what OUTPUT is (docker-archive); `layer` is
 * the first layer's tarball alone
 *     --compression none|gzip|zstd              of the layers (none for docker-archive and layer,
 *                                               else gzip)
 *     --tag NAME                                name of an image whose spec tells none
 *     --truncate N                              cut OUTPUT (a file) to N bytes; negative: cut N off
 *     --flip N                                  invert the byte at N of OUTPUT (a file)
 *
 * A folder becomes an image of one layer. A spec is lines; `#` begins a comment; words are split at
 * spaces ("\040" is a space in a path), and the last argument takes the rest of the line. Paths are
 * those inside the image, LOCAL ones stand beside the spec or begin with "/".
 *
 *     image NAME                   begins an image (repository:tag). Images with the same NAME and
 *                                  different platforms become one index in the OCI formats. A spec
 *                                  without `image` lines is one image.
 *     layer [INSTRUCTION…]         begins a layer; the instruction goes into the history
 *     file PATH MODE < LOCAL       MODE octal
 *     text PATH CONTENT…           mode 0644; \n \t \\ \NNN in CONTENT are read as in C
 *     zeros PATH SIZE              a file of SIZE zero bytes
 *     dir PATH [MODE]
 *     symlink PATH TARGET
 *     hardlink PATH TARGET
 *     device PATH                  a character device (1, 3)
 *     whiteout PATH                PATH is removed from the layers below
 *     opaque PATH                  folder PATH hides what the layers below have in it
 *     tree LOCAL [PREFIX]          all of a local folder
 *     tarball LOCAL                the layer is this uncompressed tar (nothing else in it)
 *     same N                       the layer is layer N (from 0) of the first image
 *     history INSTRUCTION…         an empty layer in the history
 *     config KEY VALUE…            os, architecture, variant, user, workdir, created,
 *                                  healthcheck (a shell command, NONE, or CMD and words); env,
 * entrypoint, cmd, expose (80/tcp), volume and label (k=v) may stand several times
 */
#include <fcntl.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "image_parts.h"

void die(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fputs("make-image: ", stderr);
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
    va_end(args);
    exit(2);
}

static int choice(const char *text, const char *const *names)
{
    for (int i = 0; names[i]; i++)
        if (strcmp(text, names[i]) == 0)
            return i;
    die("unknown: %s", text);
}

static void damage(const char *path, const char *cut, const char *flip)
{
    CLEANUP_FD int fd = open(path, O_RDWR | O_CLOEXEC);
    struct stat status;
    if (fd < 0 || fstat(fd, &status) != 0)
        die("cannot damage %s", path);
    if (flip) {
        off_t at = (off_t)strtoll(flip, NULL, 0);
        char c = 0;
        if (pread(fd, &c, 1, at) != 1)
            die("no byte %s in %s", flip, path);
        c = (char)~c;
        if (pwrite(fd, &c, 1, at) != 1)
            die("cannot write %s", path);
    }
    if (cut) {
        off_t size = (off_t)strtoll(cut, NULL, 0);
        if (ftruncate(fd, size < 0 ? status.st_size + size : size) != 0)
            die("cannot cut %s", path);
    }
}

int main(int count, char **words)
{
    static const char *const formats[] = {"docker-archive", "oci", "oci-archive", "layer", NULL};
    static const char *const compressions[] = {"none", "gzip", "zstd", NULL};
    static const struct option options[] = {
        {"format", required_argument, NULL, 'f'},
        {"compression", required_argument, NULL, 'c'},
        {"tag", required_argument, NULL, 't'},
        {"output", required_argument, NULL, 'o'},
        {"truncate", required_argument, NULL, 'x'},
        {"flip", required_argument, NULL, 'y'},
        {NULL, 0, NULL, 0},
    };
    const char *output = NULL, *tag = "", *cut = NULL, *flip = NULL;
    int format = FORMAT_DOCKER_ARCHIVE, compression = -1, option;
    while ((option = getopt_long(count, words, "o:", options, NULL)) != -1) {
        switch (option) {
        case 'f':
            format = choice(optarg, formats);
            break;
        case 'c':
            compression = choice(optarg, compressions);
            break;
        case 't':
            tag = optarg;
            break;
        case 'o':
            output = optarg;
            break;
        case 'x':
            cut = optarg;
            break;
        case 'y':
            flip = optarg;
            break;
        default:
            return 2;
        }
    }
    if (!output || optind + 1 != count)
        die("usage: make-image [options] -o OUTPUT SPEC|FOLDER (options: see make_image.c)");
    if (compression < 0)
        compression =
            format == FORMAT_OCI || format == FORMAT_OCI_ARCHIVE ? COMPRESS_GZIP : COMPRESS_NONE;
    CLEANUP_ARENA struct arena arena;
    arena_init(&arena, SIZE_MAX);
    const char *epoch = getenv("SOURCE_DATE_EPOCH");
    struct make_list list = {.arena = &arena,
                             .epoch = epoch ? strtoll(epoch, NULL, 10) : 0,
                             .compression = (enum image_compression)compression};
    spec_read(&list, words[optind]);
    for (size_t i = 0; i < list.count; i++)
        if (list.images[i].name.len == 0)
            list.images[i].name = slice_str(tag);
    image_write(&list, (enum image_format)format, output);
    if (cut || flip)
        damage(output, cut, flip);
    return 0;
}
