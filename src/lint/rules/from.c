/* Base images by name: a version, one that stays, one that can be trusted. */
#include "base/ascii.h"
#include "lint/base_image.h"
#include "lint/rules/rule_text.h"

enum { STAGES_MAX = 1000 }; /* compared with a name that has variables */

/*
 * Whether FROM with variables may name an earlier stage: `base-${TARGETARCH}` with a stage
 * `base-amd64`. What stands in front of the first and behind the last variable decides.
 */
static bool may_name_stage(const struct dockerfile_check *check, const struct stage *stage)
{
    struct slice written = stage->base_written;
    if (!text_has_variable(written))
        return false;
    struct slice prefix = slice_upto(written, slice_find(written, '$'));
    size_t last = slice_find_last(written, '$') + 1;
    if (last < written.len && written.at[last] == '{')
        while (last < written.len && written.at[last] != '}')
            last++;
    else
        while (last < written.len && (ascii_alnum(written.at[last]) || written.at[last] == '_'))
            last++;
    struct slice suffix = slice_from(written, last);
    if (suffix.len && suffix.at[0] == '}')
        suffix = slice_from(suffix, 1);
    if (!prefix.len && !suffix.len)
        return false;
    for (size_t i = 0; i < stage->index && i < STAGES_MAX; i++) {
        struct slice name = check->model->stages[i].name;
        if (name.len >= prefix.len + suffix.len &&
            slice_equal_nocase(slice_upto(name, prefix.len), prefix) &&
            slice_equal_nocase(slice_from(name, name.len - suffix.len), suffix))
            return true;
    }
    return false;
}

/* Fills `base` when the stage stands on an image from outside whose name can be judged. */
static bool external_base(const struct dockerfile_check *check, const struct stage *stage,
                          struct base_name *base)
{
    if (!stage->from || !stage->from->argument_count || stage->parent || stage_is_scratch(stage) ||
        may_name_stage(check, stage))
        return false;
    *base =
        base_name_split(stage->base_unset || !stage->base.len ? stage->base_written : stage->base);
    return base->name.len && !slice_equal_str(base->name, "scratch");
}

static struct slice base_word(const struct stage *stage)
{
    return stage->from->arguments[0];
}

/* The digest that the reference has now; only for a name without variables, which stays as it is.
 */
static void pin_to_digest(struct dockerfile_check *check, struct lint_finding *finding,
                          const struct stage *stage, const struct base_name *base)
{
    const struct base_image *image = stage->image;
    if (!finding || !text_is_plain(stage->base_written))
        return;
    if (!image->known || !image->digest.len)
        image = check->resolver->image(check->resolver->context, stage->base, stage->platform);
    if (!image || !image->known || !image->digest.len)
        return;
    lint_fix(check->report, finding, "pin the base image to the digest it has now");
    struct slice text =
        arena_printf(check->arena, "%.*s:%.*s@%.*s", SLICE_ARG(base->name),
                     base->tag.len ? (int)base->tag.len : 6,
                     base->tag.len ? base->tag.at : "latest", SLICE_ARG(image->digest));
    check_fix_replace(check, finding, stage->from, base_word(stage), text);
}

static void look_pin(struct dockerfile_check *check, const struct stage *stage)
{
    struct base_name base;
    if (!external_base(check, stage, &base) || base.digest.len)
        return;
    bool latest = slice_equal_str(base.tag, "latest");
    if (!latest && (base.has_tag || text_has_variable(base.last)))
        return;
    struct lint_finding *finding;
    if (!latest)
        finding = check_report(check, stage->from, base_word(stage),
                               "%.*s has no tag, so each build takes whatever is latest then; name "
                               "a version, such as %.*s:1.2.3, or a digest",
                               SLICE_ARG(base.text), SLICE_ARG(base.name));
    else if (text_has_variable(stage->base_written))
        finding = check_report(check, stage->from, base_word(stage),
                               "%.*s becomes %.*s when no --build-arg is given: updates come "
                               "unasked; give the ARG a version as its default",
                               SLICE_ARG(stage->base_written), SLICE_ARG(base.text));
    else
        finding = check_report(check, stage->from, base_word(stage),
                               "%.*s changes with every release, so updates come unasked; name a "
                               "version, such as %.*s:1.2.3, or a digest",
                               SLICE_ARG(base.text), SLICE_ARG(base.name));
    lint_finding_codes(finding, latest ? "DL3007 DS-0001 CKV_DOCKER_7 DKL-DI-0006"
                                       : "DL3006 DS-0001 CKV_DOCKER_7 DKL-DI-0006");
    pin_to_digest(check, finding, stage, &base);
}

/* How many numbers a tag's version has: 3 for "3.3.1-alpine", 1 for "v3", 0 for "alpine". */
static unsigned version_numbers(struct slice tag)
{
    while (tag.len) {
        struct slice part = slice_cut(&tag, '-');
        if (part.len && (part.at[0] == 'v' || part.at[0] == 'V'))
            part = slice_from(part, 1);
        unsigned count = 0;
        bool number = false;
        for (size_t i = 0; i < part.len; i++) {
            if (!ascii_digit(part.at[i]) && part.at[i] != '.' && !number)
                break;
            count += ascii_digit(part.at[i]) && !number;
            number = ascii_digit(part.at[i]);
            if (!number && part.at[i] != '.')
                break;
        }
        if (count)
            return count;
    }
    return 0;
}

/* Tags that say nothing of a version and move by design. */
static const char moving_words[] =
    "alpine slim stable mainline lts current edge rolling testing unstable sid nightly dev develop "
    "devel main master head next beta alpha preview rc canary snapshot bleeding oldstable "
    "slim-bookworm slim-bullseye slim-trixie bookworm bullseye trixie buster jessie stretch perl "
    "fpm cli apache jre jdk full minimal minimal-debian nonroot debug debug-nonroot static base "
    "onbuild windowsservercore nanoserver ubuntu debian glibc musl uclibc ubi jammy noble focal";

/* Products whose single number is a release that gets only corrections. */
static bool numbers_are_releases(struct slice last)
{
    return lint_has_word(SLICE("debian ubuntu fedora centos rockylinux almalinux oraclelinux "
                               "amazonlinux opensuse leap ubi8 ubi9 ubi10 postgres"),
                         last);
}

/* "bookworm" alone is a release of Debian, but any version of node. */
static bool codename_is_release(struct slice last)
{
    return lint_has_word(SLICE("debian ubuntu buildpack-deps"), last) ||
           text_contains(last, "distroless") || text_ends(last, "-debian12") ||
           text_ends(last, "-debian11") || text_ends(last, "-debian13");
}

enum { DATE_LENGTH = 6 }; /* "202401": no version with that many digits */

static void look_moving(struct dockerfile_check *check, const struct stage *stage)
{
    struct base_name base;
    if (!external_base(check, stage, &base) || base.digest.len || !base.tag.len ||
        text_has_variable(base.tag) || slice_equal_str(base.tag, "latest"))
        return;
    unsigned numbers = version_numbers(base.tag);
    struct slice first = slice_upto(base.tag, slice_find(base.tag, '-'));
    while (first.len && (ascii_digit(first.at[first.len - 1]) || first.at[first.len - 1] == '.'))
        first.len--; /* "alpine3.20": the version of something else */
    bool word = lint_has_word(slice_str(moving_words), base.tag) ||
                lint_has_word(slice_str(moving_words), first);
    bool codename =
        codename_is_release(base.last) &&
        !lint_has_word(SLICE("stable testing unstable sid rolling devel oldstable"), first);
    struct lint_finding *finding = NULL;
    if (!numbers && word && !codename) {
        finding = check_report(check, stage->from, base_word(stage),
                               "the tag %.*s names no version, so it may bring a new major "
                               "version; write one in front, such as 1.2.3-%.*s",
                               SLICE_ARG(base.tag), SLICE_ARG(base.tag));
    } else if (numbers == 1 && ascii_digit(base.tag.at[base.tag.at[0] == 'v']) &&
               !numbers_are_releases(base.last) && slice_find(base.tag, '-') < DATE_LENGTH) {
        finding = check_report(check, stage->from, base_word(stage),
                               "the tag %.*s moves with every minor release; name the whole "
                               "version to decide yourself when to update",
                               SLICE_ARG(base.tag));
        if (finding)
            finding->severity = LINT_INFO;
    }
    pin_to_digest(check, finding, stage, &base);
}

static void look_digest(struct dockerfile_check *check, const struct stage *stage)
{
    struct base_name base;
    if (!external_base(check, stage, &base) || base.digest.len || text_has_variable(base.last) ||
        text_has_variable(base.tag))
        return;
    struct lint_finding *finding =
        check_report(check, stage->from, base_word(stage),
                     "a tag can be moved to other bytes; %.*s@sha256:… stays what was tested",
                     SLICE_ARG(base.text));
    pin_to_digest(check, finding, stage, &base);
}

/* "*.gcr.io" and "registry.example.com": any case; a star stands for anything. */
static bool registry_matches(struct slice pattern, struct slice host)
{
    size_t star = slice_find(pattern, '*');
    if (star == pattern.len)
        return slice_equal_nocase(pattern, host);
    struct slice tail = slice_from(pattern, star + 1);
    return host.len >= star + tail.len &&
           slice_equal_nocase(slice_upto(host, star), slice_upto(pattern, star)) &&
           slice_equal_nocase(slice_from(host, host.len - tail.len), tail);
}

static bool is_docker_hub(struct slice host)
{
    return slice_equal_nocase(host, SLICE("docker.io")) ||
           slice_equal_nocase(host, SLICE("hub.docker.com")) ||
           slice_equal_nocase(host, SLICE("index.docker.io"));
}

static void look_registry(struct dockerfile_check *check, const struct stage *stage)
{
    struct base_name base;
    const struct check_settings *settings = check->settings;
    if (!settings->trusted_registry_count || !external_base(check, stage, &base))
        return;
    size_t slash = slice_find(base.name, '/');
    struct slice host = slice_upto(base.name, slash);
    if (slash == base.name.len ||
        (slice_find(host, '.') == host.len && slice_find(host, ':') == host.len &&
         !slice_equal_nocase(host, SLICE("localhost"))))
        host = SLICE("docker.io");
    for (size_t i = 0; i < settings->trusted_registry_count; i++) {
        struct slice trusted = settings->trusted_registries[i];
        if (registry_matches(trusted, host) || (is_docker_hub(trusted) && is_docker_hub(host)) ||
            registry_matches(trusted, slice_upto(base.name, trusted.len)))
            return;
    }
    check_report(check, stage->from, base_word(stage),
                 "%.*s comes from %.*s, which is not among the trusted registries; take the image "
                 "from one of those, or add this one to the configuration",
                 SLICE_ARG(base.text), SLICE_ARG(host));
}

const struct dockerfile_rule rules_from[] = {
    {.rule = {.id = "pin-base-image",
              .codes = "DL3006 DL3007 DS-0001 CKV_DOCKER_7 DKL-DI-0006",
              .severity = LINT_WARNING,
              .profiles = IN_DEFAULT | IN_HADOLINT,
              .title = "base image has no fixed version",
              .why = "Without a tag, or with latest, two builds of the same Dockerfile differ, and "
                     "an update arrives on the day it is published instead of the day you test it.",
              .bad = "FROM haproxy:latest",
              .good = "FROM haproxy:3.3.1-alpine",
              .fix = "pins the tag to the digest it resolves to"},
     .stage = look_pin},
    {.rule = {.id = "moving-base-tag",
              .codes = "",
              .severity = LINT_WARNING,
              .profiles = IN_DEFAULT,
              .title = "base image's tag moves to new versions",
              .why = "Tags such as alpine, stable or 3 stay the same while the version behind them "
                     "changes, so a rebuild may bring a major upgrade.",
              .bad = "FROM haproxy:alpine",
              .good = "FROM haproxy:3.3.1-alpine",
              .fix = "pins the tag to the digest it resolves to"},
     .stage = look_moving},
    {.rule = {.id = "base-digest",
              .codes = "",
              .severity = LINT_INFO,
              .profiles = 0,
              .title = "base image is not pinned to a digest",
              .why = "A tag, even of a full version, can be pushed again; a digest names bytes.",
              .bad = "FROM haproxy:3.3.1-alpine",
              .good = "FROM haproxy:3.3.1-alpine@sha256:"
                      "3f2c1e0b9a8d7c6b5a493827160f5e4d3c2b1a09f8e7d6c5b4a3928170f6e5d4",
              .fix = "pins the tag to the digest it resolves to"},
     .stage = look_digest},
    {.rule = {.id = "trusted-registry",
              .codes = "DL3026 CIS-4.2 CIS-DI-0002",
              .severity = LINT_ERROR,
              .profiles = IN_DEFAULT | IN_HADOLINT,
              .title = "base image comes from a registry that is not trusted",
              .why = "Whoever can push to the base image's registry runs code in your image. Looks "
                     "only when the configuration names trusted registries.",
              .bad = "FROM registry.example.net/tools/node:22.1.0",
              .good = "FROM docker.io/library/node:22.1.0",
              .fix = NULL},
     .stage = look_registry},
    {.rule = {.id = NULL}},
};
