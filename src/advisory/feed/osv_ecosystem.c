#include "advisory/feed/osv_ecosystem.h"

#include "base/ascii.h"

static const struct osv_ecosystem ecosystems[] = {
    {"PyPI", "pypi", &version_pep440, false, true, true},
    {"npm", "npm", &version_npm, false, false, false},
    {"Go", "go", &version_go, false, false, false},
    {"crates.io", "cargo", &version_semver, false, false, false},
    {"RubyGems", "gem", &version_gem, false, false, false},
    {"Maven", "maven", &version_maven, false, false, false},
    {"Packagist", "composer", &version_packagist, false, true, false},
    {"NuGet", "nuget", &version_nuget, false, true, false},
    {"Bitnami", "bitnami", &version_semver, false, false, false},
    {"Pub", "pub", &version_semver, false, false, false},
    {"Hex", "hex", &version_semver, false, false, false},
    {"SwiftURL", "swift", &version_semver, false, false, false},
    {"GitHub Actions", "github-actions", &version_semver, false, true, false},
    {"Alpine", "apk:alpine:", &version_apk, true, false, false},
    {"Wolfi", "apk:wolfi", &version_apk, true, false, false},
    {"Chainguard", "apk:chainguard", &version_apk, true, false, false},
    {"MinimOS", "apk:minimos", &version_apk, true, false, false},
    {"Alpaquita", "apk:alpaquita:", &version_apk, true, false, false},
    {"Debian", "deb:debian:", &version_deb, true, false, false},
    {"Ubuntu", "deb:ubuntu:", &version_deb, true, false, false},
    {"AlmaLinux", "rpm:almalinux:", &version_rpm, true, false, false},
    {"Rocky Linux", "rpm:rocky:", &version_rpm, true, false, false},
    {"Red Hat", "rpm:rhel:", &version_rpm, true, false, false},
    {"SUSE", "rpm:suse:", &version_rpm, true, false, false},
    {"openSUSE", "rpm:opensuse:", &version_rpm, true, false, false},
    {"openEuler", "rpm:openeuler:", &version_rpm, true, false, false},
    {"Mageia", "rpm:mageia:", &version_rpm, true, false, false},
    {"Photon OS", "rpm:photon:", &version_rpm, true, false, false},
    {"Azure Linux", "rpm:azurelinux:", &version_rpm, true, false, false},
};

const struct osv_ecosystem *osv_ecosystem_find(struct slice ecosystem)
{
    struct slice name = slice_upto(ecosystem, slice_find(ecosystem, ':'));
    for (size_t i = 0; i < sizeof ecosystems / sizeof *ecosystems; i++)
        if (slice_equal_str(name, ecosystems[i].name))
            return &ecosystems[i];
    return NULL;
}

/* Lower case, blanks to "-". */
static struct slice plain_word(struct slice text, struct arena *arena)
{
    struct slice copy = arena_copy(arena, text);
    for (char *c = (char *)(uintptr_t)copy.at; c && c < copy.at + copy.len; c++)
        *c = *c == ' ' ? '-' : ascii_lower(*c);
    return copy;
}

/* "v3.18" → "3.18"; Ubuntu's "Pro:22.04:LTS" → "22.04". */
static struct slice plain_release(struct slice release)
{
    if (slice_starts(release, SLICE("Pro:")))
        release = slice_from(release, 4);
    release = slice_upto(release, slice_find(release, ':'));
    if (release.len > 1 && release.at[0] == 'v' && ascii_digit(release.at[1]))
        release = slice_from(release, 1);
    return release;
}

bool osv_scope(struct slice ecosystem, struct arena *arena, struct slice *scope, struct error *err)
{
    const struct osv_ecosystem *known = osv_ecosystem_find(ecosystem);
    struct slice base = known ? slice_str(known->scope) : plain_word(ecosystem, arena);
    struct slice release = slice_from(ecosystem, slice_find(ecosystem, ':') + 1);
    if (known && slice_ends(base, SLICE(":")))
        *scope = arena_printf(arena, "%.*s%.*s", SLICE_ARG(base),
                              SLICE_ARG(plain_word(plain_release(release), arena)));
    else
        *scope = base;
    return scope->at || arena_error(err);
}

/* https://peps.python.org/pep-0503/#normalized-names */
static size_t fold_runs(char *text, size_t len)
{
    size_t to = 0;
    for (size_t i = 0; i < len; i++) {
        bool separator = text[i] == '-' || text[i] == '_' || text[i] == '.';
        if (separator && to && text[to - 1] == '-')
            continue;
        text[to++] = separator ? '-' : text[i];
    }
    return to;
}

bool osv_name(const struct osv_ecosystem *ecosystem, struct slice name, struct arena *arena,
              struct slice *normal, struct error *err)
{
    *normal = name;
    if (!ecosystem || !ecosystem->fold_case)
        return true;
    struct slice copy = arena_copy(arena, name);
    char *text = (char *)(uintptr_t)copy.at;
    if (!text)
        return arena_error(err);
    for (size_t i = 0; i < copy.len; i++)
        text[i] = ascii_lower(text[i]);
    if (ecosystem->fold_pep503)
        copy.len = fold_runs(text, copy.len);
    *normal = copy;
    return true;
}
