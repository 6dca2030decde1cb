#pragma once
/*
 * Rows that say which keys a map of plimsoll.yaml has and where each goes: so that an unknown key,
 * a wrong kind of value and a text that is too long are said in the same words everywhere.
 */
#include "project/project.h"

struct project_reader {
    const char *path;   /* of the file, for messages */
    const char *folder; /* in front of paths */
    struct arena *arena;
    struct error *err;
};

struct project_key;
typedef bool project_take(struct project_reader *reader, const struct project_key *key,
                          const struct yaml_node *node, void *to);

struct project_key {
    const char *name;               /* NULL ends a table */
    project_take *take;             /* NULL: somebody else's key, passed over */
    size_t offset;                  /* of the member, in what the map is read into */
    const struct project_key *keys; /* of project_take_map */
    unsigned low, high;             /* of project_take_number */
};

/* Each pair of `map` by its row. `rest`: keys that no row has are passed over. */
bool project_read_map(struct project_reader *reader, const struct yaml_node *map,
                      const struct project_key *keys, bool rest, void *to);
/* "FILE line N: " and the text; false. */
__attribute__((format(printf, 3, 4))) bool project_fail(struct project_reader *reader,
                                                        unsigned line, const char *format, ...);

project_take project_take_text;    /* struct slice */
project_take project_take_name;    /* struct slice: letters, digits, . _ - */
project_take project_take_path;    /* const char *: the folder in front of it */
project_take project_take_words;   /* struct project_words: a list, or a text split at commas */
project_take project_take_bool;    /* bool */
project_take project_take_number;  /* unsigned, from low to high */
project_take project_take_command; /* struct project_command */
project_take project_take_policy;  /* enum project_policy */
project_take project_take_map;     /* a struct at the offset, by `keys` */
