#pragma once
/*
 * What the files of the Dockerfile parser share; nobody else includes it.
 *
 *   lexer.c         lines of the file → comments, logical lines with their pieces
 *   directive.c     # syntax=, # escape=, # check=
 *   parser.c        the way itself: logical line → instruction → heredocs
 *   instruction.c   a logical line → keyword, flags, arguments
 *   flags.c         --name=value in front of the arguments
 *   words.c         the ways BuildKit cuts arguments into words
 *   json_list.c     ["a", "b"] as Go's encoding/json takes it
 *   heredoc.c       <<EOF in a logical line, and the lines it takes
 *   validate*.c     what BuildKit refuses after parsing
 */
#include "lint/dockerfile/dockerfile.h"

/* A piece of a physical line that went into the logical one. */
struct lexer_piece {
    size_t file, len;
};

struct lexer {
    struct dockerfile *dockerfile;
    struct arena *arena;
    struct slice bytes;
    size_t at;     /* of the file: first byte not yet read */
    unsigned line; /* lines read so far: the number of the last one */
    bool too_long; /* the next line is longer than DOCKERFILE_LINE_MAX */

    /* The logical line read last. */
    struct lexer_piece *pieces; /* used again for each */
    size_t piece_count, piece_room;
    unsigned start_line;
    unsigned comment_line; /* where the block of comments above it begins */
    size_t end;            /* of the file: behind its last physical line, without the end */
    size_t first_comment;  /* index of the first comment inside it */
    bool empty_continuation;

    /* The directives at the top. */
    bool directives_done; /* a line that is none was seen: BuildKit's parser looks no further */
    bool detecting_done;  /* the same for what reads syntax and check, which is stricter */
    unsigned seen;        /* bits by place in the table of names */

    unsigned error_line;
    struct error *err;
};

/* Fails with the line put in front of the message; always false. */
__attribute__((format(printf, 4, 5))) bool
lexer_fail(struct lexer *lexer, unsigned line, enum error_kind kind, const char *format, ...);
/* The next physical line with its end; false at the end of the file or when too long. */
bool lexer_line(struct lexer *lexer, struct slice *line);
/* The next logical line; false at the end or on an error (err is set then). */
bool lexer_logical(struct lexer *lexer, bool *failed);

/* Looks whether a line, blanks in front dropped, is a directive. False on an error. */
bool directive_read(struct lexer *lexer, struct slice line, bool indented, bool *is_directive);
/* Finds those that BuildKit only finds in the file as a whole: below a #! line, // syntax=, JSON.
 */
bool directive_detect(struct dockerfile *dockerfile, struct arena *arena);

/* White space as Go's unicode.IsSpace has it: how many bytes of it stand in front. */
size_t space_front(struct slice s);
struct slice space_trim(struct slice s);
/* unicode.IsSpace of a byte taken for a character, as BuildKit does in two places. */
static inline bool space_byte(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r') || (unsigned char)c == 0x85 ||
           (unsigned char)c == 0xA0;
}

struct word_list {
    struct slice *words;
    size_t count, room;
};

/* Words at blanks. False over DOCKERFILE_ARGUMENTS_MAX or the arena's budget, as below. */
bool words_plain(struct slice text, struct arena *arena, struct word_list *list);
/* Words at blanks outside quotes, which stay. */
bool words_quoted(struct slice text, char escape, struct arena *arena, struct word_list *list);

enum json_list_result { JSON_LIST, JSON_LIST_NONE, JSON_LIST_NOT_STRINGS, JSON_LIST_LIMIT };
/* JSON_LIST_NONE: not a JSON list, so shell form; NOT_STRINGS: one with other things in it. */
enum json_list_result json_list_read(struct slice text, struct arena *arena,
                                     struct word_list *list);
/* Whether all of `text` is one JSON object; its last member `name` that is a string. */
bool json_object_find(struct slice text, struct slice name, struct arena *arena,
                      struct slice *value);

/* Cuts flags off `*rest`. */
bool flags_read(struct slice *rest, char escape, struct arena *arena,
                struct dockerfile_flag **flags, size_t *count);

/* Reads one logical line: all but its lines, pieces, comments and the contents of its heredocs. */
bool instruction_read(struct lexer *lexer, struct slice line, unsigned depth,
                      struct instruction *instruction);
/* Whether `<<WORD` in it takes lines. */
bool instruction_takes_heredocs(const struct instruction *instruction);

/* Finds heredocs in the logical line and reads their contents. */
bool heredoc_read(struct lexer *lexer, struct slice line, struct instruction *instruction);
/* Whether a word is <<NAME, as BuildKit asks of destinations; such a word that it cannot read is
   none. */
bool heredoc_is_word(struct slice word, struct arena *arena);

/* Sets problem. False when the arena's budget is spent. */
bool instruction_validate(struct instruction *instruction, struct arena *arena);
/* What is wrong with the flags; empty: nothing. */
struct slice validate_flags(const struct instruction *instruction, struct arena *arena);
struct slice validate_mount(struct slice value, struct arena *arena);
struct slice validate_device(struct slice value, struct arena *arena);
/* Go's time.ParseDuration: nanoseconds. */
bool duration_parse(struct slice text, int64_t *nanoseconds);
