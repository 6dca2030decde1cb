#pragma once
/*
 * What Amazon's services say of a member of a document that breaks its model: "1 validation error
 * detected: Value 'x' at 'a.b' failed to satisfy constraint: …". For documents that are read
 * outside of an operation's own input (ecr/input.c has that). `at` is the member's whole path. All
 * return false.
 */
#include "base/error.h"
#include "base/slice.h"

/* … Member must satisfy MUST */
bool constraint_broken(struct error *err, const char *at, struct slice value, const char *must);
/* Value null at … */
bool constraint_missing(struct error *err, const char *at);
/* … Member must have length between LOW and HIGH; or, with LOW below 0, at most HIGH. */
bool constraint_length(struct error *err, const char *at, int low, int high);

/* A filter of repositories with "*" in it: ^[a-z0-9*](?:[._\-/a-z0-9*]?[a-z0-9*]+)*$, so separators
   stand alone and not at the ends; `most` bytes. */
bool constraint_is_filter(struct slice filter, size_t most);
