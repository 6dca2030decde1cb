#pragma once
/* The programs that stand in, while they run. Used by stand_in*.c alone. */
#include "ship/test/parts.h"

struct stand_in;

struct stand_in_kind {
    const char *name; /* program */
    const char *end;  /* of its configurations' names: ".cfg" */
    const char *main; /* the whole one's: "haproxy.cfg" */
    bool (*rewrite)(struct ship_rewrite *rewrite, const struct lint_file *file, struct slice *text,
                    struct error *err);
    /* Its command line into argv[12]: to check the configuration, or to run. */
    bool (*words)(const struct stand_in *one, bool check, struct arena *arena, const char **argv);
    /* Line of the configuration that it refuses, 0: none is named. */
    unsigned (*refused_line)(struct slice said, const char *path);
    /* Takes the directive of that line out of the text; false: it cannot be. */
    bool (*leave_out)(struct slice text, unsigned line, struct arena *arena, struct slice *left,
                      struct slice *result);
};
extern const struct stand_in_kind *const stand_in_kinds[]; /* in the order to start */

struct stand_in {
    const struct ship_test_image *image;
    const struct stand_in_kind *kind;
    struct ship_copies copies;
    struct lint_file *file;
    const char *folder, *configuration, *log;
    struct slice text;
    struct ship_rewrite rewrite;
    struct process_child child;
    bool unfit; /* this machine's program cannot take it: not started */
    bool dead;  /* it did not come up */
};

struct stand_ins {
    struct ship_test *test;
    const char *folder;
    const char *certificate;
    struct stand_in **items;
    size_t count, room;
    struct ship_port *sites;
    size_t site_count, site_room;
    int held[64]; /* sockets of ports that were chosen and are not listened on yet */
    size_t held_count;
};

/* Asks the program whether it takes the configuration; leaves out what is too new for it. Sets
   one->unfit, adds checks and notes. */
bool stand_in_judge(struct stand_ins *all, struct stand_in *one, struct error *err);
/* Health, headers, and what it all comes to. */
bool stand_in_check(struct stand_ins *all, struct error *err);
/* "2.6.12" of the program on PATH; empty: it is not there. */
struct slice stand_in_version(const char *program, struct arena *arena);
