#pragma once
/* application/x-www-form-urlencoded, of queries and bodies. Input is hostile. Any thread may call.
 */
#include "base/arena.h"

enum { FORM_FIELDS_MAX = 1000 };

struct form_field {
    struct slice name, value; /* decoded; may hold any bytes */
};

struct form {
    struct form_field *items;
    size_t count, room;
};

/* ERROR_LIMIT over FORM_FIELDS_MAX fields. Everything in `arena`. */
bool form_parse(struct slice text, struct arena *arena, struct form *form, struct error *err);
/* The first of that name; empty when it is not there. */
struct slice form_get(const struct form *form, const char *name);
bool form_has(const struct form *form, const char *name);
