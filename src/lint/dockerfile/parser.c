/* The way through a Dockerfile. See parse.h for who does what. */
#include "base/error.h"
#include "lint/dockerfile/parse.h"

/* The logical text: of the file when it stands there in one piece, else put together. */
static bool join(struct lexer *lexer, struct instruction *instruction, struct slice *line)
{
    size_t len = 0;
    for (size_t i = 0; i < lexer->piece_count; i++)
        len += lexer->pieces[i].len;
    instruction->pieces =
        arena_array(lexer->arena, lexer->piece_count, sizeof *instruction->pieces);
    if (!instruction->pieces)
        return arena_error(lexer->err);
    instruction->piece_count = lexer->piece_count;
    *line = slice_of(lexer->bytes.at + lexer->pieces[0].file, len);
    if (lexer->piece_count == 1) {
        instruction->pieces[0].file = lexer->pieces[0].file;
        return true;
    }
    char *text = arena_alloc(lexer->arena, len + 1);
    if (!text)
        return arena_error(lexer->err);
    *line = slice_of(text, len);
    for (size_t i = 0, at = 0; i < lexer->piece_count; i++) {
        struct lexer_piece piece = lexer->pieces[i];
        instruction->pieces[i] = (struct dockerfile_piece){at, piece.file};
        memcpy(text + at, lexer->bytes.at + piece.file, piece.len);
        at += piece.len;
    }
    return true;
}

/* Pieces count from where the text begins, which is behind what was trimmed. */
static void shift_pieces(struct instruction *instruction, size_t by)
{
    struct dockerfile_piece *pieces = instruction->pieces;
    size_t first = 0;
    while (first + 1 < instruction->piece_count && pieces[first + 1].text <= by)
        first++;
    instruction->pieces += first;
    instruction->piece_count -= first;
    pieces = instruction->pieces;
    pieces[0].file += by - pieces[0].text;
    pieces[0].text = 0;
    for (size_t i = 1; i < instruction->piece_count; i++)
        pieces[i].text -= by;
}

static bool read_instruction(struct lexer *lexer, struct instruction *instruction)
{
    struct slice line;
    instruction->start_line = lexer->start_line;
    instruction->empty_continuation = lexer->empty_continuation;
    bool comment_above = lexer->comment_line && lexer->comment_line < lexer->start_line;
    instruction->comment_line = comment_above ? lexer->comment_line : 0;
    if (!join(lexer, instruction, &line) || !instruction_read(lexer, line, 0, instruction))
        return false;
    if (instruction_takes_heredocs(instruction) && slice_search(line, SLICE("<<")) < line.len &&
        !heredoc_read(lexer, line, instruction))
        return false;
    shift_pieces(instruction, (size_t)(instruction->text.at - line.at));
    instruction->start = instruction->pieces[0].file;
    instruction->end = lexer->end;
    instruction->end_line = lexer->line;
    for (struct instruction *inside = instruction->onbuild; inside; inside = inside->onbuild) {
        inside->start_line = instruction->start_line;
        inside->end_line = instruction->end_line;
        inside->comment_line = instruction->comment_line;
        inside->end = instruction->end;
    }
    return instruction_validate(instruction, lexer->arena) || arena_error(lexer->err);
}

static bool add_instruction(struct lexer *lexer)
{
    struct dockerfile *dockerfile = lexer->dockerfile;
    struct instruction instruction = {0};
    if (dockerfile->count == DOCKERFILE_INSTRUCTIONS_MAX)
        return lexer_fail(lexer, lexer->start_line, ERROR_LIMIT, "more than %d instructions",
                          DOCKERFILE_INSTRUCTIONS_MAX);
    /* Comments inside know the instruction by its number until the array stands still. */
    for (size_t i = lexer->first_comment; i < dockerfile->comment_count; i++)
        dockerfile->comments[i].inside = (void *)(dockerfile->count + 1);
    if (!read_instruction(lexer, &instruction))
        return false;
    return ARENA_PUSH(lexer->arena, dockerfile->instructions, dockerfile->count, dockerfile->room,
                      instruction) ||
           arena_error(lexer->err);
}

/* Pointers to instructions, which have moved while there came more of them. */
static void set_pointers(struct dockerfile *dockerfile)
{
    for (size_t i = 0; i < dockerfile->comment_count; i++) {
        size_t number = (size_t)dockerfile->comments[i].inside;
        dockerfile->comments[i].inside = number ? &dockerfile->instructions[number - 1] : NULL;
    }
    for (size_t i = 0; i < dockerfile->count; i++) {
        struct instruction *outer = &dockerfile->instructions[i];
        for (struct instruction *inside = outer->onbuild; inside; inside = inside->onbuild) {
            inside->outer = outer;
            inside->start = dockerfile_offset(dockerfile, outer, inside->text.at);
        }
    }
}

static void look_at_bytes(struct lexer *lexer)
{
    struct dockerfile *dockerfile = lexer->dockerfile;
    dockerfile->bom = slice_starts(lexer->bytes, SLICE("\xEF\xBB\xBF"));
    lexer->at = dockerfile->bom ? 3 : 0;
    size_t end = slice_find(lexer->bytes, '\n');
    dockerfile->crlf = end && end < lexer->bytes.len && lexer->bytes.at[end - 1] == '\r';
}

static bool parse(struct lexer *lexer)
{
    bool failed;
    if (lexer->bytes.len > DOCKERFILE_SIZE_MAX)
        return lexer_fail(lexer, 0, ERROR_LIMIT, "larger than %d MiB", DOCKERFILE_SIZE_MAX >> 20);
    look_at_bytes(lexer);
    while (lexer_logical(lexer, &failed) && !lexer->too_long)
        if (!add_instruction(lexer) && !lexer->too_long)
            return false;
    if (lexer->too_long)
        return lexer_fail(lexer, lexer->line + 1, ERROR_FORMAT,
                          "longer than %d bytes, which is the most that BuildKit reads in a line",
                          DOCKERFILE_LINE_MAX);
    if (failed)
        return false;
    if (!lexer->dockerfile->count)
        return lexer_fail(lexer, 0, ERROR_FORMAT,
                          "there is no instruction in it; a Dockerfile begins with FROM");
    return true;
}

bool dockerfile_parse(const struct lint_file *file, struct arena *arena,
                      struct dockerfile *dockerfile, unsigned *line, struct error *err)
{
    struct dockerfile read = {.file = file, .escape = '\\', .arena = arena};
    struct lexer lexer = {.dockerfile = &read, .arena = arena, .bytes = file->bytes, .err = err};
    *line = 0;
    if (!parse(&lexer)) {
        *line = lexer.error_line;
        return false;
    }
    if (!directive_detect(&read, arena))
        return arena_error(err);
    set_pointers(&read);
    *dockerfile = read;
    return true;
}

static bool within(struct slice s, const char *at)
{
    uintptr_t start = (uintptr_t)s.at, place = (uintptr_t)at;
    return s.at && place >= start && place <= start + s.len;
}

static const struct instruction *outermost(const struct instruction *instruction)
{
    return instruction->outer ? instruction->outer : instruction;
}

size_t dockerfile_offset(const struct dockerfile *dockerfile, const struct instruction *instruction,
                         const char *at)
{
    const struct instruction *whole = outermost(instruction);
    if (!within(whole->text, at))
        return within(dockerfile->file->bytes, at) ? (size_t)(at - dockerfile->file->bytes.at)
                                                   : instruction->start;
    size_t text = (size_t)(at - whole->text.at);
    size_t low = 0, high = whole->piece_count;
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (whole->pieces[middle].text <= text)
            low = middle;
        else
            high = middle;
    }
    return whole->pieces[low].file + (text - whole->pieces[low].text);
}

size_t dockerfile_offset_end(const struct dockerfile *dockerfile,
                             const struct instruction *instruction, const char *end)
{
    const struct instruction *whole = outermost(instruction);
    bool inside = within(whole->text, end) && end != whole->text.at;
    if (!inside)
        return dockerfile_offset(dockerfile, instruction, end);
    return dockerfile_offset(dockerfile, instruction, end - 1) + 1;
}

bool dockerfile_is_whole(const struct dockerfile *dockerfile, const struct instruction *instruction,
                         struct slice part)
{
    const struct instruction *whole = outermost(instruction);
    struct slice bytes = dockerfile->file->bytes;
    if (!part.at || (!within(whole->text, part.at) && !within(bytes, part.at)))
        return false;
    size_t start = dockerfile_offset(dockerfile, instruction, part.at);
    return !part.len ||
           dockerfile_offset_end(dockerfile, instruction, part.at + part.len) - start == part.len;
}
