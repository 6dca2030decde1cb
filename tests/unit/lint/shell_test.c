/*
 * tests/data/lint/shell.txt: bodies of RUN and the commands that are read from them, written as
 *     && #n1:apt-get(install -y curl)
 * for: joined by &&, with sudo, nested once, program and its arguments. See show() for the marks.
 */
#include <stdio.h>
#include <stdlib.h>

#include "data.h"
#include "lint/shell/shell.h"
#include "test.h"

static const char *const joints[] = {"", "&& ", "|| ", "; ", "| ", "& "};

static void show_words(FILE *out, const struct shell_command *command)
{
    fprintf(out, "%.*s(", SLICE_ARG(command->program));
    for (size_t i = 0; i < shell_argument_count(command); i++) {
        const struct shell_word *word = shell_argument(command, i);
        fprintf(out, "%s%s%.*s%s", i ? " " : "", word->quoted ? "'" : "", SLICE_ARG(word->value),
                word->quoted ? "'" : "");
    }
    fprintf(out, ")");
    for (size_t i = 0; i < command->redirect_count; i++)
        fprintf(out, "%u%.*s%.*s", command->redirects[i].descriptor,
                SLICE_ARG(command->redirects[i].operator),
                SLICE_ARG(command->redirects[i].target.value));
}

/* marks: sN subshell, nN nested, c conditional, ! negated, # sudo, p pipefail, A=b, at last ":" */
static void show(FILE *out, const struct shell_command *command)
{
    fprintf(out, "%s", joints[command->joint]);
    if (command->subshell)
        fprintf(out, "s%u", command->subshell);
    if (command->nested)
        fprintf(out, "n%u", command->nested);
    fprintf(out, "%s%s%s%s", command->conditional ? "c" : "", command->negated ? "!" : "",
            command->with_sudo ? "#" : "", command->pipefail ? "p" : "");
    for (size_t i = 0; i < command->assignment_count; i++)
        fprintf(out, "[%.*s]", SLICE_ARG(command->assignments[i].value));
    if (command->subshell || command->nested || command->conditional || command->negated ||
        command->with_sudo || command->pipefail || command->assignment_count)
        fprintf(out, ":");
    show_words(out, command);
}

static bool check_case(struct slice source, struct slice expected)
{
    char text[8192] = "";
    CLEANUP_ARENA struct arena arena;
    arena_init(&arena, 16 << 20);
    struct error err = {0};
    struct shell_script script;
    if (!shell_parse(source, &arena, &script, &err))
        return false;
    FILE *out = fmemopen(text, sizeof text, "w");
    for (size_t i = 0; i < script.count; i++) {
        fprintf(out, "%s", i ? "\n" : "");
        show(out, &script.commands[i]);
    }
    if (!script.complete)
        fprintf(out, "%sbroken at %zu", script.count ? "\n" : "", script.broken_at);
    fclose(out);
    struct slice found = slice_str(text);
    bool same = slice_equal(found, expected);
    if (!same)
        print_error("--- of\n%.*s\n--- expected\n%.*s\n--- found\n%.*s\n", SLICE_ARG(source),
                    SLICE_ARG(expected), SLICE_ARG(found));
    return same;
}

/* Blocks parted by "====" lines: source, "----", what is expected. */
static void bodies_are_read(void **state)
{
    (void)state;
    CLEANUP_ARENA struct arena arena;
    arena_init(&arena, 16 << 20);
    struct slice rest = test_data("lint/shell.txt", &arena);
    unsigned wrong = 0, cases = 0;
    while (rest.len) {
        size_t end = slice_search(rest, SLICE("\n====\n"));
        struct slice block = slice_upto(rest, end);
        rest = slice_from(rest, end + 6);
        size_t middle = slice_search(block, SLICE("\n----"));
        struct slice expected = slice_trim(slice_from(block, middle + 5));
        wrong += !check_case(slice_upto(block, middle), expected);
        cases++;
    }
    assert_true(cases > 80);
    assert_int_equal(wrong, 0);
}

static struct shell_script parsed(const char *source, struct arena *arena)
{
    struct shell_script script;
    struct error err = {0};
    assert_true(shell_parse(slice_str(source), arena, &script, &err));
    return script;
}

static void options_are_found(void **state)
{
    (void)state;
    CLEANUP_ARENA struct arena arena;
    arena_init(&arena, 1 << 20);
    struct shell_script script = parsed(
        "apt-get -qy -o Dpkg::Use-Pty=0 -t stable --no-install-recommends install curl=1 -- -z",
        &arena);
    const struct shell_command *apt = script.commands;
    struct slice value;
    size_t index;
    assert_true(shell_has_option(apt, "-y"));
    assert_true(shell_has_option(apt, "-q"));
    assert_false(shell_has_option(apt, "-z"));
    assert_false(shell_has_option(apt, "--yes"));
    assert_true(shell_has_option(apt, "--no-install-recommends"));
    assert_true(shell_option_value(apt, "-t", &value));
    assert_true(slice_equal_str(value, "stable"));
    assert_true(slice_equal_str(shell_verb(apt, "-o -t", &index), "install"));
    assert_int_equal(index, 6);
    assert_true(slice_equal_str(shell_argument(apt, 7)->value, "curl=1"));
    assert_int_equal(shell_argument(apt, 99)->value.len, 0);

    script = parsed("pip install --index-url=http://x -oA::B=1 -k5 --user=", &arena);
    assert_true(shell_option_value(script.commands, "--index-url", &value));
    assert_true(slice_equal_str(value, "http://x"));
    assert_true(shell_option_value(script.commands, "-o", &value));
    assert_true(slice_equal_str(value, "A::B=1"));
    assert_true(shell_option_value(script.commands, "-k", &value));
    assert_true(slice_equal_str(value, "5"));
    assert_true(shell_option_value(script.commands, "--user", &value));
    assert_int_equal(value.len, 0);

    script = parsed("git -C", &arena);
    assert_int_equal(shell_verb(script.commands, "-C", &index).len, 0);
    assert_int_equal(index, 1);
}

static void words_have_their_place(void **state)
{
    (void)state;
    CLEANUP_ARENA struct arena arena;
    arena_init(&arena, 1 << 20);
    const char *source = "x=1 bash -c 'cd \"/a b\" && ls' \"ev\\\"al\"; sh -c \"echo \\\"x\\\"\"";
    struct shell_script script = parsed(source, &arena);
    assert_int_equal(script.count, 5);
    const struct shell_command *bash = &script.commands[0], *cd = &script.commands[1];
    assert_ptr_equal(bash->raw.at, source);
    assert_ptr_equal(bash->words[0].raw.at, source + 4);
    assert_true(bash->words[1].literal);
    assert_true(bash->words[2].quoted);
    assert_int_equal(cd->start, 13);
    assert_int_equal(cd->end, 13 + strlen("cd \"/a b\""));
    assert_true(slice_equal_str(cd->words[1].value, "/a b"));
    assert_true(slice_equal_str(cd->words[1].raw, "\"/a b\""));
    assert_ptr_equal(cd->words[1].value.at, source + 17);
    assert_true(slice_equal_str(bash->words[3].value, "ev\"al"));
    assert_int_equal(cd->list, script.commands[2].list);
    assert_int_not_equal(cd->list, bash->list);
    const struct shell_command *decoded = &script.commands[4];
    assert_true(slice_equal_str(decoded->words[1].value, "x"));
    assert_null(decoded->raw.at);
    assert_null(decoded->words[1].raw.at);
    assert_int_equal(decoded->end, 0);
}

static void literal_words_are_told(void **state)
{
    (void)state;
    CLEANUP_ARENA struct arena arena;
    arena_init(&arena, 1 << 20);
    struct shell_script script =
        parsed("a '$x' \"$x\" \"\\$x\" *.c [ab] [ {a,b} {} ~/x a~ \\* `b` '*'", &arena);
    static const bool literal[] = {true,  true, false, true, false, false, true,
                                   false, true, false, true, true,  false, true};
    for (size_t i = 0; i < script.commands[0].word_count; i++)
        if (script.commands[0].words[i].literal != literal[i])
            fail_msg("word %zu: %.*s", i, SLICE_ARG(script.commands[0].words[i].raw));
    assert_int_equal(script.commands[0].word_count, 14);
}

static void pipes_know_their_length(void **state)
{
    (void)state;
    CLEANUP_ARENA struct arena arena;
    arena_init(&arena, 1 << 20);
    struct shell_script script = parsed("a | { b; c | d; } | e; set -o pipefail; f | g", &arena);
    static const size_t lengths[] = {3, 1, 2, 2, 3, 1, 2, 2}, places[] = {0, 0, 0, 1, 2, 0, 0, 1};
    assert_int_equal(script.count, 8);
    for (size_t i = 0; i < 8; i++) {
        assert_int_equal(script.commands[i].pipe_length, lengths[i]);
        assert_int_equal(script.commands[i].pipe_index, places[i]);
        assert_int_equal(shell_has_pipefail(&script, i), i > 5);
    }
    assert_int_equal(script.commands[0].pipeline, script.commands[4].pipeline);
    assert_int_not_equal(script.commands[0].pipeline, script.commands[2].pipeline);
}

/* `unit` written `count` times, then parsed: only that it ends, soon, and without a crash. */
static struct shell_script parse_many(const char *unit, size_t count, struct arena *arena)
{
    size_t length = strlen(unit);
    char *text = malloc(length * count + 1);
    assert_non_null(text);
    for (size_t i = 0; i < count; i++)
        memcpy(text + i * length, unit, length);
    struct shell_script script = {0};
    struct error err = {0};
    if (!shell_parse(slice_of(text, length * count), arena, &script, &err))
        assert_int_equal(err.kind, ERROR_LIMIT);
    free(text);
    return script;
}

static void depth_is_bounded(void **state)
{
    (void)state;
    static const char *const units[] = {
        "(",
        "$(",
        "{ ",
        "$((",
        "${x:-",
        "\"$(",
        "`\\`",
        "if ",
        "x() (",
        "<(",
        "a=(",
        "while ",
        "case x in x) ",
        "eval ",
        "sh -c \"",
        "sudo ",
        "<<E ",
        "! ",
        "a|",
        "((",
        "@(",
        "function f ",
        "[[ ",
        "$(( $(",
        "a <<E\n",
        "\"${x#'",
        "for x in ",
        "env A=b ",
        "\\\n",
        "&& ",
        ";",
        "$'\\''",
        "x=(\n",
    };
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        CLEANUP_ARENA struct arena arena;
        arena_init(&arena, 256 << 20);
        parse_many(units[i], 50000, &arena);
    }
}

static void counts_are_bounded(void **state)
{
    (void)state;
    CLEANUP_ARENA struct arena arena;
    arena_init(&arena, 512 << 20);
    struct shell_script script = parse_many("a;", SHELL_COMMANDS_MAX + 5, &arena);
    assert_int_equal(script.count, SHELL_COMMANDS_MAX);
    assert_false(script.complete);
    script = parse_many("a ", SHELL_WORDS_MAX + 5, &arena);
    assert_int_equal(script.count, 1);
    assert_false(script.complete);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bodies_are_read),         cmocka_unit_test(options_are_found),
        cmocka_unit_test(words_have_their_place),  cmocka_unit_test(literal_words_are_told),
        cmocka_unit_test(pipes_know_their_length), cmocka_unit_test(depth_is_bounded),
        cmocka_unit_test(counts_are_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
