#pragma once
/* What the files of the test step share. */
#include "lint/finding.h"
#include "net/header.h"
#include "ship/test/test.h"

struct ship_test {
    const struct ship_test_options *options;
    struct arena *arena;
    struct ship_test_result *result;
    unsigned seconds;
};

/* printf's; false when the budget was spent. */
__attribute__((format(printf, 2, 3))) bool ship_test_note(struct ship_test *test,
                                                          const char *format, ...);
__attribute__((format(printf, 2, 3))) bool ship_test_summary(struct ship_test *test,
                                                             const char *format, ...);
__attribute__((format(printf, 2, 3))) void ship_test_progress(struct ship_test *test,
                                                              const char *format, ...);
bool ship_test_check_add(struct ship_test *test, struct slice name, bool passed,
                         struct slice detail, struct error *err);
/* The last lines of a text. */
struct slice ship_test_last_lines(struct slice text, size_t lines);

/* --- compose.c --- */
struct ship_compose {
    const char *words[3]; /* "docker", "compose"; ends with NULL */
    struct slice name;    /* "docker compose" */
    struct slice version;
};
/* Which is there; false when none is (no error). */
bool ship_compose_find(const char *engine, struct arena *arena, struct ship_compose *compose);
bool ship_test_compose(struct ship_test *test, const struct ship_compose *compose,
                       struct error *err);

/* --- health.c --- */
/* One answer: status and headers; false with why when there was none. Certificates are not
   verified: those of a test are nobody's. */
bool ship_health_ask(struct slice url, unsigned seconds, struct arena *arena, int *status,
                     struct http_headers *headers, struct error *err);
struct ship_health {
    struct slice url;
    bool any;                        /* any answer will do, not only 2xx */
    struct process_child **children; /* waiting ends when one of them does */
    size_t child_count;
    int status;        /* of the last answer; 0: there was none */
    struct slice last; /* "503", "connection refused": what was seen last */
    int ended;         /* exit code of the child that ended; -1: none did */
    double waited;
};
/* True: it answers; false without err->kind: time is up, or a child ended; else interrupted. */
bool ship_health_wait(struct ship_test *test, struct ship_health *health, struct error *err);

/* --- copies.c --- */
/* Where files of an image come from: COPY and ADD of its last stage that take from the context. */
struct ship_copy {
    struct slice image; /* path in the image: "/etc/nginx/nginx.conf", "/usr/share/nginx/html" */
    struct slice local; /* path here; empty: it comes from a stage of the build */
    bool folder;
    bool written; /* by us: a configuration made to run here */
};
struct ship_copies {
    struct ship_copy *items;
    size_t count, room;
    struct slice base; /* the last stage's FROM, as written */
};
bool ship_copies_read(const struct ship_test_image *image, struct arena *arena,
                      struct ship_copies *copies, struct error *err);
/* The path here of a path in the image: a copied file, or one below a copied folder; empty: not
   copied. */
struct slice ship_copies_find(const struct ship_copies *copies, struct slice path,
                              struct arena *arena);

/* --- rewrite.c --- */
struct ship_edit {
    size_t start, end; /* bytes of the file */
    struct slice text; /* the new ones */
};
struct ship_port {
    unsigned from, to; /* as written, and where it listens here */
    bool tls;
};
/*
 * A configuration made to run here: other ports, other folders, nothing that changes who it is.
 * `sites` are the ports of programs that stand behind (names of servers lead there when the port is
 * one of them, else to a port of loopback where nobody listens).
 */
struct ship_rewrite {
    struct arena *arena;
    const char *folder; /* of this program's own files: exists */
    const struct ship_copies *copies;
    const struct ship_port *sites;
    size_t site_count;
    unsigned (*free_port)(void *context);
    void *context;
    const char *certificate; /* PEM with key for TLS listeners whose own is not here; NULL: none */
    struct slice image;      /* name, for notes */
    bool part;               /* a file that another one includes: nothing is put around it */
    /* result */
    struct ship_port *ports;
    size_t port_count, port_room;
    struct slice *headers; /* names of security headers that are set */
    size_t header_count, header_room;
    struct slice *prefixes; /* of locations: "/static/" */
    size_t prefix_count, prefix_room;
    struct slice *notes; /* what was left out or stands in */
    size_t note_count, note_room;
    struct ship_edit *edits;
    size_t edit_count, edit_room;
    bool failed; /* the budget was spent */
};
bool ship_rewrite_nginx(struct ship_rewrite *rewrite, const struct lint_file *file,
                        struct slice *text, struct error *err);
bool ship_rewrite_haproxy(struct ship_rewrite *rewrite, const struct lint_file *file,
                          struct slice *text, struct error *err);
void ship_rewrite_edit(struct ship_rewrite *rewrite, size_t start, size_t end, struct slice text);
__attribute__((format(printf, 2, 3))) void ship_rewrite_note(struct ship_rewrite *rewrite,
                                                             const char *format, ...);
/* The file with its edits; later ones that overlap are left out. */
bool ship_rewrite_finish(struct ship_rewrite *rewrite, struct slice bytes, struct slice *text,
                         struct error *err);
/* Where `port` listens here; the same one for the same port. */
unsigned ship_rewrite_port(struct ship_rewrite *rewrite, unsigned port, bool tls);
/* "127.0.0.1:PORT" for "name:8080"; an address that is loopback already keeps its host. */
struct slice ship_rewrite_server(struct ship_rewrite *rewrite, struct slice address);
/* Whether it is a header that security profiles ask for; then it is remembered. */
void ship_rewrite_header(struct ship_rewrite *rewrite, struct slice name);
/* A file that the program writes: in its folder. */
struct slice ship_rewrite_own_path(struct ship_rewrite *rewrite, struct slice path);

/* --- stand_in.c --- */
bool ship_test_stand_in(struct ship_test *test, struct error *err);
/* "haproxy 2.6.12, nginx 1.22.1": what would stand in; empty: neither is here. */
struct slice ship_stand_in_tools(struct arena *arena);
