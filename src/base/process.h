#pragma once
/*
 * Child processes, for every room that runs another program: found in PATH, never a shell, in a
 * process group of its own (so that what it started ends with it), with no descriptor of ours but
 * its three. Any thread may call; the caller owns what it passes until the call returns, results
 * live in its arena.
 *
 * Signals. A child in its own group hears nothing of the terminal's ^C. A command that runs long
 * children calls process_catch_signals once: from then on SIGINT, SIGTERM and SIGHUP end the
 * running child (SIGTERM, 5 s later SIGKILL) and process_run fails, so that the caller unwinds and
 * takes down what it put up. What has to run then nevertheless says `despite_signals`.
 */
#include "base/arena.h"

/* A child process, argv found in PATH, never a shell. */
struct process_options {
    /* Ends with NULL. A first word with a slash is a path, as seen from `folder`; relative folders
       of PATH are not looked into. */
    const char *const *argv;
    /* "NAME=value", added to ours; "NAME" takes it out of ours; ends with NULL; may be NULL */
    const char *const *environment;
    const char *folder; /* working folder; NULL or "": ours */
    struct slice input; /* its standard input (a file to it, not a pipe); empty: none */
    /* 0: as long as it takes; then SIGTERM, 5 s later SIGKILL, to its whole process group */
    unsigned seconds;
    size_t output_max; /* bytes kept of each of output and errors, the LAST ones; 0: 64 KiB */
    void *context;     /* with each line of both, as it comes; may be NULL */
    /* Without its line end; lines over PROCESS_LINE_MAX come in pieces. May be NULL. */
    void (*line)(void *context, bool is_error, struct slice line);
    int output_fd;        /* its standard output goes there instead, when > 0 */
    bool despite_signals; /* runs though a signal was caught: for what takes things down */
};
enum { PROCESS_LINE_MAX = 8192, PROCESS_GRACE_SECONDS = 5 };

struct process_result {
    int exit_code; /* 128 + signal when a signal ended it */
    int signal;    /* 0: it ended by itself */
    bool timed_out;
    struct slice output, errors; /* the last `output_max` bytes, NUL-terminated behind */
    bool output_cut;             /* either was longer */
    double seconds;
};

/* True when it ran, whatever its exit code. ERROR_NOT_FOUND: no such program. A child that leaves
   processes behind which hold its output open is not waited for any longer than itself. */
bool process_run(const struct process_options *options, struct arena *arena,
                 struct process_result *result, struct error *err);
/* Path of a program in PATH, in `arena`; NULL: none. */
const char *process_find(const char *name, struct arena *arena);

/* A child that goes on while we do: a server that a test starts. Its output and errors go to
   `output_fd` (0: nowhere); `seconds`, `line` and `output_max` mean nothing here. */
struct process_child {
    int id; /* 0: none */
};
bool process_start(const struct process_options *options, struct process_child *child,
                   struct error *err);
/* Whether it has ended by itself; then *exit_code as in process_result, and it is forgotten. */
bool process_ended(struct process_child *child, int *exit_code);
/* SIGTERM, after the grace SIGKILL, to its whole group; nothing when there is none. */
void process_stop(struct process_child *child);

/* Catches SIGINT, SIGTERM and SIGHUP from here on (those that are ignored stay so). Once, before
   threads start. */
void process_catch_signals(void);
/* The signal that was caught; 0: none. A command that ends because of it exits 128 + that. */
int process_signal_caught(void);
