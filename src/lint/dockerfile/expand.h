#pragma once
/*
 * Words with variables, as BuildKit expands them (frontend/dockerfile/shell/lex.go): quotes, the
 * escape character, $x, ${x}, ${x:-y} ${x-y} ${x:+y} ${x+y} ${x:?y} ${x?y}, ${x#p} ${x##p} ${x%p}
 * ${x%%p} with shell patterns, ${x/a/b} ${x//a/b}.
 */
#include "lint/dockerfile/dockerfile.h"

/* False: not set. */
typedef bool (*expand_lookup)(void *context, struct slice name, struct slice *value);

struct expansion {
    struct slice text;   /* in the arena; quotes removed */
    struct slice *unset; /* names that were asked for and are not set (and had no default) */
    size_t unset_count, unset_room;
    struct slice *used; /* all names that were asked for */
    size_t used_count, used_room;
};

enum { EXPAND_DEPTH_MAX = 32, EXPAND_SIZE_MAX = 1 << 20 };

/* ERROR_FORMAT for what BuildKit refuses ("unsupported modifier", an open brace or quote,
   ${x:?why}), ERROR_LIMIT when it grows beyond EXPAND_SIZE_MAX. */
bool expand_word(struct slice word, char escape, expand_lookup lookup, void *context,
                 struct arena *arena, struct expansion *expansion, struct error *err);
/* Whether there is any variable in it. */
bool expand_has_variables(struct slice word, char escape);
