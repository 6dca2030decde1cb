#pragma once
/*
 * nginx's configuration as a tree. nginx_parse reads a file and what it includes, by the grammar of
 * nginx's own reader (ngx_conf_file.c), and checks each directive against the table: whether it
 * exists, may stand there, and has arguments that it takes. What nginx would refuse is told by the
 * `problem` callback, and the reading goes on where that makes sense.
 *
 * Nodes of included files stand behind their `include` in the including block, so that whoever
 * walks a block sees what nginx sees. All lives in the parse's arena.
 */
#include "base/table.h"
#include "lint/nginx/directives.h"
#include "lint/proxy.h"

enum {
    NGINX_DEPTH_MAX = 100, /* blocks in blocks */
    NGINX_INCLUDE_DEPTH = 20,
    NGINX_FILES_MAX = 1000,
    NGINX_NODES_MAX = 500000,
    NGINX_TOKEN_MAX = 4096, /* nginx's own: a longer parameter is refused */
    NGINX_NEWEST = 12999,   /* the version we judge by when none is declared */
};

struct nginx_word {
    struct slice text; /* quotes and escapes resolved */
    size_t start, end; /* in the file, quotes included */
    char quote;        /* " or ' or 0 */
};

struct nginx_node {
    struct slice name;
    struct nginx_word *words; /* arguments, without the name */
    size_t count;
    const struct lint_file *file;
    size_t start, end;  /* from the name to behind `;` or `}` */
    size_t open, close; /* bytes of `{` and `}`; 0: no block */
    unsigned line;
    unsigned context; /* where it stands: one NGINX_ bit; 0: unknown (foreign block) */
    unsigned inside;  /* context of its block */
    bool block;
    bool data;                               /* an entry of map, geo, types, …: not a directive */
    bool included;                           /* came with the `include` before it */
    struct slice code;                       /* of a Lua block */
    const struct nginx_directive *directive; /* NULL: not known */
    struct nginx_node *parent, *first, *last, *next;
    struct nginx_node *same; /* the next of its name, where the block has an index */
    struct table *index;     /* first children by name, of a large block */
};

struct nginx_file {
    const struct lint_file *file;
    const struct nginx_file *from; /* that includes it; NULL: the first */
};

/* What is wrong, by kind: the rule that reports it. */
enum nginx_problem {
    NGINX_REFUSED,   /* nginx -t fails */
    NGINX_MISSING,   /* an included file is not there */
    NGINX_ELSEWHERE, /* an included file that may be in the image: not read */
    NGINX_MODULE,    /* known to be of a module that must be loaded */
    NGINX_CHANGED,   /* refused or ignored by another version */
};

struct nginx_parse {
    struct arena *arena;
    const struct proxy_options *options;
    unsigned version; /* 12904 */
    void (*problem)(void *context, enum nginx_problem problem, const struct lint_file *file,
                    size_t start, size_t end, const char *text);
    void *context;
    /* result */
    struct nginx_node root; /* its block is the file */
    bool fragment;          /* not a whole configuration: conf.d/x.conf, a snippet */
    bool refused, broken;   /* something was refused; the structure itself could not be read */
    bool unread;            /* some include was not read */
    bool modules;           /* load_module: unknown directives may be theirs */
    size_t files, nodes, depth;
    struct table seen;         /* directives that may stand once in a block */
    unsigned long long told;   /* modules that were told of, by bit */
    unsigned long long loaded; /* known ones of load_module */
};

/* False only when the budget is spent. */
bool nginx_parse(struct nginx_parse *parse, const struct lint_file *file, struct error *err);

/* "1.29.4" → 12904; empty → NGINX_NEWEST; false: no version. */
bool nginx_version(struct slice text, unsigned *version);

/* The first child of that name, and the next one after a child; NULL: none. */
const struct nginx_node *nginx_child(const struct nginx_node *node, const char *name);
const struct nginx_node *nginx_again(const struct nginx_node *child);
/* The node's or, where directives are inherited, an outer block's. */
const struct nginx_node *nginx_inherited(const struct nginx_node *node, const char *name);
bool nginx_is(const struct nginx_node *node, const char *name);
/* Argument i, empty when there are fewer. */
struct slice nginx_word(const struct nginx_node *node, size_t i);

/* ── inside the parser ── */

enum nginx_token { TOKEN_SEMICOLON, TOKEN_OPEN, TOKEN_CLOSE, TOKEN_END, TOKEN_ERROR };

/* Cuts directives from bytes: one call reads the words up to `;`, `{` or `}`. */
struct nginx_lexer {
    struct arena *arena;
    struct slice bytes;
    size_t at;
    struct nginx_word *words;
    size_t count, room;
    const char *error; /* TOKEN_ERROR */
    size_t error_at, error_end;
    bool spent; /* the budget */
};
enum nginx_token nginx_lexer_next(struct nginx_lexer *lexer);
/* The body of a Lua block, behind its `{`; false: no end. */
bool nginx_lexer_lua(struct nginx_lexer *lexer, struct slice *code);

/* Checks a directive against the table; says its problems. */
void nginx_check(struct nginx_parse *parse, struct nginx_node *node);
__attribute__((format(printf, 6, 7))) void nginx_problem(struct nginx_parse *parse,
                                                         enum nginx_problem problem,
                                                         const struct lint_file *file, size_t start,
                                                         size_t end, const char *format, ...);
/* The context of a file that begins in none: NGINX_MAIN, or what a fragment's directives allow. */
unsigned nginx_guess_context(const struct lint_file *file, struct arena *arena);
