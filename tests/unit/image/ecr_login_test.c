#include "test.h"

#include <stdlib.h>

#include "image/ecr_login.h"

static void test_hosts(void **state)
{
    struct ecr_host host;
    (void)state;
    assert_true(ecr_host_parse(SLICE("123456789012.dkr.ecr.eu-west-1.amazonaws.com"), &host));
    assert_true(slice_equal_str(host.account, "123456789012"));
    assert_true(slice_equal_str(host.region, "eu-west-1"));
    assert_false(host.fips || host.china);
    assert_true(
        ecr_host_parse(SLICE("123456789012.dkr.ecr-fips.us-gov-west-1.amazonaws.com"), &host));
    assert_true(host.fips);
    assert_true(ecr_host_parse(SLICE("123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn"), &host));
    assert_true(host.china);
}

static void test_no_hosts(void **state)
{
    static const char *const names[] = {
        "",
        "docker.io",
        "12345678901.dkr.ecr.eu-west-1.amazonaws.com",     /* 11 digits */
        "123456789012.dkr.ecr.eu-west-1.amazonaws.com.it", /* somebody else's */
        "123456789012.dkr.ecr.eu-west-1.evil.amazonaws.com",
        "123456789012.dkr.ecr..amazonaws.com",
        "123456789012.dkr.ecr.eu_west.amazonaws.com",
        "x.123456789012.dkr.ecr.eu-west-1.amazonaws.com",
        "123456789012.dkr.ecr.eu-west-1.amazonaws.com:443",
        "public.ecr.aws",
    };
    struct ecr_host host;
    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        assert_false(ecr_host_parse(slice_str(names[i]), &host));
}

static void test_answer(void **state)
{
    CLEANUP_ARENA struct arena arena = {.limit = 1 << 20};
    struct credentials found;
    struct error err = {0};
    int64_t expires;
    (void)state;
    assert_true(
        ecr_login_read(SLICE("{\"authorizationData\":[{\"authorizationToken\":\"QVdTOnA6dw==\","
                             "\"expiresAt\":1.7e9,\"proxyEndpoint\":\"https://x\"}]}"),
                       &arena, &found, &expires, &err));
    assert_true(slice_equal_str(found.user, "AWS"));
    assert_true(slice_equal_str(found.password, "p:w"));
    assert_int_equal(expires, 1700000000);
}

static void test_bad_answers(void **state)
{
    static const char *const answers[] = {
        "",
        "[]",
        "{}",
        "{\"authorizationData\":[]}",
        "{\"authorizationData\":[{\"authorizationToken\":\"!!!\"}]}",
        "{\"authorizationData\":[{\"authorizationToken\":\"QVdT\"}]}", /* no password */
        "{\"authorizationData\":[{\"authorizationToken\":\"OnB3\"}]}", /* no user */
    };
    CLEANUP_ARENA struct arena arena = {.limit = 1 << 20};
    (void)state;
    for (size_t i = 0; i < sizeof answers / sizeof *answers; i++) {
        struct credentials found;
        struct error err = {0};
        int64_t expires;
        assert_false(ecr_login_read(slice_str(answers[i]), &arena, &found, &expires, &err));
        assert_int_not_equal(err.kind, ERROR_NONE);
    }
}

/* Nobody is asked when a registry is none of ECR's; one of ECR's without credentials says so. */
static void test_without_credentials(void **state)
{
    CLEANUP_ARENA struct arena arena = {.limit = 1 << 20};
    struct credentials found;
    struct error err = {0};
    (void)state;
    setenv("AWS_CONFIG_FILE", "/nonexistent", 1);
    setenv("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent", 1);
    unsetenv("AWS_ACCESS_KEY_ID");
    setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1", 1);
    setenv("AWS_REGION", "us-east-1", 1);
    assert_false(ecr_login(SLICE("docker.io"), &arena, &found, &err));
    assert_int_equal(err.kind, ERROR_NOT_FOUND);
    assert_false(
        ecr_login(SLICE("123456789012.dkr.ecr.eu-west-1.amazonaws.com"), &arena, &found, &err));
    assert_int_equal(err.kind, ERROR_DENIED);
    assert_non_null(strstr(err.text, "AWS_ACCESS_KEY_ID"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_hosts),
        cmocka_unit_test(test_no_hosts),
        cmocka_unit_test(test_answer),
        cmocka_unit_test(test_bad_answers),
        cmocka_unit_test(test_without_credentials),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
