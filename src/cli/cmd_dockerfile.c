/* plimsoll dockerfile parse FILE */
#include "cli/command_rows.h"
#include "lint/dockerfile/dockerfile.h"
#include "lint/lint.h"

enum { PARSE_MEMORY = 1 << 30 };

/* "line 3: no = in …" becomes "Dockerfile:3: no = in …", as editors and CI take it. */
static bool refuse(const char *path, unsigned line, struct error *err)
{
    const char *name = slice_equal_str(slice_str(path), "-") ? "standard input" : path;
    struct error inner = *err;
    const char *text = line ? strstr(inner.text, ": ") : NULL;
    if (!text)
        return error_add(err, "%s", name);
    return error_set(err, inner.kind, "%s:%u%s", name, line, text);
}

static bool run_parse(struct invocation *call, struct error *err)
{
    CLEANUP_ARENA struct arena arena;
    const char *path = call->operands[0];
    struct slice bytes;
    struct lint_file file;
    struct dockerfile dockerfile;
    unsigned line;
    arena_init(&arena, PARSE_MEMORY);
    if (!lint_read(slice_str(path), &arena, &bytes, err))
        return false;
    if (!lint_file_init(&file, slice_str(path), bytes, LINT_DOCKERFILE, &arena))
        return arena_error(err);
    if (!dockerfile_parse(&file, &arena, &dockerfile, &line, err))
        return refuse(path, line, err);
    dockerfile_write_json(&dockerfile, stdout);
    return true;
}

static const struct command_example examples[] = {
    {"plimsoll dockerfile parse Dockerfile", "its instructions, with lines and columns"},
    {"plimsoll dockerfile parse - < Dockerfile | jq -r '.instructions[] | select(.name == "
     "\"from\").arguments[0]'",
     "the images it builds on"},
    {NULL, NULL},
};

static const struct command parse = {
    .name = "parse",
    .summary = "write a Dockerfile's instructions as JSON",
    .operands = "FILE",
    .prose =
        "Reads FILE, or standard input for -, as BuildKit does and writes its directives, "
        "instructions (flags, arguments, heredocs, each with lines and columns) and comments.\n\n"
        "What BuildKit's parser refuses ends with the file, the line and exit code 3. What "
        "BuildKit "
        "refuses only afterwards (an unknown instruction, a bad flag) stands as `problem` at the "
        "instruction.",
    .examples = examples,
    .least = 1,
    .most = 1,
    .run = run_parse,
};

static const struct command *const dockerfile_commands[] = {&parse, NULL};

const struct command command_dockerfile = {
    .name = "dockerfile",
    .summary = "look into Dockerfiles",
    .examples = examples,
    .commands = dockerfile_commands,
};
