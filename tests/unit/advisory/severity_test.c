/* Words for severity, and which opinion decides. */
#include "advisory/severity.h"

#include "test.h"

static void words(void **state)
{
    (void)state;
    enum severity severity;
    assert_true(severity_parse(SLICE("Moderate"), &severity));
    assert_int_equal(severity, SEVERITY_MEDIUM);
    assert_true(severity_parse(SLICE("IMPORTANT"), &severity));
    assert_int_equal(severity, SEVERITY_HIGH);
    assert_false(severity_parse(SLICE("dreadful"), &severity));
    for (int i = SEVERITY_UNKNOWN; i <= SEVERITY_CRITICAL; i++) {
        assert_true(severity_parse(slice_str(severity_name((enum severity)i)), &severity));
        assert_int_equal(severity, i);
    }
    assert_string_equal(fix_state_name(FIX_UNKNOWN), "unknown");
    assert_string_equal(fix_state_name(FIX_NOT_AFFECTED), "not_affected");
}

static void scores_come_from_vectors(void **state)
{
    (void)state;
    struct rating rating = {.source = SLICE("nvd"),
                            .vector = SLICE("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H")};
    rating_complete(&rating);
    assert_true(rating.score > 9.79 && rating.score < 9.81);
    assert_int_equal(rating.severity, SEVERITY_CRITICAL);
    assert_true(slice_equal_str(rating.version, "3.1"));
    rating = (struct rating){.vector = SLICE("AV:N/AC:L/Au:N/C:C/I:C/A:C")};
    rating_complete(&rating);
    assert_int_equal(rating.severity, SEVERITY_HIGH); /* v2 has no critical */
    rating = (struct rating){.vector = SLICE("nonsense"), .severity = SEVERITY_LOW};
    rating_complete(&rating);
    assert_int_equal(rating.severity, SEVERITY_LOW);
}

static void bands_are_those_of_the_version(void **state)
{
    (void)state;
    static const struct {
        const char *version;
        double score;
        enum severity severity;
    } bands[] = {
        {"3.1", 0, SEVERITY_UNKNOWN},  {"3.1", 0.1, SEVERITY_LOW},
        {"3.1", 3.9, SEVERITY_LOW},    {"3.1", 4.0, SEVERITY_MEDIUM},
        {"3.1", 6.9, SEVERITY_MEDIUM}, {"3.1", 7.0, SEVERITY_HIGH},
        {"3.1", 8.9, SEVERITY_HIGH},   {"4.0", 9.0, SEVERITY_CRITICAL},
        {"2.0", 10.0, SEVERITY_HIGH},
    };
    for (size_t i = 0; i < sizeof bands / sizeof *bands; i++) {
        struct rating rating = {.version = slice_str(bands[i].version), .score = bands[i].score};
        rating_complete(&rating);
        assert_int_equal(rating.severity, bands[i].severity);
    }
}

static void own_word_before_vectors_newest_first(void **state)
{
    (void)state;
    struct rating ratings[] = {
        {.source = SLICE("nvd"), .version = SLICE("2.0"), .severity = SEVERITY_HIGH},
        {.source = SLICE("cna"), .version = SLICE("3.1"), .severity = SEVERITY_LOW},
        {.source = SLICE("nvd"), .version = SLICE("3.1"), .severity = SEVERITY_MEDIUM},
        {.source = SLICE("debian"), .severity = SEVERITY_NEGLIGIBLE},
        {.source = SLICE("cna"), .version = SLICE("4.0"), .severity = SEVERITY_UNKNOWN},
    };
    assert_ptr_equal(rating_decides(ratings, 5, SLICE("debian")), &ratings[3]);
    assert_ptr_equal(rating_decides(ratings, 5, SLICE("alpine")), &ratings[2]);
    assert_ptr_equal(rating_decides(ratings, 1, SLICE("")), &ratings[0]);
    assert_ptr_equal(rating_decides(ratings + 3, 1, SLICE("")), &ratings[3]);
    assert_null(rating_decides(ratings + 4, 1, SLICE("debian")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words),
        cmocka_unit_test(scores_come_from_vectors),
        cmocka_unit_test(bands_are_those_of_the_version),
        cmocka_unit_test(own_word_before_vectors_newest_first),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
