#pragma once
/*
 * Who sends a request, and what they may. Credentials: Basic (a user's password, an htpasswd file,
 * "AWS:" and a token of GetAuthorizationToken, an access key and its secret), Bearer (a token of
 * ours), AWS Signature Version 4 (header and query form, session tokens), client certificates
 * (their common name is a user's). Once verified they are remembered for AUTH_REMEMBER_SECONDS by a
 * keyed hash, and forgotten when anything of their user changes: no password hashing per request.
 *
 * What somebody may: an admin all in the account; others what policies allow (policy.h), the
 * repository's and the user's own, a Deny before any Allow; a scoped token what it grants.
 *
 * Any thread may call.
 */
#include "net/server.h"
#include "registry/core/core.h"

enum { AUTH_REMEMBER_SECONDS = 300, AUTH_TOKEN_SECONDS = 12 * 3600 };

struct auth;

struct auth_options {
    bool none;            /* --no-auth: everybody is the admin; loopback only */
    bool anonymous_pull;  /* who brings no credentials may pull where no policy denies it */
    const char *htpasswd; /* file of more users (bcrypt, SHA-512 crypt, …), read again when it
                             changes; NULL: none */
    const char *account, *region; /* the server's own */
    const char *service;          /* of tokens and Basic: "ecr.amazonaws.com" */
    unsigned skew_seconds;        /* of SigV4; 0: 900 */
};

/* Makes the signing key of tokens in meta when there is none. */
bool auth_open(struct auth **auth, struct registry *registry, const struct auth_options *options,
               struct error *err);
void auth_close(struct auth *auth);

enum auth_recall { AUTH_KNOWN, AUTH_ANONYMOUS, AUTH_ASK };
/* On an I/O thread: what is remembered of these credentials. AUTH_ASK: auth_identify, in a worker.
 */
enum auth_recall auth_recall(struct auth *auth, const struct server_request *request,
                             struct caller *caller);
/* Verifies. For SigV4 the body must be there (request->body). FAILURE_UNAUTHENTICATED; the word of
   AWS for it is in `code` where there is one ("InvalidSignatureException"). */
bool auth_identify(struct auth *auth, const struct server_request *request, struct caller *caller,
                   const char **code, struct failure *failure);

/* Users, keys, roles or policies of them have changed in this process: what is remembered is asked
   again. (Changes by other processes come by registry_tick.) */
void auth_forget(struct auth *auth);

/* `action`: "ecr:PutImage". FAILURE_DENIED with a text that names who, what, and why not (AWS's
   wording), FAILURE_UNAUTHENTICATED for anonymous callers. Fast: policies are kept parsed. */
bool auth_allows(struct auth *auth, const struct caller *caller, const char *action,
                 const struct scope *scope, struct failure *failure);

/* The same for any resource, "arn:aws:iam::…:role/x", of an account. */
bool auth_permits(struct auth *auth, const struct caller *caller, const char *action,
                  struct slice account, struct slice resource, struct failure *failure);

/* A password for Basic "AWS" that lasts AUTH_TOKEN_SECONDS (no ':' in it). */
bool auth_password_for(struct auth *auth, const struct caller *caller, struct arena *arena,
                       struct slice *password, double *expires, struct failure *failure);
/* A bearer token for what of `wanted` the caller may have (Distribution's token specification). */
bool auth_bearer_for(struct auth *auth, const struct caller *caller,
                     const struct caller_grant *wanted, size_t count, struct arena *arena,
                     struct slice *token, unsigned *seconds, struct failure *failure);
/* Temporary keys: of a role (`role` its name, `session` the session's) or, `role` empty, of the
   user that asks. All in `arena`. */
struct auth_session {
    struct slice access_key, secret, token;
    double expires;
};
bool auth_session_for(struct auth *auth, const struct caller *caller, struct slice account,
                      struct slice role, struct slice role_id, struct slice session,
                      unsigned seconds, struct arena *arena, struct auth_session *keys,
                      struct failure *failure);
/* GET /token?service=…&scope=… (POST with a form too): the whole answer. In a worker. */
void auth_token_run(struct auth *auth, struct server_request *request,
                    struct server_response *response);
/* The account and region that an API call of this caller works in. */
struct scope auth_scope(struct auth *auth, const struct caller *caller);

/* Users and keys, for `plimsoll user` and the first start; rows "user", "key" with scope "". */
struct auth_user {
    struct slice name, account;
    struct slice id; /* "AIDA…"; made, never read by auth_user_put */
    bool admin, disabled;
    double created;
    struct slice policy; /* its own, IAM policy language; may be empty */
    struct slice *keys;  /* access key ids */
    size_t key_count;
};
bool auth_user_put(struct meta *meta, struct world *world, const struct auth_user *user,
                   struct slice password, struct error *err); /* password empty: unchanged */
bool auth_user_remove(struct meta *meta, struct world *world, struct slice name, struct error *err);
bool auth_user_list(struct meta *meta, struct arena *arena, struct auth_user **users, size_t *count,
                    struct error *err);
/* A new access key of the user; `id` and `secret` given (bootstrap) or, when empty, made. */
bool auth_key_add(struct meta *meta, struct world *world, struct slice user, struct arena *arena,
                  struct slice *id, struct slice *secret, struct error *err);
bool auth_key_remove(struct meta *meta, struct slice id, struct error *err);
