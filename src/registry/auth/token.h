#pragma once
/*
 * What this server hands out so as to know it again: passwords of GetAuthorizationToken, bearer
 * tokens, session tokens. All are one thing: who it is for, until when, sealed with HMAC-SHA-256
 * under a key that only this server has (row "secret"/"token-key"); the kind is sealed in, so that
 * none can be used as another. Nothing in them is secret; nothing of them is believed before the
 * seal has been verified. Any thread may call.
 */
#include "base/hmac.h"
#include "registry/core/caller.h"

enum token_kind { TOKEN_PASSWORD = 'P', TOKEN_BEARER = 'B', TOKEN_SESSION = 'S' };

enum { TOKEN_TEXT_MAX = 16 << 10, TOKEN_GRANTS_MAX = 100, TOKEN_KEY_SIZE = 32 };

struct token {
    enum token_kind kind;
    enum caller_kind who;
    double expires;             /* seconds since 1970 */
    struct slice name, account; /* as in struct caller */
    struct slice region;
    struct slice access_key; /* it ends with this key; may be empty */
    struct slice stamp; /* of the user's password or the role's id: it ends when that changes */
    struct caller_grant *grants; /* TOKEN_BEARER */
    size_t grant_count;
};

/* base64url, without ':' and without padding. `at` NULL when the budget is spent. */
struct slice token_seal(const struct token *token, const uint8_t key[TOKEN_KEY_SIZE],
                        struct arena *arena);
/* ERROR_DENIED: not a token of that kind and of this key. Whether it has expired is the caller's to
   ask. */
bool token_open(struct slice text, enum token_kind kind, const uint8_t key[TOKEN_KEY_SIZE],
                struct arena *arena, struct token *token, struct error *err);

/* The access key of a session token: made from the token, so that they belong together. */
enum { SESSION_ID_LEN = 20, SESSION_SECRET_LEN = 40 };
struct session_key {
    char id[SESSION_ID_LEN + 1], secret[SESSION_SECRET_LEN + 1];
};
bool token_session_key(struct slice text, const uint8_t key[TOKEN_KEY_SIZE], struct arena *arena,
                       struct session_key *session);
