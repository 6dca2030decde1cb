/* What rules about RUN bodies ask of the stage around: its base, its variables, whether it is
   shipped; and edits that keep a list of commands whole. See run.h. */
#include <stdio.h>

#include "base/ascii.h"
#include "lint/rules/run.h"

static bool assigns(const struct shell_word *words, size_t count, const char *name,
                    struct slice *value)
{
    size_t len = strlen(name);
    for (size_t i = 0; i < count; i++) {
        struct slice word = words[i].value;
        if (slice_starts(word, slice_str(name)) && word.len > len && word.at[len] == '=') {
            *value = slice_from(word, len + 1);
            return true;
        }
    }
    return false;
}

bool run_variable(const struct dockerfile_check *check, const struct run_body *body,
                  const struct shell_command *command, const char *name, struct slice *value)
{
    if (assigns(command->assignments, command->assignment_count, name, value))
        return true;
    for (const struct shell_command *i = body->script.commands; i < command; i++)
        if (slice_equal(i->program, SLICE("export")) &&
            assigns(i->words, i->word_count, name, value))
            return true;
    const struct stage_state *state = model_state(check->model, body->instruction);
    const struct variable *variable = state ? stage_variable(state, slice_str(name)) : NULL;
    if (!variable || !variable->has_value)
        return false;
    *value = variable->value;
    return true;
}

bool run_file_mentions(const struct dockerfile_check *check, const char *text)
{
    struct slice bytes = slice_upto(check->dockerfile->file->bytes, 64 << 10);
    return slice_search(bytes, slice_str(text)) < bytes.len;
}

bool run_ships(const struct dockerfile_check *check, const struct instruction *instruction)
{
    const struct stage *stage = model_stage(check->model, instruction);
    if (!stage || !stage->used || instruction->outer || instruction->onbuild)
        return true;
    const struct stage *last = &check->model->stages[check->model->stage_count - 1];
    for (; last; last = last->parent)
        if (last == stage)
            return true;
    return false;
}

void run_soften(const struct dockerfile_check *check, const struct instruction *instruction,
                struct lint_finding *finding)
{
    if (finding && finding->severity > LINT_STYLE && !run_ships(check, instruction))
        finding->severity--;
}

static struct slice base_of(const struct dockerfile_check *check,
                            const struct instruction *instruction)
{
    const struct stage *stage = model_stage(check->model, instruction);
    if (!stage)
        return (struct slice){NULL, 0};
    while (stage->parent)
        stage = stage->parent;
    return stage->base.len ? stage->base : stage->base_written;
}

static void split_base(struct slice base, struct slice *folder, struct slice *name,
                       struct slice *tag)
{
    base = slice_upto(base, slice_find(base, '@'));
    size_t slash = slice_find_last(base, '/');
    *folder = slash < base.len ? slice_upto(base, slash) : (struct slice){"", 0};
    *tag = slash < base.len ? slice_from(base, slash + 1) : base;
    *name = slice_cut(tag, ':');
}

static bool has_any_part(struct slice text, const char *parts)
{
    struct slice rest = slice_str(parts);
    while (rest.len)
        if (slice_search(text, slice_cut(&rest, ' ')) < text.len)
            return true;
    return false;
}

/* Official images that are made from Debian or Ubuntu unless their tag says otherwise. */
static const char debian_images[] =
    "debian ubuntu node python golang ruby rust php openjdk nginx httpd postgres redis haproxy "
    "tomcat perl gcc buildpack-deps maven gradle eclipse-temurin mariadb mongo memcached wordpress "
    "drupal jenkins rabbitmq erlang elixir haskell swift julia r-base clojure pypy neo4j solr "
    "sonarqube";
static const char rpm_images[] =
    "fedora centos rockylinux almalinux amazonlinux oraclelinux mysql leap tumbleweed "
    "ubi ubi-minimal ubi-init ubi8 ubi9 ubi10 photon";

enum base_family run_family(const struct dockerfile_check *check,
                            const struct instruction *instruction)
{
    struct slice folder, name, tag;
    split_base(base_of(check, instruction), &folder, &name, &tag);
    if (slice_search(tag, SLICE("alpine")) < tag.len ||
        lint_has_word(SLICE("alpine busybox docker wolfi-base"), name))
        return FAMILY_ALPINE;
    if (has_any_part(tag, "bookworm bullseye buster trixie stretch jammy noble focal bionic debian "
                          "ubuntu slim"))
        return FAMILY_DEBIAN;
    if (lint_has_word(slice_str(rpm_images), name) || has_any_part(tag, "ubi oraclelinux fedora"))
        return FAMILY_RPM;
    bool official = !folder.len || slice_equal(folder, SLICE("library")) ||
                    slice_ends(folder, SLICE("/library")) ||
                    slice_equal(folder, SLICE("docker.io"));
    return official && lint_has_word(slice_str(debian_images), name) ? FAMILY_DEBIAN
                                                                     : FAMILY_UNKNOWN;
}

void run_fix_option(struct dockerfile_check *check, struct lint_finding *finding,
                    const struct run_body *body, const struct shell_word *word, const char *text)
{
    struct slice place = run_place(body, word->raw);
    struct slice insertion = arena_printf(check->arena, " %s", text);
    if (!place.at || !insertion.at)
        return;
    lint_fix(check->report, finding, "adds %s", text);
    check_fix_insert_after(check, finding, body->instruction, place, insertion);
}

/* Whether `command && more` means: if it succeeds, more; and then what came behind. */
static bool can_append(const struct run_body *body, const struct shell_command *command)
{
    if (body->exec || !body->script.complete || !command->raw.at || command->conditional ||
        command->negated || command->pipe_index + 1 < command->pipe_length ||
        command->joint == JOINT_OR)
        return false;
    const struct shell_command *next = run_next(body, command);
    while (next && next->list != command->list)
        next = run_next(body, next);
    if (next && (next->joint == JOINT_OR || next->joint == JOINT_BACKGROUND))
        return false;
    const char *end = command->raw.at + command->raw.len;
    const char *source_end = body->script.source.at + body->script.source.len;
    if (end < body->script.source.at || end > source_end)
        return false;
    while (end < source_end && (*end == ' ' || *end == '\t'))
        end++;
    bool background = end < source_end && *end == '&' && (end + 1 == source_end || end[1] != '&');
    return !background && !(end < source_end && (*end == '#' || *end == '`'));
}

/* What leads to a further command: on the same line, or on one of its own, indented as the line is
   that the command ends in. */
static struct slice append_text(struct dockerfile_check *check, const struct run_body *body,
                                const struct shell_command *command, const char *text)
{
    const struct instruction *instruction = body->instruction;
    const struct lint_file *file = check->dockerfile->file;
    const char *end = command->raw.at + command->raw.len;
    unsigned line, column;
    lint_file_position(file, dockerfile_offset_end(check->dockerfile, instruction, end), &line,
                       &column);
    if (body->heredoc || command->nested || line == instruction->start_line)
        return arena_printf(check->arena, " && %s", text);
    struct slice first = lint_file_line(file, line);
    size_t indent = 0;
    while (indent < first.len && (first.at[indent] == ' ' || first.at[indent] == '\t'))
        indent++;
    return arena_printf(check->arena, " %c%s%.*s&& %s", check->dockerfile->escape,
                        check->dockerfile->crlf ? "\r\n" : "\n", (int)indent, first.at, text);
}

void run_fix_append(struct dockerfile_check *check, struct lint_finding *finding,
                    const struct run_body *body, const struct shell_command *command,
                    const char *text)
{
    char with_sudo[128];
    if (!finding || !can_append(body, command))
        return;
    if (command->with_sudo) { /* who needs it for the one needs it for the other */
        snprintf(with_sudo, sizeof with_sudo, "sudo %s", text);
        text = with_sudo;
    }
    struct slice insertion = append_text(check, body, command, text);
    if (!insertion.at)
        return;
    lint_fix(check->report, finding, "adds && %s", text);
    check_fix_insert_after(check, finding, body->instruction, command->raw, insertion);
}
