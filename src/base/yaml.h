#pragma once
/*
 * YAML as a small read-only tree: configuration, exceptions, data files. Read by libyaml's events,
 * with limits on depth, nodes and what aliases repeat, so that hostile files end in a clear error.
 * One document a file; keys are plain words and none may stand twice in a mapping. All nodes live
 * in the caller's arena and copy what they need of the bytes.
 */
#include "base/arena.h"

enum { YAML_DEPTH_MAX = 32, YAML_NODES_MAX = 200000 };

enum yaml_kind { YAML_TEXT, YAML_LIST, YAML_MAP };

struct yaml_node {
    enum yaml_kind kind;
    struct slice text;        /* YAML_TEXT */
    bool quoted;              /* "no" and no are not the same; empty and unquoted is null */
    struct yaml_pair *pairs;  /* YAML_MAP, in the file's order */
    struct yaml_node **items; /* YAML_LIST; an alias stands for the same node */
    size_t count;
    size_t weight;         /* nodes in it, aliases counted as often as they stand for something */
    unsigned line, column; /* from 1 */
};

struct yaml_pair {
    struct slice key;
    struct yaml_node *value;
    unsigned line; /* of the key */
};

/* The document's node. An empty document gives an empty map. ERROR_FORMAT and ERROR_LIMIT name the
   line. */
bool yaml_read(struct slice bytes, struct arena *arena, struct yaml_node **node, struct error *err);

/* The value of a key; NULL when `node` is NULL, no map, or has no such key. */
const struct yaml_node *yaml_get(const struct yaml_node *node, const char *key);
/* Its text; empty when it is absent, no text, or null. */
struct slice yaml_text(const struct yaml_node *node, const char *key);
/* Null: ~, null, or nothing, unquoted. */
bool yaml_is_null(const struct yaml_node *node);
/* true/yes/on, false/no/off in any case; false when it is neither. */
bool yaml_bool(const struct yaml_node *node, bool *value);
