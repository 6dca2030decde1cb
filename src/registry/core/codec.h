#pragma once
/*
 * Values of rows, as JSON of ours with short names, and back. What is read may be damaged (a disk,
 * an administrator with sqlite3): every decoder refuses with ERROR_FORMAT what it cannot use, and
 * has limits for all sizes. Core's own. Any thread may call.
 */
#include <jansson.h>

#include "registry/core/journal.h"
#include "registry/core/manifest.h"
#include "registry/core/repository.h"

/* Text members; bytes that are no UTF-8 become U+FFFD. An empty text is left out. */
void codec_put_text(json_t *object, const char *name, struct slice text);
json_t *codec_text(struct slice text);
/* A number that is not 0. */
void codec_put_time(json_t *object, const char *name, double when);
double codec_time(const json_t *object, const char *name);
uint64_t codec_u64(const json_t *object, const char *name);
/* Compact, in `arena`; takes the object. `at` NULL: out of memory. */
struct slice codec_dump(json_t *object, struct arena *arena);

bool manifest_encode(const struct manifest_facts *facts, struct arena *arena, struct slice *value);
bool manifest_decode(struct slice value, struct arena *arena, struct manifest_facts *facts,
                     struct error *err);
bool repository_encode(const struct repository *repository, struct arena *arena,
                       struct slice *value);
bool repository_decode(struct slice value, struct arena *arena, struct repository *repository,
                       struct error *err);
bool recycled_encode(const struct recycled *recycled, struct arena *arena, struct slice *value);
bool recycled_decode(struct slice value, struct arena *arena, struct recycled *recycled,
                     struct error *err);
bool journal_encode(const struct journal_entry *entry, struct arena *arena, struct slice *value);
bool journal_decode(struct slice value, struct arena *arena, struct journal_entry *entry,
                    struct error *err);
