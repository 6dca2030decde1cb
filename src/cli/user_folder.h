#pragma once
/* Folders of the user, by the XDG base directory specification (globals.c). */
#include "base/arena.h"

/* $variable/tail, or ~/home_part/tail; below the root when there is no home. Never relative. */
const char *user_folder(struct arena *arena, const char *variable, const char *home_part,
                        const char *tail);
