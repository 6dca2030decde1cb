/*
 * Scores against the examples of the specifications, and against all rows of the NVD's and others'
 * real scores in $PLIMSOLL_SHARED/feeds/nvd/cvss.csv.gz: cve,version,source,vector,score,severity.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>
#include <zlib.h>

#include "version/cvss.h"

static const struct {
    const char *vector;
    double score;
} examples[] = {
    {"AV:N/AC:L/Au:N/C:N/I:N/A:C", 7.8}, /* guide to 2.0, §3.3.1 */
    {"AV:N/AC:L/Au:N/C:C/I:C/A:C", 10.0},
    {"(AV:L/AC:H/Au:N/C:C/I:C/A:C/E:POC/RL:OF/RC:C)", 6.2},
    {"AV:N/AC:L/Au:N/C:N/I:N/A:N", 0.0},
    {"CVSS:3.0/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N", 6.1},
    {"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", 9.8},
    {"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H", 10.0},
    {"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:N", 0.0},
    {"CVSS:3.1/A:H/I:H/C:H/S:U/UI:N/PR:N/AC:L/AV:N", 9.8}, /* any order */
    {"CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N", 9.3},
    {"CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:H/SI:H/SA:H", 10.0},
    {"CVSS:4.0/AV:L/AC:L/AT:P/PR:N/UI:N/VC:N/VI:N/VA:N/SC:N/SI:N/SA:N", 0.0},
    {"CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:N/VA:N/SC:N/SI:N/SA:N/E:U", 6.6},
};

static void examples_have_their_scores(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof examples / sizeof *examples; i++) {
        struct cvss cvss = {0};
        if (!cvss_parse(slice_str(examples[i].vector), &cvss))
            fail_msg("invalid: %s", examples[i].vector);
        if ((int)(cvss.score * 10 + 0.5) != (int)(examples[i].score * 10 + 0.5))
            fail_msg("%s: %.1f", examples[i].vector, cvss.score);
    }
}

static void bad_vectors_are_invalid(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",
        "()",
        "CVSS:3.1/",
        "CVSS:3.2/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
        "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H",          /* no A */
        "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/A:H",  /* twice */
        "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:X",      /* no such value */
        "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/ZZ:1", /* no such metric */
        "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:",       /* no value */
        "CVSS:3.1/AV:N/AC:L//PR:N/UI:N/S:U/C:H/I:H/A:H",     /* an empty one */
        "CVSS:3.1/AV:N /AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
        "AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", /* 3.x without its prefix */
        "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:S/VA:H/SC:N/SI:N/SA:N",
    };
    struct cvss cvss = {.score = 42};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        if (cvss_parse(slice_str(bad[i]), &cvss))
            fail_msg("valid: %s", bad[i]);
    assert_true(cvss.score > 41);
}

struct tally {
    unsigned rows, nvd_wrong, other_wrong, version_4, version_4_wrong;
};

static void check_row(struct tally *tally, struct slice line)
{
    struct slice name = slice_cut(&line, ','), version = slice_cut(&line, ','),
                 source = slice_cut(&line, ','), vector = slice_cut(&line, ','),
                 score = slice_cut(&line, ',');
    struct cvss cvss = {0};
    double expected = 0;
    if (vector.len == 0 || !slice_double(score, &expected))
        return;
    bool parsed = cvss_parse(vector, &cvss);
    bool right = parsed && (int)(cvss.score * 10 + 0.5) == (int)(expected * 10 + 0.5);
    bool four = slice_equal_str(version, "4.0");
    tally->rows++;
    tally->version_4 += four;
    if (right)
        return;
    if (!parsed)
        fail_msg("%.*s: invalid: %.*s", SLICE_ARG(name), SLICE_ARG(vector));
    if (slice_equal_str(source, "nvd")) {
        print_error("%.*s: %.*s: %.1f, not %.1f\n", SLICE_ARG(name), SLICE_ARG(vector), cvss.score,
                    expected);
        tally->nvd_wrong++;
    } else if (four) {
        tally->version_4_wrong++;
    } else {
        tally->other_wrong++;
    }
}

/* The NVD computes its scores; others also type them, or give temporal and environmental ones. */
static void real_rows_have_their_scores(void **state)
{
    (void)state;
    char path[1000], line[1000];
    const char *shared = getenv("PLIMSOLL_SHARED");
    snprintf(path, sizeof path, "%s/feeds/nvd/cvss.csv.gz", shared ? shared : "../shared");
    gzFile file = gzopen(path, "r");
    if (!file) {
        print_error("SKIPPED: no %s: 267,000 real scores are not checked\n", path);
        skip();
    }
    struct tally tally = {0};
    while (gzgets(file, line, sizeof line)) {
        struct slice rest = slice_str(line);
        check_row(&tally, slice_cut_line(&rest));
    }
    gzclose(file);
    print_message("%u rows; of others than the NVD %u give another score (2.0, 3.x), %u of %u "
                  "(4.0)\n",
                  tally.rows, tally.other_wrong, tally.version_4_wrong, tally.version_4);
    assert_true(tally.rows > 100000);
    assert_int_equal(tally.nvd_wrong, 0);
    assert_true(tally.other_wrong * 100 < tally.rows);
    assert_true(tally.version_4_wrong < 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(examples_have_their_scores),
        cmocka_unit_test(bad_vectors_are_invalid),
        cmocka_unit_test(real_rows_have_their_scores),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
