#include "reading.h"

#include <sys/stat.h>

#include "advisory/feed/nvd_facts_write.h"
#include "base/file.h"

#define CPE(part, product, version) "cpe:2.3:" part ":v:" product ":" version ":*:*:*:*:*:*:*"
#define MATCH(part, product, version, more)                                                        \
    "{\"vulnerable\": true, \"criteria\": \"" CPE(part, product, version) "\"" more "}"
#define NEEDS(part, product)                                                                       \
    "{\"vulnerable\": false, \"criteria\": \"" CPE(part, product, "-") "\"}"

static const char form_20[] =
    "{\"resultsPerPage\": 2, \"vulnerabilities\": [\n"
    "{\"cve\": {\"id\": \"CVE-2024-1\", \"published\": \"2024-01-02T03:04:05.000\",\n"
    " \"lastModified\": \"2024-02-03T00:00:00.000\", \"vulnStatus\": \"Analyzed\",\n"
    " \"descriptions\": [{\"lang\": \"es\", \"value\": \"no\"}, {\"lang\": \"en\", "
    "\"value\": \"Yes.\"}],\n"
    " \"metrics\": {\"cvssMetricV31\": [{\"source\": \"nvd@nist.gov\", \"type\": "
    "\"Primary\",\n"
    "   \"cvssData\": {\"version\": \"3.1\", \"vectorString\": \"CVSS:3.1/X\", "
    "\"baseScore\": 9.8,\n"
    "   \"baseSeverity\": \"CRITICAL\"}}]},\n"
    " \"configurations\": [\n"
    "  {\"nodes\": [{\"operator\": \"OR\", \"negate\": false, \"cpeMatch\": [\n"
    "   " MATCH(
        "a", "p", "*",
        ", \"versionStartIncluding\": \"1.0\", \"versionEndExcluding\": "
        "\"1.5\"") ",\n"
                   "   " MATCH("a", "p", "2.0", "") ", " MATCH("a", "p", "-", "") ", " MATCH(
                       "o", "os", "*",
                       "") ",\n"
                           "   " MATCH(
                               "a", "q\\\\:r", "*",
                               ", \"versionStartExcluding\": "
                               "\"3\", \"versionEndIncluding\": "
                               "\"4\"") "]}]},\n"
                                        "  {\"operator\": "
                                        "\"AND\", \"nodes\": [\n"
                                        "   {\"operator\": "
                                        "\"OR\", \"cpeMatch\": "
                                        "[" MATCH(
                                            "a", "module", "*",
                                            "") "]},\n"
                                                "   "
                                                "{\"operator\": "
                                                "\"OR\", "
                                                "\"cpeMatch\": "
                                                "[" NEEDS(
                                                    "a",
                                                    "host") "]}]},"
                                                            "\n"
                                                            "  "
                                                            "{\"op"
                                                            "erato"
                                                            "r\": "
                                                            "\"AND"
                                                            "\", "
                                                            "\"nod"
                                                            "es\":"
                                                            " [\n"
                                                            "   "
                                                            "{\"op"
                                                            "erato"
                                                            "r\": "
                                                            "\"OR"
                                                            "\", "
                                                            "\"cpe"
                                                            "Match"
                                                            "\": "
                                                            "[" MATCH(
                                                                "a",
                                                                "l"
                                                                "i"
                                                                "n"
                                                                "u"
                                                                "x"
                                                                "a"
                                                                "p"
                                                                "p",
                                                                "*",
                                                                "") "]},\n"
                                                                    "   {\"operator\": \"OR\", "
                                                                    "\"cpeMatch\": [" NEEDS(
                                                                        "o",
                                                                        "linux_kernel") "]}]}]}},\n"
                                                                                        "{\"cve\": "
                                                                                        "{\"id\": "
                                                                                        "\"CVE-"
                                                                                        "2024-2\", "
                                                                                        "\"vulnStat"
                                                                                        "us\": "
                                                                                        "\"Rejected"
                                                                                        "\", "
                                                                                        "\"descript"
                                                                                        "ions\": "
                                                                                        "[]}}\n"
                                                                                        "], "
                                                                                        "\"format\""
                                                                                        ": \"x\"}";

static void form_2_0(void **state)
{
    (void)state;
    struct reading reading;
    reading_of(&reading, "nvd", form_20);
    assert_string_equal(reading_entries(&reading, "cpe", "v:p", NULL),
                        "CVE-2024-1 fixed [>= 1.0, < 1.5] [= 2.0]");
    assert_string_equal(reading_entries(&reading, "cpe", "v:q:r", NULL),
                        "CVE-2024-1 unknown [> 3, <= 4]");
    assert_string_equal(reading_entries(&reading, "cpe", "v:os", NULL), "");
    assert_string_equal(reading_entries(&reading, "cpe", "v:module", NULL),
                        "CVE-2024-1 unknown [all versions] on v:host");
    assert_string_equal(reading_entries(&reading, "cpe", "v:linuxapp", NULL),
                        "CVE-2024-1 unknown [all versions]");
    assert_string_equal(reading_facts(&reading, "CVE-2024-1"),
                        "Yes. nvd/3.1 9.8 critical 2024-01-02");
    assert_string_equal(reading_facts(&reading, "CVE-2024-2"), "");
    reading_end(&reading);
}

static const char form_11[] =
    "{\"CVE_data_type\": \"CVE\", \"CVE_Items\": [{\n"
    " \"cve\": {\"CVE_data_meta\": {\"ID\": \"CVE-2024-1\"}, \"description\":\n"
    "  {\"description_data\": [{\"lang\": \"en\", \"value\": \"Old word.\"}]}},\n"
    " \"configurations\": {\"nodes\": [\n"
    "  {\"operator\": \"AND\", \"children\": [\n"
    "   {\"operator\": \"OR\", \"children\": [], \"cpe_match\": [\n"
    "    {\"vulnerable\": true, \"cpe23Uri\": \"" CPE(
        "a", "w", "1.0") "\"}]},\n"
                         "   {\"operator\": \"OR\", \"children\": [], \"cpe_match\": [\n"
                         "    {\"vulnerable\": false, \"cpe23Uri\": "
                         "\"cpe:2.3:o:microsoft:windows:-:*:*:*:*:*:*:*\"}]}],\n"
                         "   \"cpe_match\": []},\n"
                         "  {\"operator\": \"OR\", \"children\": [], \"cpe_match\": [\n"
                         "    {\"vulnerable\": true, \"versionEndIncluding\": \"5\",\n"
                         "     \"cpe23Uri\": \"cpe:2.3:a:v:p:*:*:*:*:*:wordpress:*:*\"}]}]},\n"
                         " \"impact\": {\"baseMetricV2\": {\"cvssV2\": {\"version\": \"2.0\", "
                         "\"vectorString\": \"AV:N\",\n"
                         "  \"baseScore\": 7.5}, \"severity\": \"HIGH\"}},\n"
                         " \"publishedDate\": \"2018-01-02T10:15Z\", \"lastModifiedDate\": "
                         "\"2018-01-03T10:15Z\"}]}";

static void form_1_1(void **state)
{
    (void)state;
    struct reading reading;
    reading_of(&reading, "nvd", form_11);
    assert_string_equal(reading_entries(&reading, "cpe", "v:w", NULL),
                        "CVE-2024-1 unknown [= 1.0] on windows");
    assert_string_equal(reading_entries(&reading, "cpe", "v:p", NULL),
                        "CVE-2024-1 unknown [<= 5] on wordpress");
    assert_string_equal(reading_facts(&reading, "CVE-2024-1"),
                        "Old word. nvd/2.0 7.5 unknown 2018-01-02");
    reading_end(&reading);
}

static void windows_and_updates(void **state)
{
    (void)state;
    struct reading reading;
    reading_of(&reading, "nvd",
               "{\"CVE_Items\": [{\"cve\": {\"CVE_data_meta\": {\"ID\": \"CVE-1-1\"}},\n"
               " \"configurations\": {\"nodes\": [{\"operator\": \"AND\", \"children\": [\n"
               "  {\"operator\": \"OR\", \"cpe_match\": [{\"vulnerable\": true,\n"
               "   \"cpe23Uri\": \"cpe:2.3:a:v:w:1.0:rc1:*:*:*:*:*:*\"}]},\n"
               "  {\"operator\": \"OR\", \"cpe_match\": [{\"vulnerable\": false,\n"
               "   \"cpe23Uri\": \"cpe:2.3:o:microsoft:windows:-:*:*:*:*:*:*:*\"}]}]}]}}]}");
    assert_string_equal(reading_entries(&reading, "cpe", "v:w", NULL),
                        "CVE-1-1 unknown [= 1.0-rc1] on windows");
    reading_end(&reading);
}

static void the_newest_word_counts(void **state)
{
    (void)state;
    struct reading reading;
    reading_begin(&reading);
    assert_true(reading_add(&reading, "nvd", "modified", slice_str(form_20)));
    assert_true(reading_add(&reading, "nvd", "2018", slice_str(form_11)));
    reading_store(&reading, "nvd");
    assert_string_equal(reading_entries(&reading, "cpe", "v:p", NULL),
                        "CVE-2024-1 fixed [>= 1.0, < 1.5] [= 2.0]");
    reading_end(&reading);
}

static void cut_files_are_refused(void **state)
{
    (void)state;
    reading_refuses_cuts("nvd", form_20, 5);
    reading_refuses_cuts("nvd", form_11, 5);
    struct reading reading;
    reading_begin(&reading);
    assert_false(reading_add(&reading, "nvd", "x", SLICE("{\"a\": [1]}")));
    assert_false(reading_add(&reading, "nvd", "x", SLICE("[]")));
    reading_end(&reading);
}

static void put_file(const char *folder, const char *name, const char *text)
{
    char path[128];
    struct error err;
    snprintf(path, sizeof path, "%s/%s", folder, name);
    assert_true(file_write(path, slice_str(text), &err));
}

static struct slice get_file(struct reading *reading, const char *folder, const char *name)
{
    char path[128];
    struct slice bytes;
    snprintf(path, sizeof path, "%s/%s", folder, name);
    assert_true(file_read(path, 1 << 20, &reading->arena, &bytes, &reading->err));
    unlink(path);
    return bytes;
}

/* What `db facts` writes says the same as what it was made from. */
static void facts_say_the_same(void **state)
{
    (void)state;
    char folder[] = "/tmp/plimsoll-facts.XXXXXX", path[64];
    struct reading reading;
    struct nvd_facts_count count;
    assert_non_null(mkdtemp(folder));
    reading_begin(&reading);
    put_file(folder, "in.json", form_20);
    snprintf(path, sizeof path, "%s/in.json", folder);
    const char *const files[] = {path, path};
    if (!nvd_facts_write(files, 2, folder, &count, &reading.err))
        fail_msg("%s", reading.err.text);
    assert_int_equal(count.vulnerabilities, 1);
    assert_true(
        reading_add(&reading, "nvd-facts", "cvss", get_file(&reading, folder, "cvss.csv.gz")));
    assert_true(reading_add(&reading, "nvd-facts", "cpe",
                            get_file(&reading, folder, "cpe-ranges.jsonl.gz")));
    reading_store(&reading, "nvd-facts");
    assert_string_equal(reading_entries(&reading, "cpe", "v:p", NULL),
                        "CVE-2024-1 fixed [>= 1.0, < 1.5] [= 2.0]");
    assert_string_equal(reading_entries(&reading, "cpe", "v:module", NULL),
                        "CVE-2024-1 unknown [all versions] on v:host");
    assert_string_equal(reading_facts(&reading, "CVE-2024-1"), " nvd/3.1 9.8 critical");
    reading_end(&reading);
    unlink(path);
    rmdir(folder);
}

static void rows_of_facts(void **state)
{
    (void)state;
    struct reading reading;
    reading_begin(&reading);
    assert_true(reading_add(&reading, "nvd-facts", "cvss",
                            SLICE("cve,cvss_version,source,vector,score,severity\n"
                                  "CVE-1,2.0,nvd,AV:N,5.0,MEDIUM\nCVE-1,4.0,cna,CVSS:4.0/X,,\n"
                                  "CVE-2,3.1,nvd,CVSS:3.1/Y,.5,LOW\n")));
    assert_true(reading_add(&reading, "nvd-facts", "cpe",
                            SLICE("{\"cve\":\"CVE-1\",\"src\":\"nvd\",\"cpe\":[[\"a\",\"v\",\"p\","
                                  "\"1.0:rc1\",\"\",\"\",\"\",\"\",\"node.js\"],[\"a\",\"v\",\"p\","
                                  "\"*\",\"\",\"1\",\"\",\"2\",\"\"]]}\n")));
    assert_false(reading_add(&reading, "nvd-facts", "cvss", SLICE("CVE-1,2.0,nvd,x,high,X\n")));
    assert_false(reading_add(&reading, "nvd-facts", "cvss", SLICE("garbage\n")));
    assert_false(reading_add(&reading, "nvd-facts", "cpe", SLICE("{\"cve\":\"CVE-1\",\"cpe\":[[")));
    reading_store(&reading, "nvd-facts");
    assert_string_equal(reading_facts(&reading, "CVE-1"),
                        " nvd/2.0 5.0 medium cna/4.0 0.0 unknown");
    assert_string_equal(reading_facts(&reading, "CVE-2"), " nvd/3.1 0.5 low");
    assert_string_equal(reading_entries(&reading, "cpe", "v:p", NULL),
                        "CVE-1 unknown [= 1.0-rc1] on node.js; CVE-1 fixed [> 1, < 2]");
    reading_end(&reading);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(form_2_0),
        cmocka_unit_test(form_1_1),
        cmocka_unit_test(windows_and_updates),
        cmocka_unit_test(the_newest_word_counts),
        cmocka_unit_test(cut_files_are_refused),
        cmocka_unit_test(facts_say_the_same),
        cmocka_unit_test(rows_of_facts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
