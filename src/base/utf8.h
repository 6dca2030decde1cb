#pragma once
/* UTF-8 (RFC 3629), one character at a time, on hostile bytes. */
#include "base/slice.h"

enum { UTF8_REPLACEMENT = 0xFFFD };

/* Cuts one character off the front of non-empty `*rest`. Bytes that are not UTF-8 (also: overlong,
   surrogates, over U+10FFFF) give false, the byte itself in *code, and cut one byte. */
bool utf8_cut(struct slice *rest, uint32_t *code);
/* Writes 1 to 4 bytes to `to` and returns how many. Surrogates are written as U+FFFD. */
size_t utf8_put(char *to, uint32_t code);
/* Controls, and what has no look of its own but changes how its neighbours look: marks of
   direction, invisible separators, language tags. Unicode's general categories Cc, Cf, Zl, Zp. */
bool utf8_is_hidden(uint32_t code);
