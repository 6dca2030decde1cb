#pragma once
/* What a file of a build context is, by its name and, where a name says too little, its first
   bytes; and the command `git`, asked in a way that runs nothing of the repository. Used by
   context.c alone. */
#include <sys/types.h>

#include "base/arena.h"

enum context_kind {
    CONTEXT_NOTHING,
    CONTEXT_PRIVATE_KEY,
    CONTEXT_CREDENTIALS, /* .env, .npmrc with a token, … */
    CONTEXT_CERTIFICATE,
};

/* By name: NOTHING for most; *look: bytes must be asked (context_kind_of_bytes) to know. */
enum context_kind context_kind_of_name(struct slice name, bool *look);
/* `guess`: what the name said. */
enum context_kind context_kind_of_bytes(enum context_kind guess, struct slice name,
                                        struct slice bytes);
/* Folders whose files are somebody else's or made again: not looked into, and they have no place in
   a context ("node_modules"). */
bool context_is_clutter(struct slice name);
/* It lies among tests or examples. */
bool context_is_example(struct slice path);

struct git_list {
    struct git_file {
        struct slice path;   /* relative to the folder */
        struct slice commit; /* short; only of the history */
    } * files;
    size_t count, room;
};

enum { GIT_SECONDS = 10, GIT_OUTPUT_MAX = 16 << 20 };

/* Whether the folder or one around it has a .git. */
bool git_is_there(struct slice folder, struct arena *arena);
/* A git that was asked and runs beside us until its answer is read; begins as GIT_CALL_NONE. */
struct git_call {
    pid_t process;
    int output;
};
#define GIT_CALL_NONE ((struct git_call){0, -1})

/* Which files below the folder are tracked now / which of them some commit has removed. */
bool git_ask_tracked(struct slice folder, struct arena *arena, struct git_call *call,
                     struct error *err);
bool git_ask_removed(struct slice folder, struct arena *arena, struct git_call *call,
                     struct error *err);
/* The answer to one and the other; ends the call. False: it could not be had (err). */
bool git_read_tracked(struct git_call *call, struct arena *arena, struct git_list *list,
                      struct error *err);
bool git_read_removed(struct git_call *call, struct arena *arena, struct git_list *list,
                      struct error *err);
/* Ends a git whose answer nobody wants any more; fine for one that was never started. */
void git_call_drop(struct git_call *call);
#define CLEANUP_GIT __attribute__((cleanup(git_call_drop)))
