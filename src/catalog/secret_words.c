/* What stands where a secret belongs and is none: references, examples, words of no use. */
#include "base/ascii.h"
#include "catalog/secret_table.h"

enum { SAME_MAX = 7, WORD_MAX = 64 };

static bool has_word(struct slice lowered, const char *const *words)
{
    for (size_t i = 0; words[i]; i++)
        if (slice_search(lowered, slice_str(words[i])) < lowered.len)
            return true;
    return false;
}

static bool has_run(struct slice value)
{
    size_t same = 1;
    for (size_t i = 1; i < value.len; i++) {
        same = value.at[i] == value.at[i - 1] ? same + 1 : 1;
        if (same > SAME_MAX)
            return true;
    }
    return false;
}

bool secret_is_placeholder(struct slice value)
{
    static const char *const words[] = {
        "example", "changeme",   "change_me", "change-me", "placeholder", "dummy",   "redacted",
        "your_",   "your-",      "yourpass",  "yourtoken", "yoursecret",  "yourkey", "insert",
        "replace", "sample",     "notreal",   "not_real",  "not-real",    "xxxx",    "****",
        "....",    "1234567890", "abcdefgh",  "abcdef123", "${",          "{{",      "<",
        ">",       "$(",         "%(",        "#{",        "todo",        "fixme",   NULL};
    char lowered[WORD_MAX];
    struct slice head = slice_upto(value, sizeof lowered);
    for (size_t i = 0; i < head.len; i++)
        lowered[i] = ascii_lower(head.at[i]);
    return has_word(slice_of(lowered, head.len), words) || has_run(slice_upto(value, 128));
}

/* What stands for a value that comes from elsewhere. */
static bool is_reference(struct slice value)
{
    static const char *const begins[] = {
        "$",    "{{",        "{%",      "%(",      "<",        "@",     "[[",
        "#{",   "vault:",    "ref+",    "op://",   "arn:",     "env:",  "env.",
        "env[", "process.",  "os.",     "secret:", "secrets.", "file:", "ENC[",
        "ssm:", "projects/", "lookup(", "var.",    "self.",    "this.", NULL};
    for (size_t i = 0; begins[i]; i++)
        if (slice_starts(value, slice_str(begins[i])))
            return true;
    if (value.len > 2 && value.at[0] == '%' && value.at[value.len - 1] == '%')
        return true;
    return slice_search(value, SLICE("${")) < value.len ||
           slice_search(value, SLICE("$(")) < value.len ||
           slice_search(value, SLICE("{{")) < value.len;
}

/* Weak passwords that stand for "put yours here", and words that are no value at all. */
static bool is_word_of_no_use(struct slice value)
{
    static const char *const words[] = {
        "true",     "false",      "yes",         "no",        "on",        "off",
        "none",     "null",       "nil",         "undefined", "empty",     "default",
        "required", "optional",   "enabled",     "disabled",  "auto",      "password",
        "passwd",   "pass",       "secret",      "token",     "key",       "apikey",
        "test",     "testing",    "test123",     "testtest",  "admin",     "root",
        "user",     "username",   "guest",       "postgres",  "mysql",     "mariadb",
        "redis",    "mongo",      "rabbitmq",    "string",    "text",      "hidden",
        "prompt",   "ask",        "basic",       "bearer",    "plain",     "md5",
        "sha1",     "sha256",     "sha512",      "hmac",      "rsa",       "ed25519",
        "oauth",    "oauth2",     "ldap",        "pam",       "file",      "stdin",
        "env",      "mypassword", "mysecret",    "mytoken",   "secretkey", "foo",
        "bar",      "foobar",     "baz",         "value",     "unset",     "somepassword",
        "passw0rd", "password1",  "password123", "admin123",  "letmein",   "changeit",
        "123456",   "12345678",   "1234",        NULL};
    for (size_t i = 0; words[i]; i++)
        if (slice_equal_nocase(value, slice_str(words[i])))
            return true;
    return false;
}

bool secret_is_useless(struct slice value)
{
    return is_reference(value) || is_word_of_no_use(value) || secret_is_placeholder(value);
}
