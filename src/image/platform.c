#include "image/manifest.h"

#include <stdio.h>

#include <sys/utsname.h>

/* Names that tools other than container engines use, and what an index calls the same. */
static const struct {
    const char *name, *architecture, *variant;
} aliases[] = {
    {"x86_64", "amd64", ""},
    {"x86-64", "amd64", ""},
    {"i386", "386", ""},
    {"i686", "386", ""},
    {"aarch64", "arm64", ""},
    {"armhf", "arm", "v7"},
    {"armv7l", "arm", "v7"},
    {"armel", "arm", "v6"},
    {"armv6l", "arm", "v6"},
    {"armv8l", "arm64", ""},
    {"mips64el", "mips64le", ""},
    {"powerpc64le", "ppc64le", ""},
    {"loongarch64", "loong64", ""},
};

static const char *const architectures[] = {"amd64", "arm64",   "arm",      "386",    "ppc64le",
                                            "s390x", "riscv64", "mips64le", "mips64", "mipsle",
                                            "mips",  "ppc64",   "loong64",  "wasm",   "sparc64"};

static bool known_architecture(struct slice name)
{
    for (size_t i = 0; i < sizeof architectures / sizeof *architectures; i++)
        if (slice_equal_str(name, architectures[i]))
            return true;
    return false;
}

/* GOOS of Go's releases: what an image may say. */
static bool known_system(struct slice name)
{
    static const char *const systems[] = {
        "linux",   "windows", "darwin",  "freebsd", "openbsd", "netbsd", "dragonfly", "solaris",
        "illumos", "aix",     "android", "ios",     "plan9",   "js",     "wasip1",    "zos"};
    for (size_t i = 0; i < sizeof systems / sizeof *systems; i++)
        if (slice_equal_str(name, systems[i]))
            return true;
    return false;
}

static void platform_normalise(struct platform *platform)
{
    for (size_t i = 0; i < sizeof aliases / sizeof *aliases; i++) {
        if (!slice_equal_str(platform->architecture, aliases[i].name))
            continue;
        platform->architecture = slice_str(aliases[i].architecture);
        if (platform->variant.len == 0)
            platform->variant = slice_str(aliases[i].variant);
    }
    if (slice_equal(platform->architecture, SLICE("arm64")) &&
        slice_equal(platform->variant, SLICE("v8")))
        platform->variant = SLICE("");
    if (slice_equal(platform->architecture, SLICE("amd64")) &&
        slice_equal(platform->variant, SLICE("v1")))
        platform->variant = SLICE("");
}

bool platform_parse(struct slice text, struct platform *platform, struct error *err)
{
    struct slice rest = text;
    struct platform out = {.os = slice_cut(&rest, '/')};
    out.architecture = slice_cut(&rest, '/');
    out.variant = slice_cut(&rest, '/');
    if (slice_find(text, '/') == text.len) { /* "arm64", "linux" */
        out = (struct platform){.os = SLICE("linux"), .architecture = text};
        platform_normalise(&out);
        if (!known_architecture(out.architecture)) {
            out.os = known_system(text) ? text : SLICE("");
            out.architecture = platform_host().architecture;
        }
    }
    platform_normalise(&out);
    if (out.os.len == 0 || out.architecture.len == 0 || rest.len)
        return error_set(err, ERROR_USAGE, "\"%.*s\" is no platform: OS/ARCHITECTURE[/VARIANT]",
                         SLICE_ARG(slice_upto(text, 200)));
    *platform = out;
    return true;
}

struct platform platform_host(void)
{
    struct platform host = {.os = SLICE("linux"), .architecture = SLICE("amd64")};
    struct utsname name;
    if (uname(&name) != 0)
        return host;
    struct platform machine = {.architecture = slice_str(name.machine)};
    platform_normalise(&machine);
    for (size_t i = 0; i < sizeof architectures / sizeof *architectures; i++)
        if (slice_equal_str(machine.architecture, architectures[i]))
            host.architecture = slice_str(architectures[i]);
    host.variant = machine.variant; /* a literal of the table above */
    return host;
}

struct slice platform_text(const struct platform *platform, struct arena *arena)
{
    return arena_printf(arena, "%.*s/%.*s%s%.*s", SLICE_ARG(platform->os),
                        SLICE_ARG(platform->architecture), platform->variant.len ? "/" : "",
                        SLICE_ARG(platform->variant));
}

/* 7 of "v7"; 0 when there is none. */
static unsigned variant_number(struct slice variant)
{
    uint64_t number = 0;
    if (slice_starts(variant, SLICE("v")) && slice_u64(slice_from(variant, 1), &number))
        return number < 100 ? (unsigned)number : 0;
    return 0;
}

unsigned platform_fits(const struct platform *want, const struct platform *have)
{
    struct platform a = *want, b = *have;
    platform_normalise(&a);
    platform_normalise(&b);
    if (!slice_equal_nocase(a.os, b.os) || !slice_equal_nocase(a.architecture, b.architecture))
        return 0;
    if (slice_equal(a.variant, b.variant))
        return 100;
    if (slice_equal(a.architecture, SLICE("arm"))) {
        /* An ARM machine runs what was made for older ones; without a variant v7 is meant. */
        unsigned wanted = a.variant.len ? variant_number(a.variant) : 7;
        unsigned had = b.variant.len ? variant_number(b.variant) : 7;
        return had && had <= wanted ? 50 + had : 0;
    }
    /* Somebody who names a variant wants no other; who names none takes any, the plain one first.
     */
    if (b.variant.len == 0)
        return 40;
    return a.variant.len ? 0 : 30;
}

static void list_platforms(const struct manifest *index, struct error *err)
{
    char text[600] = "";
    size_t len = 0;
    for (size_t i = 0; i < index->manifest_count; i++) {
        const struct descriptor *each = &index->manifests[i];
        if (each->attestation)
            continue;
        int more = snprintf(text + len, sizeof text - len, "%s%.*s/%.*s%s%.*s", len ? ", " : "",
                            SLICE_ARG(slice_upto(each->platform.os, 30)),
                            SLICE_ARG(slice_upto(each->platform.architecture, 30)),
                            each->platform.variant.len ? "/" : "",
                            SLICE_ARG(slice_upto(each->platform.variant, 30)));
        if (more < 0 || (size_t)more >= sizeof text - len)
            break;
        len += (size_t)more;
    }
    text[len] = 0;
    error_set(err, ERROR_NOT_FOUND, "not among the platforms of this image: %s",
              len ? text : "it has none");
}

const struct descriptor *manifest_choose(const struct manifest *index, const struct platform *want,
                                         struct error *err)
{
    const struct descriptor *best = NULL, *plain = NULL;
    unsigned best_fit = 0, plain_count = 0;
    for (size_t i = 0; i < index->manifest_count; i++) {
        const struct descriptor *each = &index->manifests[i];
        if (each->attestation)
            continue;
        if (each->platform.architecture.len == 0) {
            plain = each;
            plain_count++;
        }
        unsigned fit = platform_fits(want, &each->platform);
        if (fit > best_fit) {
            best = each;
            best_fit = fit;
        }
    }
    if (!best && plain_count == 1)
        best = plain;
    if (best)
        return best;
    list_platforms(index, err);
    error_add(err, "platform %.*s/%.*s", SLICE_ARG(slice_upto(want->os, 50)),
              SLICE_ARG(slice_upto(want->architecture, 50)));
    return NULL;
}

struct slice image_platform(const struct image *image, struct arena *arena)
{
    struct platform platform = {image->os, image->architecture, image->variant, image->os_version};
    if (!image->os.len && !image->architecture.len)
        return (struct slice){"", 0}; /* folders, layers, purls */
    return platform_text(&platform, arena);
}
