/* Values: given to a name that speaks of a secret, does one look like a secret? */
#include "base/ascii.h"
#include "catalog/secret_table.h"

struct letters {
    size_t lower, upper, digits, marks, other;
};

static struct letters count_letters(struct slice value)
{
    struct letters letters = {0};
    for (size_t i = 0; i < value.len; i++) {
        char c = value.at[i];
        if (c >= 'a' && c <= 'z')
            letters.lower++;
        else if (c >= 'A' && c <= 'Z')
            letters.upper++;
        else if (ascii_digit(c))
            letters.digits++;
        else if (c > 0x20 && c < 0x7f)
            letters.marks++;
        else
            letters.other++;
    }
    return letters;
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

static bool is_path(struct slice value)
{
    static const char *const ends[] = {".pem",  ".key", ".crt",  ".json", ".txt", ".yml",  ".yaml",
                                       ".conf", ".cfg", ".env",  ".p12",  ".jks", ".file", ".gpg",
                                       ".asc",  ".pub", ".sock", ".html", ".php", ".js",   NULL};
    if (slice_search(value, SLICE("://")) < value.len)
        return true; /* one with a password in it is a kind of its own */
    for (size_t i = 0; ends[i]; i++)
        if (slice_ends(value, slice_str(ends[i])))
            return true;
    if (!slice_starts(value, SLICE("/")) && !slice_starts(value, SLICE("./")) &&
        !slice_starts(value, SLICE("../")) && !slice_starts(value, SLICE("~")))
        return false;
    /* base64 may begin with "/": only what has no bare word behind it is one */
    return slice_find(value, '=') == value.len && slice_find(value, '+') == value.len;
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

bool secret_value_useless(struct slice value)
{
    return is_reference(value) || is_word_of_no_use(value) || secret_is_placeholder(value);
}

/* "my-app-token", "user.password", "csrf_token": words joined, no digits or few of them. */
static bool is_identifier(struct slice value, const struct letters *letters)
{
    size_t joints = 0;
    for (size_t i = 0; i < value.len; i++) {
        char c = value.at[i];
        if (c == '-' || c == '_' || c == '.' || c == ' ')
            joints++;
        else if (!ascii_alnum(c))
            return false;
    }
    return letters->digits * 8 <= value.len && (joints || !letters->digits) &&
           (joints * 16 >= value.len || !letters->upper || !letters->lower);
}

/* The name again, whatever its case: PASSWORD=password. */
static bool is_name_again(struct slice name, struct slice value)
{
    return value.len <= name.len &&
           slice_equal_nocase(slice_from(name, name.len - value.len), value);
}

static bool is_password(struct slice name)
{
    const struct secret_row *row = secret_generic_row(name);
    return row && strcmp(row->kind.id, "password-value") == 0;
}

bool secret_value_likely(struct slice name, struct slice value, bool strict)
{
    struct letters letters = count_letters(slice_upto(value, 512));
    bool password = is_password(name);
    if (value.len < (password && !strict ? 5 : 8) || value.len > 2048 || letters.other)
        return false;
    if (secret_value_useless(value) || is_path(value) || is_name_again(name, value))
        return false;
    if (letters.digits + letters.marks == value.len && letters.digits * 2 > value.len && !password)
        return false; /* a number, a date, a version */
    if (password && !strict)
        return true; /* people choose words */
    if (is_identifier(value, &letters))
        return false;
    if (strict && (!letters.digits || !(letters.lower + letters.upper)))
        return false;
    return secret_entropy(value) >= (value.len < 12 ? 24 : 26);
}
