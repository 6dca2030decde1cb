#pragma once
/* What the files of the forges share; nobody else includes this. "Add a forge": a file with a row
   like gitlab.c, its name in forge.c's list, its operations in tests/tools/forge_server.py. */
#include <jansson.h>

#include "update/forge/forge.h"

enum forge_thing { FORGE_PULL, FORGE_ISSUE };

/*
 * Where an item's values stand in its JSON, as dotted paths ("head.repo.full_name"); NULL: it has
 * no such value.
 */
struct forge_fields {
    const char *list; /* path of the array in a page's document; NULL: it is the document */
    const char *next; /* member of the document that is there when another page is; NULL: the header
                         Link says so */
    const char *number, *title, *body, *url, *author, *branch, *base;
    const char *from, *to; /* the repositories of both branches: equal in no fork */
    const char *is_pull;   /* member that an issue has when it is a pull request */
};

/* How a forge speaks of pull requests, or of issues. */
struct forge_kind {
    const char *things;  /* "pulls": part of paths */
    const char *open;    /* what of a list's query asks for those that are open: "state=open" */
    const char *remarks; /* `things` of the path of their comments; NULL: their own */
    /* Closed by `close_method` to the item's path and `close_path` ("", "/decline"), with
       {close_member: close_value}; no member: no body. */
    const char *close_method, *close_path, *close_member, *close_value;
    struct forge_fields fields;
};

struct forge {
    const char *name;    /* "github" */
    const char *shown;   /* "GitHub" */
    const char *host;    /* of the service itself: "github.com" */
    const char *hosts;   /* further hosts, and "first." parts of self-hosted ones, with blanks */
    const char *service; /* API base of `host` */
    const char *path;    /* API base of any other host, behind https://HOST */
    const char *variables[3]; /* tokens; ends with NULL */
    const char *git_user;     /* with the token over https */
    bool nests;               /* an owner may be "group/subgroup" */
    const char *scopes;       /* what a token must be allowed */
    /* Paths below the base: ROOT/OWNER/NAME/THINGS[/NUMBER[COMMENTS]] */
    const char *root;           /* "/repos" */
    bool whole;                 /* OWNER/NAME is one part, percent-encoded */
    const char *comments;       /* "/comments" */
    const char *page_size;      /* the query's name of how many a page has */
    const char *update_method;  /* of title and body */
    struct forge_kind kinds[2]; /* by enum forge_thing */
    /* "Bearer …" of the token; `at` NULL when the budget is spent. */
    struct slice (*authorize)(const char *token, struct arena *arena);
    /* Bodies of requests: a new reference, NULL when out of memory. */
    json_t *(*create_body)(enum forge_thing thing, const struct forge_text *text);
    json_t *(*update_body)(enum forge_thing thing, const struct forge_text *text);
    json_t *(*comment_body)(struct slice comment);
};

extern const struct forge forge_github, forge_gitlab, forge_gitea, forge_forgejo, forge_bitbucket;

/* forge_path.c, in the session's arena; `at` NULL when the budget is spent. */
struct slice forge_list_path(struct forge_session *session, enum forge_thing thing, unsigned page);
/* Of one item; number 0: where they are created. */
struct slice forge_item_path(struct forge_session *session, enum forge_thing thing,
                             uint64_t number);
struct slice forge_comments_path(struct forge_session *session, enum forge_thing thing,
                                 uint64_t number);
struct slice forge_closing_path(struct forge_session *session, enum forge_thing thing,
                                uint64_t number);

/* "Bearer TOKEN", for rows. */
struct slice forge_bearer(const char *token, struct arena *arena);

/* One request with JSON; `body` NULL: none, and its reference is taken. False unless it was
   answered with 2xx: err says what the forge said and what to do. */
bool forge_ask(struct forge_session *session, const char *method, struct slice path, json_t *body,
               struct http_response *response, struct error *err);
/* Reads a page: its items are added to the list; *more when another page is. */
bool forge_read_page(const struct forge_fields *fields, struct slice document,
                     const struct http_headers *headers, struct arena *arena,
                     struct forge_items *list, bool *more, struct error *err);
/* Reads one item's document. */
bool forge_read_item(const struct forge_fields *fields, struct slice document, struct arena *arena,
                     struct forge_item *item, struct error *err);
/* What the forge says of an error, from its JSON, at most some 300 bytes; empty: nothing. */
struct slice forge_read_message(struct slice document, struct arena *arena);

json_t *forge_json_text(struct slice text); /* bytes that are no UTF-8 become "?" */
/* {"name": value}; takes the value's reference. */
json_t *forge_json_one(const char *name, json_t *value);
