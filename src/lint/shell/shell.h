#pragma once
/*
 * What a RUN body says, as the shell would parse it (POSIX.1-2024 XCU 2, and what bash adds that
 * occurs in Dockerfiles): a flat list of simple commands in the order in which they stand, each
 * with where in the structure it stands. Enough for rules to see `apt-get install -y curl` and that
 * it is the left side of a pipe in a subshell; not an interpreter.
 *
 * Words are slices of the source, so that a rule can point at them and edit them; `value` is the
 * word without quotes. Commands that stand inside a word (command substitution, back-quotes) and
 * inside `sh -c '…'`, `bash -lc "…"`, `eval` are parsed, too, with `nested` set. Any bytes are
 * fine: what cannot be parsed gives the commands up to there and `complete` false.
 */
#include "base/arena.h"

struct shell_word {
    struct slice raw;   /* as it stands, of the source (empty `at` inside `sh -c` with escapes) */
    struct slice value; /* quotes removed, expansions left as they stand: "$x" */
    bool literal;       /* no expansion, no pattern in it: value is what the program gets */
    bool quoted;        /* some part was quoted */
};

struct shell_redirect {
    unsigned descriptor;
    struct slice operator; /* ">", ">>", "<", "<<<", ">&", …: without the number */
    struct shell_word target;
};

/* How a command is joined to the one before it in the same list. */
enum shell_joint { JOINT_FIRST, JOINT_AND, JOINT_OR, JOINT_SEQUENCE, JOINT_PIPE, JOINT_BACKGROUND };

struct shell_command {
    struct slice raw;         /* from its first to behind its last word or redirection */
    struct shell_word *words; /* without assignments in front; may be none (only assignments) */
    size_t word_count;
    struct shell_word *assignments; /* "A=b" in front; also those given to `env` */
    size_t assignment_count;
    struct shell_redirect *redirects;
    size_t redirect_count;
    /*
     * The program and its arguments, behind what only starts it (sudo, env, exec, command, nice,
     * time, nohup, xargs, DEBIAN_FRONTEND=… ): a range of `words`. `program` is the base name:
     * "apt-get" for /usr/bin/apt-get. Empty when it is not literal.
     */
    struct slice program;
    size_t first_argument; /* index in words behind the program */
    bool with_sudo;
    enum shell_joint joint; /* to the command before it */
    size_t list;     /* number of the list it stands in (same subshell, same braces, same body) */
    size_t pipeline; /* number of its pipeline; commands of one pipe have the same */
    size_t pipe_index, pipe_length; /* place in it, from 0; 1 for a command alone */
    unsigned subshell;              /* depth of ( … ) around it */
    unsigned nested;                /* depth of $( … ), `…`, sh -c around it */
    bool conditional;               /* inside if, while, until, case, for, a function's body */
    bool negated;                   /* "!" in front */
    bool pipefail;                  /* set -o pipefail holds here; see shell_has_pipefail */
    size_t start, end;              /* bytes of the source; 0, 0 when inside a decoded string */
};

struct shell_script {
    struct slice source;
    struct shell_command *commands;
    size_t count, room;
    bool complete;    /* all of it was understood */
    size_t broken_at; /* byte where it was not */
};

enum { SHELL_DEPTH_MAX = 64, SHELL_COMMANDS_MAX = 100000, SHELL_WORDS_MAX = 500000 };

/* False only when the arena's budget is spent. */
bool shell_parse(struct slice source, struct arena *arena, struct shell_script *script,
                 struct error *err);

/* The same for words that no shell splits (JSON form): one command, and those of `sh -c` in it.
   Nothing of it has a place: `raw` is empty everywhere. */
bool shell_parse_words(const struct slice *words, size_t count, struct arena *arena,
                       struct shell_script *script, struct error *err);

/* Arguments by index from 0, behind the program; an all-empty word behind the last. */
const struct shell_word *shell_argument(const struct shell_command *command, size_t index);
size_t shell_argument_count(const struct shell_command *command);
/*
 * Whether an option is given: "-y" also inside "-qy" (only for one letter), "--yes" also as
 * "--yes=…"; not behind "--". `value`, when not NULL, gets what stands behind "=" or is the next
 * word.
 */
bool shell_has_option(const struct shell_command *command, const char *option);
bool shell_option_value(const struct shell_command *command, const char *option,
                        struct slice *value);
/* The first argument that is no option: "install" of `apt-get -y install curl`. Options whose value
   is a word of its own are named in `with_values`, blank-separated: "-o -t --target-release".
   `index`, when not NULL, gets its number for shell_argument (the count when there is none). */
struct slice shell_verb(const struct shell_command *command, const char *with_values,
                        size_t *index);
/* "sh", "bash", "ash", …: a base name of a shell that parses as this does. */
bool shell_is_posix(struct slice program);
/* `set -o pipefail`, `set -eo pipefail`, … holds for command `index`. */
bool shell_has_pipefail(const struct shell_script *script, size_t index);
