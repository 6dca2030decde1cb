#include "base/hash.h"
#include "base/table.h"

#include "test.h"

static void sha256_known_answers(void **state)
{
    (void)state;
    struct digest digest;
    sha256_of(SLICE(""), &digest);
    assert_string_equal(digest.text,
                        "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    struct sha256 hash;
    sha256_init(&hash);
    sha256_add(&hash, "a", 1);
    sha256_add(&hash, "bc", 2);
    sha256_finish(&hash, &digest);
    sha256_done(&hash);
    assert_string_equal(digest.text,
                        "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

static void digests_are_checked(void **state)
{
    (void)state;
    struct digest digest, again;
    struct error err;
    struct slice good =
        SLICE("sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    assert_true(digest_parse(&digest, good, &err));
    assert_true(slice_equal(digest_slice(&digest), good));
    sha256_of(SLICE("abc"), &again);
    assert_true(digest_equal(&digest, &again));
    assert_false(digest_parse(&digest, slice_upto(good, good.len - 1), &err));
    assert_false(digest_parse(
        &digest, SLICE("sha256:BA7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        &err));
    assert_int_equal(err.kind, ERROR_FORMAT);
    assert_false(digest_parse(&digest, SLICE("sha512:00"), &err));
    assert_int_equal(err.kind, ERROR_UNSUPPORTED);
}

static void sha512_is_known_where_it_is_wanted(void **state)
{
    (void)state;
    struct digest digest, parsed;
    struct error err;
    sha512_of(SLICE("abc"), &digest);
    assert_string_equal(digest.text,
                        "sha512:ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b"
                        "55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa5"
                        "4ca49f");
    assert_true(digest_parse_any(&parsed, digest_slice(&digest), &err));
    assert_true(digest_equal(&parsed, &digest));
    assert_true(digest_is_sha512(&parsed));
    assert_true(digest_is_of(&parsed, SLICE("abc")));
    assert_false(digest_is_of(&parsed, SLICE("abcd")));
    assert_false(digest_parse_any(&parsed, SLICE("sha512:00"), &err));
    assert_int_equal(err.kind, ERROR_FORMAT);
    assert_true(digest_parse_any(
        &parsed, SLICE("sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        &err));
    assert_false(digest_is_sha512(&parsed));
    assert_true(digest_is_of(&parsed, SLICE("abc")));
}

/* The values are on people's disks: a change of hash64 makes every cache and store useless. */
static void hash64_never_changes(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        uint64_t hash;
    } cases[] = {
        {"", 0x717cb0fca2bbd2f2},
        {"a", 0xa786aad946be76e7},
        {"lib/apk/db/installed", 0x293b03d8ab31b750},
        {"exactly sixteen!", 0x4897e4c895e94411},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(hash64(slice_str(cases[i].text)), cases[i].hash);
}

static void hash64_spreads(void **state)
{
    (void)state;
    enum { KEYS = 20000, BUCKETS = 1 << 16 };
    static unsigned char low[BUCKETS], high[BUCKETS];
    unsigned low_used = 0, high_used = 0;
    for (int i = 0; i < KEYS; i++) {
        char text[40];
        int len = snprintf(text, sizeof text, "usr/share/doc/package-%d/copyright", i);
        uint64_t hash = hash64(slice_of(text, (size_t)len));
        low_used += !low[hash % BUCKETS];
        high_used += !high[hash >> 48];
        low[hash % BUCKETS] = high[hash >> 48] = 1;
    }
    /* 20000 balls into 65536 boxes fill 17236 on average. */
    assert_in_range(low_used, 17000, 17500);
    assert_in_range(high_used, 17000, 17500);
}

static void tables_find_what_was_put(void **state)
{
    (void)state;
    struct arena CLEANUP_ARENA arena;
    arena_init(&arena, 16 << 20);
    struct table table;
    table_init(&table, &arena);
    assert_null(table_get(&table, SLICE("x")));
    for (uintptr_t i = 1; i <= 5000; i++)
        assert_true(table_put(&table, arena_printf(&arena, "key %d", (int)i), (void *)i));
    assert_true(table_put(&table, SLICE("key 17"), (void *)99));
    assert_int_equal(table.count, 5000);
    assert_ptr_equal(table_get(&table, SLICE("key 17")), (void *)99);
    assert_ptr_equal(table_get(&table, SLICE("key 5000")), (void *)5000);
    assert_null(table_get(&table, SLICE("key 5001")));
    assert_true(slice_equal_str(table.entries[41].key, "key 42"));
}

static void a_spent_budget_is_told(void **state)
{
    (void)state;
    struct arena CLEANUP_ARENA arena;
    arena_init(&arena, 4096);
    struct table table;
    table_init(&table, &arena);
    static char keys[1000][4];
    int i = 0;
    for (; i < 1000; i++) {
        snprintf(keys[i], sizeof keys[i], "%d", i);
        if (!table_put(&table, slice_str(keys[i]), keys[i]))
            break;
    }
    assert_in_range(i, 10, 200);
    assert_ptr_equal(table_get(&table, SLICE("9")), keys[9]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sha256_known_answers),
        cmocka_unit_test(digests_are_checked),
        cmocka_unit_test(sha512_is_known_where_it_is_wanted),
        cmocka_unit_test(hash64_never_changes),
        cmocka_unit_test(hash64_spreads),
        cmocka_unit_test(tables_find_what_was_put),
        cmocka_unit_test(a_spent_budget_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
