#pragma once
/*
 * Names by which a pull request is known again: ours by its branch, which is the same for all tags
 * of an image's series ("plimsoll/haproxy-3.3"); those of Dependabot and Renovate by their branches
 * and titles. Pure; any thread may call.
 */
#include "update/change.h"

#define BRANCH_PREFIX "plimsoll/"

/*
 * "plimsoll/haproxy-3.3" of haproxy moved from 3.3.1-alpine: the name, and the first two parts of
 * the version it comes from, so that a newer tag finds the same branch. What git takes not in a
 * branch (git-check-ref-format(1)) becomes "-". `at` NULL when the budget is spent.
 */
struct slice branch_of_change(const struct update_change *change, struct arena *arena);
bool branch_is_ours(struct slice branch);

/* Another tool's pull request. */
struct foreign_update {
    const char *tool;   /* "Dependabot", "Renovate"; NULL: by neither */
    struct slice image; /* "haproxy", "ghcr.io/acme/base", as far as it says; else empty */
    struct slice to;    /* "3.3.2-alpine"; empty when it does not say */
};

/* What the branch and the title of an open pull request say. Slices of both. */
struct foreign_update foreign_read(struct slice branch, struct slice title);
/* Whether it moves the image of that familiar name ("haproxy"). */
bool foreign_is_of(const struct foreign_update *foreign, struct slice name);
