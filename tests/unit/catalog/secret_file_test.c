/* A file in pieces of any size tells the same secrets; binary files tell none. */
#include "catalog/secret_file.h"

#include <stdio.h>
#include <stdlib.h>

#include "fixture.h"

/* In two parts, or every secret scanner would stop at this file. */
#define KEY                                                                                        \
    "AKIA"                                                                                         \
    "Q7ZK2LMPE4RTXWVD"
#define PASSWORD "kR7wq2Zt9"

enum { FILE_SIZE = 700 << 10 };
static char text[FILE_SIZE];

struct place {
    size_t at;
    const char *line;
};
/* The window's ends are at 256 KiB, and steps of 236 KiB - 128 bytes behind. */
static const struct place places[] = {
    {5, "id = " KEY "\n"},
    {(236 << 10) - 30, "DB_PASSWORD=" PASSWORD "\n"},
    {(236 << 10) + 300, "id = " KEY "\n"},
    {(256 << 10) - 12, "id = " KEY "\n"},
    {(472 << 10) - 200, "id = " KEY "\n"},
    {FILE_SIZE - 30, "id = " KEY "\n"},
};
enum { PLACES = sizeof places / sizeof *places };

static void make_text(void)
{
    for (size_t i = 0; i < FILE_SIZE; i++)
        text[i] = i % 61 == 60 ? '\n' : '.';
    for (size_t i = 0; i < PLACES; i++) {
        text[places[i].at - 1] = '\n';
        memcpy(text + places[i].at, places[i].line, strlen(places[i].line));
    }
}

static unsigned line_of(size_t at)
{
    unsigned line = 1;
    for (size_t i = 0; i < at; i++)
        line += text[i] == '\n';
    return line;
}

static void feed(struct fixture *f, struct slice bytes, size_t piece, const char *path)
{
    struct secret_file file;
    fixture_init(f);
    assert_true(secret_file_init(&file, &f->collector, &f->arena));
    bool more = secret_file_wants(&file, slice_str(path), bytes.len);
    for (size_t at = 0; at < bytes.len && more; at += piece)
        more = secret_file_feed(&file, slice_str(path), at,
                                slice_upto(slice_from(bytes, at), piece), bytes.len);
    secret_file_end(&file);
    secret_file_done(&file);
}

static void pieces_of_any_size_tell_the_same(void **state)
{
    (void)state;
    static const size_t pieces[] = {FILE_SIZE, 1000, 4096, 65537, 256 << 10, 300001};
    make_text();
    for (size_t p = 0; p < sizeof pieces / sizeof *pieces; p++) {
        struct fixture f;
        feed(&f, slice_of(text, FILE_SIZE), pieces[p], "srv/app/x.env");
        assert_int_equal(f.analysis.secret_count, PLACES);
        for (size_t i = 0; i < PLACES; i++) {
            const struct layer_secret *secret = &f.analysis.secrets[i];
            assert_int_equal(secret->line, line_of(places[i].at));
            assert_true(slice_equal_str(secret->path, "srv/app/x.env"));
            assert_true(
                slice_equal_str(secret->hint, i == 1 ? "************" : "AKIA************XWVD"));
        }
        fixture_done(&f);
    }
}

static void binary_files_are_left_out(void **state)
{
    (void)state;
    struct fixture f;
    feed(&f, SLICE("id = " KEY "\n\0\n"), 4096, "srv/x");
    assert_int_equal(f.analysis.secret_count, 0);
    fixture_done(&f);
    feed(&f, SLICE("id = " KEY "\n"), 4096, "srv/x.so");
    assert_int_equal(f.analysis.secret_count, 0);
    fixture_done(&f);
    feed(&f, SLICE("id = " KEY "\n"), 4096, "srv/x");
    assert_int_equal(f.analysis.secret_count, 1);
    fixture_done(&f);
}

static void a_hole_joins_nothing(void **state)
{
    (void)state;
    struct fixture f;
    struct secret_file file;
    fixture_init(&f);
    assert_true(secret_file_init(&file, &f.collector, &f.arena));
    struct slice key = SLICE("id = " KEY "\n");
    assert_true(secret_file_feed(&file, SLICE("x"), 0, slice_upto(key, 12), 1 << 20));
    assert_true(secret_file_feed(&file, SLICE("x"), 9000, slice_from(key, 12), 1 << 20));
    assert_true(secret_file_feed(&file, SLICE("x"), 20000, key, 1 << 20));
    secret_file_end(&file);
    secret_file_done(&file);
    assert_int_equal(f.analysis.secret_count, 1);
    fixture_done(&f);
}

static void a_file_of_secrets_ends(void **state)
{
    (void)state;
    char *many = NULL;
    size_t len = 0;
    struct fixture f;
    FILE *out = open_memstream(&many, &len);
    for (int i = 0; i < 5000; i++)
        fprintf(out, "DB_PASSWORD=%s%d\n", PASSWORD, i);
    fclose(out);
    feed(&f, slice_of(many, len), 4096, "srv/.env");
    assert_int_equal(f.analysis.secret_count, 100);
    assert_int_equal(f.analysis.note_count, 1);
    fixture_done(&f);
    free(many);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pieces_of_any_size_tell_the_same),
        cmocka_unit_test(binary_files_are_left_out),
        cmocka_unit_test(a_hole_joins_nothing),
        cmocka_unit_test(a_file_of_secrets_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
