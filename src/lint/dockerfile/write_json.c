/* A parsed Dockerfile as JSON: docs/schema/dockerfile.json. */
#include "base/json.h"
#include "lint/dockerfile/dockerfile.h"

struct writer {
    struct json_writer json;
    const struct dockerfile *dockerfile;
};

static void put_position(struct writer *writer, size_t offset, const char *line_name,
                         const char *column_name)
{
    unsigned line, column;
    lint_file_position(writer->dockerfile->file, offset, &line, &column);
    json_field_int(&writer->json, line_name, line);
    json_field_int(&writer->json, column_name, column);
}

/* Where a slice stands; nothing for what has no place of its own. */
static void put_place(struct writer *writer, const struct instruction *instruction,
                      struct slice part)
{
    const struct instruction *whole = instruction->outer ? instruction->outer : instruction;
    uintptr_t at = (uintptr_t)part.at, text = (uintptr_t)whole->text.at;
    if (!part.at || at < text || at > text + whole->text.len)
        return;
    put_position(writer, dockerfile_offset(writer->dockerfile, whole, part.at), "line", "column");
    put_position(writer,
                 part.len ? dockerfile_offset_end(writer->dockerfile, whole, part.at + part.len)
                          : dockerfile_offset(writer->dockerfile, whole, part.at),
                 "end_line", "end_column");
}

static void put_flags(struct writer *writer, const struct instruction *instruction)
{
    json_name(&writer->json, "flags");
    json_begin_array(&writer->json);
    for (size_t i = 0; i < instruction->flag_count; i++) {
        const struct dockerfile_flag *flag = &instruction->flags[i];
        json_begin_object(&writer->json);
        json_field(&writer->json, "name", flag->name);
        json_name(&writer->json, "value");
        if (flag->has_value)
            json_put_string(&writer->json, flag->text);
        else
            json_put_null(&writer->json);
        put_place(writer, instruction, flag->raw);
        json_end_object(&writer->json);
    }
    json_end_array(&writer->json);
}

static void put_arguments(struct writer *writer, const struct instruction *instruction)
{
    json_field_strings(&writer->json, "arguments", instruction->arguments,
                       instruction->argument_count);
    json_name(&writer->json, "argument_places");
    json_begin_array(&writer->json);
    for (size_t i = 0; i < instruction->argument_count; i++) {
        json_begin_object(&writer->json);
        put_place(writer, instruction, instruction->arguments[i]);
        json_end_object(&writer->json);
    }
    json_end_array(&writer->json);
}

static void put_heredocs(struct writer *writer, const struct instruction *instruction)
{
    json_name(&writer->json, "heredocs");
    json_begin_array(&writer->json);
    for (size_t i = 0; i < instruction->heredoc_count; i++) {
        const struct dockerfile_heredoc *heredoc = &instruction->heredocs[i];
        json_begin_object(&writer->json);
        json_field(&writer->json, "name", heredoc->name);
        json_field_int(&writer->json, "start", heredoc->start_line);
        json_field_int(&writer->json, "end", heredoc->end_line);
        json_field_bool(&writer->json, "expand", heredoc->expand);
        json_field_bool(&writer->json, "chomp", heredoc->chomp);
        json_field_int(&writer->json, "descriptor", heredoc->descriptor);
        json_field(&writer->json, "content", heredoc->content);
        put_place(writer, instruction, heredoc->raw);
        json_end_object(&writer->json);
    }
    json_end_array(&writer->json);
}

static const char *form_of(const struct instruction *instruction)
{
    unsigned shell = KEYWORD_BIT(KEYWORD_RUN) | KEYWORD_BIT(KEYWORD_CMD) |
                     KEYWORD_BIT(KEYWORD_ENTRYPOINT) | KEYWORD_BIT(KEYWORD_HEALTHCHECK);
    if (instruction->json)
        return "json";
    return (shell & KEYWORD_BIT(instruction->keyword)) ? "shell" : "words";
}

/* An ONBUILD holds another one: a few levels deep (DOCKERFILE_ONBUILD_MAX). */
static void put_instruction(struct writer *writer, const struct instruction *instruction)
{
    json_begin_object(&writer->json);
    json_field(&writer->json, "name", instruction->name);
    json_field(&writer->json, "word", instruction->word);
    json_field_int(&writer->json, "start", instruction->start_line);
    json_field_int(&writer->json, "end", instruction->end_line);
    put_position(writer, instruction->start, "line", "column");
    put_position(writer, instruction->end, "end_line", "end_column");
    json_field(&writer->json, "text", instruction->text);
    json_field(&writer->json, "form", slice_str(form_of(instruction)));
    json_field_bool(&writer->json, "legacy", instruction->legacy);
    put_flags(writer, instruction);
    put_arguments(writer, instruction);
    put_heredocs(writer, instruction);
    json_name(&writer->json, "onbuild");
    if (instruction->onbuild)
        put_instruction(writer, instruction->onbuild);
    else
        json_put_null(&writer->json);
    json_field_bool(&writer->json, "empty_continuation", instruction->empty_continuation);
    json_name(&writer->json, "problem");
    if (instruction->problem.len)
        json_put_string(&writer->json, instruction->problem);
    else
        json_put_null(&writer->json);
    json_end_object(&writer->json);
}

static void put_directives(struct writer *writer)
{
    json_name(&writer->json, "directives");
    json_begin_array(&writer->json);
    for (size_t i = 0; i < writer->dockerfile->directive_count; i++) {
        const struct dockerfile_directive *directive = &writer->dockerfile->directives[i];
        json_begin_object(&writer->json);
        json_field(&writer->json, "name", directive->name);
        json_field(&writer->json, "value", directive->value);
        json_field_int(&writer->json, "line", directive->line);
        json_end_object(&writer->json);
    }
    json_end_array(&writer->json);
}

static void put_comments(struct writer *writer)
{
    json_name(&writer->json, "comments");
    json_begin_array(&writer->json);
    for (size_t i = 0; i < writer->dockerfile->comment_count; i++) {
        const struct dockerfile_comment *comment = &writer->dockerfile->comments[i];
        json_begin_object(&writer->json);
        json_field_int(&writer->json, "line", comment->line);
        json_field(&writer->json, "text", comment->text);
        json_field_bool(&writer->json, "inside", comment->inside != NULL);
        json_end_object(&writer->json);
    }
    json_end_array(&writer->json);
}

void dockerfile_write_json(const struct dockerfile *dockerfile, FILE *file)
{
    struct writer writer = {.dockerfile = dockerfile};
    json_writer_init(&writer.json, file, 2);
    json_begin_object(&writer.json);
    json_field(&writer.json, "schema", SLICE("plimsoll/dockerfile/1"));
    json_field(&writer.json, "file", dockerfile->file->path);
    json_field(&writer.json, "escape", slice_of(&dockerfile->escape, 1));
    json_field_bool(&writer.json, "byte_order_mark", dockerfile->bom);
    json_field(&writer.json, "line_ends", dockerfile->crlf ? SLICE("crlf") : SLICE("lf"));
    put_directives(&writer);
    json_name(&writer.json, "instructions");
    json_begin_array(&writer.json);
    for (size_t i = 0; i < dockerfile->count; i++)
        put_instruction(&writer, &dockerfile->instructions[i]);
    json_end_array(&writer.json);
    put_comments(&writer);
    json_end_object(&writer.json);
}
