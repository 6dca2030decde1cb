#pragma once
/*
 * Comments that switch rules off, ours and those that people already have in their files:
 *
 *   # plimsoll ignore=rule,DL3008 reason           above an instruction or directive, or inside it
 *   # plimsoll global ignore=rule reason           for the file
 *   # hadolint ignore=DL3008,SC2086                the same two of Hadolint
 *   # check=skip=StageNameCasing;error=true        BuildKit's, at the top for the file,
 *   # check=skip=UndefinedVar // reason            above an instruction for that one
 *
 * Above `server {` of nginx, or above `frontend www` of HAProxy, it holds for the whole of it.
 */
#include "lint/dockerfile/dockerfile.h"

struct ignore_entry {
    struct slice names;   /* as written: "rule, DL3008"; empty: all of `buildkit` */
    bool buildkit;        /* only for BuildKit's checks */
    unsigned first, last; /* lines it holds for; last UINT32_MAX: the file */
    struct slice reason;
    size_t start, end; /* the comment in the file */
    unsigned line;
};

struct ignore_set {
    struct arena *arena;
    struct ignore_entry *entries;
    size_t count, room;
    bool buildkit_errors; /* check=error=true */
    bool too_many;        /* over IGNORE_ENTRIES_MAX: those behind count for nothing */
    size_t scanned;       /* bytes and lines looked at for ends of blocks */
    bool failed;          /* budget spent */
};

/* Over the second, a comment above a block holds for the block's first line alone. */
enum { IGNORE_ENTRIES_MAX = 10000, IGNORE_SCAN_MAX = 64 << 20 };

void ignore_set_init(struct ignore_set *set, struct arena *arena);
/* Comments of a Dockerfile; slices of the file's bytes stay in the set. */
void ignore_read_dockerfile(struct ignore_set *set, const struct dockerfile *dockerfile);
/* Of nginx's or HAProxy's configuration (file->kind). */
void ignore_read_proxy(struct ignore_set *set, const struct lint_file *file);

/* Notes for names that are no rule, and rule_inline_ignore when `report_use`. */
void ignore_check(const struct ignore_set *set, const struct lint_file *file, bool report_use,
                  struct lint_report *report);
/* Suppresses the finding when an entry covers it. */
void ignore_apply(const struct ignore_set *set, struct lint_finding *finding);
