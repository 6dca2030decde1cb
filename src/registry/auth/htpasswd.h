#pragma once
/*
 * A file of users as htpasswd writes it (`name:hash` a line), read again when it changes: at most
 * once a second its state is asked for. Hashes that are weak or not known (MD5, SHA-1, DES) are
 * left out, with a word in the log. Any thread may call.
 */
#include "base/arena.h"

struct htpasswd;

/* Fails when the file cannot be read now; later failures keep what was read. `path` NULL: no users.
 */
bool htpasswd_open(struct htpasswd **file, const char *path, struct error *err);
void htpasswd_close(struct htpasswd *file); /* accepts NULL */
/* True when it has changed (and was read again). `now`: monotonic. */
bool htpasswd_poll(struct htpasswd *file, double now);
/* The hash of a user, in `arena`; empty: not there. */
struct slice htpasswd_hash(struct htpasswd *file, struct slice user, struct arena *arena);
