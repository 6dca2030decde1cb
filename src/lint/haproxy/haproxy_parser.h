#pragma once
/* What haproxy_parse.c and haproxy_macro.c share: where the reading of a file stands. */
#include "lint/haproxy/haproxy.h"

/* One open `.if`. */
struct haproxy_branch {
    enum haproxy_truth taken;  /* of the part we are in */
    enum haproxy_truth before; /* any part so far was */
    bool otherwise;            /* .else was seen */
    struct slice text;         /* ".if defined(X)" */
    unsigned line;
};

struct haproxy_parser {
    struct haproxy_config *config;
    struct arena *arena;
    const struct lint_file *file;
    struct haproxy_section *section;
    struct haproxy_section *defaults; /* the last one */
    struct haproxy_environment environment;
    struct table set;
    struct haproxy_branch branches[HAPROXY_IF_MAX];
    size_t depth;
    struct haproxy_word words[HAPROXY_WORDS_MAX];
    bool stopped; /* .alert, or too many problems */
};

/* A problem that HAProxy refuses the file for. */
__attribute__((format(printf, 4, 5))) void
haproxy_refuse(struct haproxy_parser *parser, size_t start, size_t end, const char *format, ...);
/* Whether what stands here counts: all open `.if` together. */
enum haproxy_truth haproxy_counts(const struct haproxy_parser *parser);
/* `.if` and its kin, `.alert` and its kin. False: the line is none of them. */
bool haproxy_macro(struct haproxy_parser *parser, size_t count, size_t end);
