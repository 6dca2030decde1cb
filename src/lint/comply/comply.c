#include "lint/comply/comply.h"

#include <stdarg.h>
#include <stdio.h>

#include "lint/image/image_check.h"
#include "lint/rule_rows.h"

const char *comply_state_name(enum comply_state state)
{
    static const char *const names[] = {"pass", "fail", "open", "not-applicable"};
    return names[state];
}

static struct slice print(struct comply *comply, const char *format, va_list arguments)
{
    char text[1500];
    vsnprintf(text, sizeof text, format, arguments);
    struct slice copy = arena_copy(comply->arena, slice_str(text));
    comply->failed |= !copy.at;
    return copy;
}

void comply_say(struct comply *comply, struct comply_row *row, enum comply_state state,
                const char *how, ...)
{
    va_list arguments;
    va_start(arguments, how);
    row->state = state;
    row->how = print(comply, how, arguments);
    va_end(arguments);
}

void comply_todo(struct comply *comply, struct comply_row *row, const char *todo, ...)
{
    va_list arguments;
    va_start(arguments, todo);
    row->todo = print(comply, todo, arguments);
    va_end(arguments);
}

void comply_ask(struct comply *comply, struct comply_row *row)
{
    const struct comply_answer *answer = comply_answer_find(comply, row->rule->id);
    if (!answer) {
        comply_say(comply, row, COMPLY_OPEN, "%s", row->rule->question);
        comply_todo(comply, row, "answer it: plimsoll comply … --answer %s=yes --by NAME",
                    row->rule->id);
        return;
    }
    row->by = answer->by;
    row->at = answer->at;
    row->note = answer->note;
    comply_say(comply, row, answer->yes ? COMPLY_PASS : COMPLY_FAIL,
               "%.*s answered %s on %.*s%s%.*s", SLICE_ARG(answer->by), answer->yes ? "yes" : "no",
               SLICE_ARG(slice_upto(answer->at, 10)), answer->note.len ? ": " : "",
               SLICE_ARG(answer->note));
    if (!answer->yes)
        comply_todo(comply, row, "%s", row->rule->question);
}

void comply_judge_answer(struct comply *comply, struct comply_row *row)
{
    comply_ask(comply, row);
}

/* What identifies an image wherever it lies: the digest of its configuration. */
static bool read_image(struct comply *comply, struct error *err)
{
    const struct scan *scan = comply->options->scan;
    if (!scan || !scan->image_count)
        return true;
    comply->seen = &scan->images[0];
    comply->image = comply->seen->image;
    if (comply->image->config_json.len) {
        struct digest digest;
        sha256_of(comply->image->config_json, &digest);
        comply->image_digest = arena_copy(comply->arena, digest_slice(&digest));
        if (!comply->image_digest.at)
            return arena_error(err);
    }
    comply->image_findings.arena = comply->arena;
    return image_lint(scan, &comply->image_findings, comply->arena, NULL, NULL, err);
}

static const struct base_image *nobody_knows(void *context, struct slice reference,
                                             struct slice platform)
{
    (void)context;
    (void)reference;
    (void)platform;
    return NULL;
}

/* As lint saw it, which knows binary files and such, too. */
static bool has_parse_error(const struct lint_result *lint, const struct lint_file *file)
{
    for (size_t i = 0; i < lint->report.count; i++)
        if (lint->report.findings[i]->rule == &rule_parse_error &&
            slice_equal(lint->report.findings[i]->path, file->path))
            return true;
    return false;
}

/* A Dockerfile that cannot be parsed has a finding of its own; its rows then say so. */
static bool read_dockerfile(struct comply *comply, struct error *err)
{
    static const struct base_resolver nobody = {nobody_knows, NULL};
    const struct lint_result *lint = comply->options->lint;
    for (size_t i = 0; lint && i < lint->file_count && !comply->dockerfile; i++)
        if (lint->files[i].file->kind == LINT_DOCKERFILE)
            comply->dockerfile = lint->files[i].file;
    struct error why;
    unsigned line;
    if (!comply->dockerfile || has_parse_error(lint, comply->dockerfile) ||
        !dockerfile_parse(comply->dockerfile, comply->arena, &comply->parsed, &line, &why))
        return true;
    return dockerfile_model_make(&comply->parsed, &nobody, comply->arena, &comply->model, err);
}

bool comply_configurations(const struct lint_file *dockerfile, struct arena *arena,
                           struct slice **paths, size_t *count, struct error *err)
{
    struct dockerfile parsed;
    struct error why;
    unsigned line;
    size_t room = 0;
    *paths = NULL;
    *count = 0;
    if (!dockerfile_parse(dockerfile, arena, &parsed, &line, &why))
        return true; /* lint says it */
    for (size_t i = 0; i < parsed.count; i++) {
        const struct instruction *each = &parsed.instructions[i];
        if (each->keyword == KEYWORD_FROM)
            *count = 0;
        if ((each->keyword != KEYWORD_COPY && each->keyword != KEYWORD_ADD) ||
            instruction_flag(each, "from"))
            continue;
        for (size_t j = 0; j + 1 < each->argument_count; j++)
            if ((slice_ends(each->arguments[j], SLICE(".cfg")) ||
                 slice_ends(each->arguments[j], SLICE(".conf"))) &&
                !ARENA_PUSH(arena, *paths, *count, room, each->arguments[j]))
                return arena_error(err);
    }
    return true;
}

static bool is_listed(const struct comply_options *options, const char *list)
{
    for (size_t i = 0; i < options->list_count; i++)
        if (strcmp(options->lists[i], list) == 0)
            return true;
    return false;
}

bool comply_run(const struct comply_options *options, struct arena *arena, struct comply *comply,
                struct error *err)
{
    *comply = (struct comply){.options = options, .arena = arena};
    if (!read_image(comply, err) || !read_dockerfile(comply, err))
        return false;
    for (size_t i = 0; i < options->attestation_count; i++)
        if (!comply_attestation_read(comply, options->attestations[i], err))
            return false;
    for (const struct comply_rule *rule = comply_rules; rule->id; rule++) {
        struct comply_row row = {.rule = rule};
        if (!is_listed(options, rule->list))
            continue;
        rule->judge(comply, &row);
        if (!ARENA_PUSH(arena, comply->rows, comply->count, comply->room, row))
            return arena_error(err);
    }
    return !comply->failed || arena_error(err);
}

size_t comply_missing(const struct comply *comply)
{
    size_t missing = 0;
    for (size_t i = 0; i < comply->count; i++)
        missing += comply->rows[i].state == COMPLY_FAIL || comply->rows[i].state == COMPLY_OPEN;
    return missing;
}
