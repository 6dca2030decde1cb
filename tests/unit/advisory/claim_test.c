/* Claims of feeds: merged by vulnerability, and decided by who knows best. */
#include "advisory/claim.h"

#include "advisory/range.h"
#include "arena.h"
#include "test.h"

static struct error err;

static struct targets targets_for(const struct version_scheme *order, const char *version,
                                  bool distribution)
{
    struct targets targets = {.count = 1};
    targets.items[0] =
        (struct target){SLICE("cpe"), SLICE("a:b"), slice_str(version), order, distribution};
    return targets;
}

/* An entry with up to two aliases and the range [from, to). */
static struct slice entry(const char *id, const char *first, const char *second, const char *from,
                          const char *to)
{
    struct slice aliases[] = {slice_str(first), slice_str(second)}, value = {0};
    struct version_range range = {.introduced = slice_str(from), .fixed = slice_str(to)};
    struct advisory_entry made = {.id = slice_str(id),
                                  .aliases = aliases,
                                  .alias_count = second  ? 2
                                                 : first ? 1
                                                         : 0,
                                  .ranges = &range,
                                  .range_count = 1,
                                  .state = FIX_FIXED};
    assert_true(entry_encode(&made, &arena, &value));
    return value;
}

static struct slice join(struct slice a, struct slice b)
{
    char *text = arena_alloc(&arena, a.len + b.len);
    assert_non_null(text);
    memcpy(text, a.at, a.len);
    memcpy(text + a.len, b.at, b.len);
    return slice_of(text, a.len + b.len);
}

static struct claim_set decode(const char *feed, struct slice value, const struct targets *targets)
{
    struct claim_set set;
    assert_true(claim_set_decode(slice_str(feed), value, targets, &arena, &set, &err));
    return set;
}

static void cve_is_the_name_and_aliases_merge(void **state)
{
    (void)state;
    struct targets targets = targets_for(&version_pep440, "1.0", false);
    struct slice value = join(entry("PYSEC-2020-1", "GHSA-aaaa", NULL, "", "3.0"),
                              join(entry("GHSA-aaaa", "CVE-2020-1", NULL, "", "2.0"),
                                   entry("OTHER-1", NULL, NULL, "", "2.0")));
    struct claim_set set = decode("osv/PyPI", value, &targets);
    assert_int_equal(set.count, 2);
    assert_true(slice_equal_str(set.groups[0]->id, "CVE-2020-1"));
    assert_int_equal(set.groups[0]->claim_count, 2);
    assert_int_equal(set.groups[0]->alias_count, 2);
    assert_true(slice_equal_str(set.groups[1]->id, "OTHER-1"));
    struct decision decision;
    group_decide(set.groups[0], &targets, &decision);
    assert_true(decision.affected);
    assert_true(slice_equal_str(decision.fixed, "3.0")); /* 2.0 is still in the other's range */
}

static void bulletin_makes_its_vulnerabilities_not_one(void **state)
{
    (void)state;
    struct targets targets = targets_for(&version_deb, "1.0-1", true);
    struct slice value = join(entry("CVE-2020-1", "DSA-1-1", NULL, "", "1.0-2"),
                              join(entry("CVE-2020-2", "DSA-1-1", NULL, "", "1.0-2"),
                                   entry("ALSA-2", "CVE-2020-3", "CVE-2020-4", "", "1.0-2")));
    struct claim_set set = decode("debian-lists", value, &targets);
    assert_int_equal(set.count, 4);
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(set.groups[i]->alias_count, 1);
        assert_int_equal(set.groups[i]->claim_count, 1);
    }
}

static void stated_health_and_foreign_platforms(void **state)
{
    (void)state;
    struct targets targets = targets_for(&version_generic, "1.0", false);
    struct version_range range = {.fixed = SLICE("2.0")};
    struct advisory_entry made = {.id = SLICE("CVE-1-1"), .state = FIX_NOT_AFFECTED};
    struct slice value = {0};
    struct decision decision;
    assert_true(entry_encode(&made, &arena, &value));
    made = (struct advisory_entry){
        .id = SLICE("CVE-1-2"), .ranges = &range, .range_count = 1, .platform = SLICE("wordpress")};
    assert_true(entry_encode(&made, &arena, &value));
    struct claim_set set = decode("nvd", value, &targets);
    group_decide(set.groups[0], &targets, &decision);
    assert_false(decision.affected);
    assert_int_equal(decision.judgement.verdict, MATCH_NOT_AFFECTED);
    group_decide(set.groups[1], &targets, &decision);
    assert_false(decision.affected);
}

static void lowest_fix_is_of_the_own_branch(void **state)
{
    (void)state;
    struct version_range ranges[] = {{.introduced = SLICE("2.8"), .fixed = SLICE("2.8.2")},
                                     {.introduced = SLICE("2.0"), .fixed = SLICE("2.6.15")},
                                     {.fixed = SLICE("1.9.1")}};
    struct advisory_entry made = {.id = SLICE("CVE-1-1"), .ranges = ranges, .range_count = 3};
    struct targets targets = targets_for(&version_generic, "2.5.1", false);
    struct slice value = {0};
    struct decision decision;
    assert_true(entry_encode(&made, &arena, &value));
    struct claim_set set = decode("nvd", value, &targets);
    group_decide(set.groups[0], &targets, &decision);
    assert_true(decision.affected);
    assert_true(slice_equal_str(decision.fixed, "2.6.15"));
}

static void damaged_bytes_are_told(void **state)
{
    (void)state;
    struct targets targets = targets_for(&version_generic, "1.0", false);
    struct slice value = join(entry("CVE-1-1", NULL, NULL, "", "2.0"), SLICE("\x7f"));
    struct claim_set set = decode("nvd", value, &targets);
    assert_true(set.damaged);
    assert_int_equal(set.count, 1);
}

static void ranges(void **state)
{
    (void)state;
    struct version_range range = {.introduced = SLICE("1.0"), .last = SLICE("2.0")};
    assert_int_equal(range_place(&range, &version_semver, SLICE("2.0.0")), RANGE_INVALID);
    assert_int_equal(range_place(&range, &version_generic, SLICE("0.9")), RANGE_BEFORE);
    assert_int_equal(range_place(&range, &version_generic, SLICE("1.0")), RANGE_INSIDE);
    assert_int_equal(range_place(&range, &version_generic, SLICE("2.0")), RANGE_INSIDE);
    assert_int_equal(range_place(&range, &version_generic, SLICE("2.0.1")), RANGE_AFTER);
    assert_true(slice_equal_str(range_text(&range, &arena), ">= 1.0, <= 2.0"));
    range.introduced_excluded = true;
    assert_int_equal(range_place(&range, &version_generic, SLICE("1.0")), RANGE_BEFORE);
    range = (struct version_range){.introduced = SLICE("0")};
    assert_int_equal(range_place(&range, &version_apk, SLICE("1.0-r0")), RANGE_INSIDE);
    assert_true(slice_equal_str(range_text(&range, &arena), "all versions"));
    range = (struct version_range){.introduced = SLICE("1.5:dev"), .exact = true};
    assert_int_not_equal(range_place(&range, &version_generic, SLICE("1.5")), RANGE_INSIDE);
    range = (struct version_range){.introduced = SLICE("2.4.0"), .fixed = SLICE("2.4.13")};
    assert_true(range_mends_branch(&range, &version_generic, SLICE("2.4.14")));
    assert_false(range_mends_branch(&range, &version_generic, SLICE("2.5.0")));
    assert_false(range_mends_branch(&range, &version_generic, SLICE("2.4.12")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cve_is_the_name_and_aliases_merge),
        cmocka_unit_test(bulletin_makes_its_vulnerabilities_not_one),
        cmocka_unit_test(stated_health_and_foreign_platforms),
        cmocka_unit_test(lowest_fix_is_of_the_own_branch),
        cmocka_unit_test(damaged_bytes_are_told),
        cmocka_unit_test(ranges),
    };
    return cmocka_run_group_tests(tests, test_arena_open, test_arena_close);
}
