#pragma once
/*
 * HAProxy's configuration as lint sees it: files → lines of words → sections, with conditional
 * blocks (`.if`) decided, `defaults` resolved and every line looked up in the table of keywords.
 *
 *   haproxy_words.c      one line → words: quotes, backslashes, comments, environment variables
 *   haproxy_predicate.c  what `.if` asks
 *   haproxy_parse.c      lines → sections, limits; haproxy_macro.c: `.if` and its kin
 *   haproxy_section.c    what everything asks of lines and sections
 *   haproxy_keywords.c   which keyword stands where, since and until which version
 *   haproxy_options.c    the words of `bind` and `server` lines
 *   haproxy_condition.c  `if` and `unless`: ACLs, anonymous blocks, sample fetches
 *   haproxy_check.c      what `haproxy -c` would refuse
 *   haproxy_headers.c    what a client receives
 *   haproxy_rules.c      the lint rules; haproxy_rule_*.c what looks
 *
 * Everything lives in the arena given to haproxy_parse, and points into the files' bytes where it
 * can. One thread at a time.
 */
#include "base/table.h"
#include "lint/proxy.h"

enum haproxy_limits {
    HAPROXY_FILE_MAX = 16 << 20, /* bytes of one file */
    HAPROXY_LINE_MAX = 1 << 20,  /* bytes of one line */
    HAPROXY_WORDS_MAX = 64,      /* words of one line: HAProxy's own limit */
    HAPROXY_IF_MAX = 16,         /* nested .if: HAProxy's own limit */
    HAPROXY_SECTIONS_MAX = 20000,
    HAPROXY_LOOK_MAX = 1000,   /* lines of a defaults section that are searched for one */
    HAPROXY_GUESSES_MAX = 10,  /* unknown keywords that get a "did you mean" */
    HAPROXY_INHERIT_MAX = 16,  /* defaults from defaults from … */
    HAPROXY_PROBLEMS_MAX = 50, /* HAProxy gives up after as many, too */
};

/* Versions are major * 100 + minor: 206 is 2.6. */
enum { HAPROXY_OLDEST = 200, HAPROXY_NEWEST = 304 };

/* Bits, so that a keyword's row can name several. */
enum haproxy_kind {
    HAPROXY_GLOBAL = 1,
    HAPROXY_DEFAULTS = 2, /* without a name */
    HAPROXY_NAMED = 4,    /* defaults with one: may hold rules */
    HAPROXY_FRONTEND = 8,
    HAPROXY_LISTEN = 16,
    HAPROXY_BACKEND = 32,
    HAPROXY_OTHER = 64, /* peers, resolvers, userlist, …: `type` tells */
};
#define HAPROXY_PROXIES                                                                            \
    (HAPROXY_DEFAULTS | HAPROXY_NAMED | HAPROXY_FRONTEND | HAPROXY_LISTEN | HAPROXY_BACKEND)
#define HAPROXY_FRONT (HAPROXY_FRONTEND | HAPROXY_LISTEN) /* clients connect to it */
#define HAPROXY_BACK  (HAPROXY_BACKEND | HAPROXY_LISTEN)  /* it has servers */

struct haproxy_word {
    struct slice text; /* quotes and backslashes resolved; unknown variables stay as written */
    size_t start, end; /* bytes of the file, quotes included */
    bool unknown;      /* holds a variable whose value cannot be known here */
};

/* A row of haproxy_keywords. */
struct haproxy_keyword {
    const char *name;    /* one or two words; ends in "(" when an argument follows in parentheses */
    unsigned sections;   /* where it works */
    unsigned refused;    /* where haproxy -c refuses it; elsewhere it warns and ignores the line */
    unsigned char least; /* arguments behind the name */
    unsigned char most;  /* 255: any number */
    unsigned short since, until; /* until: the version that no longer has it; 0: not known */
    bool condition;              /* if or unless may follow */
    const char *advice;          /* what to write instead */
};

struct haproxy_line {
    const struct lint_file *file;
    struct haproxy_section *section;
    unsigned number;
    size_t start, end;          /* bytes of the file without the line's end */
    struct haproxy_word *words; /* without `no` and `default` in front */
    size_t count;
    size_t condition;    /* index of if/unless; `count`: none */
    bool negated, reset; /* `no …`, `default …` */
    struct slice
        maybe; /* ".if defined(X)": whether the line counts cannot be known; empty: it does */
    const struct haproxy_keyword *keyword; /* NULL: not known, or of no proxy */
    struct haproxy_line *next_acl;         /* of an acl: the next line that completes it */
};

/* An ACL: all lines of its name. */
struct haproxy_acl {
    struct haproxy_line *first, *last;
};

struct haproxy_section {
    enum haproxy_kind kind;
    struct slice type, name;          /* "frontend", "www" */
    struct haproxy_line *head;        /* its first line; NULL: assumed around a fragment */
    struct haproxy_section *defaults; /* what it inherits from; NULL: nothing */
    struct haproxy_line **lines;      /* without the head */
    size_t count, room;
    struct table acls; /* by name: struct haproxy_acl */
    bool has_rules;    /* http-… or tcp-… rules */
    bool http;         /* mode http, here or inherited */
};

/* Rows of haproxy_rules (proxy.h), in its order. */
enum haproxy_rule {
    RULE_SYNTAX,
    RULE_KEYWORD,
    RULE_VERSION,
    RULE_UNDEFINED,
    RULE_DUPLICATE,
    RULE_IGNORED,
    RULE_STATS_OPEN,
    RULE_STATS_ADMIN,
    RULE_STATS_PASSWORD,
    RULE_STATS_VERSION,
    RULE_SOCKET_OPEN,
    RULE_TLS_OLD,
    RULE_TLS_DEFAULTS,
    RULE_TLS_CIPHERS,
    RULE_TLS_NO_VERIFY,
    RULE_TLS_MISSING,
    RULE_NO_REDIRECT,
    RULE_TIMEOUT,
    RULE_TIMEOUT_REQUEST,
    RULE_FORWARDED,
    RULE_HOST,
    RULE_SMUGGLING,
    RULE_ADD_HEADER,
    RULE_CLEAR_PASSWORD,
    RULE_DAEMON,
    RULE_LOG,
    RULE_CHROOT,
    RULE_FORK,
    RULE_ROOT_USER,
    RULE_NO_CHECK,
    RULE_RESOLVE,
    RULE_MAXCONN,
    RULE_DEPRECATED,
    RULES
};

/* Something haproxy -c would refuse (`refused`) or warn of. */
struct haproxy_problem {
    enum haproxy_rule rule;
    const struct lint_file *file;
    size_t start, end;
    unsigned line;
    struct slice text;
    bool refused;
};

struct haproxy_config {
    struct arena *arena;
    unsigned version; /* that is judged for */
    struct haproxy_section **sections;
    size_t section_count, section_room;
    struct table others;                     /* "resolvers dns": sections that are no proxies */
    const struct haproxy_section *global;    /* the first */
    const struct haproxy_line *default_bind; /* ssl-default-bind-options, the last */
    struct table fronts, backs, named; /* by name: sections; a listen is in two; the first wins */
    struct haproxy_problem *problems;
    size_t problem_count, problem_room;
    bool part;     /* neither global nor defaults: others files may hold what this one names */
    bool fragment; /* lines without a section: taken as a frontend's */
    bool stopped;  /* an .alert or too many problems: the rest was not read */
    bool failed;   /* budget spent */
};

/* "3.3", "2.6.12" → 303, 206; empty → HAPROXY_NEWEST. False: not a version, or one before 2.0. */
bool haproxy_version(struct slice text, unsigned *version);

/* Reads files in their order, as -f would. False only when memory or a limit ended it; what HAProxy
   would refuse is in `problems`. */
bool haproxy_parse(struct haproxy_config *config, struct lint_file *const *files, size_t count,
                   unsigned version, struct arena *arena, struct error *err);
/* Names, keywords, arguments, references: more problems. */
void haproxy_check(struct haproxy_config *config);

/* printf's text, about bytes [start, end) of the line's file. What stands under an undecided `.if`
   is told, not refused. */
__attribute__((format(printf, 7, 8))) void haproxy_problem(struct haproxy_config *config,
                                                           enum haproxy_rule rule,
                                                           const struct haproxy_line *line,
                                                           size_t start, size_t end, bool refused,
                                                           const char *format, ...);

/* --- haproxy_words.c --- */
/* What `"${NAME}"` is: a value, or known not to be set (`at` NULL), or false: cannot be known. */
struct haproxy_environment {
    struct table *set; /* by setenv and presetenv in the configuration: struct slice */
    struct slice file, section;
    unsigned line;
};
enum haproxy_fault {
    HAPROXY_FAULT_NONE,
    HAPROXY_FAULT_QUOTE,
    HAPROXY_FAULT_BRACE,
    HAPROXY_FAULT_VARIABLE,
    HAPROXY_FAULT_HEX,
    HAPROXY_FAULT_EXPAND,
    HAPROXY_FAULT_WORDS,
    HAPROXY_FAULT_MEMORY,
};
/* Splits bytes [start, end) of `bytes`. `words` has room for HAPROXY_WORDS_MAX. `*fault_at`: where.
 */
enum haproxy_fault haproxy_split(struct slice bytes, size_t start, size_t end,
                                 const struct haproxy_environment *environment, struct arena *arena,
                                 struct haproxy_word *words, size_t *count, size_t *fault_at);

/* --- haproxy_predicate.c --- */
enum haproxy_truth { HAPROXY_FALSE, HAPROXY_TRUE, HAPROXY_UNKNOWN, HAPROXY_INVALID };
enum haproxy_truth haproxy_not(enum haproxy_truth truth);
enum haproxy_truth haproxy_and(enum haproxy_truth a, enum haproxy_truth b);
enum haproxy_truth haproxy_or(enum haproxy_truth a, enum haproxy_truth b);
enum haproxy_truth haproxy_predicate(struct slice text, unsigned version,
                                     const struct haproxy_environment *environment);

/* --- haproxy_keywords.c --- */
/* The row of "timeout client", "http-request set-var(…)", "mode"; NULL: none. `*words`: how many
   words are its name. */
const struct haproxy_keyword *haproxy_keyword_find(const struct haproxy_word *words, size_t count,
                                                   size_t *name_words);
/* Whether any keyword begins with this first word: then the second is what is not known. */
bool haproxy_keyword_begins(struct slice first);
/* The same for sections that are no proxies. */
bool haproxy_other_section(struct slice type, unsigned *since, unsigned *until);
bool haproxy_other_keyword(struct slice type, const struct haproxy_line *line, unsigned *least,
                           unsigned *most);
/* The name most like `word` among the keywords of these sections; NULL: none is near. */
const char *haproxy_keyword_like(struct slice word, unsigned sections);
extern const struct haproxy_keyword haproxy_keywords[];
extern const size_t haproxy_keyword_count;

/* --- haproxy_options.c --- */
/* An option of `bind` or `server`: -1 arguments: unknown name; 255: the rest of the line. */
int haproxy_bind_option(struct slice name, unsigned version);
int haproxy_server_option(struct slice name, unsigned version);
/* A section that is no proxy; NULL: there is none. */
const struct haproxy_section *haproxy_other_find(const struct haproxy_config *config,
                                                 const char *type, struct slice name);
/* Index of option `name` in a bind, server or default-server line; 0: absent. Names in argument
   places are not mistaken for it. */
size_t haproxy_option_at(const struct haproxy_line *line, const char *name);
/* "127.0.0.1:80", ":80", "[::]:443", "/run/x.sock", "ipv4@…": the port, and whether it is an inet
   address at all; false: not a valid address. Ranges give their first port. */
struct haproxy_address {
    struct slice host;
    unsigned port, last_port;
    bool has_port, local; /* local: a socket file, a descriptor */
    bool relative;        /* port as +N or -N */
};
bool haproxy_address_parse(struct slice text, struct haproxy_address *address);

/* --- haproxy_condition.c --- */
/* The first line of an ACL, the others by next_acl; NULL: none. */
const struct haproxy_line *haproxy_acl_find(const struct haproxy_section *section,
                                            struct slice name);
/* Says what is wrong with the condition at words[at] (if or unless) of a line. */
void haproxy_condition_check(struct haproxy_config *config, const struct haproxy_line *line,
                             size_t at);
/* A criterion of an `acl` line or an anonymous block: words [from, to). */
void haproxy_criterion_check(struct haproxy_config *config, const struct haproxy_line *line,
                             size_t from, size_t to);
/* What is known of a request or an answer. */
struct haproxy_facts {
    enum haproxy_truth tls;
    unsigned status; /* 0: not known */
};
enum haproxy_truth haproxy_condition_holds(const struct haproxy_line *line,
                                           const struct haproxy_facts *facts);
/* As it stands in the file, from if/unless to the line's last word; empty: none. */
struct slice haproxy_condition_text(const struct haproxy_line *line);

/* --- of lines and sections --- */
bool haproxy_is(const struct haproxy_line *line, const char *first, const char *second);
struct slice haproxy_word_at(const struct haproxy_line *line, size_t index); /* empty: none */
/* The last line of this name that counts for a section, in it or in what it inherits; a `no` form
   that came later takes it away. */
const struct haproxy_line *haproxy_find(const struct haproxy_section *section, const char *first,
                                        const char *second);
/* `kind`: HAPROXY_FRONT, HAPROXY_BACK or HAPROXY_NAMED. */
struct haproxy_section *haproxy_section_find(const struct haproxy_config *config, unsigned kind,
                                             struct slice name);
/* Fills `http` of all: what `mode` says there or in the defaults; without it HAProxy takes tcp. A
   fragment is http. */
void haproxy_modes(struct haproxy_config *config);

/* --- headers, rules, fixes --- */
/* False: there were more routes than are looked at. */
bool haproxy_headers(const struct haproxy_config *config, const struct proxy_options *options,
                     struct header_map *map);
void haproxy_endpoints(const struct haproxy_config *config, struct arena *arena,
                       struct proxy_result *result);
struct haproxy_lint {
    const struct haproxy_config *config;
    const struct proxy_options *options;
    const struct header_map *headers;
    struct lint_report *report;
};
void haproxy_rules_run(const struct haproxy_lint *lint);
/* For headers_judge. */
struct header_fixer haproxy_fixer(const struct haproxy_config *config);
