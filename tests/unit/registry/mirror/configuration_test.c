#include "registry/mirror/configuration.h"

#include "../../test.h"

static struct arena arena;
static struct mirror_configuration configuration;
static struct error err;

static bool parse(const char *text)
{
    err = (struct error){0};
    return mirror_configuration_parse(slice_str(text), &arena, &configuration, &err);
}

static void finds_what_it_read(void **state)
{
    (void)state;
    assert_true(parse(
        "{\"credentials\":[{\"secret\":\"ecr-pullthroughcache/hub\",\"account\":\"123456789012\","
        "\"username\":\"u\",\"accessToken\":\"p\"}],"
        "\"destinations\":[{\"region\":\"eu-west-1\",\"registryId\":\"123456789012\","
        "\"url\":\"https://registry.example:5000\"}],"
        "\"rules\":[{\"prefix\":\"hub\",\"tagSeconds\":60}],"
        "\"hosts\":[{\"host\":\"registry.example:5000\",\"insecure\":true}]}"));
    const char *arn =
        "arn:aws:secretsmanager:us-east-1:123456789012:secret:ecr-pullthroughcache/hub";
    const struct mirror_credentials *found = mirror_credentials_of(&configuration, slice_str(arn));
    assert_non_null(found);
    assert_true(slice_equal_str(found->user, "u"));
    assert_non_null(
        mirror_credentials_of(&configuration, SLICE("arn:aws:secretsmanager:us-east-1:123456789012:"
                                                    "secret:ecr-pullthroughcache/hub-AbCdEf")));
    /* Another account's secret of the same name is another secret. */
    assert_null(mirror_credentials_of(
        &configuration,
        SLICE("arn:aws:secretsmanager:us-east-1:210987654321:secret:ecr-pullthroughcache/hub")));
    assert_null(mirror_credentials_of(
        &configuration,
        SLICE("arn:aws:secretsmanager:us-east-1:123456789012:secret:ecr-pullthroughcache/hu")));
    assert_null(mirror_credentials_of(&configuration, SLICE("arn")));
    assert_non_null(
        mirror_destination_of(&configuration, SLICE("eu-west-1"), SLICE("123456789012")));
    assert_null(mirror_destination_of(&configuration, SLICE("eu-west-2"), SLICE("123456789012")));
    assert_true(mirror_host_of(&configuration, SLICE("REGISTRY.example:5000"))->insecure);
    assert_null(mirror_host_of(&configuration, SLICE("registry.example")));
    assert_int_equal(mirror_timing_of(&configuration, SLICE("hub")).tag_seconds, 60);
    assert_int_equal(mirror_timing_of(&configuration, SLICE("hub")).miss_seconds,
                     MIRROR_MISS_SECONDS);
    assert_int_equal(mirror_timing_of(&configuration, SLICE("quay")).tag_seconds,
                     MIRROR_TAG_SECONDS);
}

static void refuses_what_it_does_not_know(void **state)
{
    static const struct {
        const char *text, *says;
    } cases[] = {
        {"", ""},
        {"[]", "must be an object"},
        {"{\"passwords\":[]}", "knows only"},
        {"{\"rules\":{}}", "must be a list"},
        {"{\"rules\":[1]}", "must be an object"},
        {"{\"rules\":[{}]}", "\"prefix\" is missing"},
        {"{\"rules\":[{\"prefix\":7}]}", "must be a text"},
        {"{\"rules\":[{\"prefix\":\"a\",\"tagSeconds\":0}]}", "must be seconds"},
        {"{\"rules\":[{\"prefix\":\"a\",\"tagSeconds\":1e9}]}", "must be seconds"},
        {"{\"rules\":[{\"prefix\":\"a\",\"ttl\":1}]}", "not known"},
        {"{\"hosts\":[{\"host\":\"a\",\"insecure\":\"yes\"}]}", "true or false"},
        {"{\"hosts\":[{\"host\":\"a\\u0000b\"}]}", ""},
        {"{\"destinations\":[{\"region\":\"r\",\"registryId\":\"1\",\"url\":\"file:///etc\"}]}",
         "no address"},
        {"{\"credentials\":[{\"secret\":\"a\",\"username\":\"u\"}]}", "\"accessToken\" is missing"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_false(parse(cases[i].text));
        assert_non_null(strstr(err.text, cases[i].says));
    }
}

static void addresses(void **state)
{
    static const struct {
        const char *text, *scheme, *host; /* host NULL: refused */
    } cases[] = {
        {"registry-1.docker.io", "", "registry-1.docker.io"},
        {"127.0.0.1:5000", "", "127.0.0.1:5000"},
        {"http://127.0.0.1:5000", "http", "127.0.0.1:5000"},
        {"https://Quay.IO/", "https", "quay.io"},
        {"[::1]:5000", "", "[::1]:5000"},
        {"quay.io/path", "", NULL},
        {"user:password@quay.io", "", NULL},
        {"https://quay.io/?a=b", "", NULL},
        {"ftp://quay.io", "", NULL},
        {"file:///etc/passwd", "", NULL},
        {"", "", NULL},
        {"a b", "", NULL},
        {"quay.io\r\nHost: x", "", NULL},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct slice scheme, host;
        bool fine = mirror_address_parse(slice_str(cases[i].text), &arena, &scheme, &host, &err);
        assert_int_equal(fine, cases[i].host != NULL);
        if (fine) {
            assert_true(slice_equal_str(scheme, cases[i].scheme));
            assert_true(slice_equal_str(host, cases[i].host));
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_what_it_read),
        cmocka_unit_test(refuses_what_it_does_not_know),
        cmocka_unit_test(addresses),
    };
    arena_init(&arena, 4 << 20);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    arena_done(&arena);
    return failed;
}
