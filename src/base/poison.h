/*
 * Included by the build before every file of the project (meson.build, -include): names that must
 * not be used, made errors once the system's own headers have been read. What to use instead:
 *   strcpy, strcat, sprintf, gets  snprintf, memcpy, arena_printf
 *   strtok                         slice_cut
 *   atoi, atol, atof               slice_u64, slice_double
 *   gmtime, localtime              clock.h
 *   system, popen                  posix_spawn, with an argument list
 */
#pragma once
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
/* With clang, the C library's fortified headers make macros of some. */
#undef sprintf
#undef vsprintf
#undef strcpy
#undef strcat
#undef gets
#pragma GCC poison strcpy strcat sprintf vsprintf gets strtok atoi atol atof gmtime localtime      \
    system popen
