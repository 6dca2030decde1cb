#pragma once
/*
 * What rules about RUN bodies share: which command is looked at, its operands, the mounts around
 * it, whether its layer is shipped, and edits that keep a list of commands whole. Nothing here
 * keeps state; all slices are the model's or live in check->arena.
 */
#include "lint/rules/rule_words.h"

/* Whether the body is a RUN's (also behind ONBUILD), not CMD's, ENTRYPOINT's or HEALTHCHECK's. */
bool run_is_build(const struct run_body *body);

/* What may stand in check_report: `raw` when it has a place in the file; else the empty slice,
   which stands for the whole instruction (JSON form, decoded strings). */
struct slice run_place(const struct run_body *body, struct slice raw);

/* The next command of the body, or NULL. */
const struct shell_command *run_next(const struct run_body *body,
                                     const struct shell_command *command);

/* The arguments that are no options, from argument `next` on. `with_values`: options whose value is
   the next word, blank-separated. */
struct operands {
    const struct shell_command *command;
    size_t next;
    const char *with_values;
    bool only_operands; /* behind "--" */
};
struct operands operands_of(const struct shell_command *command, const char *with_values);
const struct shell_word *operands_next(struct operands *operands); /* NULL: no more */
/* The same without words that are nothing but a variable: `apt-get $OPTIONS install`. */
const struct shell_word *operands_verb(struct operands *operands);

/* Whether a literal word stands among the arguments. */
bool run_has_argument(const struct shell_command *command, const char *word);
/* Whether one of blank-separated `options` is given. */
bool run_has_any_option(const struct shell_command *command, const char *options);
/* Whether `command` is one of `programs` and its first operand one of `verbs` (NULL: any). */
bool run_is(const struct shell_command *command, const char *programs, const char *verbs,
            const char *with_values);
/* Whether it is pip in any of its forms: pip, pip3.11, python3 -m pip, uv pip, pipx, uv tool;
   `start` is the argument from which pip's own begin. */
bool run_is_pip(const struct shell_command *command, size_t *start);
/* Whether `needle` stands in any of its words. */
bool run_mentions(const struct shell_command *command, const char *needle);

/* A --mount of type cache or tmpfs whose target covers `path` (is it or a folder above it), or,
   when `path` is relative, ends in it or in a folder above: ".cache/pip" is covered by
   /root/.cache. */
bool run_has_mount(const struct run_body *body, const char *path);
bool run_has_mount_type(const struct run_body *body, const char *type);

/* An `rm` (or `find … -delete`) from `command` on that removes `path` or a folder above it: "/a/b",
   "/a/b/", "/a/b" followed by patterns, "/a". Relative paths as above: ".cache/pip". */
bool run_removes(const struct run_body *body, const struct shell_command *command,
                 const char *path);

/* A variable that ENV, ARG or the command itself sets; false when nobody does. */
bool run_variable(const struct dockerfile_check *check, const struct run_body *body,
                  const struct shell_command *command, const char *name, struct slice *value);

/* Whether the file has the text anywhere in its first 64 KiB (asked for each finding, so bounded):
   a setting that some RUN writes into a configuration file. */
bool run_file_mentions(const struct dockerfile_check *check, const char *text);

/* Whether what the instruction writes is in an image that somebody gets: the last stage, a stage
   that it builds on, or one that nobody uses (a target of its own). */
bool run_ships(const struct dockerfile_check *check, const struct instruction *instruction);
/* One step milder in a stage that is thrown away: the bytes cost nobody but the build. */
void run_soften(const struct dockerfile_check *check, const struct instruction *instruction,
                struct lint_finding *finding);

/* What the base image's name tells of its system. */
enum base_family { FAMILY_UNKNOWN, FAMILY_ALPINE, FAMILY_DEBIAN, FAMILY_RPM };
enum base_family run_family(const struct dockerfile_check *check,
                            const struct instruction *instruction);

/* Inserts ` text` behind a word, ` && text` behind a command; both give the finding the fix `what`
   first. No fix where the place is not known or a list would mean something else. */
void run_fix_option(struct dockerfile_check *check, struct lint_finding *finding,
                    const struct run_body *body, const struct shell_word *word, const char *text);
void run_fix_append(struct dockerfile_check *check, struct lint_finding *finding,
                    const struct run_body *body, const struct shell_command *command,
                    const char *text);
