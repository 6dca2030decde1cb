#pragma once
/* Strings of JSON, for json_reader.c alone. Both return NULL, or what is wrong. */
#include "base/arena.h"

/* Cuts a string, quotes and all, off `*rest`; `*raw` is what stood between the quotes. `*plain`: it
   is its own value: no escapes, and proper UTF-8. Leaves *rest where the fault is. */
const char *json_string_cut(struct slice *rest, struct slice *raw, bool *plain);
/* The value of a string that is not plain; text->at is NULL when the budget is spent. */
const char *json_string_decode(struct slice raw, struct arena *arena, struct slice *text);
