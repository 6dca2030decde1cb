/* KEV, EPSS, end of life, vendor severities; and zip, which one of the large ones comes in. */
#include "reading.h"

#include "advisory/feed/zip.h"

static void kev(void **state)
{
    (void)state;
    static const char text[] =
        "{\"dateReleased\": \"2026-08-07T16:45:47Z\", \"vulnerabilities\": [\n"
        "{\"cveID\": \"CVE-2026-8037\", \"vulnerabilityName\": \"A Hole\",\n"
        " \"dateAdded\": \"2026-08-07\", \"dueDate\": \"2026-08-28\"}]}";
    struct reading reading;
    struct slice added, due;
    reading_of(&reading, "kev", text);
    assert_true(store_kev(reading.store, SLICE("CVE-2026-8037"), &added, &due));
    assert_true(slice_equal_str(due, "2026-08-28"));
    assert_false(store_kev(reading.store, SLICE("CVE-1"), &added, &due));
    assert_string_equal(reading_facts(&reading, "CVE-2026-8037"), "A Hole");
    reading_end(&reading);
    reading_refuses_cuts("kev", text, 1);
}

static void epss(void **state)
{
    (void)state;
    struct reading reading;
    double score, percentile;
    reading_begin(&reading);
    assert_true(reading_add(&reading, "epss", "x",
                            SLICE("#model_version:v2025.03.14,score_date:2026-08-16T00:00:00Z\n"
                                  "cve,epss,percentile\r\nCVE-1,0.5,0.9\r\nCVE-2,2e-05,1\n")));
    assert_false(reading_add(&reading, "epss", "x", SLICE("CVE-3,0.5")));
    assert_false(reading_add(&reading, "epss", "x", SLICE("CVE-3,high,0.5\n")));
    assert_false(reading_add(&reading, "epss", "x", SLICE("<html>\n")));
    reading_store(&reading, "epss");
    assert_true(slice_equal_str(reading.sink.date, "2026-08-16"));
    assert_true(store_epss(reading.store, SLICE("CVE-1"), &score, &percentile));
    assert_true(score > 0.499 && score < 0.501 && percentile > 0.899 && percentile < 0.901);
    assert_true(store_epss(reading.store, SLICE("CVE-2"), &score, &percentile));
    assert_true(score > 1.9e-5 && score < 2.1e-5);
    assert_false(store_epss(reading.store, SLICE("CVE-9"), &score, &percentile));
    reading_end(&reading);
}

/* A tar of one file. */
static struct slice make_tar(const char *name, const char *text, char tar[4096])
{
    unsigned sum = 0;
    memset(tar, 0, 4096);
    snprintf(tar, 100, "%s", name);
    snprintf(tar + 100, 8, "0000644");
    snprintf(tar + 124, 12, "%011o", (unsigned)strlen(text));
    memset(tar + 148, ' ', 8);
    tar[156] = '0';
    memcpy(tar + 257, "ustar\00000", 8);
    memcpy(tar + 512, text, strlen(text));
    for (unsigned i = 0; i < 512; i++)
        sum += (unsigned char)tar[i];
    snprintf(tar + 148, 8, "%06o", sum);
    return slice_of(tar, 4096);
}

static void check_eol(struct reading *reading, const char *product, const char *cycle,
                      const char *expected)
{
    struct slice date = {0};
    bool found = store_end_of_life(reading->store, slice_str(product), slice_str(cycle), &date);
    assert_true(found == (*expected != '\0'));
    assert_true(slice_equal_str(date, expected));
}

static void end_of_life_in_markdown(void **state)
{
    (void)state;
    char tar[4096];
    struct reading reading;
    reading_begin(&reading);
    assert_true(reading_add(
        &reading, "eol", "x",
        make_tar("products/alpine-linux.md",
                 "---\ntitle: Alpine\npermalink: /alpine-linux\nalternate_urls:\n  - /alpine\n"
                 "releases:\n  - releaseCycle: \"3.16\"\n    eol: 2024-05-23\n"
                 "  - releaseCycle: \"edge\"\n    eol: false\n---\n# Words\n",
                 tar)));
    reading_store(&reading, "eol");
    check_eol(&reading, "alpine", "3.16", "2024-05-23");
    check_eol(&reading, "alpine-linux", "edge", "false");
    check_eol(&reading, "alpine", "9.9", "");
    reading_end(&reading);
}

static void end_of_life_of_the_api(void **state)
{
    (void)state;
    static const char text[] =
        "{\"last_modified\": \"2026-08-01T00:00:00Z\", \"result\": [\n"
        "{\"name\": \"debian\", \"aliases\": [\"deb\"], \"releases\": [\n"
        " {\"name\": \"12\", \"eolFrom\": \"2028-06-30\", \"isEol\": false},\n"
        " {\"name\": \"1\", \"eolFrom\": null, \"isEol\": true}]}]}";
    struct reading reading;
    reading_of(&reading, "eol", text);
    check_eol(&reading, "debian", "12", "2028-06-30");
    check_eol(&reading, "deb", "1", "true");
    reading_end(&reading);
    reading_refuses_cuts("eol", text, 1);
}

static void vendor_severities(void **state)
{
    (void)state;
    struct reading reading;
    reading_of(&reading, "vendor-severity", "cve,vendor,severity\nCVE-1,curl,CRITICAL\n");
    assert_string_equal(reading_facts(&reading, "CVE-1"), " curl 0.0 critical");
    reading_end(&reading);
}

/* "a" stored with the content "hello", made by Python's zipfile. */
static const unsigned char archive[] = {
    0x50, 0x4b, 0x03, 0x04, 0x14, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x21, 0x00, 0x86,
    0xa6, 0x10, 0x36, 0x05, 0x00, 0x00, 0x00, 0x05, 0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00,
    0x61, 'h',  'e',  'l',  'l',  'o',  0x50, 0x4b, 0x01, 0x02, 0x14, 0x03, 0x14, 0x00, 0x00,
    0x00, 0x00, 0x00, 0x00, 0x00, 0x21, 0x00, 0x86, 0xa6, 0x10, 0x36, 0x05, 0x00, 0x00, 0x00,
    0x05, 0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
    0x00, 0x80, 0x01, 0x00, 0x00, 0x00, 0x00, 0x61, 0x50, 0x4b, 0x05, 0x06, 0x00, 0x00, 0x00,
    0x00, 0x01, 0x00, 0x01, 0x00, 0x2f, 0x00, 0x00, 0x00, 0x24, 0x00, 0x00, 0x00, 0x00, 0x00};

static bool read_zip(struct slice bytes, struct arena *arena, struct slice *content,
                     struct error *err)
{
    CLEANUP_ZIP struct zip zip = {0};
    struct zip_member member;
    return zip_open(&zip, bytes, err) && zip_next(&zip, &member, err) &&
           zip_read(&zip, &member, 1000, arena, content, err);
}

static void zip_archives(void **state)
{
    (void)state;
    CLEANUP_ARENA struct arena arena;
    struct error err;
    struct slice content;
    char damaged[sizeof archive];
    arena_init(&arena, 1 << 20);
    assert_true(read_zip(slice_of(archive, sizeof archive), &arena, &content, &err));
    assert_true(slice_equal_str(content, "hello"));
    for (size_t cut = 0; cut < sizeof archive; cut++)
        assert_false(read_zip(slice_of(archive, cut), &arena, &content, &err));
    memcpy(damaged, archive, sizeof archive);
    damaged[31] = 'H';
    assert_false(read_zip(slice_of(damaged, sizeof damaged), &arena, &content, &err));
    assert_non_null(strstr(err.text, "checksum"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(kev),
        cmocka_unit_test(epss),
        cmocka_unit_test(end_of_life_in_markdown),
        cmocka_unit_test(end_of_life_of_the_api),
        cmocka_unit_test(vendor_severities),
        cmocka_unit_test(zip_archives),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
