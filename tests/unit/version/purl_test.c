/* tests/data/version/purl.txt: canonical forms, and that they parse to themselves. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "version/purl.h"

static struct slice canonical(struct slice text, struct arena *arena)
{
    struct purl purl;
    struct error err = {0};
    return purl_parse(text, arena, &purl, &err) ? purl_format(&purl, arena) : (struct slice){0};
}

static unsigned check_line(struct slice line, struct arena *arena)
{
    line = slice_trim(slice_upto(line, slice_search(line, SLICE(" #"))));
    if (line.len == 0 || line.at[0] == '#')
        return 0;
    bool invalid = line.at[0] == '!';
    size_t arrow = slice_search(line, SLICE(" -> "));
    struct slice input = invalid ? slice_trim(slice_from(line, 1)) : slice_upto(line, arrow);
    struct slice expected = invalid ? (struct slice){0} : slice_from(line, arrow + 4);
    struct slice found = canonical(input, arena);
    if (!slice_equal(found, expected))
        print_error("%.*s -> %.*s, not %.*s\n", SLICE_ARG(input), SLICE_ARG(found),
                    SLICE_ARG(expected));
    else if (invalid || slice_equal(canonical(found, arena), found))
        return 0;
    return 1;
}

static void canonical_forms(void **state)
{
    (void)state;
    CLEANUP_ARENA struct arena arena;
    arena_init(&arena, 16 * 1024 * 1024);
    char path[1000], line[1000];
    const char *tests = getenv("PLIMSOLL_TESTS");
    snprintf(path, sizeof path, "%s/data/version/purl.txt", tests ? tests : "tests");
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    unsigned wrong = 0, lines = 0;
    for (; fgets(line, sizeof line, file); lines++) {
        struct slice rest = slice_str(line);
        wrong += check_line(slice_cut_line(&rest), &arena);
    }
    fclose(file);
    assert_true(lines > 30);
    assert_int_equal(wrong, 0);
}

static void parts_are_decoded(void **state)
{
    (void)state;
    CLEANUP_ARENA struct arena arena;
    arena_init(&arena, 1024 * 1024);
    struct purl purl;
    struct error err = {0};
    assert_true(purl_parse(SLICE("pkg:rpm/redhat/a%2Bb@1%2B2?upstream=a-1.src.rpm&epoch=3#x/%2E/y"),
                           &arena, &purl, &err));
    assert_true(slice_equal_str(purl.type, "rpm"));
    assert_true(slice_equal_str(purl.namespace, "redhat"));
    assert_true(slice_equal_str(purl.name, "a+b"));
    assert_true(slice_equal_str(purl.version, "1+2"));
    assert_true(slice_equal_str(purl.subpath, "x/y"));
    assert_int_equal(purl.qualifier_count, 2);
    assert_true(slice_equal_str(purl_qualifier(&purl, "epoch"), "3"));
    assert_true(slice_equal_str(purl_qualifier(&purl, "upstream"), "a-1.src.rpm"));
    assert_int_equal(purl_qualifier(&purl, "distro").len, 0);
}

/* A path of very many segments is joined in one go: it must not spend the arena of an SBOM. */
static void a_long_path_takes_little_memory(void **state)
{
    (void)state;
    enum { SEGMENTS = 32000 };
    static char text[2 * SEGMENTS + 100] = "pkg:npm/";
    CLEANUP_ARENA struct arena arena;
    arena_init(&arena, 4 * 1024 * 1024);
    for (size_t i = 0, at = strlen(text); i < SEGMENTS; i++, at += 2)
        memcpy(text + at, "a/", 2);
    memcpy(text + strlen(text), "name@1", sizeof "name@1");
    struct purl purl;
    struct error err = {0};
    assert_true(purl_parse(slice_str(text), &arena, &purl, &err));
    assert_int_equal(purl.namespace.len, 2 * SEGMENTS - 1);
    assert_true(slice_equal_str(slice_upto(purl.namespace, 5), "a/a/a"));
    assert_true(slice_equal_str(purl.name, "name"));
}

static void errors_leave_the_output(void **state)
{
    (void)state;
    CLEANUP_ARENA struct arena arena;
    arena_init(&arena, 1024 * 1024);
    struct purl purl = {.name = SLICE("before")};
    struct error err = {0};
    assert_false(purl_parse(SLICE("pkg:apk/"), &arena, &purl, &err));
    assert_int_equal(err.kind, ERROR_FORMAT);
    assert_true(slice_equal_str(purl.name, "before"));
    CLEANUP_ARENA struct arena tiny;
    arena_init(&tiny, 16);
    assert_false(purl_parse(SLICE("pkg:apk/alpine/openssl@1?a=b"), &tiny, &purl, &err));
    assert_int_equal(err.kind, ERROR_LIMIT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(canonical_forms),
        cmocka_unit_test(parts_are_decoded),
        cmocka_unit_test(a_long_path_takes_little_memory),
        cmocka_unit_test(errors_leave_the_output),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
