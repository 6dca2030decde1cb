#pragma once
/*
 * Passwords as crypt(5) hashes them (libxcrypt). New ones are bcrypt: yescrypt would take 16 MiB a
 * login, and logins come many at once. Slow on purpose: never on an I/O thread.
 */
#include "base/arena.h"

enum { PASSWORD_MAX = 72, PASSWORD_LEAST = 8, PASSWORD_HASH_MAX = 384, PASSWORD_SALT_BYTES = 16 };

struct password_hash {
    char text[PASSWORD_HASH_MAX];
};

/* ERROR_USAGE: empty, shorter than PASSWORD_LEAST or longer than PASSWORD_MAX bytes (more bcrypt
   does not look at), or with a NUL in it. */
bool password_check(struct slice password, struct error *err);
bool password_make(struct slice password, const uint8_t random[PASSWORD_SALT_BYTES],
                   struct password_hash *hash, struct error *err);
/* Whether it is that password. */
bool password_matches(struct slice password, struct slice hash);
/* Forms that are taken from files of others: bcrypt, SHA-256 and SHA-512 crypt, scrypt, yescrypt.
 */
bool password_hash_is_known(struct slice hash);
