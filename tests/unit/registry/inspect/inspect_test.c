/* Scan on push, over a real registry: real package databases, real workers, real jails. */
#include <signal.h>

#include "base/clock.h"
#include "base/file.h"
#include "layers.h"
#include "registry/core/bed.h"
#include "registry/inspect/inspect.h"
#include "registry/inspect/inspect_parts.h"
#include "registry/inspect/nursery.h"

enum { PATIENCE = 30 };

struct fixture {
    struct bed bed;
    struct inspect *inspect;
    struct slice database; /* apk's, of a real image */
};

static const char *shared(void)
{
    const char *folder = getenv("PLIMSOLL_SHARED");
    return folder ? folder : "../shared";
}

static void fixture_open_scanner(struct fixture *f, const char *store)
{
    struct error err = {0};
    struct inspect_options options = {.store = store};
    if (!inspect_open(&f->inspect, &f->bed.registry, &options, &err))
        fail_msg("%s", err.text);
}

/* False: there is no real data here. */
static bool fixture_open(struct fixture *f, bool sqlite)
{
    struct error err = {0};
    *f = (struct fixture){.inspect = NULL};
    bed_open(&f->bed, sqlite, NULL);
    const char *path =
        arena_printf(&f->bed.arena, "%s/data/apkdb/3.16.9-x86_64.installed", shared()).at;
    if (!file_read(path, 64 << 20, &f->bed.arena, &f->database, &err)) {
        bed_close(&f->bed);
        return false;
    }
    /* One package that the starter database knows something of. */
    f->database = arena_printf(&f->bed.arena, "%.*s\n\nP:aom-libs\nV:3.1.0-r0\nA:x86_64\no:aom\n\n",
                               SLICE_ARG(slice_trim(f->database)));
    struct repository repository = {.name = SLICE("team/app"), .scan_on_push = true};
    OK(&f->bed, repository_create(&f->bed.registry, &f->bed.scope, &repository, NULL, &f->bed.arena,
                                  &f->bed.failure));
    fixture_open_scanner(f, NULL);
    return true;
}

static void fixture_close(struct fixture *f)
{
    inspect_close(f->inspect, 0);
    bed_close(&f->bed);
}

static struct slice alpine_layer(struct fixture *f, struct slice database)
{
    struct tar_made tar = {NULL};
    tar_file(&tar, "etc/os-release", SLICE("ID=alpine\nVERSION_ID=3.16.9\n"));
    tar_file(&tar, "lib/apk/db/installed", database);
    tar_end(&tar);
    return tar_gzip(&tar, 6, &f->bed.arena);
}

/* Through the upload's functions, in pieces, as a client would. */
static struct digest upload_pieces(struct fixture *f, struct slice bytes, size_t piece,
                                   const struct digest *claimed)
{
    struct bed *bed = &f->bed;
    struct digest digest;
    struct upload *upload;
    char id[UPLOAD_ID_MAX];
    sha256_of(bytes, &digest);
    OK(bed, upload_start(&bed->registry, &bed->scope, NULL, id, &bed->failure));
    OK(bed, upload_take(&bed->registry, &bed->scope, slice_str(id), &upload, &bed->failure));
    while (bytes.len) {
        struct slice next = slice_upto(bytes, piece);
        OK(bed, upload_append(upload, next, &bed->failure));
        bytes = slice_from(bytes, next.len);
    }
    if (claimed)
        REFUSED(bed, upload_finish(upload, claimed, NULL, &bed->failure), FAILURE_DIGEST_INVALID);
    else
        OK(bed, upload_finish(upload, &digest, NULL, &bed->failure));
    return digest;
}

static struct digest push_image(struct fixture *f, const struct digest *layers, size_t count,
                                const char *tag)
{
    struct bed *bed = &f->bed;
    const char *config = "{\"os\":\"linux\",\"architecture\":\"amd64\"}";
    struct digest c = bed_blob(bed, config);
    struct slice list = {"", 0};
    for (size_t i = 0; i < count; i++) {
        uint64_t size;
        OK(bed, blob_stat(&bed->registry, &bed->scope, &layers[i], false, &size, &bed->failure));
        list =
            arena_printf(&bed->arena,
                         "%.*s%s{\"mediaType\":\"application/"
                         "vnd.oci.image.layer.v1.tar+gzip\",\"digest\":\"%s\",\"size\":%llu}",
                         SLICE_ARG(list), i ? "," : "", layers[i].text, (unsigned long long)size);
    }
    struct slice manifest = arena_printf(
        &bed->arena,
        "{\"schemaVersion\":2,\"mediaType\":\"application/vnd.oci.image.manifest.v1+json\","
        "\"config\":{\"mediaType\":\"application/vnd.oci.image.config.v1+json\",\"digest\":\"%s\","
        "\"size\":%zu},\"layers\":[%.*s]}",
        c.text, strlen(config), SLICE_ARG(list));
    return bed_push(bed, manifest, tag);
}

static struct inspect_report report_of(struct fixture *f, const struct digest *digest, bool full)
{
    struct inspect_report report;
    OK(&f->bed, inspect_report(f->inspect, &f->bed.scope, digest, full, &f->bed.arena, &report,
                               &f->bed.failure));
    return report;
}

static enum inspect_status wait_for(struct fixture *f, const struct digest *digest)
{
    enum inspect_status status = INSPECT_NONE;
    OK(&f->bed,
       inspect_wait(f->inspect, &f->bed.scope, digest, PATIENCE, &status, &f->bed.failure));
    return status;
}

static struct readings_stats stats_of(struct fixture *f)
{
    struct readings_stats stats;
    readings_stats(f->inspect->readings, &stats);
    return stats;
}

static void test_findings_of_a_push(void **state)
{
    (void)state;
    struct fixture f;
    if (!fixture_open(&f, true))
        skip();
    struct digest layer = upload_pieces(&f, alpine_layer(&f, f.database), 10000, NULL);
    struct digest image = push_image(&f, &layer, 1, "v1");
    assert_int_equal(wait_for(&f, &image), INSPECT_COMPLETE);
    struct inspect_report report = report_of(&f, &image, true);
    assert_int_equal(report.status, INSPECT_COMPLETE);
    assert_true(report.starter_database && !report.partial);
    assert_int_equal(report.package_count, 15);
    assert_int_equal(report.finding_count, 3);
    assert_true(slice_equal(report.distribution.id, SLICE("alpine")));
    assert_string_equal(report.findings[0].layer->digest.text, layer.text);
    size_t counted = 0;
    for (int i = 0; i <= SEVERITY_CRITICAL; i++)
        counted += report.counts[i];
    assert_int_equal(counted, report.finding_count);
    assert_int_equal(stats_of(&f).along, 1);
    assert_int_equal(stats_of(&f).started, 1);
    fixture_close(&f);
}

int main(void)
{
    struct error err;
    if (!inspect_nursery_start(&err))
        return 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_findings_of_a_push),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
