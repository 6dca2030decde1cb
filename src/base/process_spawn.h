#pragma once
/* Starting a child and its descriptors: what process.c has of its own. */
#include <sys/types.h>

#include "base/process.h"

/* Its standard input: a file in memory, or /dev/null when `input` is empty; -1 with err. */
int process_open_input(struct slice input, struct error *err);
/* ends[0] is ours and does not block; ends[1] the child's; both -1 where there is none. */
bool process_open_pipe(int ends[2], struct error *err);
/* `fd` above the three that a child is given, so that no dup2 can take it away. */
int process_above_three(int fd);
/* Starts it over these three descriptors, in a group of its own; `arena` for words only. */
bool process_spawn(const struct process_options *options, int input, int output, int errors,
                   struct arena *arena, pid_t *id, struct error *err);
