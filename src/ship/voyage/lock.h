#pragma once
/*
 * One ship of a repository at a time on this machine: two would tag each other's images. The lock
 * is the system's (flock) and ends with the process, however it ends; the file says who holds it.
 */
#include "base/arena.h"

/* *lock: a descriptor, to be given to voyage_unlock. ERROR_BUSY: who holds it, since when. */
bool voyage_lock(const char *state, struct slice repository, struct arena *arena, int *lock,
                 struct error *err);
void voyage_unlock(int *lock);
