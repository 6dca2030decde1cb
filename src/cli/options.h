#pragma once
/*
 * Options as rows: one row says an option's names, type, default, environment variable,
 * configuration key and prose; parsing, --help, man pages and shell completion all come from it.
 *
 * Precedence: command line, environment, plimsoll.yaml, default. Values live in the invocation's
 * arena or in argv and the environment; texts are C strings. One thread.
 */
#include "base/arena.h"
#include "base/yaml.h"

enum option_type {
    OPTION_FLAG,   /* on, or --no-NAME: off */
    OPTION_STRING, /* any text */
    OPTION_INT,    /* decimal, from `low` to `high` */
    OPTION_SIZE,   /* bytes; K, M, G, T (also KiB …) are powers of 1024 */
    OPTION_CHOICE, /* one of `choices` */
    OPTION_LIST,   /* repeatable, each as it stands; in the environment separated by blanks */
    OPTION_WORDS,  /* repeatable, separated by commas; each one of `choices`, when there are any */
};

struct option {
    const char *name; /* "fail-on"; NULL ends a table */
    char letter;      /* 'f', or 0 */
    enum option_type type;
    const char *argument; /* "LEVEL", as help names it; NULL for flags */
    const char *standard; /* default, as it would be typed; NULL: none */
    const char *variable; /* "PLIMSOLL_FAIL_ON", or NULL */
    const char *key;      /* "scan.fail-on" in plimsoll.yaml, or NULL */
    const char *prose;    /* a sentence or more for help and manual */
    const char *choices;  /* "auto always never" */
    int64_t low, high;    /* OPTION_INT; both 0: any from 0 on */
    /* Default that depends on the environment; `standard` is then only its description. */
    const char *(*compute)(struct arena *arena);
};

enum option_source {
    SOURCE_NONE,
    SOURCE_DEFAULT,
    SOURCE_CONFIGURATION,
    SOURCE_ENVIRONMENT,
    SOURCE_COMMAND_LINE,
};

struct option_value {
    enum option_source source;
    const char *text;   /* as given; NULL when there is none */
    int64_t number;     /* OPTION_INT, OPTION_SIZE */
    bool on;            /* OPTION_FLAG */
    const char **items; /* OPTION_LIST, OPTION_WORDS */
    size_t count, room;
};

/* A table of rows with their values, in the same order. */
struct option_set {
    const struct option *rows;
    struct option_value *values;
    size_t count;
};

bool option_set_init(struct option_set *set, const struct option *rows, struct arena *arena,
                     struct error *err);

/*
 * Reads argv[*next] (and its value, when that is the next word) into one of the sets; *next moves
 * behind it. `whose` is for messages: the command's name, empty before one is known. ERROR_USAGE
 * with the nearest name.
 */
bool option_read_word(struct option_set *sets, size_t set_count, char **argv, int argc, int *next,
                      const char *whose, struct arena *arena, struct error *err);
/* Fills what the command line left open. `configuration` may be NULL. */
bool option_set_fill(struct option_set *set, const struct yaml_node *configuration,
                     const char *configuration_path, struct arena *arena, struct error *err);

/* NULL when no set has it. */
const struct option_value *option_find(const struct option_set *sets, size_t count,
                                       const char *name);
/* Is `word` one of the blank-separated `choices`? */
bool option_has_choice(const char *choices, struct slice word);
