/* tests/data/lint/expand.txt: words, and what BuildKit's own lexer makes of them. */
#include <stdio.h>
#include <stdlib.h>

#include "base/file.h"
#include "base/table.h"
#include "data.h"
#include "lint/dockerfile/expand.h"
#include "test.h"

struct fixture {
    struct arena arena;
    struct table variables;
};

static bool look_up(void *context, struct slice name, struct slice *value)
{
    const struct slice *found = table_get(context, name);
    if (found)
        *value = *found;
    return found != NULL;
}

/* <newline> stands for one, there and back. */
static struct slice with_newlines(struct slice text, struct arena *arena)
{
    struct slice made = arena_copy(arena, SLICE(""));
    for (;;) {
        size_t at = slice_search(text, SLICE("<newline>"));
        bool last = at == text.len;
        made = arena_printf(arena, "%.*s%.*s%s", SLICE_ARG(made), SLICE_ARG(slice_upto(text, at)),
                            last ? "" : "\n");
        if (last)
            return made;
        text = slice_from(text, at + strlen("<newline>"));
    }
}

static void set_variable(struct fixture *fixture, struct slice line)
{
    struct slice *value = arena_new(&fixture->arena, struct slice);
    struct slice name = slice_cut(&line, '=');
    *value = with_newlines(line, &fixture->arena);
    assert_true(table_put(&fixture->variables, name, value));
}

static bool check_case(struct fixture *fixture, struct slice word, char escape,
                       struct slice expected)
{
    struct expansion expansion;
    struct error err = {0};
    struct slice made = SLICE("refused");
    if (expand_word(word, escape, look_up, &fixture->variables, &fixture->arena, &expansion, &err))
        made = arena_printf(&fixture->arena, "\"%.*s\"", SLICE_ARG(expansion.text));
    else
        assert_int_equal(err.kind, ERROR_FORMAT);
    if (slice_equal(made, with_newlines(expected, &fixture->arena)))
        return true;
    printf("%.*s: expected %.*s, made %.*s %s\n", SLICE_ARG(word), SLICE_ARG(expected),
           SLICE_ARG(made), err.text);
    return false;
}

static void words_expand_as_in_buildkit(void **state)
{
    (void)state;
    char escape = '\\';
    size_t failed = 0, count = 0;
    struct fixture fixture;
    arena_init(&fixture.arena, 64 << 20);
    table_init(&fixture.variables, &fixture.arena);
    struct slice rest = test_data("lint/expand.txt", &fixture.arena);
    while (rest.len) {
        struct slice line = slice_cut(&rest, '\n');
        size_t arrow = slice_search(line, SLICE(" => "));
        if (slice_starts(line, SLICE("set ")))
            set_variable(&fixture, slice_from(line, 4));
        else if (slice_starts(line, SLICE("escape ")))
            escape = line.at[7];
        if (arrow == line.len || line.at[0] == '#')
            continue;
        count++;
        failed +=
            !check_case(&fixture, slice_upto(line, arrow), escape, slice_from(line, arrow + 4));
    }
    arena_done(&fixture.arena);
    assert_int_equal(failed, 0);
    assert_true(count > 150);
}

static bool nothing(void *context, struct slice name, struct slice *value)
{
    (void)context, (void)name, (void)value;
    return false;
}

static bool is_in(const struct slice *names, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (slice_equal_str(names[i], name))
            return true;
    return false;
}

static void names_are_told(void **state)
{
    (void)state;
    CLEANUP_ARENA struct arena arena;
    arena_init(&arena, 1 << 20);
    struct expansion made;
    struct error err;
    assert_true(expand_word(SLICE("$A ${B:-x} ${C+y} '$D' ${E%x} $A"), '\\', nothing, NULL, &arena,
                            &made, &err));
    assert_int_equal(made.used_count, 4);
    assert_int_equal(made.unset_count, 2);
    assert_true(is_in(made.unset, made.unset_count, "A"));
    assert_true(is_in(made.unset, made.unset_count, "E"));
    assert_true(is_in(made.used, made.used_count, "B"));
}

static void variables_are_seen(void **state)
{
    (void)state;
    assert_true(expand_has_variables(SLICE("a$b"), '\\'));
    assert_true(expand_has_variables(SLICE("\"it's $b\""), '\\'));
    assert_true(expand_has_variables(SLICE("${b}"), '`'));
    assert_false(expand_has_variables(SLICE("a\\$b"), '\\'));
    assert_false(expand_has_variables(SLICE("'$b'"), '\\'));
    assert_false(expand_has_variables(SLICE("cost$"), '\\'));
    assert_false(expand_has_variables(SLICE("`$b"), '`'));
}

static bool long_value(void *context, struct slice name, struct slice *value)
{
    (void)name;
    *value = *(struct slice *)context;
    return true;
}

/* Deep, large and slow words end with ERROR_LIMIT. */
static void limits_hold(void **state)
{
    (void)state;
    CLEANUP_ARENA struct arena arena;
    arena_init(&arena, 256 << 20);
    struct expansion made;
    struct error err;
    char deep[600];
    size_t len = 0;
    for (size_t i = 0; i < 100; i++, len += 5)
        memcpy(deep + len, "${a:-", 5);
    assert_false(expand_word(slice_of(deep, len), '\\', nothing, NULL, &arena, &made, &err));
    assert_int_equal(err.kind, ERROR_LIMIT);

    struct slice value = {arena_alloc(&arena, 1 << 19), 1 << 19};
    memset((char *)value.at, 'a', value.len);
    assert_false(expand_word(SLICE("$a$a$a$a"), '\\', long_value, &value, &arena, &made, &err));
    assert_int_equal(err.kind, ERROR_LIMIT);

    char slow[900] = "${a/";
    for (len = 4; len < 800; len += 2)
        memcpy(slow + len, "*a", 2);
    memcpy(slow + len, "b/x}", 4);
    assert_false(
        expand_word(slice_of(slow, len + 4), '\\', long_value, &value, &arena, &made, &err));
    assert_int_equal(err.kind, ERROR_LIMIT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_expand_as_in_buildkit),
        cmocka_unit_test(names_are_told),
        cmocka_unit_test(variables_are_seen),
        cmocka_unit_test(limits_hold),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
