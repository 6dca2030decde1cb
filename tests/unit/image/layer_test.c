/* The walk of layers: what tar writers make, as an independent reader tells it (data/image/tar),
 * from every kind of stream; whiteouts; limits; damage. */
#include <dirent.h>
#include <stdio.h>
#include <unistd.h>
#include <zstd.h>

#include "base/file.h"
#include "image/layer.h"
#include "image/tar.h"

#include "arena.h"
#include "test.h"

/* A stream of 7 bytes a piece: every edge lies inside something. */
struct dribble {
    struct stream stream;
    struct slice rest;
};

static bool dribble_next(struct stream *self, struct slice *piece, struct error *err)
{
    struct dribble *dribble = (struct dribble *)self;
    (void)err;
    *piece = slice_upto(dribble->rest, 7);
    dribble->rest = slice_from(dribble->rest, 7);
    return true;
}

static const struct stream_ops dribble_ops = {.name = "dribble", .next = dribble_next};

static struct stream *dribble(struct slice bytes)
{
    struct dribble *made = arena_new(&arena, struct dribble);
    made->stream.ops = &dribble_ops;
    made->rest = bytes;
    return &made->stream;
}

/* Writes down what it is told, in the form of the .list files. */
struct record {
    FILE *file;
    enum layer_want want;
    char line[20000]; /* of the open file, up to its hash */
    char name[10000];
    struct sha256 hash;
    uint64_t size, at;
    size_t calls;
};

static void add_zeros(struct record *record, uint64_t until)
{
    static const char zeros[4096];
    while (record->at < until) {
        size_t some =
            until - record->at < sizeof zeros ? (size_t)(until - record->at) : sizeof zeros;
        sha256_add(&record->hash, zeros, some);
        record->at += some;
    }
}

static void finish_file(struct record *record, bool complete)
{
    struct digest digest;
    add_zeros(record, record->size);
    sha256_finish(&record->hash, &digest);
    sha256_done(&record->hash);
    fprintf(record->file, "%s%.16s %s\n", record->line, complete ? digest.text + 7 : "incomplete",
            record->name);
}

static enum layer_want on_entry(void *context, const struct layer_entry *entry)
{
    struct record *record = context;
    static const char kinds[] = {
        [ENTRY_FILE] = 'f',     [ENTRY_FOLDER] = 'd', [ENTRY_SYMLINK] = 'l',
        [ENTRY_HARDLINK] = 'h', [ENTRY_DEVICE] = 'c', [ENTRY_FIFO] = 'p'};
    snprintf(record->line, sizeof record->line, "%c %llu %o %lld ", kinds[entry->type],
             (unsigned long long)entry->size, entry->mode, (long long)entry->mtime);
    snprintf(record->name, sizeof record->name, "%.*s", SLICE_ARG(entry->path));
    if (entry->type != ENTRY_FILE) {
        fprintf(record->file, "%s- %s%s%.*s\n", record->line, record->name,
                entry->link.len ? " " : "", SLICE_ARG(entry->link));
        return LAYER_NONE;
    }
    sha256_init(&record->hash);
    record->size = entry->size;
    record->at = 0;
    if (record->want == LAYER_NONE)
        finish_file(record, true);
    return record->want;
}

static bool on_bytes(void *context, uint64_t offset, struct slice bytes)
{
    struct record *record = context;
    add_zeros(record, offset);
    sha256_add(&record->hash, bytes.at, bytes.len);
    record->at += bytes.len;
    record->calls++;
    return true;
}

static void on_end(void *context, bool complete)
{
    finish_file(context, complete);
}

static void on_removal(void *context, struct slice path, bool opaque)
{
    struct record *record = context;
    fprintf(record->file, "%s %.*s\n", opaque ? "opaque" : "gone", SLICE_ARG(path));
}

static const struct layer_visitor visitor = {on_entry, on_bytes, NULL, on_end, on_removal};

/* The list of a stream; the text of the error, if any, at its end. */
static char *list_of(struct stream *stream, enum layer_want want, const struct layer_options *how)
{
    char *text;
    size_t len;
    struct error err = {0};
    struct layer_summary summary;
    struct record record = {.file = open_memstream(&text, &len), .want = want};
    if (!layer_read(stream, how, &visitor, &record, &arena, &summary, &err))
        fprintf(record.file, "error: %s\n", err.text);
    fclose(record.file);
    return text;
}

static struct slice bytes_of(const char *path)
{
    struct slice bytes;
    struct error err;
    if (!file_read(path, 64 << 20, &arena, &bytes, &err))
        fail_msg("%s", err.text);
    return bytes;
}

static void check(const char *path, const char *want, char *have)
{
    if (strcmp(want, have) != 0)
        fail_msg("%s:\nwant:\n%s\nhave:\n%s", path, want, have);
    free(have);
}

static void check_tar(const char *path)
{
    static const struct layer_options plain = {0}, hashed = {.digest = true, .diff_id = true};
    struct error err;
    struct slice tar = bytes_of(path);
    struct slice list = arena_printf(&arena, "%.*slist", (int)(strlen(path) - 3), path);
    const char *want = bytes_of(list.at).at;
    size_t room = ZSTD_compressBound(tar.len);
    char *packed = arena_alloc(&arena, room);
    struct slice zstd = slice_of(packed, ZSTD_compress(packed, room, tar.at, tar.len, 1));
    int fd = file_open(path, &err);
    for (int i = 0; i < 2; i++) {
        enum layer_want how = i ? LAYER_WHOLE : LAYER_PIECES;
        check(path, want, list_of(stream_of_memory(&arena, tar, &err), how, &plain));
        check(path, want, list_of(dribble(tar), how, &plain));
        check(path, want, list_of(dribble(tar), how, &hashed));
        check(path, want, list_of(dribble(zstd), how, &hashed));
        check(path, want, list_of(stream_of_range(&arena, fd, 0, tar.len, &err), how, &plain));
        check(path, want, list_of(stream_of_range(&arena, fd, 0, tar.len, &err), how, &hashed));
    }
    close(fd);
    arena_reset(&arena);
}

static void tells_what_tar_writers_wrote(void **state)
{
    (void)state;
    char path[4096];
    const char *tests = getenv("PLIMSOLL_TESTS");
    unsigned count = 0;
    snprintf(path, sizeof path, "%s/data/image/tar", tests);
    DIR *folder = opendir(path);
    assert_non_null(folder);
    for (const struct dirent *entry; (entry = readdir(folder)) != NULL;) {
        if (!slice_ends(slice_str(entry->d_name), SLICE(".tar")))
            continue;
        snprintf(path, sizeof path, "%s/data/image/tar/%s", tests, entry->d_name);
        check_tar(path);
        count++;
    }
    closedir(folder);
    assert_true(count > 10);
}

static struct slice fixture(const char *name)
{
    return bytes_of(
        arena_printf(&arena, "%s/data/image/tar/%s", getenv("PLIMSOLL_TESTS"), name).at);
}

static void names_the_byte_where_a_tar_is_cut(void **state)
{
    (void)state;
    static const struct layer_options plain = {0};
    struct slice tar = fixture("python-pax.tar");
    struct error err;
    for (size_t len = 1; len < 12000; len += 97) {
        char *list =
            list_of(stream_of_memory(&arena, slice_upto(tar, len), &err), LAYER_PIECES, &plain);
        size_t zeros = len; /* padding may be missing, as for other readers */
        while (zeros % 512 && tar.at[zeros] == 0)
            zeros++;
        if (!strstr(list, "too early, at byte") && zeros % 512)
            fail_msg("cut at %zu: %s", len, list);
        free(list);
    }
}

static void a_flipped_byte_in_a_header_is_told(void **state)
{
    (void)state;
    static const struct layer_options plain = {0};
    struct error err;
    struct slice tar = fixture("gnutar-v7.tar");
    char *broken = (char *)(uintptr_t)tar.at;
    broken[512] ^= 1;
    char *list = list_of(stream_of_memory(&arena, tar, &err), LAYER_PIECES, &plain);
    assert_non_null(strstr(list, "error: not a tar header at byte 512 (wrong checksum)"));
    free(list);
}

static void limits_end_the_walk_with_a_word(void **state)
{
    (void)state;
    struct error err;
    struct slice tar = fixture("gnutar-gnu.tar");
    struct layer_limits limits = layer_limits_default;
    struct layer_options how = {.limits = &limits};
    limits.entries_max = 3;
    char *list = list_of(stream_of_memory(&arena, tar, &err), LAYER_PIECES, &how);
    assert_non_null(strstr(list, "error: the tar has more than 3 entries"));
    free(list);
    limits = layer_limits_default;
    limits.path_max = 100;
    list = list_of(stream_of_memory(&arena, tar, &err), LAYER_PIECES, &how);
    assert_non_null(strstr(list, "a path of more than 100 bytes"));
    free(list);
    limits = layer_limits_default;
    limits.size_max = 4000;
    list = list_of(stream_of_memory(&arena, tar, &err), LAYER_PIECES, &how);
    assert_non_null(strstr(list, "more than 4000 bytes in the layer"));
    free(list);
    limits = layer_limits_default;
    limits.whole_max = 5;
    list = list_of(stream_of_memory(&arena, tar, &err), LAYER_WHOLE, &how);
    assert_non_null(strstr(list, "f 6 644 1600000000 incomplete etc/hard"));
    free(list);
}

static void a_bomb_is_stopped(void **state)
{
    (void)state;
    struct error err;
    struct layer_limits limits = layer_limits_default;
    struct layer_options how = {.limits = &limits};
    size_t size = 32 << 20, room = ZSTD_compressBound(size);
    char *zeros = arena_alloc(&arena, size), *packed = arena_alloc(&arena, room);
    /* One header of a large file, so that it is no empty tar. */
    memcpy(zeros, fixture("sparse-old.tar").at, 512);
    struct slice bomb = slice_of(packed, ZSTD_compress(packed, room, zeros, size, 3));
    limits.ratio_after = 1 << 20;
    char *list = list_of(stream_of_memory(&arena, bomb, &err), LAYER_PIECES, &how);
    assert_non_null(strstr(list, "a compression bomb?"));
    free(list);
}

static void hashes_what_is_stored_and_what_comes_out(void **state)
{
    (void)state;
    struct error err;
    struct slice tar = fixture("gnutar-ustar.tar");
    struct layer_options how = {.digest = true, .diff_id = true};
    struct layer_summary summary;
    struct record record = {.file = fopen("/dev/null", "w")};
    size_t room = ZSTD_compressBound(tar.len);
    char *packed = arena_alloc(&arena, room);
    struct slice zstd = slice_of(packed, ZSTD_compress(packed, room, tar.at, tar.len, 3));
    struct digest stored, diff_id;
    sha256_of(zstd, &stored);
    sha256_of(tar, &diff_id);
    for (int i = 0; i < 2; i++) {
        how.one_thread = i;
        assert_true(layer_read(stream_of_memory(&arena, zstd, &err), &how, &visitor, &record,
                               &arena, &summary, &err));
        assert_string_equal(summary.digest.text, stored.text);
        assert_string_equal(summary.diff_id.text, diff_id.text);
        assert_int_equal(summary.size, tar.len);
        assert_int_equal(summary.stored, zstd.len);
        assert_int_equal(summary.compression, COMPRESSION_ZSTD);
    }
    fclose(record.file);
}

/* Refuses all but the first bytes: what is not wanted is not read. */
static bool no_more(void *context, uint64_t offset, struct slice bytes)
{
    struct record *record = context;
    record->calls++;
    record->at += bytes.len;
    return offset == 0;
}

static bool wants_nothing(void *context, uint64_t offset, uint64_t len)
{
    (void)context;
    (void)len;
    return offset >= 130000;
}

static void leaves_out_what_is_not_wanted(void **state)
{
    (void)state;
    char path[] = "/tmp/layer_test.XXXXXX";
    int fd = mkstemp(path);
    char head[512];
    struct error err;
    static const char zeros[200192];
    memcpy(head, fixture("gnutar-v7.tar").at, 512);
    /* A header of our own: a file of 200000 bytes. */
    memset(head, 0, sizeof head);
    snprintf(head, 100, "big");
    snprintf(head + 100, 8, "0000644");
    snprintf(head + 124, 12, "%011o", 200000);
    head[156] = '0';
    memset(head + 148, ' ', 8);
    unsigned sum = 0;
    for (size_t i = 0; i < sizeof head; i++)
        sum += (unsigned char)head[i];
    snprintf(head + 148, 8, "%06o", sum);
    assert_true(file_write_fd(fd, head, sizeof head, &err));
    assert_true(file_write_fd(fd, zeros, sizeof zeros, &err));
    struct layer_visitor picky = visitor;
    struct layer_options how = {0};
    struct layer_summary summary;
    struct record record = {.file = fopen("/dev/null", "w"), .want = LAYER_PIECES};
    picky.bytes = no_more;
    assert_true(layer_read(stream_of_range(&arena, fd, 0, 512 + sizeof zeros, &err), &how, &picky,
                           &record, &arena, &summary, &err));
    assert_int_equal(record.calls, 2); /* the head, then one refused */
    record.calls = 0;
    picky.bytes = on_bytes;
    picky.wants = wants_nothing;
    assert_true(layer_read(stream_of_range(&arena, fd, 0, 512 + sizeof zeros, &err), &how, &picky,
                           &record, &arena, &summary, &err));
    assert_true(record.calls >= 2); /* the head, and what is behind 130000 */
    fclose(record.file);
    close(fd);
    unlink(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ARENA_TEST(tells_what_tar_writers_wrote),
        ARENA_TEST(names_the_byte_where_a_tar_is_cut),
        ARENA_TEST(a_flipped_byte_in_a_header_is_told),
        ARENA_TEST(limits_end_the_walk_with_a_word),
        ARENA_TEST(a_bomb_is_stopped),
        ARENA_TEST(hashes_what_is_stored_and_what_comes_out),
        ARENA_TEST(leaves_out_what_is_not_wanted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
