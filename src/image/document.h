#pragma once
/*
 * Small JSON documents of images (manifests, configurations, the json files of archives) as jansson
 * trees, with the limits that hostile ones need. Used by this room, attestations and lifecycle
 * policies.
 */
#include <jansson.h>

#include "base/arena.h"

enum { DOCUMENT_DEPTH_MAX = 32, DOCUMENT_MAX = 4 * 1024 * 1024 };

/* NULL and err (ERROR_FORMAT with the line, ERROR_LIMIT) when it cannot be read. Members that stand
   twice are refused. Give it back with json_decref or CLEANUP_JSON. */
json_t *document_parse(struct slice bytes, struct error *err);

/* The same of up to `limit` bytes. */
json_t *document_parse_large(struct slice bytes, size_t limit, struct error *err);

void document_free(json_t **document);
#define CLEANUP_JSON __attribute__((cleanup(document_free)))

/* The member's text, copied to the arena; an absent one, null or another type gives the empty
   slice. False only when the budget is spent. */
bool document_text(const json_t *object, const char *name, struct arena *arena, struct slice *text);
/* The same of a string itself. */
bool document_string(const json_t *string, struct arena *arena, struct slice *text);
/* An array of strings (null: empty; a lone string: one). */
bool document_texts(const json_t *array, struct arena *arena, struct slice **texts, size_t *count);
/* A string's bytes without a copy; they live as long as the tree. */
struct slice document_view(const json_t *string);
