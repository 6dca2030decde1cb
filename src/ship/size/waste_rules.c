/* By path and by package: what a running container does not need. The first row that fits counts.
 */
#include "image/path.h"
#include "ship/size/waste.h"

const struct waste_kind_facts waste_kinds[WASTE_KINDS] = {
    [WASTE_DELETED] = {"deleted", "deleted in a later layer", GUIDE_MULTI_STAGE,
                       "remove it in the RUN that made it, or copy only what is needed out of a "
                       "build stage: a later layer hides bytes, it does not free them"},
    [WASTE_OVERWRITTEN] = {"overwritten", "replaced in a later layer", GUIDE_MULTI_STAGE,
                           "write it once: change it in the RUN that made it, or in a build stage"},
    [WASTE_COPIED] = {"copied", "carried twice by a change of owner or mode", GUIDE_MULTI_STAGE,
                      "set owner and mode where it comes in (COPY --chown --chmod), not by a later "
                      "RUN chown or chmod"},
    [WASTE_CACHE] = {"cache", "caches of package managers", GUIDE_CLEAN_CACHES,
                     "leave no cache behind in the same RUN: apk add --no-cache, rm -rf "
                     "/var/lib/apt/lists/*, pip install --no-cache-dir, or RUN "
                     "--mount=type=cache"},
    [WASTE_BUILD] = {"build", "tools for building", GUIDE_MULTI_STAGE,
                     "build in a stage of its own and copy the result; nothing that runs needs a "
                     "compiler, headers or development packages"},
    [WASTE_DEBUG] = {"debug", "debug information and symbols", GUIDE_COMPRESS,
                     "strip programs and libraries (strip --strip-unneeded, go build -ldflags=-s, "
                     "no source maps) in the build stage"},
    [WASTE_DOCS] = {"docs", "documentation and translations", GUIDE_REMOVE_PACKAGES,
                    "leave it out: apk without -doc packages, dpkg's path-exclude, rm -rf "
                    "/usr/share/doc /usr/share/man in the same RUN"},
    [WASTE_TESTS] = {"tests", "tests of libraries", GUIDE_REMOVE_PACKAGES,
                     "remove them in the build stage before COPY --from"},
    [WASTE_DUPLICATE] = {"duplicate", "the same content more than once", GUIDE_COMPRESS,
                         "keep one copy and link to it, or copy the folder once"},
};

const char *guide_advice_text(enum guide_advice guide)
{
    static const char *const texts[] = {
        [GUIDE_REMOVE_PACKAGES] = "remove unnecessary packages",
        [GUIDE_MULTI_STAGE] = "use multi-stage builds",
        [GUIDE_COMPRESS] = "compress artifacts",
        [GUIDE_CLEAN_CACHES] = "clean package manager caches",
    };
    return texts[guide];
}

static const struct path_rule {
    const char *prefix; /* of the path; "" for any */
    const char *part;   /* stands somewhere in "/" + path; "" for any */
    const char *suffix;
    enum waste_kind kind;
    const char *label;
} path_rules[] = {
    {"var/cache/apk/", "", "", WASTE_CACHE, "apk's cache"},
    {"etc/apk/cache/", "", "", WASTE_CACHE, "apk's cache"},
    {"lib/apk/db/", "", ".tar.gz", WASTE_CACHE, "apk's index"},
    {"var/lib/apt/lists/", "", "", WASTE_CACHE, "apt's package lists"},
    {"var/cache/apt/", "", "", WASTE_CACHE, "apt's cache"},
    {"var/cache/debconf/", "", "-old", WASTE_CACHE, "debconf's old answers"},
    {"var/lib/dpkg/", "", "-old", WASTE_CACHE, "dpkg's old databases"},
    {"var/cache/yum/", "", "", WASTE_CACHE, "yum's cache"},
    {"var/cache/dnf/", "", "", WASTE_CACHE, "dnf's cache"},
    {"var/cache/libdnf5/", "", "", WASTE_CACHE, "dnf's cache"},
    {"var/cache/zypp/", "", "", WASTE_CACHE, "zypper's cache"},
    {"var/cache/pacman/", "", "", WASTE_CACHE, "pacman's cache"},
    {"", "/.cache/pip/", "", WASTE_CACHE, "pip's cache"},
    {"", "/.cache/go-build/", "", WASTE_CACHE, "Go's build cache"},
    {"", "/.cache/yarn/", "", WASTE_CACHE, "yarn's cache"},
    {"", "/.cache/uv/", "", WASTE_CACHE, "uv's cache"},
    {"", "/.cache/pypoetry/", "", WASTE_CACHE, "poetry's cache"},
    {"", "/.cache/composer/", "", WASTE_CACHE, "composer's cache"},
    {"", "/.npm/_cacache/", "", WASTE_CACHE, "npm's cache"},
    {"", "/.npm/_logs/", "", WASTE_CACHE, "npm's cache"},
    {"", "/.yarn/cache/", "", WASTE_CACHE, "yarn's cache"},
    {"", "/.local/share/pnpm/store/", "", WASTE_CACHE, "pnpm's store"},
    {"", "/.cargo/registry/", "", WASTE_CACHE, "cargo's registry"},
    {"", "/.m2/repository/", "", WASTE_CACHE, "Maven's repository"},
    {"", "/.gradle/caches/", "", WASTE_CACHE, "Gradle's cache"},
    {"", "/.composer/cache/", "", WASTE_CACHE, "composer's cache"},
    {"", "/.gem/specs/", "", WASTE_CACHE, "gem's cache"},
    {"go/pkg/mod/cache/", "", "", WASTE_CACHE, "Go's module cache"},
    {"root/go/pkg/mod/cache/", "", "", WASTE_CACHE, "Go's module cache"},
    {"", "/.cache/", "", WASTE_CACHE, "a user's cache"},
    {"usr/include/", "", "", WASTE_BUILD, "C headers"},
    {"usr/local/include/", "", "", WASTE_BUILD, "C headers"},
    {"usr/lib/gcc/", "", "", WASTE_BUILD, "gcc"},
    {"usr/libexec/gcc/", "", "", WASTE_BUILD, "gcc"},
    {"usr/local/go/", "", "", WASTE_BUILD, "Go's tools"},
    {"usr/local/rustup/", "", "", WASTE_BUILD, "Rust's tools"},
    {"root/.rustup/", "", "", WASTE_BUILD, "Rust's tools"},
    {"usr/src/", "", "", WASTE_BUILD, "sources"},
    {"", "/pkgconfig/", ".pc", WASTE_BUILD, "pkg-config's files"},
    {"usr/share/pkgconfig/", "", "", WASTE_BUILD, "pkg-config's files"},
    {"usr/share/aclocal/", "", "", WASTE_BUILD, "autoconf's macros"},
    {"", "/.git/", "", WASTE_BUILD, "a git repository"},
    {"usr/lib/debug/", "", "", WASTE_DEBUG, "debug files"},
    {"", "", ".debug", WASTE_DEBUG, "debug files"},
    {"lib/", "", ".a", WASTE_DEBUG, "static libraries"},
    {"usr/", "", ".a", WASTE_DEBUG, "static libraries"},
    {"", "", ".js.map", WASTE_DEBUG, "source maps"},
    {"", "", ".css.map", WASTE_DEBUG, "source maps"},
    {"", "", ".mjs.map", WASTE_DEBUG, "source maps"},
    {"usr/share/man/", "", "", WASTE_DOCS, "manual pages"},
    {"usr/local/share/man/", "", "", WASTE_DOCS, "manual pages"},
    {"usr/share/doc/", "", "", WASTE_DOCS, "documentation"},
    {"usr/local/share/doc/", "", "", WASTE_DOCS, "documentation"},
    {"usr/share/gtk-doc/", "", "", WASTE_DOCS, "documentation"},
    {"usr/share/info/", "", "", WASTE_DOCS, "info pages"},
    {"usr/share/help/", "", "", WASTE_DOCS, "help pages"},
    {"usr/share/locale/", "", "", WASTE_DOCS, "translations"},
    {"usr/share/i18n/", "", "", WASTE_DOCS, "sources of locales"},
    {"usr/local/lib/python", "/test/", "", WASTE_TESTS, "Python's own tests"},
    {NULL, NULL, NULL, WASTE_NONE, NULL},
};

static bool has_part(struct slice path, const char *part)
{
    struct slice wanted = slice_str(part);
    if (slice_search(path, wanted) < path.len)
        return true;
    /* "/.cache/" of ".cache/x" at the root, too. */
    return wanted.len > 1 && wanted.at[0] == '/' && slice_starts(path, slice_from(wanted, 1));
}

static bool path_fits(const struct path_rule *rule, struct slice path)
{
    return slice_starts(path, slice_str(rule->prefix)) &&
           slice_ends(path, slice_str(rule->suffix)) &&
           (!*rule->part || has_part(path, rule->part));
}

/* A library's own tests: below site-packages or node_modules, in a folder of one of these names. */
static bool is_test(struct slice path)
{
    static const char *const folders[] = {"/tests/", "/test/", "/__tests__/", "/testing/data/"};
    static const char *const trees[] = {"site-packages/", "dist-packages/", "node_modules/"};
    for (size_t t = 0; t < sizeof trees / sizeof *trees; t++) {
        size_t at = slice_search(path, slice_str(trees[t]));
        struct slice below = slice_from(path, at + strlen(trees[t]));
        for (size_t f = 0; at < path.len && f < sizeof folders / sizeof *folders; f++)
            if (slice_search(below, slice_str(folders[f])) < below.len)
                return true;
    }
    return false;
}

/* Packages of distributions that build things. A "*" behind a name stands for digits, dots and
   dashes ("gcc-12", "gcc12"). */
static const char *const build_packages[] = {
    "gcc*",
    "g++*",
    "cpp*",
    "clang*",
    "llvm*",
    "binutils*",
    "make",
    "cmake",
    "cmake-data",
    "ninja-build",
    "ninja",
    "meson",
    "autoconf",
    "automake",
    "libtool",
    "m4",
    "bison",
    "flex",
    "gdb",
    "strace",
    "build-base",
    "build-essential",
    "fortify-headers",
    "musl-dev",
    "libc-dev",
    "libc6-dev",
    "linux-libc-dev",
    "linux-headers",
    "git",
    "subversion",
    "mercurial",
    "patch",
    "dpkg-dev",
    "fakeroot",
    "rust",
    "rustc",
    "cargo",
    "go",
    "golang*",
    "nasm",
    "swig",
    "perl-dev",
    "gfortran*",
    "libgcc*-dev",
    "npm",
    "yarn",
    "maven",
    "gradle",
    "pkgconf",
    "pkg-config",
    NULL,
};

static bool only_version(struct slice rest)
{
    for (size_t i = 0; i < rest.len; i++)
        if (!(rest.at[i] >= '0' && rest.at[i] <= '9') && rest.at[i] != '.' && rest.at[i] != '-')
            return false;
    return true;
}

static bool name_fits(const char *pattern, struct slice name)
{
    struct slice wanted = slice_str(pattern);
    size_t star = slice_find(wanted, '*');
    if (star == wanted.len)
        return slice_equal(name, wanted);
    struct slice tail = slice_from(wanted, star + 1);
    if (!slice_starts(name, slice_upto(wanted, star)) || !slice_ends(name, tail) ||
        name.len < star + tail.len)
        return false;
    return only_version(slice_upto(slice_from(name, star), name.len - star - tail.len));
}

static bool package_builds(const struct size_package *package)
{
    struct slice name = package->name;
    if (package->build_only)
        return true;
    if (slice_equal_str(package->manager, "pypi") || slice_equal_str(package->manager, "npm"))
        return false;
    if (slice_ends(name, SLICE("-dev")) || slice_ends(name, SLICE("-devel")))
        return true;
    for (size_t i = 0; build_packages[i]; i++)
        if (name_fits(build_packages[i], name))
            return true;
    return false;
}

static bool package_documents(const struct size_package *package)
{
    return slice_ends(package->name, SLICE("-doc")) || slice_ends(package->name, SLICE("-docs"));
}

enum waste_kind waste_of_path(struct slice path, const struct size_package *package,
                              struct slice *label)
{
    if (package && package_builds(package)) {
        *label = package->build_only ? SLICE("npm packages for development") : package->name;
        return WASTE_BUILD;
    }
    for (const struct path_rule *rule = path_rules; rule->prefix; rule++)
        if (path_fits(rule, path)) {
            *label = slice_str(rule->label);
            return rule->kind;
        }
    if (is_test(path)) {
        *label = SLICE("tests of libraries");
        return WASTE_TESTS;
    }
    if (package && package_documents(package)) {
        *label = package->name;
        return WASTE_DOCS;
    }
    return WASTE_NONE;
}
