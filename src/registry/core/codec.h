#pragma once
/*
 * Values of rows, as JSON of ours with short names, and back. What is read may be damaged (a disk,
 * an administrator with sqlite3): every decoder refuses with ERROR_FORMAT what it cannot use, and
 * has limits for all sizes. Core's own. Any thread may call.
 */
#include "registry/core/journal.h"
#include "registry/core/manifest.h"
#include "registry/core/repository.h"

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
