/* tests/data/update/remote_url.txt, line by line: an address, "->", kind, host, port, owner, name.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "data.h"

#include "base/file.h"
#include "update/forge/remote_url.h"

enum { CASES_LEAST = 20 };

static void read_table(void **state)
{
    static const char *const kinds[] = {"https", "http", "ssh", "file"};
    CLEANUP_ARENA struct arena arena;
    struct error err;
    unsigned cases = 0;
    (void)state;
    arena_init(&arena, 16 << 20);
    struct slice rest = test_data("update/remote_url.txt", &arena);
    while (rest.len) {
        struct remote_url url;
        char got[1000] = "bad";
        struct slice line = slice_cut_line(&rest);
        if (!line.len || line.at[0] == '#')
            continue;
        size_t arrow = slice_search(line, SLICE(" -> "));
        struct slice address = slice_upto(line, arrow), expected = slice_from(line, arrow + 4);
        expected = slice_trim(slice_upto(expected, slice_search(expected, SLICE("  #"))));
        if (remote_url_parse(address, &arena, &url, &err))
            snprintf(got, sizeof got, "%s %.*s %u %.*s %.*s", kinds[url.kind],
                     SLICE_ARG(url.host.len ? url.host : SLICE("-")), url.port,
                     SLICE_ARG(url.owner.len ? url.owner : SLICE("-")), SLICE_ARG(url.name));
        else
            assert_int_equal(err.kind, ERROR_USAGE);
        if (!slice_equal_str(expected, got))
            fail_msg("%.*s gives %s", SLICE_ARG(line), got);
        cases++;
    }
    assert_true(cases >= CASES_LEAST);
}

static void show_hides_secrets(void **state)
{
    CLEANUP_ARENA struct arena arena;
    (void)state;
    arena_init(&arena, 1 << 20);
    assert_true(
        slice_equal_str(remote_url_show(SLICE("https://me:secret@github.com/acme/web.git"), &arena),
                        "https://github.com/acme/web.git"));
    assert_true(
        slice_equal_str(remote_url_show(SLICE("https://tok@en@h/a/b"), &arena), "https://h/a/b"));
    assert_true(slice_equal_str(remote_url_show(SLICE("git@github.com:acme/web"), &arena),
                                "github.com:acme/web"));
    assert_true(slice_equal_str(remote_url_show(SLICE("/srv/a@b/c"), &arena), "/srv/a@b/c"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(read_table),
        cmocka_unit_test(show_hides_secrets),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
