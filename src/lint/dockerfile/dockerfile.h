#pragma once
/*
 * A Dockerfile as BuildKit's parser sees it (moby/buildkit frontend/dockerfile/parser and
 * instructions; docs.docker.com "Dockerfile reference"), with the place of every byte.
 *
 *   file bytes:     RUN apt-get update \␤  # why␤  && apt-get install -y curl␤
 *   logical text:   RUN apt-get update   && apt-get install -y curl          (instruction->text)
 *   pieces:         [0..19 ↦ file 0] [19.. ↦ file 30]
 *
 * Everything that is cut from an instruction (flags, arguments) is a slice of its logical text;
 * bodies of heredocs are slices of the file. dockerfile_offset says for both where they stand in
 * the file. All lives in the arena that dockerfile_parse was given; the file's bytes must outlive
 * it.
 */
#include <stdio.h>

#include "lint/finding.h"

enum dockerfile_keyword {
    KEYWORD_UNKNOWN,
    KEYWORD_ADD,
    KEYWORD_ARG,
    KEYWORD_CMD,
    KEYWORD_COPY,
    KEYWORD_ENTRYPOINT,
    KEYWORD_ENV,
    KEYWORD_EXPOSE,
    KEYWORD_FROM,
    KEYWORD_HEALTHCHECK,
    KEYWORD_LABEL,
    KEYWORD_MAINTAINER,
    KEYWORD_ONBUILD,
    KEYWORD_RUN,
    KEYWORD_SHELL,
    KEYWORD_STOPSIGNAL,
    KEYWORD_USER,
    KEYWORD_VOLUME,
    KEYWORD_WORKDIR,
    KEYWORDS,
};
#define KEYWORD_BIT(keyword) (1u << (keyword))

/* Logical bytes from `text` on (up to the next piece) stand at `file` on. */
struct dockerfile_piece {
    size_t text, file;
};

struct dockerfile_flag {
    struct slice raw;   /* "--mount=type=cache,target=/x" */
    struct slice name;  /* "mount" */
    struct slice value; /* "type=cache,target=/x", quotes as they stand; empty for a bare flag */
    struct slice text;  /* the value as BuildKit reads it, without quotes and escapes; where there
                           are none, `value` itself */
    bool has_value;     /* there was a "=" */
};

struct dockerfile_heredoc {
    struct slice name;             /* "EOF", without quotes */
    struct slice raw;              /* "<<-'EOF'", of the logical text */
    struct slice content;          /* of the file, its lines with their ends, not the terminator */
    unsigned start_line, end_line; /* of the content's first line and of the terminator */
    bool expand;                   /* the name was not quoted */
    bool chomp;                    /* <<-: leading tabs are dropped */
    unsigned descriptor;           /* 0 unless "3<<EOF" */
};

/*
 * `arguments`: what BuildKit makes of the rest of the instruction, without flags:
 *   JSON form (json true)     the decoded strings; slices of `text` unless one had escapes, then in
 *                             the arena (no place of their own)
 *   ENV, LABEL                key, value, key, value, …; `legacy` when "ENV key value"
 *   ARG, EXPOSE, ADD, COPY, FROM, VOLUME, …   the words
 *   RUN, CMD, ENTRYPOINT (shell form), MAINTAINER, STOPSIGNAL, USER, WORKDIR   one: the whole rest
 *   HEALTHCHECK               "NONE", or "CMD" and then the arguments of that CMD
 *   ONBUILD                   none: see `onbuild`
 * Words keep their quotes and variables as written (dockerfile/expand.h).
 */
struct instruction {
    enum dockerfile_keyword keyword;
    struct slice word; /* as written: "From"; slice of `text` */
    struct slice name; /* in lower case, "from" */
    struct slice text; /* the logical text, keyword included; in the arena or of the file */
    struct slice rest; /* of `text`: behind the keyword, trimmed, flags included */
    struct slice body; /* of `rest`: behind the flags, trimmed */
    struct dockerfile_piece *pieces;
    size_t piece_count;
    size_t start, end; /* bytes of the file: first of the keyword, behind the last line's last
                          (heredocs included, the line's end not) */
    unsigned start_line, end_line;
    struct dockerfile_flag *flags;
    size_t flag_count;
    struct slice *arguments;
    size_t argument_count;
    bool json;
    bool legacy; /* ENV key value */
    struct dockerfile_heredoc *heredocs;
    size_t heredoc_count;
    struct instruction *onbuild;     /* the instruction inside; its text is a slice of ours */
    const struct instruction *outer; /* the ONBUILD around; NULL */
    unsigned comment_line;   /* first line of the block of comments directly above; 0: none */
    bool empty_continuation; /* a blank line stood inside (NoEmptyContinuation) */
    struct slice problem;    /* what BuildKit refuses of it after parsing (a bad flag, a missing
                                argument, unknown word); empty: nothing. That it stands in no
                                stage is not said here; of what an ONBUILD holds it is said, too,
                                though that is refused only by the build it triggers in */
};

/* A comment of a line of its own, also inside an instruction. */
struct dockerfile_comment {
    struct slice text; /* of the file, from "#" to the line's end */
    unsigned line;
    const struct instruction *inside; /* NULL: between instructions */
};

struct dockerfile_directive {
    struct slice name, value; /* "syntax", "escape", "check" */
    unsigned line;
};

struct dockerfile {
    const struct lint_file *file;
    char escape; /* '\\' or '`' */
    bool bom, crlf;
    struct dockerfile_directive *directives;
    size_t directive_count, directive_room;
    struct instruction *instructions;
    size_t count, room;
    struct dockerfile_comment *comments;
    size_t comment_count, comment_room;
    struct arena *arena;
};

/* Limits, with a clear error over each. */
enum {
    DOCKERFILE_SIZE_MAX = 16 << 20,
    DOCKERFILE_INSTRUCTIONS_MAX = 100000,
    DOCKERFILE_ARGUMENTS_MAX = 100000, /* of one instruction */
    DOCKERFILE_HEREDOCS_MAX = 1000,    /* of one instruction */
    DOCKERFILE_ONBUILD_MAX = 8,        /* ONBUILD in ONBUILD, which is refused anyhow */
    DOCKERFILE_LINE_MAX = 65535,       /* bytes of one line of the file: BuildKit's own limit */
};

/*
 * False only for what BuildKit's parser refuses, with "line N: …" in err (ERROR_FORMAT), or over a
 * limit (ERROR_LIMIT); `*line` is then that line, 0 when of the whole file.
 */
bool dockerfile_parse(const struct lint_file *file, struct arena *arena,
                      struct dockerfile *dockerfile, unsigned *line, struct error *err);

/* Where `at`, a byte of the instruction's logical text or of the file itself (heredocs), stands in
   the file. The end of a slice may be asked for by a pointer behind its last byte: it gives the
   offset behind that byte, not the one at which the next piece begins. */
size_t dockerfile_offset(const struct dockerfile *dockerfile, const struct instruction *instruction,
                         const char *at);
size_t dockerfile_offset_end(const struct dockerfile *dockerfile,
                             const struct instruction *instruction, const char *end);
/* Whether a slice of the logical text stands in one piece in the file, so that it can be edited. */
bool dockerfile_is_whole(const struct dockerfile *dockerfile, const struct instruction *instruction,
                         struct slice part);

const char *dockerfile_keyword_name(enum dockerfile_keyword keyword); /* "RUN" */
/* NULL when there is none; the first otherwise. */
const struct dockerfile_flag *instruction_flag(const struct instruction *instruction,
                                               const char *name);

/* `plimsoll dockerfile parse`: docs/schema/dockerfile.json. */
void dockerfile_write_json(const struct dockerfile *dockerfile, FILE *file);
