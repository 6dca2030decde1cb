/* Encoding of entries, facts and records: what goes in comes out, and damaged bytes are refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "arena.h"

#include "advisory/record.h"

#include "advisory/entry.h"

static struct advisory_entry sample(struct slice *aliases, struct version_range *ranges)
{
    aliases[0] = SLICE("GHSA-aaaa-bbbb-cccc");
    ranges[0] = (struct version_range){.introduced = SLICE("1.0"), .fixed = SLICE("1.2-r0")};
    ranges[1] = (struct version_range){
        .introduced = SLICE("2.0"), .last = SLICE("2.4"), .introduced_excluded = true};
    ranges[2] = (struct version_range){.introduced = SLICE("3.0"), .exact = true};
    return (struct advisory_entry){.id = SLICE("CVE-2023-0286"),
                                   .aliases = aliases,
                                   .alias_count = 1,
                                   .ranges = ranges,
                                   .range_count = 3,
                                   .state = 1,
                                   .severity = 4,
                                   .fixed = SLICE("1.2-r0"),
                                   .platform = SLICE("windows"),
                                   .note = SLICE("no-dsa")};
}

static void entries_come_back_in_order(void **state)
{
    (void)state;
    struct slice aliases[1], value = {0};
    struct version_range ranges[3];
    struct advisory_entry entry = sample(aliases, ranges), found;
    assert_true(entry_encode(&entry, &arena, &value));
    entry.id = SLICE("XSA-1");
    entry.range_count = entry.alias_count = 0;
    assert_true(entry_encode(&entry, &arena, &value));

    assert_true(entry_decode(&value, &arena, &found));
    assert_true(slice_equal_str(found.id, "CVE-2023-0286"));
    assert_int_equal(found.alias_count, 1);
    assert_true(slice_equal_str(found.aliases[0], "GHSA-aaaa-bbbb-cccc"));
    assert_int_equal(found.range_count, 3);
    assert_true(slice_equal_str(found.ranges[0].fixed, "1.2-r0"));
    assert_int_equal(found.ranges[0].last.len, 0);
    assert_true(found.ranges[1].introduced_excluded);
    assert_true(slice_equal_str(found.ranges[1].last, "2.4"));
    assert_true(found.ranges[2].exact);
    assert_int_equal(found.state, 1);
    assert_int_equal(found.severity, 4);
    assert_true(slice_equal_str(found.note, "no-dsa"));
    assert_true(entry_decode(&value, &arena, &found));
    assert_true(slice_equal_str(found.id, "XSA-1"));
    assert_int_equal(value.len, 0);
    assert_false(entry_decode(&value, &arena, &found));
}

static void cut_entries_are_refused(void **state)
{
    (void)state;
    struct slice aliases[1], value = {0};
    struct version_range ranges[3];
    struct advisory_entry entry = sample(aliases, ranges), found;
    assert_true(entry_encode(&entry, &arena, &value));
    for (size_t len = 0; len < value.len; len++) {
        struct slice cut = slice_upto(value, len);
        assert_false(entry_decode(&cut, &arena, &found));
        assert_int_equal(cut.len, len);
    }
}

static void counts_beyond_the_bytes_are_refused(void **state)
{
    (void)state;
    /* length 5, id "", state, severity, then a count of 127 aliases in no bytes */
    struct slice value = slice_of("\x05\x00\x01\x01\x7f\x00", 6);
    struct advisory_entry found;
    assert_false(entry_decode(&value, &arena, &found));
}

static void facts_come_back(void **state)
{
    (void)state;
    struct slice alias = SLICE("CVE-2020-1"), value = {0};
    struct fact_rating ratings[] = {
        {SLICE("nvd"), SLICE("3.1"), SLICE("CVSS:3.1/AV:N"), 9.8, 5},
        {SLICE("ghsa"), {0}, {0}, 0, 4},
    };
    struct advisory_facts facts = {.title = SLICE("a title"),
                                   .aliases = &alias,
                                   .alias_count = 1,
                                   .ratings = ratings,
                                   .rating_count = 2,
                                   .published = SLICE("2020-01-02"),
                                   .url = SLICE("https://example.org/")};
    struct advisory_facts found;
    assert_true(facts_encode(&facts, &arena, &value));
    assert_true(facts_decode(value, &arena, &found));
    assert_true(slice_equal(found.title, facts.title));
    assert_int_equal(found.rating_count, 2);
    assert_true(found.ratings[0].score > 9.799 && found.ratings[0].score < 9.801);
    assert_int_equal(found.ratings[1].severity, 4);
    assert_true(slice_equal(found.url, facts.url));
    for (size_t len = 0; len < value.len; len++)
        assert_false(facts_decode(slice_upto(value, len), &arena, &found));
}

static void feed_records_come_back(void **state)
{
    (void)state;
    struct slice scopes[] = {SLICE("apk:alpine:3.16"), SLICE("apk:alpine:edge")};
    struct slice validators[] = {SLICE("main.json"), SLICE("etag"), SLICE("")};
    struct feed_record record = {.status = {.date = SLICE("2026-08-22"),
                                            .updated = SLICE("2026-08-22T10:00:00Z"),
                                            .source = SLICE("mirror"),
                                            .records = 5000000,
                                            .updated_epoch = 1787000000},
                                 .scopes = scopes,
                                 .scope_count = 2,
                                 .has_facts = true,
                                 .validators = validators,
                                 .validator_count = 3};
    struct feed_record found = {0};
    struct slice value = {0};
    assert_true(feed_record_encode(&record, &arena, &value));
    assert_true(feed_record_decode(value, &arena, &found));
    assert_int_equal(found.status.records, 5000000);
    assert_int_equal(found.status.updated_epoch, 1787000000);
    assert_int_equal(found.scope_count, 2);
    assert_true(slice_equal(found.scopes[1], scopes[1]));
    assert_true(found.has_facts);
    assert_false(found.has_ids);
    assert_true(slice_equal_str(found.validators[1], "etag"));
}

static void small_values_come_back(void **state)
{
    (void)state;
    struct slice value = {0}, added, due;
    double score, percentile;
    assert_true(epss_encode(0.03351, 0.8765, &arena, &value));
    assert_true(epss_decode(value, &score, &percentile));
    assert_true(score > 0.033509 && score < 0.033511);
    assert_true(percentile > 0.87649 && percentile < 0.87651);
    assert_true(kev_encode(SLICE("2026-08-07"), SLICE("2026-08-28"), &arena, &value));
    assert_true(kev_decode(value, &added, &due));
    assert_true(slice_equal_str(due, "2026-08-28"));

    struct slice refs = {0};
    struct id_ref ref;
    assert_true(id_ref_encode(&(struct id_ref){.id = SLICE("GHSA-1")}, &arena, &refs));
    assert_true(id_ref_encode(&(struct id_ref){.scope = SLICE("npm"), .name = SLICE("left-pad")},
                              &arena, &refs));
    assert_true(id_ref_decode(&refs, &ref) && slice_equal_str(ref.id, "GHSA-1"));
    assert_true(id_ref_decode(&refs, &ref) && slice_equal_str(ref.name, "left-pad"));
    assert_false(id_ref_decode(&refs, &ref));
}

static void long_keys_are_refused(void **state)
{
    (void)state;
    char key[STORE_KEY_MAX], name[600];
    struct slice text;
    memset(name, 'x', sizeof name);
    assert_true(affected_key(SLICE("npm"), SLICE("a"), key, &text));
    assert_int_equal(text.len, 5);
    assert_false(affected_key(SLICE("npm"), slice_of(name, 600), key, &text));
    assert_false(affected_key(SLICE("npm"), slice_of(name, STORE_KEY_MAX - 3), key, &text));
    assert_true(affected_key(SLICE("npm"), slice_of(name, STORE_KEY_MAX - 4), key, &text));
    assert_false(affected_key(slice_of(name, 600), SLICE("a"), key, &text));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(entries_come_back_in_order),
        cmocka_unit_test(cut_entries_are_refused),
        cmocka_unit_test(counts_beyond_the_bytes_are_refused),
        cmocka_unit_test(facts_come_back),
        cmocka_unit_test(feed_records_come_back),
        cmocka_unit_test(small_values_come_back),
        cmocka_unit_test(long_keys_are_refused),
    };
    return cmocka_run_group_tests(tests, test_arena_open, test_arena_close);
}
