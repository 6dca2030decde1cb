/* Simple commands: assignments, words and redirections, in any order that the shell takes. */
#include "base/ascii.h"
#include "lint/shell/reader.h"

/* Where the stacks were before a command. */
struct mark {
    size_t index, words, redirects, start, end, assignments;
    bool named; /* a word that is no assignment was read */
};

static const char *const operators[] = {"<<<", "<<-", "&>>", "<<", "<&", "<>",
                                        ">>",  ">&",  ">|",  "&>", "<",  ">"};

bool reader_at_redirect(const struct shell_reader *reader)
{
    size_t digits = 0;
    while (ascii_digit(reader_peek(reader, digits)))
        digits++;
    char c = reader_peek(reader, digits), next = reader_peek(reader, digits + 1);
    if (c == '&')
        return next == '>' && !digits;
    return (c == '<' || c == '>') && (next != '(' || digits);
}

static struct slice read_operator(struct shell_reader *reader)
{
    struct slice rest = reader_part(reader, reader->place.at, reader->place.end);
    for (size_t i = 0; i < sizeof operators / sizeof *operators; i++) {
        struct slice operator= slice_str(operators[i]);
        if (slice_starts(rest, operator)) {
            reader->place.at += operator.len;
            return slice_upto(rest, operator.len);
        }
    }
    return slice_upto(rest, 0);
}

void reader_read_redirect(struct shell_reader *reader, size_t command)
{
    struct shell_redirect redirect = {.descriptor = 0};
    bool numbered = ascii_digit(reader_peek(reader, 0));
    for (; ascii_digit(reader_peek(reader, 0)); reader->place.at++)
        if (redirect.descriptor < 1000)
            redirect.descriptor =
                redirect.descriptor * 10 + (unsigned)(reader_peek(reader, 0) - '0');
    redirect.operator= read_operator(reader);
    if (!numbered)
        redirect.descriptor = redirect.operator.len && redirect.operator.at[0] == '<' ? 0 : 1;
    reader_skip_blanks(reader);
    if (!reader_read_word(reader, WORD_PLAIN, &redirect.target)) {
        reader_break(reader);
        return;
    }
    bool tabs = slice_equal_str(redirect.operator, "<<-");
    if (tabs || slice_equal_str(redirect.operator, "<<")) {
        struct shell_heredoc heredoc = {redirect.target.value, tabs, redirect.target.quoted,
                                        command};
        reader->failed |= !ARENA_PUSH(reader->arena, reader->heredocs, reader->heredoc_count,
                                      reader->heredoc_room, heredoc);
    }
    reader->failed |= !ARENA_PUSH(reader->arena, reader->redirects, reader->redirect_count,
                                  reader->redirect_room, redirect);
}

/* NAME=…, NAME+=…, NAME[…]=… */
static bool is_assignment(struct slice raw)
{
    size_t at = 0;
    while (at < raw.len && (ascii_alnum(raw.at[at]) || raw.at[at] == '_'))
        at++;
    if (!at || ascii_digit(raw.at[0]))
        return false;
    if (at < raw.len && raw.at[at] == '[')
        at += slice_find(slice_from(raw, at), ']') + 1;
    at += at < raw.len && raw.at[at] == '+';
    return at < raw.len && raw.at[at] == '=';
}

static bool reserve(struct shell_reader *reader, const struct shell_seat *seat, struct mark *mark)
{
    struct shell_script *script = reader->script;
    *mark = (struct mark){script->count,
                          reader->word_count,
                          reader->redirect_count,
                          reader->place.at,
                          reader->place.at,
                          0,
                          false};
    if (script->count >= SHELL_COMMANDS_MAX) {
        reader_break(reader);
        return false;
    }
    struct shell_command command = {
        .list = seat->list,
        .pipeline = seat->pipeline,
        .pipe_index = seat->pipe_index,
        .pipe_length = 1,
        .joint = seat->joint,
        .negated = seat->negated,
        .subshell = reader->subshell,
        .nested = reader->nested,
        .conditional = reader->conditional > 0,
        .pipefail = reader->place.pipefail,
    };
    if (!ARENA_PUSH(reader->arena, script->commands, script->count, script->room, command))
        reader->failed = true;
    return !reader->failed;
}

/* The stacks' tops become the command's arrays. */
static void take(struct shell_reader *reader, const struct mark *mark)
{
    struct shell_command *command = &reader->script->commands[mark->index];
    size_t words = reader->word_count - mark->words;
    size_t redirects = reader->redirect_count - mark->redirects;
    struct shell_word *all = arena_array(reader->arena, words, sizeof *all);
    struct shell_redirect *to =
        redirects ? arena_array(reader->arena, redirects, sizeof *to) : NULL;
    if (!all || (redirects && !to)) {
        reader->failed = true;
        return;
    }
    if (words)
        memcpy(all, reader->words + mark->words, words * sizeof *all);
    if (redirects)
        memcpy(to, reader->redirects + mark->redirects, redirects * sizeof *to);
    command->assignments = all;
    command->assignment_count = mark->assignments;
    command->words = all + mark->assignments;
    command->word_count = words - mark->assignments;
    command->redirects = to;
    command->redirect_count = redirects;
    if (!reader->place.decoded) {
        command->raw = reader_part(reader, mark->start, mark->end);
        command->start = mark->start;
        command->end = mark->end;
    }
}

static void finish(struct shell_reader *reader, const struct mark *mark)
{
    /* What cannot be parsed behind a command does not make it disappear, nor the words it had. */
    if (reader->word_count > mark->words || reader->redirect_count > mark->redirects)
        take(reader, mark);
    else if (reader->script->count == mark->index + 1)
        reader->script->count--;
    reader->word_count = mark->words;
    reader->redirect_count = mark->redirects;
    if (reader->failed || mark->index >= reader->script->count)
        return;
    command_find_program(reader, &reader->script->commands[mark->index]);
    reader_follow_command(reader, mark->index);
}

/* `name ()`: the parentheses behind a command's first word. */
static bool at_function(struct shell_reader *reader)
{
    reader_skip_blanks(reader);
    if (reader_peek(reader, 0) != '(')
        return false;
    reader->place.at++;
    reader_skip_blanks(reader);
    if (reader_peek(reader, 0) != ')') {
        reader_break(reader);
        return false;
    }
    reader->place.at++;
    return true;
}

static bool push_word(struct shell_reader *reader, struct mark *mark, enum shell_word_kind kind)
{
    struct shell_word word;
    struct shell_place *place = &reader->place;
    size_t start = place->at;
    if (!reader_read_word(reader, kind, &word))
        return false;
    if (!mark->named && is_assignment(reader_part(reader, start, place->at)))
        mark->assignments++;
    else
        mark->named = true;
    mark->end = place->at;
    if (!ARENA_PUSH(reader->arena, reader->words, reader->word_count, reader->word_room, word))
        reader->failed = true;
    return !reader->failed;
}

void reader_read_simple(struct shell_reader *reader, const struct shell_seat *seat)
{
    struct mark mark;
    if (!reserve(reader, seat, &mark))
        return;
    while (!reader_stopped(reader)) {
        reader_skip_blanks(reader);
        if (reader_at_redirect(reader)) {
            reader_read_redirect(reader, mark.index);
            mark.end = reader->place.at;
            continue;
        }
        if (!push_word(reader, &mark, WORD_PLAIN))
            break;
        if (mark.named && reader->word_count == mark.words + 1 &&
            reader->redirect_count == mark.redirects && at_function(reader)) {
            reader->word_count = mark.words;
            reader->script->count = mark.index;
            reader_read_function(reader);
            return;
        }
    }
    bool empty = reader->word_count == mark.words && reader->redirect_count == mark.redirects;
    if (!reader_stopped(reader) && empty)
        reader_break(reader);
    finish(reader, &mark);
}

/* [[ … ]]: stands at the "[[". */
void reader_read_condition(struct shell_reader *reader, const struct shell_seat *seat)
{
    struct mark mark;
    if (!reserve(reader, seat, &mark))
        return;
    while (!reader_stopped(reader)) {
        reader_skip_blanks(reader);
        char behind = reader_peek(reader, 2);
        if (reader_peek(reader, 0) == ']' && reader_peek(reader, 1) == ']' &&
            (!behind || strchr(" \t\r\n;&|)<>", behind))) {
            reader->place.at += 2;
            mark.end = reader->place.at;
            break;
        }
        if (reader_peek(reader, 0) == '\n')
            reader->place.at++;
        else if (!push_word(reader, &mark, WORD_CONDITION))
            reader_break(reader);
    }
    while (!reader_stopped(reader) && (reader_skip_blanks(reader), reader_at_redirect(reader)))
        reader_read_redirect(reader, mark.index);
    finish(reader, &mark);
}
