#pragma once
/* A password from standard input: its first line, or typed at the terminal, twice and unseen. */
#include "base/arena.h"

/* ERROR_USAGE when it is no password (registry/auth/password.h), or was typed differently. */
bool user_password_read(const char *who, struct arena *arena, struct slice *password,
                        struct error *err);
