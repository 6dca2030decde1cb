/* What the outlines of forms do not say: places of bytes, directives, comments, limits, messages.
 */
#include <stdio.h>
#include <stdlib.h>

#include "lint/dockerfile/dockerfile.h"
#include "test.h"

struct parsed {
    struct arena arena;
    struct lint_file file;
    struct dockerfile dockerfile;
    struct error err;
    unsigned line;
    bool ok;
};

static struct parsed *parse(struct slice bytes)
{
    struct parsed *parsed = calloc(1, sizeof *parsed);
    arena_init(&parsed->arena, 512 << 20);
    assert_true(
        lint_file_init(&parsed->file, SLICE("Dockerfile"), bytes, LINT_DOCKERFILE, &parsed->arena));
    parsed->ok = dockerfile_parse(&parsed->file, &parsed->arena, &parsed->dockerfile, &parsed->line,
                                  &parsed->err);
    return parsed;
}

static void drop(struct parsed *parsed)
{
    arena_done(&parsed->arena);
    free(parsed);
}

#define assert_slice(s, text) assert_true(slice_equal_str((s), (text)))

/* That the file has `text` where `part` stands, and that it is one piece of it. */
static void assert_place(struct parsed *parsed, const struct instruction *instruction,
                         struct slice part, const char *text)
{
    size_t start = dockerfile_offset(&parsed->dockerfile, instruction, part.at);
    size_t end = dockerfile_offset_end(&parsed->dockerfile, instruction, part.at + part.len);
    assert_true(start <= end && end <= parsed->file.bytes.len);
    assert_slice(slice_of(parsed->file.bytes.at + start, end - start), text);
    assert_int_equal(dockerfile_is_whole(&parsed->dockerfile, instruction, part),
                     part.len == strlen(text));
}

static void places_of_words_are_known_through_continuations(void **state)
{
    (void)state;
    struct parsed *parsed = parse(SLICE("FROM a\n  COPY --from=x \\\n# note\n  one \\\r\n"
                                        " tw\\\no /dest  \nRUN x"));
    assert_true(parsed->ok);
    const struct instruction *copy = &parsed->dockerfile.instructions[1];
    assert_int_equal(copy->start_line, 2);
    assert_int_equal(copy->end_line, 6);
    assert_slice(copy->text, "COPY --from=x   one  two /dest");
    assert_place(parsed, copy, copy->word, "COPY");
    assert_place(parsed, copy, copy->flags[0].raw, "--from=x");
    assert_place(parsed, copy, copy->flags[0].value, "x");
    assert_place(parsed, copy, copy->arguments[0], "one");
    assert_place(parsed, copy, copy->arguments[1], "tw\\\no");
    assert_place(parsed, copy, copy->arguments[2], "/dest");
    assert_slice(slice_of(parsed->file.bytes.at + copy->start, 4), "COPY");
    assert_slice(slice_of(parsed->file.bytes.at + copy->end, 1), "\n");
    assert_int_equal(parsed->dockerfile.instructions[2].end, parsed->file.bytes.len);
    drop(parsed);
}

static void places_of_json_strings_are_known_without_escapes(void **state)
{
    (void)state;
    struct parsed *parsed = parse(SLICE("FROM a\nCMD [\"sh\", \\\n \"-c\", \"a\\tb\"]\n"));
    const struct instruction *cmd = &parsed->dockerfile.instructions[1];
    assert_true(cmd->json);
    assert_place(parsed, cmd, cmd->arguments[1], "-c");
    assert_slice(cmd->arguments[2], "a\tb");
    assert_false(dockerfile_is_whole(&parsed->dockerfile, cmd, cmd->arguments[2]));
    assert_int_equal(dockerfile_offset(&parsed->dockerfile, cmd, cmd->arguments[2].at), cmd->start);
    drop(parsed);
}

static void places_inside_onbuild_are_known(void **state)
{
    (void)state;
    struct parsed *parsed = parse(SLICE("FROM a\nONBUILD \\\n COPY a \\\n b\nRUN x\n"));
    const struct instruction *onbuild = &parsed->dockerfile.instructions[1];
    const struct instruction *copy = onbuild->onbuild;
    assert_ptr_equal(copy->outer, onbuild);
    assert_int_equal(copy->keyword, KEYWORD_COPY);
    assert_int_equal(copy->end_line, 4);
    assert_place(parsed, copy, copy->arguments[1], "b");
    assert_slice(slice_of(parsed->file.bytes.at + copy->start, 4), "COPY");
    drop(parsed);
}

static void heredocs_keep_their_bytes(void **state)
{
    (void)state;
    struct parsed *parsed =
        parse(SLICE("FROM a\nRUN \\\n cat <<-\"E F\" 3<<X\n\tone\n\tE F\r\ntwo\n"
                    "X\nCMD x\n"));
    assert_true(parsed->ok);
    const struct instruction *run = &parsed->dockerfile.instructions[1];
    assert_int_equal(run->heredoc_count, 2);
    const struct dockerfile_heredoc *first = &run->heredocs[0], *second = &run->heredocs[1];
    assert_slice(first->name, "E F");
    assert_slice(first->content, "\tone\n");
    assert_true(first->chomp && !first->expand);
    assert_int_equal(first->start_line, 4);
    assert_int_equal(first->end_line, 5);
    assert_place(parsed, run, first->raw, "<<-\"E F\"");
    assert_place(parsed, run, slice_from(first->content, 1), "one\n");
    assert_int_equal(second->descriptor, 3);
    assert_true(second->expand);
    assert_slice(second->content, "two\n");
    assert_int_equal(run->end_line, 7);
    drop(parsed);
}

static void flags_are_decoded(void **state)
{
    (void)state;
    struct parsed *parsed =
        parse(SLICE("FROM a\nCOPY --from=\"my stage\" --link --chown=a\\ b x y\n"));
    const struct instruction *copy = &parsed->dockerfile.instructions[1];
    const struct dockerfile_flag *from = instruction_flag(copy, "from");
    assert_slice(from->text, "my stage");
    assert_slice(from->value, "\"my stage\"");
    assert_false(instruction_flag(copy, "link")->has_value);
    assert_slice(instruction_flag(copy, "chown")->text, "a b");
    assert_null(instruction_flag(copy, "chmod"));
    assert_int_equal(copy->argument_count, 2);
    drop(parsed);
}

static void assert_directive(struct parsed *parsed, size_t i, const char *name, const char *value,
                             unsigned line)
{
    assert_true(i < parsed->dockerfile.directive_count);
    assert_slice(parsed->dockerfile.directives[i].name, name);
    assert_slice(parsed->dockerfile.directives[i].value, value);
    assert_int_equal(parsed->dockerfile.directives[i].line, line);
}

static void directives_are_read(void **state)
{
    (void)state;
    struct parsed *parsed =
        parse(SLICE("#Syntax = a b \n# escape=`\n# check=skip=all\n# x\nFROM a"));
    assert_int_equal(parsed->dockerfile.directive_count, 3);
    assert_directive(parsed, 0, "syntax", "a b", 1);
    assert_directive(parsed, 1, "escape", "`", 2);
    assert_directive(parsed, 2, "check", "skip=all", 3);
    assert_int_equal(parsed->dockerfile.escape, '`');
    assert_int_equal(parsed->dockerfile.comment_count, 1);
    drop(parsed);
    parsed = parse(SLICE("\xEF\xBB\xBF#!/x\n# syntax=a\n# escape=`\nFROM a"));
    assert_int_equal(parsed->dockerfile.directive_count, 1);
    assert_directive(parsed, 0, "syntax", "a", 2);
    assert_int_equal(parsed->dockerfile.escape, '\\');
    assert_true(parsed->dockerfile.bom);
    drop(parsed);
    parsed = parse(SLICE("// syntax=a\nFROM a"));
    assert_directive(parsed, 0, "syntax", "a", 1);
    drop(parsed);
    parsed = parse(SLICE("{\"syntax\": \"\\u0061b\"}"));
    assert_directive(parsed, 0, "syntax", "ab", 1);
    drop(parsed);
    parsed = parse(SLICE("{\"syntax\": \"a\""));
    assert_int_equal(parsed->dockerfile.directive_count, 0);
    drop(parsed);
}

static void comments_know_where_they_stand(void **state)
{
    (void)state;
    struct parsed *parsed =
        parse(SLICE("# a\n# b\nFROM x\n# c\n\nRUN y \\\n  # d\n\n  z\n#e\nCMD q"));
    const struct dockerfile *dockerfile = &parsed->dockerfile;
    assert_int_equal(dockerfile->comment_count, 5);
    assert_int_equal(dockerfile->instructions[0].comment_line, 1);
    assert_int_equal(dockerfile->instructions[1].comment_line, 0);
    assert_int_equal(dockerfile->instructions[2].comment_line, 10);
    assert_ptr_equal(dockerfile->comments[3].inside, &dockerfile->instructions[1]);
    assert_slice(dockerfile->comments[3].text, "# d");
    assert_int_equal(dockerfile->comments[3].line, 7);
    assert_null(dockerfile->comments[4].inside);
    assert_true(dockerfile->instructions[1].empty_continuation);
    assert_false(dockerfile->instructions[0].empty_continuation);
    drop(parsed);
}

static void assert_refused(struct slice bytes, unsigned line, const char *words)
{
    struct parsed *parsed = parse(bytes);
    assert_false(parsed->ok);
    assert_int_equal(parsed->err.kind, ERROR_FORMAT);
    assert_int_equal(parsed->line, line);
    assert_non_null(strstr(parsed->err.text, words));
    drop(parsed);
}

static void refusals_name_the_line(void **state)
{
    (void)state;
    assert_refused(SLICE(""), 0, "no instruction");
    assert_refused(SLICE("# only\n\n"), 0, "no instruction");
    assert_refused(SLICE("FROM a\nRUN \\\n <<X\nb\n"), 2, "no line \"X\"");
    assert_refused(SLICE("FROM a\nENV A=1 B\n"), 2, "line 2: no = in \"B\"");
    assert_refused(SLICE("FROM a\n\nENV A\n"), 3, "ENV A=value");
    assert_refused(SLICE("FROM a\nCMD [1]"), 2, "strings only");
    assert_refused(SLICE("# escape=x\nFROM a"), 1, "not \"x\"");
    assert_refused(SLICE("# check=x\n# check=y\nFROM a"), 2, "second check");
}

static void assert_problem(const char *line, const char *words)
{
    char text[300];
    snprintf(text, sizeof text, "FROM a\n%s\n", line);
    struct parsed *parsed = parse(slice_str(text));
    assert_true(parsed->ok);
    struct slice problem = parsed->dockerfile.instructions[1].problem;
    if (slice_search(problem, slice_str(words)) == problem.len)
        fail_msg("%s: %.*s", line, SLICE_ARG(problem));
    drop(parsed);
}

static void problems_say_what_to_do(void **state)
{
    (void)state;
    assert_problem("COPY --mount=x a b", "it is one of RUN");
    assert_problem("COPY --nothing a b", "COPY has no flag --nothing");
    assert_problem("COPY a", "a source and a destination");
    assert_problem("COPY --link=perhaps a b", "true or false");
    assert_problem("COPY --chown a b", "needs a value");
    assert_problem("RUN --network=bridge x", "default, none or host");
    assert_problem("RUN --network=host --network=none x", "twice");
    assert_problem("RUN --mount=type=volume,target=/x x", "bind, cache, tmpfs, secret and ssh");
    assert_problem("RUN --mount=from=$X x", "from takes no variable");
    assert_problem("RUN --mount=type=cache,mode=999 x", "octal");
    assert_problem("RUN --mount=type=secret x", "needs an id");
    assert_problem("HEALTHCHECK --interval=30 CMD x", "as in 30s");
    assert_problem("HEALTHCHECK --retries=x CMD x", "no number");
    assert_problem("FROM a AS 1", "cannot name a stage");
    assert_problem("FROM a b", "FROM image AS name");
    assert_problem("FROM a # b", "FROM image AS name");
    assert_problem("RUN --security= x", "sandbox or insecure");
    assert_problem("SHELL sh", "JSON list");
    assert_problem("ONBUILD ONBUILD RUN x", "not allowed");
    assert_problem("INSTALL x", "unknown instruction \"INSTALL\"");
}

static struct slice repeat(const char *head, const char *piece, size_t times, struct arena *arena)
{
    size_t head_len = strlen(head), len = strlen(piece);
    char *text = arena_alloc(arena, head_len + len * times);
    assert_non_null(text);
    memcpy(text, head, head_len);
    for (size_t i = 0; i < times; i++)
        memcpy(text + head_len + i * len, piece, len);
    return slice_of(text, head_len + len * times);
}

static void assert_limit(struct slice bytes, enum error_kind kind, const char *words)
{
    struct parsed *parsed = parse(bytes);
    assert_false(parsed->ok);
    assert_int_equal(parsed->err.kind, kind);
    assert_non_null(strstr(parsed->err.text, words));
    drop(parsed);
}

static void limits_hold(void **state)
{
    (void)state;
    CLEANUP_ARENA struct arena arena;
    arena_init(&arena, 1 << 30);
    assert_limit(repeat("FROM a\nRUN ", "x", DOCKERFILE_LINE_MAX, &arena), ERROR_FORMAT, "line 2");
    assert_limit(repeat("RUN ", "x", 100 << 20, &arena), ERROR_LIMIT, "larger than 16 MiB");
    assert_limit(repeat("", "RUN x\n", DOCKERFILE_INSTRUCTIONS_MAX + 1, &arena), ERROR_LIMIT,
                 "instructions");
    assert_limit(repeat("EXPOSE ", "1 \\\n", DOCKERFILE_ARGUMENTS_MAX + 1, &arena), ERROR_LIMIT,
                 "arguments");
    assert_limit(repeat("", "ONBUILD ", 1000, &arena), ERROR_LIMIT, "ONBUILD");
    assert_limit(repeat("RUN ", "<<X ", DOCKERFILE_HEREDOCS_MAX + 1, &arena), ERROR_LIMIT,
                 "heredocs");
    assert_limit(repeat("RUN << ", "${a:-", 5000, &arena), ERROR_LIMIT, "nested");
}

static void the_longest_line_is_read(void **state)
{
    (void)state;
    CLEANUP_ARENA struct arena arena;
    arena_init(&arena, 1 << 20);
    struct parsed *parsed = parse(repeat("RUN ", "x", DOCKERFILE_LINE_MAX - 4, &arena));
    assert_true(parsed->ok);
    drop(parsed);
}

static void ten_thousand_stages_are_read(void **state)
{
    (void)state;
    CLEANUP_ARENA struct arena arena;
    arena_init(&arena, 16 << 20);
    struct parsed *parsed = parse(repeat("", "FROM a AS b\nRUN c\n", 10000, &arena));
    assert_true(parsed->ok);
    assert_int_equal(parsed->dockerfile.count, 20000);
    drop(parsed);
}

/* A list so deep that reading it by recursion would end the program. */
static void deep_json_is_no_list(void **state)
{
    (void)state;
    CLEANUP_ARENA struct arena arena;
    arena_init(&arena, 16 << 20);
    struct parsed *parsed = parse(repeat("CMD ", "[\\\n", 100000, &arena));
    assert_true(parsed->ok);
    assert_false(parsed->dockerfile.instructions[0].json);
    drop(parsed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(places_of_words_are_known_through_continuations),
        cmocka_unit_test(places_of_json_strings_are_known_without_escapes),
        cmocka_unit_test(places_inside_onbuild_are_known),
        cmocka_unit_test(heredocs_keep_their_bytes),
        cmocka_unit_test(flags_are_decoded),
        cmocka_unit_test(directives_are_read),
        cmocka_unit_test(comments_know_where_they_stand),
        cmocka_unit_test(refusals_name_the_line),
        cmocka_unit_test(problems_say_what_to_do),
        cmocka_unit_test(limits_hold),
        cmocka_unit_test(the_longest_line_is_read),
        cmocka_unit_test(ten_thousand_stages_are_read),
        cmocka_unit_test(deep_json_is_no_list),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
