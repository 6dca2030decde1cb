#pragma once
/*
 * Which settings of ours there are (core/repository.h keeps them verbatim): for `plimsoll registry
 * set`, which refuses what a reader would later refuse. Those that ECR's API sets are not here:
 * the API checks them.
 *
 * Add a setting: a row in settings.c, and the function of its reader that checks it.
 */
#include "base/arena.h"

struct setting_kind {
    const char *name; /* "pull-policy"; with a "/" at the end, a name follows: "webhook/" */
    bool account;     /* may be set for all repositories of an account */
    bool repository;  /* may be set for one */
    const char *prose;
    bool (*check)(struct slice text, struct arena *arena, struct error *err);
};

extern const struct setting_kind setting_kinds[]; /* ends with name NULL */

/* NULL and err (ERROR_USAGE with what there is) when there is none of that name. */
const struct setting_kind *setting_kind_find(const char *name, struct error *err);
