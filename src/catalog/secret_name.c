/* Names: does one say that its value is a secret? */
#include "base/ascii.h"
#include "catalog/secret_table.h"

enum { WORDS_MAX = 16, WORD_MAX = 24 };

/* A name's words in lower case: DB_PASSWORD, dbPassword and db-password are "db", "password". */
struct words {
    char text[WORDS_MAX][WORD_MAX];
    size_t count;
};

static bool begins_word(struct slice name, size_t at)
{
    char c = name.at[at], before = at ? name.at[at - 1] : '_';
    if (!ascii_alnum(before))
        return true;
    if (c < 'A' || c > 'Z')
        return false;
    /* fooBar, and the B of FOOBar */
    return (before >= 'a' && before <= 'z') ||
           (at + 1 < name.len && name.at[at + 1] >= 'a' && name.at[at + 1] <= 'z' &&
            before >= 'A' && before <= 'Z');
}

static void words_cut(struct slice name, struct words *words)
{
    size_t len = 0;
    *words = (struct words){.count = 0};
    name = slice_from(name, name.len > 120 ? name.len - 120 : 0);
    for (size_t i = 0; i < name.len; i++) {
        if (!ascii_alnum(name.at[i]))
            continue;
        if (begins_word(name, i)) {
            if (words->count == WORDS_MAX)
                return;
            words->count++;
            len = 0;
        }
        if (words->count && len + 1 < WORD_MAX)
            words->text[words->count - 1][len++] = ascii_lower(name.at[i]);
    }
}

static bool is_one_of(const char *word, const char *const *list)
{
    for (size_t i = 0; list[i]; i++)
        if (strcmp(word, list[i]) == 0)
            return true;
    return false;
}

/* "dbpassword", "mysecret": a word that ends so. */
static bool word_is_secret(const char *word)
{
    static const char *const ends[] = {"password", "passwd",    "passphrase", "passwort",
                                       "apikey",   "secretkey", "privatekey", "accesskey",
                                       "secret",   "token",     "authkey",    NULL};
    static const char *const whole[] = {"pwd",     "pass",   "pword",      "passwords",
                                        "secrets", "tokens", "credential", "credentials",
                                        "creds",   "auth",   "pat",        NULL};
    struct slice text = slice_str(word);
    for (size_t i = 0; ends[i]; i++)
        if (slice_ends(text, slice_str(ends[i])))
            return true;
    return is_one_of(word, whole);
}

/* FOO_KEY is one; PUBLIC_KEY, GPG_KEY (a fingerprint), SORT_KEY are none. */
static bool key_is_secret(const struct words *words, size_t at)
{
    static const char *const harmless[] = {
        "public",  "pub",   "gpg",       "pgp",    "primary", "foreign", "sort",        "cache",
        "index",   "hot",   "partition", "object", "bucket",  "row",     "unique",      "natural",
        "routing", "shard", "range",     "hash",   "group",   "label",   "translation", "issue",
        "project", "host",  "known",     "site",   NULL};
    return at == 0 || !is_one_of(words->text[at - 1], harmless);
}

/* What a secret's name ends in when its value is only about the secret. */
static bool ends_harmlessly(const char *word)
{
    static const char *const about[] = {
        "file",     "files",    "filename", "path",       "dir",         "directory",  "folder",
        "name",     "names",    "username", "user",       "url",         "uri",        "host",
        "port",     "id",       "ids",      "type",       "length",      "len",        "size",
        "ttl",      "expiry",   "expires",  "expiration", "timeout",     "lifetime",   "enabled",
        "enable",   "disabled", "policy",   "algorithm",  "alg",         "version",    "method",
        "endpoint", "mode",     "header",   "headers",    "prefix",      "suffix",     "count",
        "min",      "max",      "required", "field",      "env",         "encryption", "format",
        "provider", "scheme",   "realm",    "issuer",     "audience",    "server",     "service",
        "ref",      "store",    "manager",  "command",    "cmd",         "program",    "helper",
        "regex",    "pattern",  "hint",     "label",      "placeholder", "prompt",     "rotation",
        "strength", "location", "arn",      "domain",     "plugin",      "plugins",    "class",
        "handler",  "module",   "limit",    "bits",       "sock",        "socket",     NULL};
    return is_one_of(word, about);
}

/* BuildKit (SecretsUsedInArgOrEnv) and Hadolint ask for less; PWD alone is the working folder. */
bool secret_name(struct slice name)
{
    struct words words;
    bool secret = false;
    words_cut(name, &words);
    if (!words.count || (words.count == 1 && strcmp(words.text[0], "pwd") == 0) ||
        ends_harmlessly(words.text[words.count - 1]))
        return false;
    for (size_t i = 0; i < words.count; i++) {
        if (strcmp(words.text[i], "public") == 0 || strcmp(words.text[i], "pub") == 0)
            return false;
        bool last = i + 1 == words.count;
        bool key = strcmp(words.text[i], "key") == 0 || strcmp(words.text[i], "keys") == 0;
        if (key)
            secret |= last && key_is_secret(&words, i);
        else if (strcmp(words.text[i], "auth") == 0 || strcmp(words.text[i], "pat") == 0)
            secret |= last && words.count > (words.text[i][0] == 'p' ? 1 : 0);
        else
            secret |= word_is_secret(words.text[i]);
    }
    return secret;
}

static bool has_text(struct slice name, const char *text)
{
    struct slice want = slice_str(text);
    for (size_t i = 0; i + want.len <= name.len; i++)
        if (slice_equal_nocase(slice_upto(slice_from(name, i), want.len), want))
            return true;
    return false;
}

static const struct secret_row *row_by_id(const char *id)
{
    for (size_t i = 0; i < secret_row_count; i++)
        if (strcmp(secret_rows[i].kind.id, id) == 0)
            return &secret_rows[i];
    return NULL;
}

const struct secret_row *secret_generic_row(struct slice name)
{
    if (!secret_name(name))
        return NULL;
    name = slice_from(name, name.len > 120 ? name.len - 120 : 0);
    if (has_text(name, "pass") || has_text(name, "pwd"))
        return row_by_id("password-value");
    if (has_text(name, "token"))
        return row_by_id("token-value");
    return row_by_id(has_text(name, "key") ? "key-value" : "secret-value");
}
