#pragma once
/*
 * Small questions that rules of several families ask of words and names. Nothing here keeps state;
 * what is returned is a slice of what was given, or lives in the check's arena.
 */
#include "lint/rules/rule_words.h"

/* Without one pair of quotes around it. */
struct slice text_unquoted(struct slice word);
/* Whether a "$" stands in it. */
bool text_has_variable(struct slice word);
bool text_contains(struct slice text, const char *needle); /* any case */
bool text_starts(struct slice text, const char *prefix);   /* any case */
bool text_ends(struct slice text, const char *suffix);     /* any case */
/* Letters, digits and what stands in names and paths: can be written anywhere as it is. */
bool text_is_plain(struct slice text);
struct slice text_lower(struct slice text, struct arena *arena);
struct slice text_upper(struct slice text, struct arena *arena);
bool text_is_lower(struct slice text); /* no upper-case letter in it */
bool text_is_upper(struct slice text);

/*
 * The best of several names that someone who wrote `word` may have meant, by edit distance (at most
 * two edits, fewer for short words). Offer each, then read `best`; empty: none is near.
 */
struct nearest {
    struct slice word, best;
    size_t distance;
};
void nearest_offer(struct nearest *nearest, struct slice name);

/* What stands in an image reference, without parsing it strictly: variables may be left in it. */
struct base_name {
    struct slice text;
    struct slice name;   /* "ghcr.io/a/b" */
    struct slice last;   /* "b": the last part of it, what the image is called */
    struct slice tag;    /* empty: none */
    struct slice digest; /* "sha256:…" */
    bool has_tag;        /* there was a ":" for a tag, though it may be empty or a variable */
};
struct base_name base_name_split(struct slice reference);

/* Whether the stage is for Windows: by platform, base image, shell or the escape character. */
bool stage_is_windows(const struct dockerfile_check *check, const struct stage *stage);
bool stage_is_scratch(const struct stage *stage);
/* "/x", and on Windows "C:\x", "C:/x", "\x". */
bool path_is_absolute(struct slice path, bool windows);
/* What an instruction stands in, ONBUILD's inner too; NULL: before the first FROM. */
const struct stage *stage_around(const struct dockerfile_check *check,
                                 const struct instruction *instruction);
/* The external image that a stage is built on, through stages; the stage that names it. */
const struct stage *stage_root(const struct stage *stage);
/* Whether the base image, which could not be read, is likely to set the variable: NODE_VERSION in
   node, PHP_INI_DIR in php. */
bool base_may_set(const struct stage *stage, struct slice name);
/* Whether what is done in the stage is in the image: the last stage and those it builds on. */
bool stage_is_shipped(const struct dockerfile_check *check, const struct stage *stage);
const struct stage *stage_final(const struct dockerfile_check *check); /* NULL: no stage */
/* Where an argument stands; words of JSON with escapes have no place of their own: the whole
   instruction. */
struct slice argument_place(const struct instruction *instruction, struct slice word);
/* Instruction `index` of the file. */
const struct instruction *check_instruction(const struct dockerfile_check *check, size_t index);
/* An argument of an instruction with its variables; `complete` may be NULL. */
struct slice check_expand(const struct dockerfile_check *check,
                          const struct instruction *instruction, struct slice word, bool *complete);

/* Of COPY and ADD: arguments are sources and then the destination. */
struct slice copy_destination(const struct instruction *instruction); /* empty: none */
size_t copy_source_count(const struct instruction *instruction);
bool source_is_heredoc(struct slice source);
bool source_is_git(struct slice source);
bool source_is_url(struct slice source);                            /* git's, too */
bool text_ends_any(struct slice text, const char *const *suffixes); /* any case; ended by NULL */
struct slice file_name_of(struct slice path); /* behind the last "/", quotes removed */
