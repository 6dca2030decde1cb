#pragma once
/* Who asks, as far as auth/ found out. Strings live in the request's arena. */
#include "base/arena.h"

enum caller_kind { CALLER_ANONYMOUS, CALLER_USER, CALLER_ROLE, CALLER_SYSTEM };

struct caller {
    enum caller_kind kind;
    struct slice name;       /* "ci"; of a role "ROLE/SESSION"; of ours "lifecycle", "mirror" */
    struct slice account;    /* of the user; empty for anonymous */
    struct slice arn;        /* "arn:aws:iam::123456789012:user/ci" */
    struct slice access_key; /* that signed; empty: other credentials */
    struct slice region;     /* of the signature's scope or the token; empty: the server's own */
    struct slice address;    /* of the client */
    struct slice request;    /* request id, for the audit log */
    bool secure;             /* came over TLS */
    bool admin;              /* may do all in its account */
    /* What a bearer token grants beside the policies; NULL: not a scoped token. */
    const struct caller_grant *grants;
    size_t grant_count;
    bool token; /* came with a scoped token: only `grants` count */
    /* Came with a password of GetAuthorizationToken. It lies in files of docker's for 12 hours, and
       is for pushing and pulling: neither a new one nor an access key is had with it. */
    bool login;
};

struct caller_grant {
    struct slice repository; /* "team/app"; "*" all; empty for "registry:catalog" */
    bool pull, push, remove, catalog;
};

extern const struct caller caller_system;
