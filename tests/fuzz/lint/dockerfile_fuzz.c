/*
 * Any bytes are read or refused with a reason; every slice of an instruction lies inside it and has
 * a place in the file, lines go up, and the JSON of it is written.
 */
#include <stdlib.h>

#include "lint/dockerfile/dockerfile.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
    if (!holds)
        abort();
}

static void inside(struct slice whole, struct slice part)
{
    must(!part.at || (part.at >= whole.at && part.at + part.len <= whole.at + whole.len));
}

static void has_place(const struct dockerfile *dockerfile, const struct instruction *instruction,
                      struct slice part)
{
    size_t start = dockerfile_offset(dockerfile, instruction, part.at);
    size_t end = dockerfile_offset_end(dockerfile, instruction, part.at + part.len);
    must(start <= dockerfile->file->bytes.len && end <= dockerfile->file->bytes.len);
    must(!part.len || start < end);
    if (part.len && dockerfile_is_whole(dockerfile, instruction, part))
        must(memcmp(dockerfile->file->bytes.at + start, part.at, part.len) == 0);
}

static void check(const struct dockerfile *dockerfile, const struct instruction *instruction)
{
    inside(instruction->text, instruction->word);
    inside(instruction->text, instruction->rest);
    inside(instruction->text, instruction->body);
    must(instruction->start <= dockerfile->file->bytes.len);
    must(instruction->end <= dockerfile->file->bytes.len);
    must(instruction->start_line && instruction->start_line <= instruction->end_line);
    for (size_t i = 0; i < instruction->flag_count; i++) {
        inside(instruction->text, instruction->flags[i].raw);
        inside(instruction->text, instruction->flags[i].value);
        has_place(dockerfile, instruction, instruction->flags[i].raw);
    }
    for (size_t i = 0; i < instruction->argument_count; i++) {
        must(instruction->arguments[i].at != NULL);
        if (!instruction->json)
            has_place(dockerfile, instruction, instruction->arguments[i]);
    }
    for (size_t i = 0; i < instruction->heredoc_count; i++) {
        inside(dockerfile->file->bytes, instruction->heredocs[i].content);
        has_place(dockerfile, instruction, instruction->heredocs[i].raw);
        must(instruction->heredocs[i].end_line <= instruction->end_line);
    }
    if (instruction->onbuild) {
        must(instruction->onbuild->outer != NULL);
        inside(instruction->text, instruction->onbuild->text);
        check(dockerfile, instruction->onbuild);
    }
}

static void write(const struct dockerfile *dockerfile)
{
    char *text = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&text, &len);
    must(out != NULL);
    dockerfile_write_json(dockerfile, out);
    fclose(out);
    free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    CLEANUP_ARENA struct arena arena;
    arena_init(&arena, 64 << 20);
    struct lint_file file;
    struct dockerfile dockerfile;
    struct error err = {0};
    unsigned line = 0, last = 0;
    if (!lint_file_init(&file, SLICE("fuzz"), slice_of(data, size), LINT_DOCKERFILE, &arena))
        return 0;
    if (!dockerfile_parse(&file, &arena, &dockerfile, &line, &err)) {
        must(err.kind != ERROR_NONE && *err.text && line <= file.line_count);
        return 0;
    }
    must(dockerfile.count > 0);
    for (size_t i = 0; i < dockerfile.count; i++) {
        const struct instruction *instruction = &dockerfile.instructions[i];
        must(instruction->start_line > last);
        last = instruction->end_line;
        must(last <= file.line_count);
        check(&dockerfile, instruction);
    }
    for (size_t i = 0; i < dockerfile.comment_count; i++)
        inside(file.bytes, dockerfile.comments[i].text);
    write(&dockerfile);
    return 0;
}
