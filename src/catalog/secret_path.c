/* What a path says of the bytes behind it. */
#include "base/ascii.h"
#include "catalog/secret_table.h"

/* The files of packages: read by everybody, so nothing in them is a secret, but test keys are
   there, and thousands of names like "token". */
static const char *const libraries[] = {"usr/lib/",         "usr/lib64/",
                                        "usr/libexec/",     "usr/share/",
                                        "usr/include/",     "lib/",
                                        "lib64/",           "usr/local/lib/",
                                        "usr/local/share/", "usr/local/include/",
                                        "usr/local/go/",    "var/lib/dpkg/",
                                        "var/lib/rpm/",     "var/lib/apt/",
                                        "lib/apk/",         "etc/ssl/certs/",
                                        "opt/java/",        NULL};
static const char *const library_parts[] = {
    "node_modules", "site-packages", "dist-packages", "vendor", "bower_components",
    "gems",         ".m2",           ".gradle",       ".nuget", NULL};
static const char *const test_parts[] = {"test",    "tests",    "testdata", "__tests__", "spec",
                                         "specs",   "fixtures", "example",  "examples",  "sample",
                                         "samples", "doc",      "docs",     "man",       "demo",
                                         "demos",   "testing",  "mocks",    NULL};
static const char *const settings_ends[] = {
    ".env",        ".properties",  ".yml",     ".yaml",     ".json",    ".ini",
    ".conf",       ".cfg",         ".config",  ".toml",     ".xml",     ".sh",
    ".bash",       ".tf",          ".tfvars",  ".cnf",      ".plist",   ".bashrc",
    ".profile",    ".netrc",       ".npmrc",   ".pypirc",   "rc",       ".local",
    ".production", ".development", ".staging", ".secret",   ".secrets", ".credentials",
    "credentials", "_history",     ".list",    ".zsh",      ".fish",    ".settings",
    ".hcl",        ".service",     ".sql",     "auth.conf", NULL};
static const char *const source_ends[] = {
    ".py",    ".js",  ".ts",  ".jsx", ".tsx", ".rb",  ".php", ".go",    ".java",   ".cs",     ".kt",
    ".scala", ".pl",  ".ps1", ".lua", ".rs",  ".c",   ".cpp", ".swift", ".groovy", ".gradle", ".ex",
    ".exs",   ".erl", ".clj", ".vue", ".mjs", ".cjs", ".r",   ".jl",    ".ipynb",  ".dart",   NULL};

/* Made by programs from what is public. */
static const char *const lock_files[] = {"package-lock.json",
                                         "npm-shrinkwrap.json",
                                         "yarn.lock",
                                         "pnpm-lock.yaml",
                                         "composer.lock",
                                         "go.sum",
                                         "go.mod",
                                         "Cargo.lock",
                                         "poetry.lock",
                                         "Pipfile.lock",
                                         "Gemfile.lock",
                                         "uv.lock",
                                         "gradle.lockfile",
                                         NULL};
static const char *const made_ends[] = {".min.js", ".min.css", ".map", ".bundle.js", ".svg", NULL};

static bool part_is_one_of(struct slice part, const char *const *list)
{
    for (size_t i = 0; list[i]; i++)
        if (slice_equal_nocase(part, slice_str(list[i])))
            return true;
    return false;
}

static bool ends_in_one_of(struct slice path, const char *const *list)
{
    for (size_t i = 0; list[i]; i++) {
        struct slice end = slice_str(list[i]);
        if (path.len >= end.len && slice_equal_nocase(slice_from(path, path.len - end.len), end))
            return true;
    }
    return false;
}

static struct slice without_slash(struct slice path)
{
    while (path.len && (path.at[0] == '/' || path.at[0] == '.') && path.len > 1 &&
           (path.at[0] == '/' || path.at[1] == '/'))
        path = slice_from(path, 1);
    return path;
}

static struct slice base_of(struct slice path)
{
    size_t slash = slice_find_last(path, '/');
    return slash < path.len ? slice_from(path, slash + 1) : path;
}

/* python3.12: the folder of its library, wherever it was built to. */
static bool is_python(struct slice part)
{
    return slice_starts(part, SLICE("python")) && part.len > 6 && ascii_digit(part.at[6]);
}

void secret_path_judge(struct slice path, struct secret_path *judged)
{
    *judged = (struct secret_path){false};
    path = without_slash(path);
    for (size_t i = 0; libraries[i]; i++)
        judged->library |= slice_starts(path, slice_str(libraries[i]));
    judged->library |= slice_search(path, SLICE("pkg/mod/")) < path.len ||
                       slice_search(path, SLICE("cargo/registry/")) < path.len;
    /* What nginx's image serves is the application's. */
    judged->library &= !slice_starts(path, SLICE("usr/share/nginx/html/"));
    struct slice rest = path, base = base_of(path);
    while (rest.len > base.len) {
        struct slice part = slice_cut(&rest, '/');
        judged->library |= part_is_one_of(part, library_parts) || is_python(part);
        judged->test |= part_is_one_of(part, test_parts) || slice_starts(part, SLICE("test"));
    }
    static const char *const documents[] = {".md",      ".rst",    ".html",     ".adoc",
                                            ".example", ".sample", ".template", ".dist",
                                            ".tmpl",    ".j2",     NULL};
    judged->test |= ends_in_one_of(base, documents) || slice_starts(base, SLICE("test_")) ||
                    slice_search(base, SLICE("_test.")) < base.len ||
                    slice_search(base, SLICE("_test_")) < base.len ||
                    slice_search(base, SLICE(".test.")) < base.len;
    judged->library |= part_is_one_of(base, lock_files) || ends_in_one_of(base, made_ends);
    judged->settings = slice_starts(base, SLICE(".env")) || ends_in_one_of(base, settings_ends) ||
                       slice_search(base, SLICE("Dockerfile")) < base.len;
    judged->environment = slice_starts(base, SLICE(".env")) || slice_ends(base, SLICE(".env")) ||
                          slice_equal(path, SLICE("etc/environment"));
    judged->source = ends_in_one_of(base, source_ends);
}

/* "*.env": an end; "etc/shadow": the last parts; ".npmrc": the name. */
static bool path_is(struct slice path, struct slice want)
{
    if (slice_starts(want, SLICE("*")))
        return slice_ends(path, slice_from(want, 1));
    if (!slice_ends(path, want))
        return false;
    return path.len == want.len || path.at[path.len - want.len - 1] == '/';
}

bool secret_path_is_one_of(struct slice path, const char *const *paths)
{
    for (size_t i = 0; paths[i]; i++)
        if (path_is(path, slice_str(paths[i])))
            return true;
    return false;
}
