#pragma once
/* Building JSON values of rows with jansson; core's own. (Apart from codec.h, since base/json.h,
   with which the large ones are read, and jansson know each other's names.) Any thread may call. */
#include <jansson.h>

#include "base/arena.h"

/* Text members; bytes that are no UTF-8 become U+FFFD. An empty text is left out. */
void codec_put_text(json_t *object, const char *name, struct slice text);
json_t *codec_text(struct slice text);
/* A number that is not 0. */
void codec_put_time(json_t *object, const char *name, double when);
double codec_time(const json_t *object, const char *name);
uint64_t codec_u64(const json_t *object, const char *name);
/* Compact, in `arena`; takes the object. `at` NULL: out of memory. */
struct slice codec_dump(json_t *object, struct arena *arena);
json_t *codec_texts(const struct slice *items, size_t count);
/* *value = made; false when there is none, the memory being spent. */
bool codec_made(struct slice made, struct slice *value);
