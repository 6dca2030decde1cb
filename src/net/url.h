#pragma once
/*
 * URLs of the two schemes that are spoken here, http and https, after RFC 3986. Parsed pieces are
 * slices of a copy in the caller's arena. Any thread may call.
 */
#include "base/arena.h"

struct url {
    struct slice scheme; /* "http" or "https" */
    struct slice user;   /* "user:password" as written (percent-encoded); empty when none */
    struct slice host;   /* lower case, an IPv6 address without its brackets */
    uint16_t port;       /* 80 or 443 when not written */
    struct slice path;   /* starts with "/", percent-encoded; dot segments removed */
    struct slice query;  /* without the "?"; empty when none */
};

enum { URL_MAX = 16 * 1024 };

/* ERROR_USAGE when it is none. A fragment is dropped; blanks and bytes over 127 in path and query
   are percent-encoded; control characters and anything odd in the host are refused. */
bool url_parse(struct slice text, struct arena *arena, struct url *url, struct error *err);

/* `reference` (a Location header) as seen from `base`, RFC 3986 section 5.2. */
bool url_resolve(const struct url *base, struct slice reference, struct arena *arena,
                 struct url *url, struct error *err);

/* All of it but `user`, as it goes to the server; `at` NULL when the budget is spent. */
struct slice url_text(const struct url *url, struct arena *arena);
/* For messages: without user and query, since both may hold secrets (signed links). */
struct slice url_show(const struct url *url, struct arena *arena);
/* "host" or "host:port" when the port is not the scheme's own; IPv6 in brackets. */
struct slice url_authority(const struct url *url, struct arena *arena);

/* Same scheme, host and port: credentials may be sent to both. */
bool url_same_origin(const struct url *a, const struct url *b);
/* localhost, 127.0.0.0/8, ::1. */
bool url_host_is_loopback(struct slice host);

/* Percent-encodes all but unreserved characters, for one component of a query or path. */
struct slice url_encode(struct slice text, struct arena *arena);
/* Percent-decodes; a % that is not followed by two hex digits stays as it is. */
struct slice url_decode(struct slice text, struct arena *arena);
/* Adds name=value (value encoded here) to the query. */
bool url_query_add(struct url *url, const char *name, struct slice value, struct arena *arena,
                   struct error *err);
