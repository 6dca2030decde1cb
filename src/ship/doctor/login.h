#pragma once
/* Where docker keeps logins. Only files of this folder include it. */
#include "base/arena.h"

/* $DOCKER_CONFIG/config.json or ~/.docker/config.json, in the arena; NULL: neither is set. */
const char *login_file(struct arena *arena);
