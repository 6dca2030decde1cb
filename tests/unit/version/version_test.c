/*
 * Every tests/data/version/<scheme>.txt: the order it says, "invalid" where it says so, and the
 * order's own laws over all pairs and triples of the versions in it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "version/version.h"

enum { VERSIONS_MAX = 400, LINE_MAX_LENGTH = 300 };

struct data {
    const struct version_scheme *scheme;
    const char *path;
    char text[VERSIONS_MAX][100];
    struct slice version[VERSIONS_MAX];
    size_t count, cases;
    unsigned line;
    unsigned wrong;
};

static char sign(int order)
{
    return order < 0 ? '<' : order > 0 ? '>' : '=';
}

static struct slice keep(struct data *data, struct slice version)
{
    assert_true(data->count < VERSIONS_MAX && version.len < sizeof data->text[0]);
    memcpy(data->text[data->count], version.at, version.len);
    data->version[data->count] = slice_of(data->text[data->count], version.len);
    return data->version[data->count++];
}

static void check_invalid(struct data *data, struct slice version)
{
    if (!version_valid(data->scheme, version))
        return;
    print_error("%s:%u: \"%.*s\" is taken for a version\n", data->path, data->line,
                SLICE_ARG(version));
    data->wrong++;
}

static void check_pair(struct data *data, struct slice a, char expected, struct slice b)
{
    int order = 0;
    char found = version_compare(data->scheme, a, b, &order) ? sign(order) : '!';
    if (found == expected)
        return;
    print_error("%s:%u: \"%.*s\" %c \"%.*s\", not %c\n", data->path, data->line, SLICE_ARG(a),
                found, SLICE_ARG(b), expected);
    data->wrong++;
}

/* `A < B  # why`, `A = B`, `! A`; `! A B` is one, with a blank. */
static void check_line(struct data *data, struct slice line)
{
    size_t comment = slice_search(line, SLICE(" #"));
    line = slice_trim(slice_upto(line, comment));
    if (line.len == 0 || line.at[0] == '#')
        return;
    data->cases++;
    if (line.at[0] == '!') {
        check_invalid(data, slice_trim(slice_from(line, 1)));
        return;
    }
    struct slice a = slice_cut(&line, ' '), operator= slice_cut(&line, ' ');
    assert_int_equal(operator.len, 1);
    a = keep(data, a);
    check_pair(data, a, operator.at[0], keep(data, line));
}

static int order_of(const struct data *data, size_t i, size_t j)
{
    int order = 0;
    assert_true(version_compare(data->scheme, data->version[i], data->version[j], &order));
    return order;
}

/* a <= b and b <= c make a <= c, and strictly so where one of them is strict. */
static void check_laws(struct data *data)
{
    size_t n = data->count;
    signed char *orders = calloc(n * n, 1);
    assert_non_null(orders);
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++)
            orders[i * n + j] = (signed char)order_of(data, i, j);
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++) {
            assert_int_equal(orders[i * n + j], -orders[j * n + i]);
            for (size_t k = 0; orders[i * n + j] <= 0 && k < n; k++)
                if (orders[j * n + k] <= 0 &&
                    orders[i * n + k] > (orders[i * n + j] < orders[j * n + k] ? orders[i * n + j]
                                                                               : orders[j * n + k]))
                    fail_msg("%s: not transitive: %s, %s, %s", data->path, data->text[i],
                             data->text[j], data->text[k]);
        }
    free(orders);
}

static void scheme_test(void **state)
{
    struct data *data = calloc(1, sizeof *data);
    assert_non_null(data);
    data->scheme = *state;
    char path[1000];
    const char *tests = getenv("PLIMSOLL_TESTS");
    snprintf(path, sizeof path, "%s/data/version/%s.txt", tests ? tests : "tests",
             data->scheme->name);
    data->path = path;
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    char line[LINE_MAX_LENGTH];
    while (fgets(line, sizeof line, file)) {
        data->line++;
        struct slice rest = slice_str(line);
        check_line(data, slice_cut_line(&rest));
    }
    fclose(file);
    assert_true(data->cases > 15);
    assert_int_equal(data->wrong, 0);
    check_laws(data);
    free(data);
}

static void too_long_versions_are_invalid(void **state)
{
    (void)state;
    static char digits[VERSION_LENGTH_MAX + 1];
    memset(digits, '1', sizeof digits);
    int order = 7;
    struct slice long_one = slice_of(digits, sizeof digits), fits = slice_of(digits, 4096);
    for (size_t i = 0; version_schemes[i]; i++) {
        assert_false(version_compare(version_schemes[i], long_one, long_one, &order));
        assert_false(version_compare(version_schemes[i], SLICE(""), SLICE("1.0.0"), &order));
    }
    assert_int_equal(order, 7);
    assert_true(version_compare(&version_apk, fits, slice_upto(fits, 4095), &order));
    assert_int_equal(order, 1);
}

static void schemes_are_found_by_name(void **state)
{
    (void)state;
    assert_ptr_equal(version_scheme_find(SLICE("pep440")), &version_pep440);
    assert_null(version_scheme_find(SLICE("pep44")));
    assert_null(version_scheme_find(SLICE("")));
}

int main(void)
{
    struct CMUnitTest tests[20] = {cmocka_unit_test(too_long_versions_are_invalid),
                                   cmocka_unit_test(schemes_are_found_by_name)};
    size_t count = 2;
    for (size_t i = 0; version_schemes[i]; i++)
        tests[count++] = (struct CMUnitTest){version_schemes[i]->name, scheme_test, NULL, NULL,
                                             (void *)(uintptr_t)version_schemes[i]};
    return _cmocka_run_group_tests("version", tests, count, NULL, NULL);
}
