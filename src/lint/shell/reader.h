#pragma once
/*
 * Inside of the shell parser: what its files share. A reader stands in some bytes (the source, or a
 * string that was decoded first) and puts what it finds into the script. It stops for good when the
 * budget is spent (`failed`) or when something cannot be parsed (`broken`); every loop looks.
 *
 *   reader.c      places, blanks, newlines, here-documents
 *   word.c        words and their quotes
 *   expansion.c   $x ${…} $(…) $((…)) `…`
 *   command.c     simple commands, redirections
 *   parse.c       lists, pipes, compound commands
 *   program.c     what a command starts, through sudo, env, sh -c …
 *   option.c      questions that rules ask
 */
#include "lint/shell/shell.h"

/* `<<EOF` was read; its body begins behind the next newline. */
struct shell_heredoc {
    struct slice delimiter;
    bool tabs, quoted;
    size_t command; /* that it is fed to; SIZE_MAX: a compound command */
};

/* Where a reader stands: saved and restored around a string that is parsed by itself. */
struct shell_place {
    const char *base;
    size_t at, end, length; /* `end`: of what is read; `length`: of all bytes at `base` */
    size_t heredoc_base;    /* here-documents from here on are waiting for a newline */
    bool decoded;           /* base is no part of the source */
    bool muted;             /* substitutions were recorded before: expanded by an outer shell */
    bool pipefail;
};

struct shell_reader {
    struct arena *arena;
    struct shell_script *script;
    struct shell_place place;
    /* Stacks: a command inside a word of another puts its own on top. */
    struct shell_word *words;
    size_t word_count, word_room, word_total;
    struct shell_redirect *redirects;
    size_t redirect_count, redirect_room;
    char *text; /* words whose quotes are being removed */
    size_t text_count, text_room;
    struct shell_heredoc *heredocs;
    size_t heredoc_count, heredoc_room;
    unsigned depth, subshell, nested, conditional;
    size_t lists, pipelines, expansions, decoded_bytes;
    bool failed, broken;
};

/* Where a command stands among others. */
struct shell_seat {
    size_t list, pipeline, pipe_index;
    enum shell_joint joint;
    bool negated;
};

/* reader.c */
static inline bool reader_stopped(const struct shell_reader *reader)
{
    return reader->failed || reader->broken;
}
static inline bool reader_ended(const struct shell_reader *reader)
{
    return reader->place.at >= reader->place.end;
}
/* NUL behind the end. */
static inline char reader_peek(const struct shell_reader *reader, size_t ahead)
{
    const struct shell_place *place = &reader->place;
    return ahead < place->end - place->at ? place->base[place->at + ahead] : '\0';
}
struct slice reader_part(const struct shell_reader *reader, size_t start, size_t end);
void reader_break(struct shell_reader *reader);
bool reader_enter(struct shell_reader *reader); /* one deeper; false (broken) when too deep */
void reader_leave(struct shell_reader *reader);
void reader_skip_blanks(struct shell_reader *reader);   /* and comments */
void reader_skip_newlines(struct shell_reader *reader); /* and blanks; reads here-documents */
/* Reads `text` as a script inside. `again`: substitutions in it were seen before. */
void reader_read_nested(struct shell_reader *reader, struct slice text, bool again);

/* word.c */
enum shell_word_kind {
    WORD_PLAIN,
    WORD_CONDITION, /* inside [[ ]]: only blanks end it */
};
bool reader_read_word(struct shell_reader *reader, enum shell_word_kind kind,
                      struct shell_word *word);
/* "…": stands at the quote. With `keep`, what is inside goes to reader->text. */
void reader_read_double(struct shell_reader *reader, bool keep);

/* expansion.c: stands at the "$" or "`"; true when it was one, false when the "$" stands for
   itself. */
bool reader_read_dollar(struct shell_reader *reader, bool in_double);
void reader_read_backquote(struct shell_reader *reader, bool in_double);
void reader_read_substitution(struct shell_reader *reader, size_t open); /* "$(", "<(" */
/* Stands at "((": whether its end is "))", and where that is. */
bool reader_find_arithmetic(const struct shell_reader *reader, size_t *close);
void reader_read_expansions(struct shell_reader *reader, size_t end); /* of a text up to `end` */

/* command.c */
bool reader_at_redirect(const struct shell_reader *reader);
void reader_read_redirect(struct shell_reader *reader, size_t command);
void reader_read_simple(struct shell_reader *reader, const struct shell_seat *seat);
void reader_read_condition(struct shell_reader *reader, const struct shell_seat *seat);

/* parse.c */
void reader_read_list(struct shell_reader *reader);
void reader_read_function(struct shell_reader *reader); /* its body */

/* program.c: fills program, first_argument, with_sudo; then looks at what the words mean. */
void command_find_program(struct shell_reader *reader, struct shell_command *command);
void reader_follow_command(struct shell_reader *reader, size_t index);
/* A here-document that a shell reads from its standard input. */
void reader_read_fed(struct shell_reader *reader, size_t index, struct slice text, bool again);
bool command_is_shell(const struct shell_command *command);
