/* tests/data/lint/nginx/verdicts.txt, a case a line; the scenario of that name asks nginx -t. */
#include "base/file.h"
#include "lint/nginx/nginx.h"
#include "test.h"

static struct slice words_of(struct slice text, struct arena *arena)
{
    char *to = arena_alloc(arena, text.len + 6000);
    size_t len = 0;
    assert_non_null(to);
    for (size_t i = 0; i < text.len; i++) {
        char next = text.at[i] == '\\' && i + 1 < text.len ? text.at[i + 1] : 0;
        if (next == 'n' || next == 'r')
            to[len++] = next == 'n' ? '\n' : '\r', i++;
        else if (next == 'L') {
            memset(to + len, 'x', 5000);
            len += 5000, i++;
        } else
            to[len++] = text.at[i];
    }
    return slice_of(to, len);
}

static struct slice wrap(struct slice context, struct slice text, struct arena *arena)
{
    static const struct {
        const char *context, *before, *after;
    } wraps[] = {
        {"main", "", ""},
        {"http", "http { ", "\n}"},
        {"server", "http { server { ", "\n} }"},
        {"location", "http { server { location /t { ", "\n} } }"},
        {"stream", "stream { ", "\n}"},
        {"mail", "mail { ", "\n}"},
    };
    for (size_t i = 0; i < sizeof wraps / sizeof *wraps; i++)
        if (slice_equal_str(context, wraps[i].context))
            return arena_printf(arena, "pid x;\nevents { }\n%s%.*s%s", wraps[i].before,
                                SLICE_ARG(text), wraps[i].after);
    fail_msg("no context %.*s", SLICE_ARG(context));
    return SLICE("");
}

static void keep(void *context, enum nginx_problem problem, const struct lint_file *file,
                 size_t start, size_t end, const char *text)
{
    (void)file, (void)start, (void)end;
    if (problem == NGINX_REFUSED)
        snprintf(context, 200, "%s", text);
}

static bool none(void *context, const struct lint_file *from, struct slice pattern,
                 struct lint_file ***files, size_t *count, struct error *err)
{
    (void)context, (void)from, (void)pattern, (void)files;
    *count = 0;
    return error_set(err, ERROR_NOT_FOUND, "none");
}

static void test_verdicts(void **state)
{
    (void)state;
    const char *tests = getenv("PLIMSOLL_TESTS");
    struct arena arena CLEANUP_ARENA = {0}, scratch CLEANUP_ARENA = {0};
    struct error err;
    struct slice rest;
    char path[4096];
    size_t wrong = 0, cases = 0;
    if (!tests)
        skip();
    arena_init(&arena, 16 << 20);
    snprintf(path, sizeof path, "%s/data/lint/nginx/verdicts.txt", tests);
    assert_true(file_read(path, 1 << 20, &arena, &rest, &err));
    while (rest.len) {
        struct slice line = slice_cut_line(&rest), whole = line;
        if (!line.len || line.at[0] == '#')
            continue;
        struct slice context = slice_cut(&line, ' '), verdict = slice_cut(&line, ' ');
        arena_done(&scratch);
        arena_init(&scratch, 16 << 20);
        struct lint_file file;
        char text[200] = "";
        struct proxy_options options = {.include = none};
        struct nginx_parse parse = {.arena = &scratch,
                                    .options = &options,
                                    .version = 12201,
                                    .problem = keep,
                                    .context = text};
        assert_true(lint_file_init(&file, SLICE("a.conf"),
                                   wrap(context, words_of(line, &scratch), &scratch), LINT_NGINX,
                                   &scratch));
        assert_true(nginx_parse(&parse, &file, &err));
        cases++;
        if (parse.refused != slice_equal_str(verdict, "bad")) {
            print_error("%.*s\n    %s\n", (int)whole.len, whole.at, text);
            wrong++;
        }
    }
    assert_int_equal(wrong, 0);
    assert_true(cases > 300);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_verdicts)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
