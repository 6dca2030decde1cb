/* Tokens: as they come (never taken: the key is ours), and the bytes below the seal, sealed here.
 */
#include <stdlib.h>

#include "net/base64.h"
#include "registry/auth/token.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct slice sealed(struct slice body, const uint8_t *key, struct arena *arena)
{
    struct hmac mac;
    hmac_of(slice_of(key, TOKEN_KEY_SIZE), &body, 1, &mac);
    char *bytes = arena_alloc(arena, body.len + HMAC_SIZE);
    if (!bytes)
        return (struct slice){0};
    if (body.len)
        memcpy(bytes, body.at, body.len);
    memcpy(bytes + body.len, mac.bytes, HMAC_SIZE);
    struct slice text = base64_encode(slice_of(bytes, body.len + HMAC_SIZE), arena);
    char *at = arena_string(arena, text);
    while (at && text.len && at[text.len - 1] == '=')
        text.len--;
    for (size_t i = 0; at && i < text.len; i++)
        at[i] = (char)(at[i] == '+' ? '-' : at[i] == '/' ? '_' : at[i]);
    return slice_of(at, text.len);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const uint8_t key[TOKEN_KEY_SIZE] = {1, 2, 3};
    static const enum token_kind kinds[] = {TOKEN_PASSWORD, TOKEN_BEARER, TOKEN_SESSION};
    struct arena arena;
    struct token token;
    struct session_key session;
    struct error err;
    arena_init(&arena, 4 << 20);
    for (size_t i = 0; i < 3; i++) {
        if (token_open(slice_of(data, size), kinds[i], key, &arena, &token, &err))
            abort();
        struct slice text = sealed(slice_of(data, size), key, &arena);
        if (!token_open(text, kinds[i], key, &arena, &token, &err))
            continue;
        (void)token_session_key(text, key, &arena, &session);
        /* What was opened is sealed again to the same. */
        struct slice again = token_seal(&token, key, &arena);
        if (!token_open(again, kinds[i], key, &arena, &token, &err))
            abort();
    }
    arena_done(&arena);
    return 0;
}
