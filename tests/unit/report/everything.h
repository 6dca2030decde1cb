#pragma once
/* A result with one of everything, for tests of reports. */
#include "report/report.h"

#define LAYER_0  "sha256:1111111111111111111111111111111111111111111111111111111111111111"
#define LAYER_1  "sha256:2222222222222222222222222222222222222222222222222222222222222222"
#define MANIFEST "sha256:3333333333333333333333333333333333333333333333333333333333333333"

static struct layer everything_layers[] = {
    {.digest = {LAYER_0}, .diff_id = {LAYER_1}, .size = 123, .created_by = SLICE("ADD \"x\" /")},
    {.diff_id = {LAYER_1}, .media_type = SLICE("application/x"), .foreign = true},
    {.diff_id = {LAYER_1}},
    {.fd = -1}, /* of a plain tarball: no digest is known */
};

static struct slice everything_platforms[] = {SLICE("linux/amd64"), SLICE("linux/arm64/v8")};

static struct scan_package everything_packages[] = {
    {.package = {.type = PACKAGE_APK,
                 .name = SLICE("libssl1.1"),
                 .version = SLICE("1.1.1s-r0"),
                 .source = SLICE("openssl"),
                 .source_version = SLICE("1.1.1s-r1"),
                 .arch = SLICE("x86_64"),
                 .path = SLICE("lib/apk/db/installed"),
                 .license = SLICE("OpenSSL AND x")},
     .layer = &everything_layers[0],
     .purl = SLICE("pkg:apk/alpine/libssl1.1@1.1.1s-r0"),
     .platforms = everything_platforms,
     .platform_count = 2},
    {.package = {.type = PACKAGE_PROGRAM,
                 .name = SLICE("haproxy"),
                 .version = SLICE("3.3.14"),
                 .source = SLICE("haproxy"),
                 .source_version = SLICE("3.3.14"),
                 .path = SLICE("usr/local/sbin/ha proxy"),
                 .evidence = SLICE("HAProxy \"version\" 3.3.14"),
                 .cpe = SLICE("haproxy:haproxy,haproxy:x")},
     .layer = &everything_layers[2],
     .layer_index = 2,
     .purl = SLICE("pkg:generic/haproxy@3.3.14")},
    {.package = {.type = PACKAGE_NPM,
                 .name = SLICE("@scope/x"),
                 .version = SLICE("1"),
                 .source = SLICE("@scope/x"),
                 .source_version = SLICE("1"),
                 .vendor = SLICE("somebody")},
     .layer_index = SIZE_MAX,
     .purl = SLICE("pkg:generic/haproxy@3.3.14")}, /* the same as another's */
    {.package =
         {.type = PACKAGE_OTHER, .name = SLICE("y"), .source = SLICE("y"), .path = SLICE("opt/y")},
     .layer = &everything_layers[3],
     .layer_index = 3},
};

static struct slice everything_aliases[] = {SLICE("GHSA-1")};
static struct rating everything_ratings[] = {
    {SLICE("nvd"), SLICE("3.1"), SLICE("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H"), 7.5,
     SEVERITY_HIGH},
    {SLICE("alpine"), {NULL, 0}, {NULL, 0}, 0, SEVERITY_NEGLIGIBLE},
};

static struct scan_finding everything_findings[] = {
    {.finding = {.id = SLICE("CVE-2023-0286"),
                 .aliases = everything_aliases,
                 .alias_count = 1,
                 .package = &everything_packages[0].package,
                 .severity = SEVERITY_HIGH,
                 .severity_source = SLICE("nvd"),
                 .state = FIX_FIXED,
                 .fixed = SLICE("1.1.1t-r0"),
                 .range = SLICE("< 1.1.1t-r0"),
                 .title = SLICE("Type confusion [x](http://example) {0}"),
                 .url = SLICE("https://security.example/CVE-2023-0286"),
                 .feed = SLICE("alpine"),
                 .ratings = everything_ratings,
                 .rating_count = 2,
                 .epss = 0.5,
                 .epss_percentile = 0.9,
                 .kev = true},
     .layer = &everything_layers[0],
     .in_baseline = true},
    {.finding = {.id = SLICE("CVE-2023-0286"),
                 .package = &everything_packages[1].package,
                 .severity = SEVERITY_LOW,
                 .state = FIX_AFFECTED,
                 .feed = SLICE("nvd"),
                 .epss = -1,
                 .epss_percentile = -1},
     .suppressed = true,
     .reason = SLICE("not reachable"),
     .owner = SLICE("us"),
     .exception_source = SLICE("plimsoll.exceptions.yaml:3")},
};

static struct note everything_notes[] = {{SLICE("var/lib/x"), SLICE("could not be read")}};

static struct scan_result everything_result(void)
{
    return (struct scan_result){
        .image = {.name = SLICE("registry.example/app:1"),
                  .kind = "registry",
                  .tag = SLICE("app:1"),
                  .manifest_digest = {MANIFEST},
                  .config_digest = {LAYER_0},
                  .os = SLICE("linux"),
                  .architecture = SLICE("arm64"),
                  .variant = SLICE("v8"),
                  .os_version = SLICE("10"),
                  .created = SLICE("2026-08-22T10:11:12Z"),
                  .layers = everything_layers,
                  .layer_count = 4},
        .platforms = everything_platforms,
        .platform_count = 2,
        .distribution = {SLICE("alpine"), SLICE("3.16.9"), SLICE("code"), SLICE("Alpine v3.16"),
                         SLICE("etc/os-release")},
        .packages = everything_packages,
        .package_count = 4,
        .findings = everything_findings,
        .finding_count = 2,
        .notes = everything_notes,
        .note_count = 1,
        .partial = true,
        .started = SLICE("2026-11-23T12:00:00Z"),
    };
}
