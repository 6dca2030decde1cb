#include "sample.h"

#include <stdio.h>
#include <stdlib.h>

#include "report/report.h"
#include "test.h"

#define S SLICE
#define HOSTILE                                                                                    \
    "\x1b[31mred\x1b[0m \"quote\" \\ <script>alert(1)</script> [a](http://b) |`*_\xff\r\n# end"
#define DIGEST(digit) "sha256:" digit digit digit digit digit digit digit digit

static struct layer layers[2];
static struct scan_package packages[6];
static struct scan_finding findings[9];
static struct rating ratings[4];
static struct note notes[2];
static struct feed_status feeds[2];
static struct slice aliases[1];
static struct scan_result sample;

static void make_layers(void)
{
    layers[0] = (struct layer){.digest = {DIGEST("1111aaaa")},
                               .diff_id = {DIGEST("2222bbbb")},
                               .size = 3456789,
                               .created_by = S("/bin/sh -c #(nop) ADD file:abc in / "),
                               .fd = -1};
    layers[1] = (struct layer){.diff_id = {DIGEST("3333cccc")}, .size = 12, .fd = -1};
}

static void make_package(size_t at, struct package package, struct slice purl)
{
    packages[at] = (struct scan_package){.package = package,
                                         .layer = &layers[package.type == PACKAGE_PROGRAM],
                                         .layer_index = package.type == PACKAGE_PROGRAM,
                                         .purl = purl};
}

static struct package apk(struct slice name, struct slice version, struct slice source)
{
    return (struct package){.type = PACKAGE_APK,
                            .name = name,
                            .version = version,
                            .source = source,
                            .source_version = version,
                            .arch = S("x86_64"),
                            .path = S("lib/apk/db/installed"),
                            .license = S("Apache-2.0")};
}

static void make_packages(void)
{
    make_package(0, apk(S("libcrypto3"), S("3.0.8-r0"), S("openssl")),
                 S("pkg:apk/alpine/libcrypto3@3.0.8-r0?arch=x86_64&distro=3.17"));
    make_package(1, apk(S("libssl3"), S("3.0.8-r0"), S("openssl")),
                 S("pkg:apk/alpine/libssl3@3.0.8-r0?arch=x86_64&distro=3.17"));
    make_package(2, apk(S("zlib"), S("1.2.13-r0"), S("zlib")),
                 S("pkg:apk/alpine/zlib@1.2.13-r0?arch=x86_64&distro=3.17"));
    make_package(3,
                 (struct package){.type = PACKAGE_PROGRAM,
                                  .name = S("nginx"),
                                  .version = S("1.23.1"),
                                  .source = S("nginx"),
                                  .source_version = S("1.23.1"),
                                  .path = S("usr/local/sbin/nginx"),
                                  .evidence = S("nginx/1.23.1"),
                                  .cpe = S("f5:nginx")},
                 S("pkg:generic/nginx@1.23.1"));
    make_package(4, apk(S(HOSTILE), S("1_0*~rc1"), S(HOSTILE)), S(""));
    make_package(5, apk(S("ca-certificates"), S("20230506-r0"), S("ca-certificates")),
                 S("pkg:apk/alpine/ca-certificates@20230506-r0?arch=x86_64&distro=3.17"));
}

static struct scan_finding *make_finding(size_t at, size_t package, struct slice id,
                                         enum severity severity, struct slice fixed)
{
    findings[at] = (struct scan_finding){
        .layer = packages[package].layer,
        .layer_index = packages[package].layer_index,
        .finding = {.id = id,
                    .package = &packages[package].package,
                    .severity = severity,
                    .severity_source = S("nvd"),
                    .state = fixed.len ? FIX_FIXED : FIX_AFFECTED,
                    .fixed = fixed,
                    .order = packages[package].package.type == PACKAGE_APK ? "apk" : "generic",
                    .feed = S("alpine"),
                    .feed_date = S("2026-11-23"),
                    .epss = -1,
                    .epss_percentile = -1}};
    return &findings[at];
}

static void make_ratings(struct finding *finding)
{
    ratings[0] =
        (struct rating){S("nvd"), S("2.0"), S("AV:N/AC:M/Au:N/C:N/I:N/A:C"), 7.1, SEVERITY_HIGH};
    ratings[1] = (struct rating){
        S("nvd"), S("3.1"), S("CVSS:3.1/AV:N/AC:H/PR:N/UI:N/S:U/C:H/I:N/A:H"), 7.4, SEVERITY_HIGH};
    ratings[2] = (struct rating){S("debian"), S(""), S(""), 0, SEVERITY_LOW};
    aliases[0] = S("GHSA-x4qr-2fvf-3mr5");
    finding->ratings = ratings;
    finding->rating_count = 3;
    finding->aliases = aliases;
    finding->alias_count = 1;
}

static void make_openssl(void)
{
    struct scan_finding *found;
    /* One vulnerability in both packages of the source. */
    for (size_t i = 0; i < 2; i++) {
        found = make_finding(i, i, S("CVE-2023-0286"), SEVERITY_CRITICAL, S("3.0.10-r0"));
        make_ratings(&found->finding);
        found->finding.epss = 0.885;
        found->finding.epss_percentile = 0.99;
        found->finding.kev = true;
        found->finding.kev_due = S("2023-03-01");
        found->finding.range = S("< 3.0.10-r0");
        found->finding.title = S("X.400 address type confusion in X.509 GeneralName, which is "
                                 "a rather long title");
        found->finding.url = S("https://www.openssl.org/news/secadv/20230207.txt");
    }
    make_finding(2, 0, S("CVE-2023-0464"), SEVERITY_HIGH, S("3.0.9-r2"))->finding.epss = 0.004;
    make_finding(3, 1, S("CVE-2023-5363"), SEVERITY_MEDIUM, S(""));
}

static void make_others(void)
{
    struct scan_finding *found;
    ratings[3] = (struct rating){S("nginx"), S("4.0"), S(""), 10, SEVERITY_CRITICAL};
    found = make_finding(4, 3, S("CVE-2022-41741"), SEVERITY_HIGH, S("1.23.2"));
    found->finding.ratings = &ratings[3];
    found->finding.rating_count = 1;
    found->finding.feed = S("nginx");
    found = make_finding(5, 2, S("CVE-2022-37434"), SEVERITY_LOW, S(""));
    found->finding.state = FIX_WILL_NOT_FIX;
    found = make_finding(6, 4, S(HOSTILE), SEVERITY_LOW, S("9|9<b>"));
    found->finding.title = S(HOSTILE);
    found->finding.url = S("https://a/|<b>\n");
    found = make_finding(7, 2, S("CVE-2018-25032"), SEVERITY_HIGH, S("1.2.14-r0"));
    found->suppressed = true;
    found->reason = S("not reachable: " HOSTILE);
    found->owner = S("team@example");
    found->expires = S("2027-01-31");
    found->exception_source = S("plimsoll.exceptions.yaml:3");
    found = make_finding(8, 5, S("CVE-2023-37920"), SEVERITY_UNKNOWN, S(""));
    found->in_baseline = true;
}

static void make_image(void)
{
    sample.image = (struct image){.name = S("app.tar"),
                                  .kind = "docker-archive",
                                  .tag = S("registry.example:5000/team/app:v1"),
                                  .manifest_digest = {DIGEST("4444dddd")},
                                  .config_digest = {DIGEST("5555eeee")},
                                  .os = S("linux"),
                                  .architecture = S("amd64"),
                                  .created = S("2026-01-02T03:04:05Z"),
                                  .layers = layers,
                                  .layer_count = 2};
    sample.distribution = (struct distribution){.id = S("alpine"),
                                                .version_id = S("3.17.3"),
                                                .pretty = S("Alpine Linux v3.17"),
                                                .path = S("etc/os-release")};
}

struct scan_result *sample_empty(void)
{
    make_layers();
    sample = (struct scan_result){.started = S("2026-11-23T12:00:00Z")};
    make_image();
    sample.coverage = (struct coverage){.scope = S("alpine 3.17")};
    return &sample;
}

struct scan_result *sample_result(void)
{
    sample_empty();
    make_packages();
    make_openssl();
    make_others();
    notes[0] = (struct note){S("usr/lib/\x1b[2Jodd"), S("could not be read: " HOSTILE)};
    notes[1] =
        (struct note){S(""), S("the database is 9 days old; plimsoll db update fetches a newer")};
    feeds[0] = (struct feed_status){.name = S("alpine"),
                                    .date = S("2026-11-23"),
                                    .updated = S("2026-11-23T11:00:00Z"),
                                    .source = S("https://secdb.alpinelinux.org/"),
                                    .records = 1234};
    feeds[1] = (struct feed_status){.name = S("kev"), .error = S("404 Not Found")};
    sample.coverage = (struct coverage){.covered = true,
                                        .scope = S("alpine 3.17"),
                                        .feed = S("alpine"),
                                        .feed_date = S("2026-11-23"),
                                        .end_of_life = S("2024-11-22"),
                                        .past_end_of_life = true};
    sample.packages = packages, sample.package_count = 6;
    sample.findings = findings, sample.finding_count = 9;
    sample.notes = notes, sample.note_count = 2;
    sample.feeds = feeds, sample.feed_count = 2;
    sample.partial = true;
    return &sample;
}

char *sample_report(const struct scan_result *result, const char *format, unsigned width, bool all)
{
    char *text = NULL;
    size_t size = 0;
    struct error err = {0};
    struct report_options options = {.width = width, .all = all};
    FILE *file = open_memstream(&text, &size);
    assert_non_null(file);
    if (!report_write(slice_str(format), result, &options, file, &err))
        fail_msg("%s", err.text);
    fclose(file);
    return text;
}

static char *read_whole(const char *path)
{
    char *text = calloc(1, 1 << 20);
    FILE *file = fopen(path, "r");
    if (file) {
        assert_true(fread(text, 1, (1 << 20) - 1, file) > 0);
        fclose(file);
    }
    return text;
}

static void write_whole(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

void sample_compare(const char *name, const char *text)
{
    char path[500], got[520];
    const char *tests = getenv("PLIMSOLL_TESTS"), *golden = getenv("PLIMSOLL_GOLDEN");
    assert_non_null(tests);
    snprintf(path, sizeof path, "%s/data/report/%s", tests, name);
    snprintf(got, sizeof got, "%s.got", path);
    if (golden && strcmp(golden, "write") == 0)
        write_whole(path, text);
    char *expected = read_whole(path);
    bool same = strcmp(expected, text) == 0;
    free(expected);
    if (!same) {
        write_whole(got, text);
        fail_msg("differs from the golden file: compare %s with it", got);
    }
}
