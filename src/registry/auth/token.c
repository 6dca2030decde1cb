/*
 * A token before base64url:
 *   1 version · 1 kind · 1 who · 8 expires (ms, big end first) ·
 *   5 texts (2 bytes of length, bytes): name, account, region, access key, stamp ·
 *   2 number of grants, each: text, 1 byte of flags · 32 HMAC of all before
 */
#include "registry/auth/token.h"

#include "net/base64.h"

enum { VERSION = 1, TEXT_MAX = 2048, TEXTS = 5, GRANT_PULL = 1, GRANT_PUSH = 2, GRANT_REMOVE = 4 };
enum { GRANT_CATALOG = 8 };

struct bytes {
    char *at;
    size_t len, room;
};

static void put(struct bytes *to, const void *from, size_t len)
{
    if (len && len <= to->room - to->len) {
        memcpy(to->at + to->len, from, len);
        to->len += len;
    }
}

static void put_number(struct bytes *to, uint64_t number, size_t size)
{
    for (size_t i = size; i-- > 0;) {
        uint8_t byte = (uint8_t)(number >> (8 * i));
        put(to, &byte, 1);
    }
}

static void put_text(struct bytes *to, struct slice text)
{
    put_number(to, text.len, 2);
    put(to, text.at, text.len);
}

static uint8_t grant_flags(const struct caller_grant *grant)
{
    return (uint8_t)((grant->pull ? GRANT_PULL : 0) | (grant->push ? GRANT_PUSH : 0) |
                     (grant->remove ? GRANT_REMOVE : 0) | (grant->catalog ? GRANT_CATALOG : 0));
}

static void texts_of(struct token *token, struct slice *texts[TEXTS])
{
    texts[0] = &token->name;
    texts[1] = &token->account;
    texts[2] = &token->region;
    texts[3] = &token->access_key;
    texts[4] = &token->stamp;
}

static bool measure(struct token *token, size_t *size)
{
    struct slice *texts[TEXTS];
    texts_of(token, texts);
    *size = 3 + 8 + 2 + HMAC_SIZE;
    for (size_t i = 0; i < TEXTS; i++) {
        if (texts[i]->len > TEXT_MAX)
            return false;
        *size += 2 + texts[i]->len;
    }
    for (size_t i = 0; i < token->grant_count; i++) {
        if (token->grants[i].repository.len > TEXT_MAX)
            return false;
        *size += 3 + token->grants[i].repository.len;
    }
    return token->grant_count <= TOKEN_GRANTS_MAX && *size < TOKEN_TEXT_MAX / 2;
}

/* RFC 4648 section 5, in place. */
static struct slice to_url_form(struct slice text)
{
    char *at = (char *)(uintptr_t)text.at;
    while (text.len && at[text.len - 1] == '=')
        text.len--;
    for (size_t i = 0; i < text.len; i++)
        at[i] = (char)(at[i] == '+' ? '-' : at[i] == '/' ? '_' : at[i]);
    return text;
}

/* Milliseconds since 1970, some 30,000 years: a double holds it exactly. */
#define EXPIRES_MAX UINT64_C(1000000000000000)

struct slice token_seal(const struct token *given, const uint8_t key[TOKEN_KEY_SIZE],
                        struct arena *arena)
{
    struct token token = *given;
    struct slice *texts[TEXTS];
    struct bytes to = {0};
    struct hmac mac;
    if (!measure(&token, &to.room) || !(to.at = arena_alloc(arena, to.room)))
        return (struct slice){0};
    texts_of(&token, texts);
    put_number(&to, VERSION, 1);
    put_number(&to, (uint64_t)token.kind, 1);
    put_number(&to, (uint64_t)token.who, 1);
    put_number(&to, (uint64_t)(token.expires * 1000), 8);
    for (size_t i = 0; i < TEXTS; i++)
        put_text(&to, *texts[i]);
    put_number(&to, token.grant_count, 2);
    for (size_t i = 0; i < token.grant_count; i++) {
        put_text(&to, token.grants[i].repository);
        put_number(&to, grant_flags(&token.grants[i]), 1);
    }
    struct slice sealed = slice_of(to.at, to.len);
    hmac_of(slice_of(key, TOKEN_KEY_SIZE), &sealed, 1, &mac);
    put(&to, mac.bytes, HMAC_SIZE);
    struct slice text = base64_encode(slice_of(to.at, to.len), arena);
    return text.at ? to_url_form(text) : text;
}

static bool take(struct slice *from, size_t len, struct slice *piece)
{
    if (from->len < len)
        return false;
    *piece = slice_upto(*from, len);
    *from = slice_from(*from, len);
    return true;
}

static bool take_number(struct slice *from, size_t size, uint64_t *number)
{
    struct slice piece;
    if (!take(from, size, &piece))
        return false;
    *number = 0;
    for (size_t i = 0; i < size; i++)
        *number = *number << 8 | (uint8_t)piece.at[i];
    return true;
}

static bool take_text(struct slice *from, struct slice *text)
{
    uint64_t len;
    return take_number(from, 2, &len) && len <= TEXT_MAX && take(from, (size_t)len, text);
}

static bool take_grants(struct slice *from, struct arena *arena, struct token *token)
{
    uint64_t count, flags;
    if (!take_number(from, 2, &count) || count > TOKEN_GRANTS_MAX)
        return false;
    token->grants = count ? arena_array(arena, (size_t)count, sizeof *token->grants) : NULL;
    if (count && !token->grants)
        return false;
    for (token->grant_count = 0; token->grant_count < count; token->grant_count++) {
        struct caller_grant *grant = &token->grants[token->grant_count];
        if (!take_text(from, &grant->repository) || !take_number(from, 1, &flags))
            return false;
        grant->pull = flags & GRANT_PULL;
        grant->push = flags & GRANT_PUSH;
        grant->remove = flags & GRANT_REMOVE;
        grant->catalog = flags & GRANT_CATALOG;
    }
    return true;
}

static bool take_all(struct slice from, enum token_kind kind, struct arena *arena,
                     struct token *token)
{
    uint64_t version, sealed_kind, who, expires;
    struct slice *texts[TEXTS];
    if (!take_number(&from, 1, &version) || version != VERSION ||
        !take_number(&from, 1, &sealed_kind) || sealed_kind != (uint64_t)kind ||
        !take_number(&from, 1, &who) || who > CALLER_ROLE || !take_number(&from, 8, &expires) ||
        expires > EXPIRES_MAX)
        return false;
    token->kind = kind;
    token->who = (enum caller_kind)who;
    token->expires = (double)expires / 1000;
    texts_of(token, texts);
    for (size_t i = 0; i < TEXTS; i++)
        if (!take_text(&from, texts[i]))
            return false;
    return take_grants(&from, arena, token) && from.len == 0;
}

static bool from_url_form(struct slice text, struct arena *arena, struct slice *bytes)
{
    struct error err;
    char *copy = text.len && text.len <= TOKEN_TEXT_MAX ? arena_string(arena, text) : NULL;
    if (!copy)
        return false;
    for (size_t i = 0; i < text.len; i++) {
        if (copy[i] == '+' || copy[i] == '/' || copy[i] == '=')
            return false; /* one form alone is ours */
        copy[i] = (char)(copy[i] == '-' ? '+' : copy[i] == '_' ? '/' : copy[i]);
    }
    return base64_decode(slice_of(copy, text.len), arena, bytes, &err);
}

bool token_open(struct slice text, enum token_kind kind, const uint8_t key[TOKEN_KEY_SIZE],
                struct arena *arena, struct token *token, struct error *err)
{
    struct slice bytes, body;
    struct token opened = {0};
    struct hmac mac;
    if (!from_url_form(text, arena, &bytes) || bytes.len <= HMAC_SIZE)
        return error_set(err, ERROR_DENIED, "not a token of this server");
    body = slice_upto(bytes, bytes.len - HMAC_SIZE);
    hmac_of(slice_of(key, TOKEN_KEY_SIZE), &body, 1, &mac);
    if (!secret_equal(hmac_slice(&mac), slice_from(bytes, body.len)) ||
        !take_all(body, kind, arena, &opened))
        return error_set(err, ERROR_DENIED, "not a token of this server");
    *token = opened;
    return true;
}

bool token_session_key(struct slice text, const uint8_t key[TOKEN_KEY_SIZE], struct arena *arena,
                       struct session_key *session)
{
    static const char base32[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    enum { SECRET_BYTES = SESSION_SECRET_LEN / 4 * 3 };
    struct slice pieces[2] = {SLICE("session id\n"), text};
    struct hmac mac;
    hmac_of(slice_of(key, TOKEN_KEY_SIZE), pieces, 2, &mac);
    memcpy(session->id, "ASIA", 4);
    for (size_t i = 4; i < SESSION_ID_LEN; i++)
        session->id[i] = base32[mac.bytes[i] & 31];
    session->id[SESSION_ID_LEN] = '\0';
    pieces[0] = SLICE("session secret\n");
    hmac_of(slice_of(key, TOKEN_KEY_SIZE), pieces, 2, &mac);
    struct slice secret = base64_encode(slice_upto(hmac_slice(&mac), SECRET_BYTES), arena);
    if (secret.len != SESSION_SECRET_LEN)
        return false;
    memcpy(session->secret, secret.at, SESSION_SECRET_LEN);
    session->secret[SESSION_SECRET_LEN] = '\0';
    return true;
}
