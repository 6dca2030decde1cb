#include "lint/context_files.h"

#include "base/ascii.h"
#include "scan/glob.h"

static const struct {
    const char *pattern; /* of the name, in lower case */
    enum context_kind kind;
    bool look; /* only its bytes say */
} names[] = {
    {"id_rsa", CONTEXT_PRIVATE_KEY, false},
    {"id_dsa", CONTEXT_PRIVATE_KEY, false},
    {"id_ecdsa", CONTEXT_PRIVATE_KEY, false},
    {"id_ed25519", CONTEXT_PRIVATE_KEY, false},
    {"*.p12", CONTEXT_PRIVATE_KEY, false},
    {"*.pfx", CONTEXT_PRIVATE_KEY, false},
    {"*.ppk", CONTEXT_PRIVATE_KEY, false},
    {"*.keystore", CONTEXT_PRIVATE_KEY, false},
    {"*.key", CONTEXT_PRIVATE_KEY, true},
    {"*.pem", CONTEXT_PRIVATE_KEY, true},
    {"*.p8", CONTEXT_PRIVATE_KEY, true},
    {"*service*account*.json", CONTEXT_PRIVATE_KEY, true},
    {"*credential*.json", CONTEXT_PRIVATE_KEY, true},
    {"*key*.json", CONTEXT_PRIVATE_KEY, true},
    {"*.crt", CONTEXT_CERTIFICATE, true},
    {"*.cer", CONTEXT_CERTIFICATE, true},
    {".env", CONTEXT_CREDENTIALS, true},
    {".env.*", CONTEXT_CREDENTIALS, true},
    {"*.env", CONTEXT_CREDENTIALS, true},
    {".npmrc", CONTEXT_CREDENTIALS, true},
    {".yarnrc.yml", CONTEXT_CREDENTIALS, true},
    {".pypirc", CONTEXT_CREDENTIALS, true},
    {".netrc", CONTEXT_CREDENTIALS, true},
    {"_netrc", CONTEXT_CREDENTIALS, true},
    {".pgpass", CONTEXT_CREDENTIALS, false},
    {".my.cnf", CONTEXT_CREDENTIALS, true},
    {".git-credentials", CONTEXT_CREDENTIALS, false},
    {".vault-token", CONTEXT_CREDENTIALS, false},
    {".htpasswd", CONTEXT_CREDENTIALS, false},
    {"*.tfstate", CONTEXT_CREDENTIALS, true},
    {"credentials", CONTEXT_CREDENTIALS, true}, /* .aws/credentials */
};

static struct slice lower(struct slice name, char to[256])
{
    size_t len = name.len < 256 ? name.len : 0; /* no name of a file is longer */
    for (size_t i = 0; i < len; i++)
        to[i] = ascii_lower(name.at[i]);
    return slice_of(to, len);
}

/* .env.example and its kind: made to be shared. */
static bool is_template(struct slice name)
{
    static const char *const ends[] = {"example", "sample",   "template",
                                       "dist",    "defaults", "schema"};
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
        if (slice_search(name, slice_str(ends[i])) < name.len)
            return true;
    return false;
}

enum context_kind context_kind_of_name(struct slice name, bool *look)
{
    char small[256];
    name = lower(name, small);
    *look = false;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (!glob_match(slice_str(names[i].pattern), name, 0))
            continue;
        if (names[i].kind == CONTEXT_CREDENTIALS && is_template(name))
            return CONTEXT_NOTHING;
        *look = names[i].look;
        return names[i].kind;
    }
    return CONTEXT_NOTHING;
}

static bool has(struct slice bytes, const char *text)
{
    return slice_search(bytes, slice_str(text)) < bytes.len;
}

/* Whether any line gives a name a value: NAME=value, export NAME=value. */
static bool has_assignment(struct slice bytes)
{
    while (bytes.len) {
        struct slice line = slice_trim(slice_cut_line(&bytes));
        size_t equals = slice_find(line, '=');
        struct slice value = slice_trim(slice_from(line, equals + 1));
        if (line.len && line.at[0] != '#' && equals && equals < line.len && value.len &&
            !slice_equal_str(value, "\"\"") && !slice_equal_str(value, "''"))
            return true;
    }
    return false;
}

/* Words after which a password or a token stands. */
static bool has_credentials(struct slice name, struct slice bytes)
{
    if (slice_equal_str(name, ".npmrc"))
        return has(bytes, "_authToken=") || has(bytes, "_password=") || has(bytes, "_auth=");
    if (slice_equal_str(name, ".yarnrc.yml"))
        return has(bytes, "npmAuthToken:") || has(bytes, "npmAuthIdent:");
    if (slice_ends(name, SLICE("netrc")) || slice_equal_str(name, ".pypirc") ||
        slice_equal_str(name, ".my.cnf"))
        return has(bytes, "password");
    if (slice_equal_str(name, "credentials"))
        return has(bytes, "aws_secret_access_key");
    if (slice_ends(name, SLICE(".tfstate")))
        return has(bytes, "\"resources\"");
    return has_assignment(bytes);
}

enum context_kind context_kind_of_bytes(enum context_kind guess, struct slice name,
                                        struct slice bytes)
{
    char small[256];
    name = lower(name, small);
    if (guess == CONTEXT_CREDENTIALS)
        return has_credentials(name, bytes) ? guess : CONTEXT_NOTHING;
    if (slice_ends(name, SLICE(".json")))
        return has(bytes, "\"private_key\"") && has(bytes, "PRIVATE KEY-----") ? CONTEXT_PRIVATE_KEY
                                                                               : CONTEXT_NOTHING;
    if (has(bytes, "PRIVATE KEY-----"))
        return CONTEXT_PRIVATE_KEY;
    bool der = bytes.len > 4 && bytes.at[0] == 0x30 && (unsigned char)bytes.at[1] == 0x82;
    if (der && slice_ends(name, SLICE(".key")))
        return CONTEXT_PRIVATE_KEY;
    if (has(bytes, "-----BEGIN CERTIFICATE-----") || (der && guess == CONTEXT_CERTIFICATE))
        return CONTEXT_CERTIFICATE;
    return CONTEXT_NOTHING;
}

static bool is_one_of(struct slice name, const char *const *words)
{
    for (; *words; words++)
        if (slice_equal_str(name, *words))
            return true;
    return false;
}

bool context_is_clutter(struct slice name)
{
    static const char *const folders[] = {
        ".git",        ".hg",     ".svn",    "node_modules",  "bower_components",
        "__pycache__", ".venv",   "venv",    ".tox",          ".terraform",
        ".idea",       ".vscode", ".gradle", ".pytest_cache", ".mypy_cache",
        ".next",       NULL};
    return is_one_of(name, folders);
}

bool context_is_example(struct slice path)
{
    static const char *const folders[] = {"test",     "tests",    "testdata", "__tests__", "spec",
                                          "fixtures", "examples", "example",  "mocks",     NULL};
    while (path.len)
        if (is_one_of(slice_cut(&path, '/'), folders))
            return true;
    return false;
}
