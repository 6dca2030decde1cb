/* Memory of manifests: what is found, forgotten, and never kept when it may be stale. */
#include "registry/oci/stored.h"

#include <pthread.h>

#include "test.h"

static struct scope scope_of(const char *repository)
{
    return (struct scope){.account = SLICE("123456789012"),
                          .region = SLICE("us-east-1"),
                          .repository = slice_str(repository)};
}

static void put(struct stored *stored, uint64_t ticket, const char *repository,
                const char *reference, size_t size)
{
    struct error err;
    struct scope scope = scope_of(repository);
    struct stored_hit hit = {.media_type = "application/json"};
    hit.response = server_stored_new(200, NULL, SLICE("{}"), &err);
    assert_non_null(hit.response);
    sha256_of(slice_str(reference), &hit.digest);
    stored_put(stored, ticket, &scope, slice_str(reference), &hit, size);
    server_stored_unref(hit.response);
}

static bool has(struct stored *stored, const char *repository, const char *reference)
{
    struct scope scope = scope_of(repository);
    struct stored_hit hit;
    struct digest digest;
    if (!stored_find(stored, &scope, slice_str(reference), &hit))
        return false;
    sha256_of(slice_str(reference), &digest);
    assert_true(digest_equal(&digest, &hit.digest));
    assert_string_equal(hit.media_type, "application/json");
    server_stored_unref(hit.response);
    return true;
}

static uint64_t ticket(struct stored *stored, const char *repository)
{
    struct scope scope = scope_of(repository);
    return stored_ticket(stored, &scope);
}

static struct stored *fresh(size_t max)
{
    struct error err;
    struct stored *stored = stored_new(max, &err);
    assert_non_null(stored);
    return stored;
}

static void what_was_put_is_found(void **state)
{
    (void)state;
    struct stored *stored = fresh(0);
    put(stored, ticket(stored, "a"), "a", "v1", 100);
    put(stored, ticket(stored, "a"), "a", "v2", 100);
    put(stored, ticket(stored, "a/b"), "a/b", "v1", 100);
    assert_true(has(stored, "a", "v1"));
    assert_true(has(stored, "a", "v2"));
    assert_true(has(stored, "a/b", "v1"));
    assert_false(has(stored, "a", "v3"));
    assert_false(has(stored, "b", "v1"));
    stored_forget(stored, SLICE("123456789012/us-east-1/a"));
    assert_false(has(stored, "a", "v1"));
    assert_false(has(stored, "a", "v2"));
    assert_true(has(stored, "a/b", "v1"));
    stored_forget(stored, SLICE("123456789012/us-east-1"));
    assert_false(has(stored, "a/b", "v1"));
    stored_free(stored);
}

static void an_old_ticket_buys_nothing(void **state)
{
    (void)state;
    struct stored *stored = fresh(0);
    uint64_t before = ticket(stored, "a");
    stored_forget(stored, SLICE("123456789012/us-east-1/a"));
    put(stored, before, "a", "v1", 100);
    assert_false(has(stored, "a", "v1"));
    before = ticket(stored, "a");
    stored_forget(stored, SLICE(""));
    put(stored, before, "a", "v1", 100);
    assert_false(has(stored, "a", "v1"));
    stored_free(stored);
}

static void names_do_not_run_together(void **state)
{
    (void)state;
    static char name[1000];
    struct stored *stored = fresh(0);
    put(stored, ticket(stored, "a"), "a", "b/v1", 100);
    assert_false(has(stored, "a/b", "v1"));
    memset(name, 'a', sizeof name - 1); /* longer than any name can be: not kept */
    put(stored, ticket(stored, name), name, "v1", 100);
    assert_false(has(stored, name, "v1"));
    put(stored, ticket(stored, "a"), "a", "large", STORED_MANIFEST_MAX + 1);
    assert_false(has(stored, "a", "large"));
    stored_free(stored);
}

/* A second chance for what is used: it outlives what is not. */
static void the_unused_goes_first(void **state)
{
    (void)state;
    struct stored *stored = fresh(1 << 20);
    put(stored, ticket(stored, "a"), "a", "hot", 1000);
    for (int i = 0; i < 1000; i++) {
        char text[20];
        snprintf(text, sizeof text, "v%d", i);
        put(stored, ticket(stored, "a"), "a", text, 1000);
        assert_true(has(stored, "a", "hot"));
    }
    assert_true(has(stored, "a", "v999"));
    assert_false(has(stored, "a", "v0"));
    stored_free(stored);
}

static void *hammer(void *context)
{
    struct stored *stored = context;
    for (int i = 0; i < 3000; i++) {
        char text[20];
        snprintf(text, sizeof text, "v%d", i % 37);
        const char *repository = i % 2 ? "a" : "b";
        if (!has(stored, repository, text))
            put(stored, ticket(stored, repository), repository, text, 5000);
        if (i % 101 == 0)
            stored_forget(stored, i % 2 ? SLICE("123456789012/us-east-1/a") : SLICE(""));
    }
    return NULL;
}

static void many_at_once(void **state)
{
    (void)state;
    struct stored *stored = fresh(1 << 18);
    pthread_t threads[4];
    for (int i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, hammer, stored), 0);
    for (int i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
    stored_free(stored);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_put_is_found),
        cmocka_unit_test(an_old_ticket_buys_nothing),
        cmocka_unit_test(names_do_not_run_together),
        cmocka_unit_test(the_unused_goes_first),
        cmocka_unit_test(many_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
