#include "registry/auth/password.h"

#include <crypt.h>
#include <stdlib.h>

#include "base/hmac.h"

enum { BCRYPT_COST = 10 };

_Static_assert(PASSWORD_HASH_MAX >= CRYPT_OUTPUT_SIZE, "a hash of crypt fits");

bool password_check(struct slice password, struct error *err)
{
    if (password.len < PASSWORD_LEAST || password.len > PASSWORD_MAX)
        return error_set(err, ERROR_USAGE, "a password has %d to %d bytes", PASSWORD_LEAST,
                         PASSWORD_MAX);
    if (memchr(password.at, '\0', password.len))
        return error_set(err, ERROR_USAGE, "a password has no NUL in it");
    return true;
}

/* 32 KiB of state: too much for a stack of a thread, and it holds the password. */
static char *hash_with(const char *password, const char *setting, struct crypt_data **data)
{
    *data = calloc(1, sizeof **data);
    char *hash = *data ? crypt_r(password, setting, *data) : NULL;
    return hash && hash[0] != '*' ? hash : NULL;
}

static void forget(struct crypt_data *data)
{
    secret_forget(data, sizeof *data);
    free(data);
}

bool password_make(struct slice password, const uint8_t random[PASSWORD_SALT_BYTES],
                   struct password_hash *hash, struct error *err)
{
    char setting[CRYPT_GENSALT_OUTPUT_SIZE], text[PASSWORD_MAX + 1];
    struct crypt_data *data = NULL;
    if (!password_check(password, err))
        return false;
    memcpy(text, password.at, password.len);
    text[password.len] = '\0';
    if (!crypt_gensalt_rn("$2b$", BCRYPT_COST, (const char *)random, PASSWORD_SALT_BYTES, setting,
                          sizeof setting))
        return error_set(err, ERROR_INTERNAL, "the crypt library has no bcrypt");
    char *made = hash_with(text, setting, &data);
    if (made)
        snprintf(hash->text, sizeof hash->text, "%s", made);
    forget(data);
    secret_forget(text, sizeof text);
    return made || error_set(err, ERROR_INTERNAL, "the password could not be hashed");
}

bool password_hash_is_known(struct slice hash)
{
    static const char *const prefixes[] = {"$2a$", "$2b$", "$2y$", "$5$", "$6$", "$7$", "$y$"};
    if (hash.len >= PASSWORD_HASH_MAX)
        return false;
    for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++)
        if (slice_starts(hash, slice_str(prefixes[i])))
            return true;
    return false;
}

bool password_matches(struct slice password, struct slice hash)
{
    char text[PASSWORD_MAX + 1] = {0}, setting[PASSWORD_HASH_MAX] = {0};
    struct crypt_data *data = NULL;
    bool fits =
        password.len <= PASSWORD_MAX && !(password.len && memchr(password.at, '\0', password.len));
    if (!password_hash_is_known(hash))
        return false;
    /* One that cannot be right is hashed all the same: it takes as long. */
    if (fits && password.len)
        memcpy(text, password.at, password.len);
    memcpy(setting, hash.at, hash.len);
    char *made = hash_with(text, setting, &data);
    bool equal = made && secret_equal(slice_str(made), hash);
    forget(data);
    secret_forget(text, sizeof text);
    return equal && fits && password.len;
}
