#pragma once
/* Base64 of RFC 4648 section 4, for Basic credentials. Any thread may call. */
#include "base/arena.h"

/* `at` NULL when the budget is spent. */
struct slice base64_encode(struct slice bytes, struct arena *arena);
/* Padding may be missing and white space around is ignored; ERROR_FORMAT for anything else. */
bool base64_decode(struct slice text, struct arena *arena, struct slice *bytes, struct error *err);
/* "Basic …" of user and password. */
struct slice base64_basic(struct slice user, struct slice password, struct arena *arena);
