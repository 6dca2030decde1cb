/* One logical line → keyword, flags, arguments (BuildKit's newNodeFromLine and line_parsers.go). */
#include "base/ascii.h"
#include "lint/dockerfile/parse.h"

static const char *const names[KEYWORDS] = {
    [KEYWORD_UNKNOWN] = "",        [KEYWORD_ADD] = "ADD",
    [KEYWORD_ARG] = "ARG",         [KEYWORD_CMD] = "CMD",
    [KEYWORD_COPY] = "COPY",       [KEYWORD_ENTRYPOINT] = "ENTRYPOINT",
    [KEYWORD_ENV] = "ENV",         [KEYWORD_EXPOSE] = "EXPOSE",
    [KEYWORD_FROM] = "FROM",       [KEYWORD_HEALTHCHECK] = "HEALTHCHECK",
    [KEYWORD_LABEL] = "LABEL",     [KEYWORD_MAINTAINER] = "MAINTAINER",
    [KEYWORD_ONBUILD] = "ONBUILD", [KEYWORD_RUN] = "RUN",
    [KEYWORD_SHELL] = "SHELL",     [KEYWORD_STOPSIGNAL] = "STOPSIGNAL",
    [KEYWORD_USER] = "USER",       [KEYWORD_VOLUME] = "VOLUME",
    [KEYWORD_WORKDIR] = "WORKDIR",
};

const char *dockerfile_keyword_name(enum dockerfile_keyword keyword)
{
    return names[keyword];
}

/* In lower case, as Go's strings.ToLower has it for words that can be keywords: two letters outside
   ASCII have an ASCII one in lower case (U+212A, the Kelvin sign, and U+0130). */
static struct slice lower(struct slice word, struct arena *arena)
{
    bool same = true;
    for (size_t i = 0; i < word.len; i++)
        same = same && word.at[i] == ascii_lower(word.at[i]) && (word.at[i] & 0x80) == 0;
    if (same)
        return word;
    char *text = arena_alloc(arena, word.len + 1);
    size_t len = 0;
    if (!text)
        return (struct slice){NULL, 0};
    for (size_t i = 0; i < word.len; i++) {
        struct slice rest = slice_from(word, i);
        if (slice_starts(rest, SLICE("\xE2\x84\xAA"))) {
            text[len++] = 'k';
            i += 2;
        } else if (slice_starts(rest, SLICE("\xC4\xB0"))) {
            text[len++] = 'i';
            i++;
        } else {
            text[len++] = ascii_lower(word.at[i]);
        }
    }
    return slice_of(text, len);
}

static enum dockerfile_keyword keyword_of(struct slice name)
{
    for (enum dockerfile_keyword i = KEYWORD_ADD; i < KEYWORDS; i++)
        if (slice_equal_nocase(name, slice_str(names[i])))
            return i;
    return KEYWORD_UNKNOWN;
}

static bool fail(struct lexer *lexer, const char *what, struct slice word)
{
    return lexer_fail(lexer, lexer->start_line, ERROR_FORMAT, what, SLICE_ARG(word));
}

/* The budget, or too many words. */
static bool too_much(struct lexer *lexer, const struct word_list *list)
{
    if (list->count < DOCKERFILE_ARGUMENTS_MAX)
        return arena_error(lexer->err);
    return lexer_fail(lexer, lexer->start_line, ERROR_LIMIT, "more than %d arguments",
                      DOCKERFILE_ARGUMENTS_MAX);
}

static bool set_arguments(struct instruction *instruction, struct word_list list)
{
    instruction->arguments = list.words;
    instruction->argument_count = list.count;
    return true;
}

static bool read_plain(struct lexer *lexer, struct slice text, struct instruction *instruction)
{
    struct word_list list = {0};
    return words_plain(text, lexer->arena, &list) ? set_arguments(instruction, list)
                                                  : too_much(lexer, &list);
}

static bool read_whole(struct lexer *lexer, struct slice text, struct instruction *instruction)
{
    struct word_list list = {0};
    if (!text.len)
        return true;
    return ARENA_PUSH(lexer->arena, list.words, list.count, list.room, text)
               ? set_arguments(instruction, list)
               : arena_error(lexer->err);
}

/* *taken: it is a JSON list. */
static bool read_json(struct lexer *lexer, struct slice text, struct instruction *instruction,
                      bool *taken)
{
    struct word_list list = {0};
    *taken = false;
    switch (json_list_read(text, lexer->arena, &list)) {
    case JSON_LIST:
        *taken = instruction->json = true;
        return set_arguments(instruction, list);
    case JSON_LIST_NONE:
        return true;
    case JSON_LIST_NOT_STRINGS:
        return fail(lexer, "a JSON list of arguments may hold strings only", text);
    case JSON_LIST_LIMIT:
        break;
    }
    return too_much(lexer, &list);
}

static bool read_json_or(struct lexer *lexer, struct slice text, struct instruction *instruction,
                         bool whole)
{
    bool taken;
    if (!read_json(lexer, text, instruction, &taken))
        return false;
    if (taken)
        return true;
    return whole ? read_whole(lexer, text, instruction) : read_plain(lexer, text, instruction);
}

static bool read_words(struct lexer *lexer, struct instruction *instruction)
{
    struct word_list list = {0};
    return words_quoted(instruction->body, lexer->dockerfile->escape, lexer->arena, &list)
               ? set_arguments(instruction, list)
               : too_much(lexer, &list);
}

/* ENV key value: all behind the first blanks is the value. */
static bool read_legacy(struct lexer *lexer, struct instruction *instruction)
{
    struct slice body = instruction->body;
    size_t key = 0;
    while (key < body.len && !ascii_space(body.at[key]))
        key++;
    size_t value = key;
    while (value < body.len && ascii_space(body.at[value]))
        value++;
    if (value == key)
        return fail(lexer,
                    instruction->keyword == KEYWORD_ENV
                        ? "ENV must have two arguments; write ENV %.*s=value"
                        : "LABEL must have two arguments; write LABEL %.*s=value",
                    slice_upto(body, key));
    struct slice *pair = arena_array(lexer->arena, 2, sizeof *pair);
    if (!pair)
        return arena_error(lexer->err);
    pair[0] = slice_upto(body, key);
    pair[1] = slice_from(body, value);
    instruction->legacy = true;
    return set_arguments(instruction, (struct word_list){pair, 2, 2});
}

static bool read_pairs(struct lexer *lexer, struct instruction *instruction)
{
    if (!read_words(lexer, instruction))
        return false;
    if (!instruction->argument_count)
        return true;
    struct slice *words = instruction->arguments;
    size_t count = instruction->argument_count;
    if (slice_find(words[0], '=') == words[0].len)
        return read_legacy(lexer, instruction);
    struct slice *pairs = arena_array(lexer->arena, count * 2, sizeof *pairs);
    if (!pairs)
        return arena_error(lexer->err);
    for (size_t i = 0; i < count; i++) {
        size_t equals = slice_find(words[i], '=');
        if (equals == words[i].len && words[i].len && words[i].at[0] == '#')
            return fail(
                lexer,
                "no = in \"%.*s\", which begins no comment here: a comment stands on a line "
                "of its own",
                words[i]);
        if (equals == words[i].len)
            return fail(lexer, "no = in \"%.*s\"; write name=value, in quotes when it has blanks",
                        words[i]);
        pairs[2 * i] = slice_upto(words[i], equals);
        pairs[2 * i + 1] = slice_from(words[i], equals + 1);
    }
    return set_arguments(instruction, (struct word_list){pairs, 2 * count, 2 * count});
}

static bool read_healthcheck(struct lexer *lexer, struct instruction *instruction)
{
    struct slice body = instruction->body;
    size_t kind = 0;
    while (kind < body.len && !space_byte(body.at[kind]))
        kind++;
    size_t command = kind;
    while (command < body.len && space_byte(body.at[command]))
        command++;
    if (!kind)
        return true;
    if (!read_json_or(lexer, slice_from(body, command), instruction, true))
        return false;
    size_t count = instruction->argument_count + 1;
    struct slice *arguments = arena_array(lexer->arena, count, sizeof *arguments);
    if (!arguments)
        return arena_error(lexer->err);
    arguments[0] = slice_upto(body, kind);
    if (count > 1)
        memcpy(arguments + 1, instruction->arguments, (count - 1) * sizeof *arguments);
    return set_arguments(instruction, (struct word_list){arguments, count, count});
}

static bool read_onbuild(struct lexer *lexer, unsigned depth, struct instruction *instruction)
{
    if (!instruction->body.len)
        return true;
    if (depth == DOCKERFILE_ONBUILD_MAX)
        return lexer_fail(lexer, lexer->start_line, ERROR_LIMIT,
                          "ONBUILD inside ONBUILD, more than %d deep", DOCKERFILE_ONBUILD_MAX);
    instruction->onbuild = arena_new(lexer->arena, struct instruction);
    if (!instruction->onbuild)
        return arena_error(lexer->err);
    return instruction_read(lexer, instruction->body, depth + 1, instruction->onbuild);
}

static bool read_arguments(struct lexer *lexer, unsigned depth, struct instruction *instruction)
{
    struct slice body = instruction->body;
    switch (instruction->keyword) {
    case KEYWORD_ADD:
    case KEYWORD_COPY:
    case KEYWORD_VOLUME:
        return read_json_or(lexer, body, instruction, false);
    case KEYWORD_CMD:
    case KEYWORD_ENTRYPOINT:
    case KEYWORD_RUN:
    case KEYWORD_SHELL:
        return read_json_or(lexer, body, instruction, true);
    case KEYWORD_ARG:
        return read_words(lexer, instruction);
    case KEYWORD_ENV:
    case KEYWORD_LABEL:
        return read_pairs(lexer, instruction);
    case KEYWORD_EXPOSE:
    case KEYWORD_FROM:
        return read_plain(lexer, body, instruction);
    case KEYWORD_HEALTHCHECK:
        return read_healthcheck(lexer, instruction);
    case KEYWORD_ONBUILD:
        return read_onbuild(lexer, depth, instruction);
    case KEYWORD_MAINTAINER:
    case KEYWORD_STOPSIGNAL:
    case KEYWORD_USER:
    case KEYWORD_WORKDIR:
        return read_whole(lexer, body, instruction);
    case KEYWORD_UNKNOWN:
    case KEYWORDS:
        break;
    }
    return true;
}

bool instruction_read(struct lexer *lexer, struct slice line, unsigned depth,
                      struct instruction *instruction)
{
    struct slice text = space_trim(line);
    size_t len = 0;
    while (len < text.len && !ascii_space(text.at[len]))
        len++;
    instruction->text = text;
    instruction->word = slice_upto(text, len);
    instruction->name = lower(instruction->word, lexer->arena);
    if (!instruction->name.at)
        return arena_error(lexer->err);
    instruction->keyword = keyword_of(instruction->name);
    while (len < text.len && ascii_space(text.at[len]))
        len++;
    instruction->rest = instruction->body = slice_from(text, len);
    if (!flags_read(&instruction->body, lexer->dockerfile->escape, lexer->arena,
                    &instruction->flags, &instruction->flag_count))
        return too_much(lexer, &(struct word_list){.count = instruction->flag_count});
    instruction->body = space_trim(instruction->body);
    return read_arguments(lexer, depth, instruction);
}

const struct dockerfile_flag *instruction_flag(const struct instruction *instruction,
                                               const char *name)
{
    for (size_t i = 0; i < instruction->flag_count; i++)
        if (slice_equal_str(instruction->flags[i].name, name))
            return &instruction->flags[i];
    return NULL;
}
