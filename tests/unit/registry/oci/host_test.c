#include "registry/oci/host.h"

#include "test.h"

static void names_say_whose(void **state)
{
    (void)state;
    static const char aws[] = "{account}.dkr.ecr.{region}.amazonaws.com/{repository}";
    static const struct {
        const char *pattern, *host, *account, *region; /* account NULL: no match */
    } cases[] = {
        {aws, "123456789.dkr.ecr.us-east-1.amazonaws.com", "123456789", "us-east-1"},
        {aws, "123456789012.DKR.ecr.eu-west-1.amazonaws.com:443", "123456789012", "eu-west-1"},
        {aws, "12345678.dkr.ecr.us-east-1.amazonaws.com", NULL, NULL},
        {aws, "1234567890123.dkr.ecr.us-east-1.amazonaws.com", NULL, NULL},
        {aws, "12345678a.dkr.ecr.us-east-1.amazonaws.com", NULL, NULL},
        {aws, "123456789.dkr.ecr.us-east-1.amazonaws.com.evil", NULL, NULL},
        {aws, "123456789.dkr.ecr..amazonaws.com", NULL, NULL},
        {aws, "123456789.dkr.ecr.us/east.amazonaws.com", NULL, NULL},
        {aws, "127.0.0.1:5000", NULL, NULL},
        {aws, "", NULL, NULL},
        {"registry.example.com/{account}/{repository}", "registry.example.com", NULL, NULL},
        {"{account}.example.com:5000/{repository}", "123456789012.example.com:5000", "123456789012",
         "own"},
        {"{account}.example.com:5000/{repository}", "123456789012.example.com", NULL, NULL},
        {"{region}/{repository}", "eu-north-1", "own", "eu-north-1"},
        {"{repository}.example.com", "x.example.com", NULL, NULL},
        {"{account", "123456789", "123456789", "own"},
        {"", "x", NULL, NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct scope scope = {.account = SLICE("own"), .region = SLICE("own")};
        bool found = oci_host_scope(slice_str(cases[i].pattern), slice_str(cases[i].host), &scope);
        if (found != (cases[i].account != NULL))
            fail_msg("%s for %s", cases[i].host, cases[i].pattern);
        assert_true(slice_equal_str(scope.account, found ? cases[i].account : "own"));
        assert_true(slice_equal_str(scope.region, found ? cases[i].region : "own"));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(names_say_whose)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
