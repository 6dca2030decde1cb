/* The grammar above simple commands: lists, pipelines, compound commands, functions. */
#include "base/ascii.h"
#include "lint/shell/reader.h"

enum keyword {
    KEY_NONE,
    KEY_IF,
    KEY_FOR,
    KEY_CASE,
    KEY_LOOP,
    KEY_FUNCTION,
    KEY_BRACE,
    KEY_CONDITION,
    KEY_NOT,
    KEY_CLOSER, /* ends the list it is found in */
};

static const struct {
    const char *text;
    enum keyword keyword;
} keywords[] = {
    {"if", KEY_IF},      {"for", KEY_FOR},           {"select", KEY_FOR},  {"case", KEY_CASE},
    {"while", KEY_LOOP}, {"until", KEY_LOOP},        {"{", KEY_BRACE},     {"[[", KEY_CONDITION},
    {"!", KEY_NOT},      {"then", KEY_CLOSER},       {"elif", KEY_CLOSER}, {"else", KEY_CLOSER},
    {"fi", KEY_CLOSER},  {"do", KEY_CLOSER},         {"done", KEY_CLOSER}, {"esac", KEY_CLOSER},
    {"}", KEY_CLOSER},   {"function", KEY_FUNCTION},
};

/* The reserved word that stands here, as it stands; empty when what stands here is none. */
static struct slice peek_reserved(const struct shell_reader *reader)
{
    size_t length = 0;
    char c;
    while ((c = reader_peek(reader, length)) &&
           ((c >= 'a' && c <= 'z') || c == '{' || c == '}' || c == '!' || c == '['))
        if (++length > 8)
            return (struct slice){NULL, 0};
    if (c && !ascii_space(c) && !ascii_among(c, ";&|<>()"))
        length = 0;
    return reader_part(reader, reader->place.at, reader->place.at + length);
}

static enum keyword peek_keyword(const struct shell_reader *reader, size_t *length)
{
    struct slice word = peek_reserved(reader);
    *length = word.len;
    for (size_t i = 0; word.len && i < sizeof keywords / sizeof *keywords; i++)
        if (slice_equal_str(word, keywords[i].text))
            return keywords[i].keyword;
    return KEY_NONE;
}

static bool accept_word(struct shell_reader *reader, const char *word)
{
    if (!slice_equal_str(peek_reserved(reader), word))
        return false;
    reader->place.at += strlen(word);
    return true;
}

static void expect_word(struct shell_reader *reader, const char *word)
{
    if (!reader_stopped(reader) && !accept_word(reader, word))
        reader_break(reader);
}

static void expect(struct shell_reader *reader, char c)
{
    if (reader_stopped(reader))
        return;
    if (reader_peek(reader, 0) == c)
        reader->place.at++;
    else
        reader_break(reader);
}

static void read_if(struct shell_reader *reader)
{
    reader_read_list(reader);
    expect_word(reader, "then");
    reader_read_list(reader);
    while (!reader_stopped(reader) && accept_word(reader, "elif")) {
        reader_read_list(reader);
        expect_word(reader, "then");
        reader_read_list(reader);
    }
    if (!reader_stopped(reader) && accept_word(reader, "else"))
        reader_read_list(reader);
    expect_word(reader, "fi");
}

static void read_loop(struct shell_reader *reader)
{
    reader_read_list(reader);
    expect_word(reader, "do");
    reader_read_list(reader);
    expect_word(reader, "done");
}

static void read_for_words(struct shell_reader *reader)
{
    struct shell_word word;
    if (!reader_read_word(reader, WORD_PLAIN, &word)) {
        reader_break(reader);
        return;
    }
    reader_skip_newlines(reader);
    if (!accept_word(reader, "in"))
        return;
    do
        reader_skip_blanks(reader);
    while (reader_read_word(reader, WORD_PLAIN, &word));
}

static void read_for(struct shell_reader *reader)
{
    size_t close;
    reader_skip_blanks(reader);
    if (reader_peek(reader, 0) == '(' && reader_peek(reader, 1) == '(' &&
        reader_find_arithmetic(reader, &close)) {
        reader->place.at += 2;
        reader_read_expansions(reader, close);
        reader->place.at = close + 2;
    } else {
        read_for_words(reader);
    }
    reader_skip_blanks(reader);
    if (reader_peek(reader, 0) == ';')
        reader->place.at++;
    reader_skip_newlines(reader);
    const char *last = accept_word(reader, "{") ? "}" : "done";
    if (*last == 'd')
        expect_word(reader, "do");
    reader_read_list(reader);
    expect_word(reader, last);
}

static void read_patterns(struct shell_reader *reader)
{
    struct shell_word word;
    if (reader_peek(reader, 0) == '(')
        reader->place.at++;
    for (;;) {
        reader_skip_blanks(reader);
        if (!reader_read_word(reader, WORD_PLAIN, &word)) {
            reader_break(reader);
            return;
        }
        reader_skip_blanks(reader);
        if (reader_peek(reader, 0) != '|')
            break;
        reader->place.at++;
    }
    expect(reader, ')');
}

static void read_case(struct shell_reader *reader)
{
    struct shell_word word;
    reader_skip_blanks(reader);
    if (!reader_read_word(reader, WORD_PLAIN, &word))
        reader_break(reader);
    reader_skip_newlines(reader);
    expect_word(reader, "in");
    while (!reader_stopped(reader)) {
        reader_skip_newlines(reader);
        if (accept_word(reader, "esac"))
            return;
        read_patterns(reader);
        reader_read_list(reader);
        if (reader_peek(reader, 0) != ';') {
            expect_word(reader, "esac");
            return;
        }
        reader->place.at++; /* ";;", ";&", ";;&" */
        for (char c; (c = reader_peek(reader, 0)) == ';' || c == '&';)
            reader->place.at++;
    }
}

static void read_braces(struct shell_reader *reader)
{
    reader_read_list(reader);
    expect_word(reader, "}");
}

static void read_subshell(struct shell_reader *reader)
{
    bool pipefail = reader->place.pipefail;
    reader->place.at++;
    reader->subshell++;
    reader_read_list(reader);
    reader->subshell--;
    reader->place.pipefail = pipefail;
    expect(reader, ')');
}

static void read_redirects(struct shell_reader *reader)
{
    size_t count = reader->redirect_count;
    while (!reader_stopped(reader)) {
        reader_skip_blanks(reader);
        if (!reader_at_redirect(reader))
            break;
        reader_read_redirect(reader, SIZE_MAX);
    }
    reader->redirect_count = count;
}

/* The body of a compound command; false: none stands here. */
static bool read_compound(struct shell_reader *reader, enum keyword keyword)
{
    static void (*const bodies[])(struct shell_reader *) = {
        [KEY_IF] = read_if,     [KEY_FOR] = read_for,      [KEY_CASE] = read_case,
        [KEY_LOOP] = read_loop, [KEY_BRACE] = read_braces, [KEY_FUNCTION] = NULL,
    };
    size_t close;
    if (keyword != KEY_NONE) {
        if (keyword > KEY_BRACE || !bodies[keyword])
            return false;
        unsigned deeper = keyword != KEY_BRACE;
        reader->conditional += deeper;
        bodies[keyword](reader);
        reader->conditional -= deeper;
    } else if (reader_peek(reader, 0) != '(') {
        return false;
    } else if (reader_peek(reader, 1) == '(' && reader_find_arithmetic(reader, &close)) {
        reader->place.at += 2;
        reader_read_expansions(reader, close);
        reader->place.at = close + 2;
    } else {
        read_subshell(reader);
    }
    read_redirects(reader);
    return true;
}

void reader_read_function(struct shell_reader *reader)
{
    size_t length;
    reader_skip_newlines(reader);
    if (!reader_enter(reader))
        return;
    bool pipefail = reader->place.pipefail;
    enum keyword keyword = peek_keyword(reader, &length);
    reader->conditional++;
    if (keyword != KEY_NONE && keyword <= KEY_BRACE)
        reader->place.at += length;
    if (!read_compound(reader, keyword))
        reader_break(reader);
    reader->conditional--;
    reader->place.pipefail = pipefail;
    reader_leave(reader);
}

/* function name [()] …, of bash: stands behind "function". */
static void read_named_function(struct shell_reader *reader)
{
    struct shell_word name;
    reader_skip_blanks(reader);
    if (!reader_read_word(reader, WORD_PLAIN, &name)) {
        reader_break(reader);
        return;
    }
    reader_skip_blanks(reader);
    if (reader_peek(reader, 0) == '(' && reader_peek(reader, 1) == ')')
        reader->place.at += 2;
    reader_read_function(reader);
}

/* bash times, or starts as a coprocess, whole compound commands; simple ones have it as a word. */
static void skip_modifier(struct shell_reader *reader)
{
    size_t start = reader->place.at, length;
    if (!accept_word(reader, "time") && !accept_word(reader, "coproc"))
        return;
    reader_skip_blanks(reader);
    if (reader_peek(reader, 0) == '-' && reader_peek(reader, 1) == 'p')
        reader->place.at += 2;
    reader_skip_blanks(reader);
    enum keyword keyword = peek_keyword(reader, &length);
    if (reader_peek(reader, 0) != '(' && (keyword == KEY_NONE || keyword == KEY_CLOSER))
        reader->place.at = start;
}

static void read_element(struct shell_reader *reader, const struct shell_seat *seat)
{
    size_t length;
    skip_modifier(reader);
    enum keyword keyword = peek_keyword(reader, &length);
    if (keyword == KEY_CONDITION) {
        reader_read_condition(reader, seat);
    } else if (keyword == KEY_FUNCTION) {
        reader->place.at += length;
        read_named_function(reader);
    } else if (keyword == KEY_CLOSER || keyword == KEY_NOT) {
        reader_break(reader);
    } else {
        reader->place.at += keyword == KEY_NONE ? 0 : length;
        if (!read_compound(reader, keyword))
            reader_read_simple(reader, seat);
    }
}

static void read_pipeline(struct shell_reader *reader, size_t list, enum shell_joint joint)
{
    struct shell_seat seat = {.list = list, .pipeline = reader->pipelines++, .joint = joint};
    struct shell_script *script = reader->script;
    size_t first = script->count, length;
    while (peek_keyword(reader, &length) == KEY_NOT) {
        reader->place.at += length;
        seat.negated = !seat.negated;
        reader_skip_blanks(reader);
    }
    for (;;) {
        read_element(reader, &seat);
        seat.pipe_index++;
        if (reader_stopped(reader))
            break;
        reader_skip_blanks(reader);
        if (reader_peek(reader, 0) != '|' || reader_peek(reader, 1) == '|')
            break;
        reader->place.at += reader_peek(reader, 1) == '&' ? 2 : 1;
        reader_skip_newlines(reader);
        seat.joint = JOINT_PIPE;
    }
    for (size_t i = first; seat.pipe_index > 1 && i < script->count; i++)
        if (script->commands[i].pipeline == seat.pipeline)
            script->commands[i].pipe_length = seat.pipe_index;
}

/* What joins the next pipeline to the last; false: the list ends here. */
static bool read_joint(struct shell_reader *reader, enum shell_joint *joint)
{
    char c = reader_peek(reader, 0), next = reader_peek(reader, 1);
    if ((c == '&' || c == '|') && next == c) {
        *joint = c == '&' ? JOINT_AND : JOINT_OR;
        reader->place.at += 2;
        return true;
    }
    if (c != '\n' && c != '&' && (c != ';' || next == ';' || next == '&'))
        return false;
    *joint = c == '&' ? JOINT_BACKGROUND : JOINT_SEQUENCE;
    reader->place.at += c != '\n';
    return true;
}

static bool at_closer(const struct shell_reader *reader)
{
    size_t length;
    char c = reader_peek(reader, 0);
    return reader_ended(reader) || c == ')' || c == ';' ||
           peek_keyword(reader, &length) == KEY_CLOSER;
}

void reader_read_list(struct shell_reader *reader)
{
    size_t list = reader->lists++;
    enum shell_joint joint = JOINT_FIRST;
    if (reader_enter(reader))
        do {
            reader_skip_newlines(reader);
            if (at_closer(reader)) {
                if (joint == JOINT_AND || joint == JOINT_OR)
                    reader_break(reader);
                break;
            }
            read_pipeline(reader, list, joint);
        } while (!reader_stopped(reader) && read_joint(reader, &joint));
    reader_leave(reader);
}

bool shell_parse(struct slice source, struct arena *arena, struct shell_script *script,
                 struct error *err)
{
    *script = (struct shell_script){.source = source, .complete = true};
    struct shell_reader reader = {
        .arena = arena,
        .script = script,
        .place = {.base = source.at ? source.at : "", .end = source.len, .length = source.len},
    };
    reader_read_list(&reader);
    if (!reader_stopped(&reader) && !reader_ended(&reader))
        reader_break(&reader);
    return !reader.failed || arena_error(err);
}

static bool fill_words(struct shell_command *command, const struct slice *words, size_t count,
                       struct arena *arena)
{
    command->words = arena_array(arena, count, sizeof *command->words);
    if (!command->words)
        return false;
    for (size_t i = 0; i < count; i++)
        command->words[i] = (struct shell_word){.value = words[i], .literal = true, .quoted = true};
    command->word_count = count;
    command->pipe_length = 1;
    return true;
}

bool shell_parse_words(const struct slice *words, size_t count, struct arena *arena,
                       struct shell_script *script, struct error *err)
{
    *script = (struct shell_script){.source = SLICE(""), .complete = true};
    struct shell_reader reader = {.arena = arena,
                                  .script = script,
                                  .place = {.base = "", .decoded = true},
                                  .lists = 1,
                                  .pipelines = 1};
    struct shell_command command = {0};
    if (!count)
        return true;
    if (!fill_words(&command, words, count, arena) ||
        !ARENA_PUSH(arena, script->commands, script->count, script->room, command))
        return arena_error(err);
    command_find_program(&reader, &script->commands[0]);
    reader_follow_command(&reader, 0);
    return !reader.failed || arena_error(err);
}
