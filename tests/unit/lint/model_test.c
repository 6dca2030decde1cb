/*
 * tests/data/lint/model.txt: Dockerfiles and what is said of them: a line a stage with what holds
 * at its end, below it RUN bodies (program that reads them, then their programs), and what the
 * values of LABEL expand to there ("?" when not complete).
 */
#include <stdio.h>
#include <stdlib.h>

#include "data.h"
#include "lint/dockerfile/model.h"
#include "test.h"

static struct slice haproxy_env[] = {{"HAPROXY_VERSION=3.3.1", 21}};
static struct slice triggers[] = {{"USER kid", 8}, {"WORKDIR sub", 11}, {"ENV K=v", 7}, {"!", 1}};
static struct slice power[] = {{"powershell", 10}, {"-Command", 8}};

static const struct {
    const char *reference;
    struct base_image image;
} known[] = {
    {"haproxy:3.3.1-alpine",
     {.known = true,
      .user = {"haproxy", 7},
      .workdir = {"/var/lib/haproxy", 16},
      .env = haproxy_env,
      .env_count = 1}},
    {"onbuild", {.known = true, .workdir = {"/top", 4}, .onbuild = triggers, .onbuild_count = 4}},
    {"powershell", {.known = true, .shell = power, .shell_count = 2}},
    {"plain", {.known = true}},
};

static const struct base_image *find_image(void *context, struct slice reference,
                                           struct slice platform)
{
    unsigned *asked = context;
    ++*asked;
    if (slice_equal_str(platform, "none"))
        return NULL;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (slice_equal_str(reference, known[i].reference))
            return &known[i].image;
    return NULL;
}

static bool make(struct slice bytes, struct arena *arena, struct dockerfile *dockerfile,
                 struct dockerfile_model *model, unsigned *asked)
{
    static struct lint_file file;
    struct error err = {0};
    unsigned line;
    struct base_resolver resolver = {find_image, asked};
    if (!lint_file_init(&file, SLICE("Dockerfile"), bytes, LINT_DOCKERFILE, arena) ||
        !dockerfile_parse(&file, arena, dockerfile, &line, &err) ||
        !dockerfile_model_make(dockerfile, &resolver, arena, model, &err)) {
        print_error("%s\n", err.text);
        return false;
    }
    return true;
}

static void show_slice(FILE *out, const char *name, struct slice value)
{
    if (value.len)
        fprintf(out, " %s=%.*s", name, SLICE_ARG(value));
}

static void show_stage(FILE *out, const struct stage *stage)
{
    fprintf(out, "%zu", stage->index);
    show_slice(out, "name", stage->name);
    show_slice(out, "base", stage->base);
    if (stage->base_unset)
        fprintf(out, " unset");
    show_slice(out, "platform", stage->platform);
    if (stage->parent)
        fprintf(out, " parent=%zu", stage->parent->index);
    fprintf(out, "%s%s%s", stage->image->known ? " known" : "", stage->used ? " used" : "",
            stage->final ? " final" : "");
    show_slice(out, "user", stage->end.user);
    show_slice(out, "workdir", stage->end.workdir);
    if (stage->end.shell_set)
        show_slice(out, "shell", stage->end.shell[0]);
    for (const struct variable *v = stage->end.variables; v; v = v->next)
        if (v->where && stage_variable(&stage->end, v->name) == v)
            fprintf(out, " %s%.*s=%s%.*s%s", v->is_arg ? "arg:" : "", SLICE_ARG(v->name),
                    v->has_value ? "" : "(none)", SLICE_ARG(v->value), v->partial ? "?" : "");
    fprintf(out, "\n");
}

static void show_body(FILE *out, const struct run_body *body)
{
    fprintf(out, "  %u %.*s%s%s%s:", body->instruction->start_line, SLICE_ARG(body->shell),
            body->exec ? " exec" : "", body->pipefail ? " pipefail" : "",
            body->is_shell ? "" : " (not read)");
    for (size_t i = 0; i < body->script.count; i++)
        fprintf(out, "%s %.*s", body->script.commands[i].joint == JOINT_PIPE ? " |" : "",
                SLICE_ARG(body->script.commands[i].program));
    fprintf(out, "%s\n", body->heredoc ? " <<" : "");
}

static void show_instruction(FILE *out, const struct dockerfile_model *model, size_t i)
{
    const struct instruction *instruction = &model->dockerfile->instructions[i];
    if (instruction->keyword == KEYWORD_LABEL) {
        bool complete;
        struct slice value = model_expand(model, instruction, instruction->arguments[1], &complete);
        fprintf(out, "  %u [%.*s]%s\n", instruction->start_line, SLICE_ARG(value),
                complete ? "" : "?");
    }
    for (const struct run_body *body = model->bodies[i]; body && body->instruction; body++)
        show_body(out, body);
}

static struct slice show(struct slice bytes, char *text, size_t room)
{
    CLEANUP_ARENA struct arena arena;
    arena_init(&arena, 16 << 20);
    struct dockerfile dockerfile;
    struct dockerfile_model model;
    unsigned asked = 0;
    FILE *out = fmemopen(text, room, "w");
    if (make(bytes, &arena, &dockerfile, &model, &asked))
        for (size_t i = 0; i < model.stage_count; i++) {
            show_stage(out, &model.stages[i]);
            for (size_t j = model.stages[i].first; j < model.stages[i].last; j++)
                show_instruction(out, &model, j);
        }
    fclose(out);
    return slice_trim(slice_str(text));
}

static void stages_are_read(void **state)
{
    (void)state;
    CLEANUP_ARENA struct arena arena;
    arena_init(&arena, 16 << 20);
    struct slice rest = test_data("lint/model.txt", &arena);
    unsigned wrong = 0, cases = 0;
    for (; rest.len; cases++) {
        char text[8192] = "";
        size_t end = slice_search(rest, SLICE("\n====\n"));
        struct slice block = slice_upto(rest, end);
        rest = slice_from(rest, end + 6);
        size_t middle = slice_search(block, SLICE("\n----"));
        struct slice expected = slice_trim(slice_from(block, middle + 5));
        struct slice found = show(slice_upto(block, middle + 1), text, sizeof text);
        if (slice_equal(found, expected))
            continue;
        wrong++;
        print_error("--- of\n%.*s\n--- expected\n%.*s\n--- found\n%.*s\n",
                    SLICE_ARG(slice_upto(block, middle)), SLICE_ARG(expected), SLICE_ARG(found));
    }
    assert_true(cases > 20);
    assert_int_equal(wrong, 0);
}

/* `count` lines made by printf with the line's number, after `head`. */
static struct slice many(const char *head, const char *format, size_t count, const char *tail)
{
    size_t room = 64 * count + 1000, at;
    char *text = malloc(room);
    assert_non_null(text);
    at = (size_t)snprintf(text, room, "%s", head);
    for (size_t i = 0; i < count; i++) {
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
        at += (size_t)snprintf(text + at, room - at, format, i, i ? i - 1 : 0);
#pragma GCC diagnostic pop
    }
    at += (size_t)snprintf(text + at, room - at, "%s", tail);
    return slice_of(text, at);
}

static void many_stages_and_variables_are_fine(void **state)
{
    (void)state;
    static const struct {
        const char *head, *format, *tail;
        size_t count;
    } cases[] = {
        {"FROM plain AS s0\n", "FROM s%2$zu AS s%1$zu\nENV V%1$zu=$V%2$zu\n", "USER $V9\n", 10000},
        {"FROM plain AS s\n", "FROM s AS S\nCOPY --from=%zu /a /b\n", "", 10000},
        {"ARG A=$B\nARG B=$A\nFROM $A\n", "ENV A=$B\nENV B=$A$A$A\n", "RUN $A\n", 20000},
        {"FROM plain\nENV A=0123456789\n", "ENV A=$A$A\nLABEL a=$A$A$A$A\n", "", 20000},
        {"FROM plain\n", "WORKDIR a%zu\n", "", 30000},
        {"FROM plain AS a\n", "ONBUILD ENV A=$A$A\n", "FROM a\n", 20000},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        CLEANUP_ARENA struct arena arena;
        arena_init(&arena, 512 << 20);
        struct dockerfile dockerfile;
        struct dockerfile_model model;
        unsigned asked = 0;
        struct slice text = many(cases[i].head, cases[i].format, cases[i].count, cases[i].tail);
        assert_true(make(text, &arena, &dockerfile, &model, &asked));
        for (size_t j = 0; j < dockerfile.count; j++) {
            const struct instruction *instruction = &dockerfile.instructions[j];
            bool complete;
            for (size_t k = 0; k < instruction->argument_count; k++)
                model_expand(&model, instruction, instruction->arguments[k], &complete);
        }
        free((void *)(uintptr_t)text.at);
    }
}

static void stages_are_found_by_name_and_number(void **state)
{
    (void)state;
    CLEANUP_ARENA struct arena arena;
    arena_init(&arena, 1 << 20);
    struct dockerfile dockerfile;
    struct dockerfile_model model;
    unsigned asked = 0;
    assert_true(make(SLICE("FROM a AS Build\nFROM b\nFROM c AS build\nFROM d\n"), &arena,
                     &dockerfile, &model, &asked));
    assert_int_equal(asked, 4);
    const struct stage *stages = model.stages;
    assert_ptr_equal(model_find_stage(&model, SLICE("BUILD"), &stages[3]), &stages[2]);
    assert_ptr_equal(model_find_stage(&model, SLICE("build"), &stages[2]), &stages[0]);
    assert_null(model_find_stage(&model, SLICE("build"), &stages[0]));
    assert_ptr_equal(model_find_stage(&model, SLICE("1"), &stages[2]), &stages[1]);
    assert_null(model_find_stage(&model, SLICE("2"), &stages[2]));
    assert_null(model_find_stage(&model, SLICE("99999999999999999999"), NULL));
    assert_ptr_equal(model_find_stage(&model, SLICE("3"), NULL), &stages[3]);
    assert_null(model_find_stage(&model, SLICE(""), NULL));
}

static void words_know_their_file_place(void **state)
{
    (void)state;
    CLEANUP_ARENA struct arena arena;
    arena_init(&arena, 1 << 20);
    struct dockerfile dockerfile;
    struct dockerfile_model model;
    unsigned asked = 0;
    const char *text = "FROM a\nRUN x \\\n # c\n  && curl -k\nRUN <<EOF\nwget y\nEOF\n";
    assert_true(make(slice_str(text), &arena, &dockerfile, &model, &asked));
    const struct run_body *run = model.bodies[1], *heredoc = model.bodies[2];
    size_t at = dockerfile_offset(&dockerfile, run->instruction, run->script.commands[1].raw.at);
    assert_int_equal(at, strstr(text, "curl") - text);
    at = dockerfile_offset(&dockerfile, heredoc->instruction, heredoc->script.commands[0].raw.at);
    assert_int_equal(at, strstr(text, "wget") - text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stages_are_read),
        cmocka_unit_test(many_stages_and_variables_are_fine),
        cmocka_unit_test(stages_are_found_by_name_and_number),
        cmocka_unit_test(words_know_their_file_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
