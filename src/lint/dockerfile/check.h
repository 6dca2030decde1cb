#pragma once
/*
 * How a Dockerfile rule is written: a row with the rule's words and the functions that look. Rows
 * stand in tables, one a file in lint/rules/, and tables in rules/tables.c. See rules/README.md.
 *
 * Functions say what they see by check_report; they keep no state of their own (what one needs
 * across calls it finds in the model, or looks for in a `file` function).
 */
#include "catalog/secret.h"
#include "lint/dockerfile/model.h"

struct dockerfile_check {
    const struct dockerfile *dockerfile;
    const struct dockerfile_model *model;
    struct lint_report *report;
    struct arena *arena;
    const struct dockerfile_rule *rule; /* the one being asked */
    const struct check_settings *settings;
    const struct base_resolver *resolver; /* never NULL */
    struct slice folder;                  /* the Dockerfile's folder; empty: standard input */
    struct slice context;                 /* folder of the build context; empty: not known */
    struct secret_searcher *secrets;      /* NULL: values are not judged, names alone are */
};

/* What configuration files may say to single rules; all empty by default. */
struct check_settings {
    struct slice *trusted_registries;
    size_t trusted_registry_count;
    struct label_kind {
        struct slice name;
        struct slice kind; /* "text", "url", "rfc3339", "spdx", "hash", "semver", "email" */
    } * labels;
    size_t label_count;
    bool strict_labels;
    bool offline;
};

struct dockerfile_rule {
    struct lint_rule rule;
    /* Each may be NULL. Instructions inside ONBUILD are shown, too (instruction->outer is set). */
    void (*file)(struct dockerfile_check *check);
    void (*stage)(struct dockerfile_check *check, const struct stage *stage);
    unsigned keywords; /* KEYWORD_BITs that `instruction` is for; 0: all */
    void (*instruction)(struct dockerfile_check *check, const struct instruction *instruction);
    const char *programs; /* blank-separated base names that `command` is for; NULL: all */
    /* For each command of RUN bodies that are POSIX shell, JSON form included. */
    void (*command)(struct dockerfile_check *check, const struct run_body *body,
                    const struct shell_command *command);
    /* For each RUN body. */
    void (*body)(struct dockerfile_check *check, const struct run_body *body);
};

/* Ended by a row without an id. */
extern const struct dockerfile_rule
    *const dockerfile_rule_tables[]; /* ended by NULL; rules/tables.c */

/* Asks all rules that `enabled` says (NULL: all). */
void dockerfile_check_run(struct dockerfile_check *check,
                          bool (*enabled)(void *context, const struct lint_rule *rule),
                          void *context);

/* A finding of the current rule at `part`, a slice of the instruction's logical text or of the file
   (heredocs); an empty `part` (NULL pointer) stands for the whole instruction. */
__attribute__((format(printf, 4, 5))) struct lint_finding *
check_report(struct dockerfile_check *check, const struct instruction *instruction,
             struct slice part, const char *format, ...);

/* Edits, in the words of the logical text. Those that do not stand in one piece of the file (a
   continuation inside a word) are refused: then the finding loses its fix. */
void check_fix_replace(struct dockerfile_check *check, struct lint_finding *finding,
                       const struct instruction *instruction, struct slice part, struct slice text);
/* Behind the last byte of `part` / in front of its first. */
void check_fix_insert_after(struct dockerfile_check *check, struct lint_finding *finding,
                            const struct instruction *instruction, struct slice part,
                            struct slice text);
void check_fix_insert_before(struct dockerfile_check *check, struct lint_finding *finding,
                             const struct instruction *instruction, struct slice part,
                             struct slice text);
/* Whole lines, `text` without the last line's end (the file's own kind of line end is used): in
   front of the instruction (above its comments when `above_comments`), or behind it. */
void check_fix_line_before(struct dockerfile_check *check, struct lint_finding *finding,
                           const struct instruction *instruction, bool above_comments,
                           struct slice text);
void check_fix_line_after(struct dockerfile_check *check, struct lint_finding *finding,
                          const struct instruction *instruction, struct slice text);
/* The whole instruction, its lines and its end of line. */
void check_fix_delete(struct dockerfile_check *check, struct lint_finding *finding,
                      const struct instruction *instruction);
