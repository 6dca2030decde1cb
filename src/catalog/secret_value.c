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
    if (secret_is_useless(value) || is_path(value) || is_name_again(name, value))
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
