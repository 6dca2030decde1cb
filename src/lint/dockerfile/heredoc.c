/* Heredocs: which a logical line opens (BuildKit's heredocsFromLine), and the lines they take. */
#include "base/ascii.h"
#include "lint/dockerfile/parse.h"
#include "lint/dockerfile/word_lexer.h"

bool instruction_takes_heredocs(const struct instruction *instruction)
{
    const struct instruction *inside = instruction->onbuild ? instruction->onbuild : instruction;
    unsigned takers =
        KEYWORD_BIT(KEYWORD_ADD) | KEYWORD_BIT(KEYWORD_COPY) | KEYWORD_BIT(KEYWORD_RUN);
    return (takers & KEYWORD_BIT(inside->keyword)) && !inside->json;
}

/* [digits]<<[-]blanks, then the name; what is not `<`. */
static bool split(struct slice word, struct slice *digits, bool *chomp, struct slice *name)
{
    size_t count = 0;
    while (count < word.len && ascii_digit(word.at[count]))
        count++;
    *digits = slice_upto(word, count);
    word = slice_from(word, count);
    if (!slice_starts(word, SLICE("<<")))
        return false;
    word = slice_from(word, 2);
    *chomp = word.len && word.at[0] == '-';
    word = slice_from(word, *chomp);
    while (word.len && ascii_space(word.at[0]) && word.at[0] != '\v')
        word = slice_from(word, 1);
    *name = word;
    return word.len && slice_find(word, '<') == word.len;
}

static unsigned descriptor_of(struct slice digits)
{
    uint64_t value = 0;
    if (digits.len && !slice_u64(digits, &value))
        return UINT32_MAX;
    return value > UINT32_MAX ? UINT32_MAX : (unsigned)value;
}

static size_t count_quotes(struct slice s)
{
    size_t count = 0;
    for (size_t i = 0; i < s.len; i++)
        count += s.at[i] == '\'' || s.at[i] == '"';
    return count;
}

/* Cuts the name into words, quotes kept or not. */
static bool name_words(struct slice name, bool raw, struct arena *arena, struct word_lexer *lexer,
                       struct error *err)
{
    *lexer = (struct word_lexer){
        .escape = '\\', .arena = arena, .keep_unset = true, .keep_quotes = raw, .split = true};
    return word_lexer_run(lexer, name, NULL, err);
}

/* *found false: the word is none. */
static bool heredoc_of(struct slice word, struct arena *arena, struct dockerfile_heredoc *heredoc,
                       bool *found, struct error *err)
{
    struct slice digits, name;
    struct word_lexer cooked, raw;
    *found = false;
    if (!split(word, &digits, &heredoc->chomp, &name))
        return true;
    if (!name_words(name, false, arena, &cooked, err))
        return false;
    if (cooked.word_count != 1)
        return true;
    if (!name_words(name, true, arena, &raw, err))
        return false;
    if (raw.word_count != 1)
        return error_set(err, ERROR_FORMAT, "quotes of the heredoc's name cannot be read");
    *found = true;
    heredoc->name = cooked.words[0].text;
    heredoc->expand = count_quotes(cooked.words[0].text) == count_quotes(raw.words[0].text);
    heredoc->descriptor = descriptor_of(digits);
    return true;
}

bool heredoc_is_word(struct slice word, struct arena *arena)
{
    struct dockerfile_heredoc heredoc;
    struct error ignored = {0};
    bool found;
    return slice_search(word, SLICE("<<")) < word.len &&
           heredoc_of(word, arena, &heredoc, &found, &ignored) && found;
}

static struct slice trim_line(struct slice line, bool chomp)
{
    while (line.len && (line.at[line.len - 1] == '\n' || line.at[line.len - 1] == '\r'))
        line.len--;
    while (chomp && line.len && line.at[0] == '\t')
        line = slice_from(line, 1);
    return line;
}

static bool read_content(struct lexer *lexer, struct dockerfile_heredoc *heredoc)
{
    struct slice line;
    size_t start = lexer->at;
    heredoc->start_line = lexer->line + 1;
    while (lexer_line(lexer, &line)) {
        if (!slice_equal(trim_line(line, heredoc->chomp), heredoc->name))
            continue;
        size_t at = (size_t)(line.at - lexer->bytes.at);
        heredoc->content = slice_of(lexer->bytes.at + start, at - start);
        heredoc->end_line = lexer->line;
        lexer->end = at + trim_line(line, false).len;
        return true;
    }
    if (lexer->too_long)
        return false; /* dockerfile_parse says so */
    return lexer_fail(lexer, lexer->start_line, ERROR_FORMAT,
                      "the heredoc is not ended: there is no line \"%.*s\" below",
                      SLICE_ARG(heredoc->name));
}

static bool add(struct lexer *lexer, struct instruction *instruction, size_t *room,
                const struct dockerfile_heredoc *heredoc)
{
    if (instruction->heredoc_count == DOCKERFILE_HEREDOCS_MAX)
        return lexer_fail(lexer, lexer->start_line, ERROR_LIMIT, "more than %d heredocs",
                          DOCKERFILE_HEREDOCS_MAX);
    return ARENA_PUSH(lexer->arena, instruction->heredocs, instruction->heredoc_count, *room,
                      *heredoc) ||
           arena_error(lexer->err);
}

bool heredoc_read(struct lexer *lexer, struct slice line, struct instruction *instruction)
{
    struct error error = {0};
    struct word_lexer words = {.escape = '\\',
                               .arena = lexer->arena,
                               .keep_unset = true,
                               .keep_quotes = true,
                               .keep_escapes = true,
                               .split = true};
    /* A line that cannot be read as shell words opens none. */
    if (!word_lexer_run(&words, line, NULL, &error))
        return error.kind != ERROR_LIMIT ||
               lexer_fail(lexer, lexer->start_line, ERROR_LIMIT, "%s", error.text);
    size_t room = 0;
    for (size_t i = 0; i < words.word_count; i++) {
        struct dockerfile_heredoc heredoc = {0};
        bool found;
        if (!heredoc_of(words.words[i].text, lexer->arena, &heredoc, &found, &error))
            return lexer_fail(lexer, lexer->start_line, error.kind, "%s", error.text);
        heredoc.raw =
            slice_of(line.at + words.words[i].start, words.words[i].end - words.words[i].start);
        if (found && !add(lexer, instruction, &room, &heredoc))
            return false;
    }
    for (size_t i = 0; i < instruction->heredoc_count; i++)
        if (!read_content(lexer, &instruction->heredocs[i]))
            return false;
    if (instruction->onbuild) {
        instruction->onbuild->heredocs = instruction->heredocs;
        instruction->onbuild->heredoc_count = instruction->heredoc_count;
    }
    return true;
}
