#include "registry/oci/range.h"

#include "test.h"

static void ranges_of_what_is_asked_for(void **state)
{
    (void)state;
    static const struct {
        const char *header;
        uint64_t size;
        enum oci_range is;
        uint64_t first, count;
    } cases[] = {
        {"bytes=0-9", 100, OCI_RANGE_PART, 0, 10},
        {"bytes=500-", 2048, OCI_RANGE_PART, 500, 1548},
        {"bytes=-500", 2048, OCI_RANGE_PART, 1548, 500},
        {"bytes=-5000", 2048, OCI_RANGE_PART, 0, 2048},
        {"bytes=2000-5000", 2048, OCI_RANGE_PART, 2000, 48},
        {"Bytes= 1 - 2 ", 10, OCI_RANGE_PART, 1, 2},
        {"bytes=99-99", 100, OCI_RANGE_PART, 99, 1},
        {"bytes=0-18446744073709551615", 100, OCI_RANGE_PART, 0, 100},
        /* not there */
        {"bytes=500-0", 2048, OCI_RANGE_IMPOSSIBLE, 0, 0},
        {"bytes=5000-10000", 2048, OCI_RANGE_IMPOSSIBLE, 0, 0},
        {"bytes=100-", 100, OCI_RANGE_IMPOSSIBLE, 0, 0},
        {"bytes=-0", 100, OCI_RANGE_IMPOSSIBLE, 0, 0},
        {"bytes=0-", 0, OCI_RANGE_IMPOSSIBLE, 0, 0},
        {"bytes=-1", 0, OCI_RANGE_IMPOSSIBLE, 0, 0},
        /* not understood: all */
        {"", 100, OCI_RANGE_ALL, 0, 100},
        {"bytes=-", 100, OCI_RANGE_ALL, 0, 100},
        {"bytes=", 100, OCI_RANGE_ALL, 0, 100},
        {"bytes=5", 100, OCI_RANGE_ALL, 0, 100},
        {"bytes=0-1,3-4", 100, OCI_RANGE_ALL, 0, 100},
        {"lines=0-1", 100, OCI_RANGE_ALL, 0, 100},
        {"bytes=a-b", 100, OCI_RANGE_ALL, 0, 100},
        {"bytes=0-18446744073709551616", 100, OCI_RANGE_ALL, 0, 100},
        {"bytes=+1-2", 100, OCI_RANGE_ALL, 0, 100},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        uint64_t first, count;
        assert_int_equal(oci_range_of(slice_str(cases[i].header), cases[i].size, &first, &count),
                         cases[i].is);
        if (cases[i].is == OCI_RANGE_IMPOSSIBLE)
            continue;
        assert_int_equal(first, cases[i].first);
        assert_int_equal(count, cases[i].count);
    }
}

static void chunks(void **state)
{
    (void)state;
    uint64_t first = 7, last = 7;
    assert_true(oci_chunk_range(SLICE("0-1023"), &first, &last));
    assert_int_equal(first, 0);
    assert_int_equal(last, 1023);
    assert_true(oci_chunk_range(SLICE(" bytes 5-6/* "), &first, &last));
    assert_int_equal(first, 5);
    assert_true(oci_chunk_range(SLICE("bytes=8-8"), &first, &last));
    assert_int_equal(first, 8);
    static const char *const bad[] = {"",
                                      "-",
                                      "5",
                                      "5-",
                                      "-5",
                                      "6-5",
                                      "a-b",
                                      "0-1-2",
                                      "0x1-2",
                                      "bytes",
                                      "0-18446744073709551615",
                                      "0-99999999999999999999",
                                      "1 -2"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(oci_chunk_range(slice_str(bad[i]), &first, &last));
    assert_int_equal(first, 8);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ranges_of_what_is_asked_for),
        cmocka_unit_test(chunks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
