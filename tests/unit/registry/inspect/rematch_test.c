/* New advisories for images that are stored: what changes is what scanning anew would say. */
#include <sys/stat.h>
#include <unistd.h>

#include "advisory/update.h"
#include "fixture.h"

/*
 * `plimsoll db update` is another process; here one that was forked at the start: a byte asks for
 * an update of the one folder, a byte answers.
 */
static struct {
    int ask, answer;
} updater;
static char top[] = "/tmp/plimsoll-rematch-XXXXXX", mirror[64], store[64];

static void update_once(int answer)
{
    struct arena arena;
    struct error err;
    struct update_result result;
    struct update_options options = {.folder = store, .mirror = slice_str(mirror), .force = true};
    arena_init(&arena, 256 << 20);
    bool fine = update_run(&options, &arena, &result, &err);
    if (!fine)
        fprintf(stderr, "update: %s\n", err.text);
    arena_done(&arena);
    (void)!write(answer, fine ? "y" : "n", 1);
}

static bool updater_start(void)
{
    int ask[2], answer[2];
    char byte;
    if (pipe(ask) || pipe(answer))
        return false;
    if (fork() == 0) {
        close(ask[1]);
        while (read(ask[0], &byte, 1) == 1)
            update_once(answer[1]);
        _exit(0);
    }
    close(ask[0]);
    updater.ask = ask[1];
    updater.answer = answer[0];
    return true;
}

static void put_file(const char *path, const char *text)
{
    char whole[200];
    struct error err;
    snprintf(whole, sizeof whole, "%s/%s", mirror, path);
    *strrchr(whole, '/') = '\0';
    assert_true(file_make_folder(whole, &err));
    snprintf(whole, sizeof whole, "%s/%s", mirror, path);
    assert_true(file_write(whole, slice_str(text), &err));
}

/* The secdb of Alpine 3.16 becomes this. */
static void update_to(const char *packages)
{
    char text[2400], byte = 'n';
    snprintf(text, sizeof text, "{\"distroversion\":\"v3.16\",\"packages\":[%s]}", packages);
    put_file("alpine/v3.16/main.json", text);
    assert_int_equal(write(updater.ask, "u", 1), 1);
    assert_int_equal(read(updater.answer, &byte, 1), 1);
    assert_int_equal(byte, 'y');
}

#define AOM(version, id) "{\"pkg\":{\"name\":\"aom\",\"secfixes\":{\"" version "\":[\"" id "\"]}}}"

static int set_up(void **state)
{
    (void)state;
    snprintf(mirror, sizeof mirror, "%s/mirror", top);
    snprintf(store, sizeof store, "%s/store", top);
    return 0;
}

static size_t findings_of(struct fixture *f, const struct digest *image)
{
    return report_of(f, image, true).finding_count;
}

static bool has_finding(struct fixture *f, const struct digest *image, const char *id)
{
    struct inspect_report report = report_of(f, image, true);
    for (size_t i = 0; i < report.finding_count; i++)
        if (slice_equal_str(report.findings[i].finding.id, id))
            return true;
    return false;
}

/* The counts of the row itself, which rematching moves. */
static uint64_t counted(struct fixture *f, const struct digest *image)
{
    struct scan_row row = {.status = INSPECT_NONE};
    struct error err;
    bool found;
    uint64_t sum = 0;
    struct slice scope = scope_text(&f->bed.scope, &f->bed.arena);
    assert_true(report_rows(f->inspect, scope, image, &f->bed.arena, &row, NULL, &found, &err));
    for (int i = 0; i <= SEVERITY_CRITICAL; i++)
        sum += row.counts[i];
    return sum;
}

static size_t journal_scans(struct fixture *f, const char *why)
{
    struct journal_entry *entries;
    struct error err;
    size_t count = 0, scans = 0;
    assert_true(journal_read(&f->bed.registry, 0, 1000, &f->bed.arena, &entries, &count, &err));
    for (size_t i = 0; i < count; i++)
        scans +=
            slice_equal_str(entries[i].action, "ScanImage") && slice_equal_str(entries[i].why, why);
    return scans;
}

static void test_new_advisories_find_their_images(void **state)
{
    (void)state;
    struct fixture f = {.store = store};
    update_to(AOM("3.1.1-r0", "CVE-2021-1"));
    if (!fixture_open(&f, true))
        skip();
    struct digest layer = upload_pieces(&f, alpine_layer(&f, f.database), 1 << 20, NULL);
    struct tar_made tar = {NULL};
    tar_file(&tar, "etc/os-release", SLICE("ID=alpine\nVERSION_ID=3.16.9\n"));
    tar_file(&tar, "lib/apk/db/installed", SLICE("P:musl\nV:1.2.3-r0\nA:x86_64\no:musl\n\n"));
    tar_end(&tar);
    struct digest other = upload_pieces(&f, tar_gzip(&tar, 6, &f.bed.arena), 1 << 20, NULL);
    struct digest images[2] = {push_image(&f, &layer, 1, "aom"), push_image(&f, &other, 1, "musl")};
    for (int i = 0; i < 2; i++)
        assert_int_equal(wait_for(&f, &images[i]), INSPECT_COMPLETE);
    assert_int_equal(findings_of(&f, &images[0]), 1);
    assert_int_equal(findings_of(&f, &images[1]), 0);
    unsigned read_before = (unsigned)stats_of(&f).started;
    EVENTUALLY(journal_scans(&f, "") == 2);

    /* By itself: another, and one that goes. */
    update_to(AOM("3.1.1-r0", "CVE-2021-2") "," AOM("3.1.2-r0", "CVE-2021-3"));
    EVENTUALLY(counted(&f, &images[0]) == 2);
    assert_true(has_finding(&f, &images[0], "CVE-2021-2"));
    assert_true(has_finding(&f, &images[0], "CVE-2021-3"));
    assert_false(has_finding(&f, &images[0], "CVE-2021-1"));
    assert_int_equal(counted(&f, &images[1]), 0);
    assert_int_equal(journal_scans(&f, "new advisories"), 1);
    assert_int_equal(stats_of(&f).started, read_before); /* no layer was touched */

    /* Nothing changes twice. */
    struct rematch_report report;
    struct error err;
    assert_true(inspect_rematch(f.inspect, &report, &err));
    assert_int_equal(report.images, 2);
    assert_int_equal(report.changed, 0);

    /* The same as scanning anew. */
    OK(&f.bed, inspect_start(f.inspect, &f.bed.scope, &images[0], NULL, &f.bed.failure));
    assert_int_equal(wait_for(&f, &images[0]), INSPECT_COMPLETE);
    assert_int_equal(counted(&f, &images[0]), 2);
    fixture_close(&f);
}

static void test_advisories_that_came_while_it_was_down(void **state)
{
    (void)state;
    struct fixture f = {.store = store};
    update_to(AOM("3.1.1-r0", "CVE-2021-1"));
    if (!fixture_open(&f, true))
        skip();
    struct digest layer = upload_pieces(&f, alpine_layer(&f, f.database), 1 << 20, NULL);
    struct digest image = push_image(&f, &layer, 1, "v1");
    assert_int_equal(wait_for(&f, &image), INSPECT_COMPLETE);
    EVENTUALLY(journal_scans(&f, "") == 1);
    inspect_close(f.inspect, 0);
    registry_done(&f.bed.registry);
    update_to(AOM("3.1.1-r0", "CVE-2021-1") "," AOM("3.1.3-r0", "CVE-2021-4"));
    bed_open_registry(&f.bed);
    fixture_open_scanner(&f);
    EVENTUALLY(counted(&f, &image) == 2);
    /* A push right after an update counts once. */
    update_to(AOM("3.1.1-r0", "CVE-2021-1"));
    struct digest second = push_image_with(&f, &layer, 1, "v2", ",\"annotations\":{}");
    assert_int_equal(wait_for(&f, &second), INSPECT_COMPLETE);
    EVENTUALLY(counted(&f, &image) == 1 && counted(&f, &second) == 1);
    fixture_close(&f);
}

enum { SOURCES = 20, VERSIONS = 3, IMAGES = 12 };

static uint64_t dice_state = 20261123;
static unsigned dice(unsigned below)
{
    dice_state = dice_state * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)(dice_state >> 33) % below;
}

static struct digest random_image(struct fixture *f, int number)
{
    struct slice database = {"", 0};
    struct tar_made tar = {NULL};
    char extra[60];
    for (unsigned i = 0; i < SOURCES; i++)
        if (dice(2))
            database =
                arena_printf(&f->bed.arena, "%.*sP:lib%u\nV:1.%u-r0\nA:x86_64\no:source%u\n\n",
                             SLICE_ARG(database), i, dice(VERSIONS), i);
    tar_file(&tar, "etc/os-release", SLICE("ID=alpine\nVERSION_ID=3.16.9\n"));
    tar_file(&tar, "lib/apk/db/installed", database);
    tar_end(&tar);
    struct digest layer = upload_pieces(f, tar_gzip(&tar, 6, &f->bed.arena), 1 << 20, NULL);
    snprintf(extra, sizeof extra, ",\"annotations\":{\"number\":\"%d\"}", number);
    return push_image_with(f, &layer, 1, NULL, extra);
}

static void random_advisories(void)
{
    char text[1900] = "";
    size_t len = 0;
    for (unsigned i = 0; i < SOURCES; i++)
        if (dice(3) == 0)
            len += (size_t)snprintf(text + len, sizeof text - len,
                                    "%s{\"pkg\":{\"name\":\"source%u\",\"secfixes\":{\"1.%u-r0\":"
                                    "[\"CVE-2020-%u\"]}}}",
                                    len ? "," : "", i, 1 + dice(VERSIONS), 1000 + dice(30));
    update_to(text);
}

/* What the index moved is what matching each image anew finds, whatever came and went. */
static void test_the_index_is_right_whatever_changes(void **state)
{
    (void)state;
    struct fixture f = {.store = store};
    struct digest images[IMAGES];
    struct rematch_report report;
    struct error err;
    size_t all = 0;
    random_advisories();
    if (!fixture_open(&f, false))
        skip();
    for (int round = 0; round < 5; round++) {
        for (int i = round ? IMAGES - 2 : 0; i < IMAGES; i++) { /* two of them are new each time */
            images[i] = random_image(&f, round * IMAGES + i);
            assert_int_equal(wait_for(&f, &images[i]), INSPECT_COMPLETE);
        }
        random_advisories();
        if (!inspect_rematch(f.inspect, &report, &err))
            fail_msg("%s", err.text);
        for (int i = 0; i < IMAGES; i++) {
            EVENTUALLY(counted(&f, &images[i]) == findings_of(&f, &images[i]));
            all += findings_of(&f, &images[i]);
        }
    }
    assert_true(all > 5 * IMAGES);
    fixture_close(&f);
}

static void test_verdicts(void **state)
{
    (void)state;
    struct arena arena;
    arena_init(&arena, 1 << 20);
    struct verdict_finding findings[] = {{SLICE("CVE-2"), SEVERITY_HIGH, true},
                                         {SLICE("CVE-1"), SEVERITY_LOW, false}},
                           finding;
    struct slice text = verdict_encode(findings, 2, &arena);
    assert_true(slice_equal_str(text, "CVE-1 2 -\nCVE-2 4 k\n"));
    assert_true(verdict_next(&text, &finding));
    assert_true(slice_equal_str(finding.id, "CVE-1"));
    assert_true(verdict_next(&text, &finding));
    assert_int_equal(finding.severity, SEVERITY_HIGH);
    assert_true(finding.kev);
    assert_false(verdict_next(&text, &finding));
    arena_done(&arena);
}

int main(void)
{
    struct error err;
    if (!mkdtemp(top) || set_up(NULL) || !updater_start() || !inspect_nursery_start(&err))
        return 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_verdicts),
        cmocka_unit_test(test_new_advisories_find_their_images),
        cmocka_unit_test(test_the_index_is_right_whatever_changes),
        cmocka_unit_test(test_advisories_that_came_while_it_was_down),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    char *const words[] = {"rm", "-r", "--", top, NULL};
    close(updater.ask);
    if (fork() == 0)
        execvp("rm", words);
    while (wait(NULL) > 0 && !failed)
        break;
    return failed;
}
