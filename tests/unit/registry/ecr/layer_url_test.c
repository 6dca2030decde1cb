/* What a layer's URL claims, in whatever form it comes. */
#include "registry/ecr/layer_url.h"

#include "test.h"

#define DIGEST "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static void claims(void **state)
{
    struct layer_claim claim;
    (void)state;
    assert_true(layer_claim_parse(SLICE("/layers/123456789012/us-east-1/team/app/" DIGEST),
                                  SLICE("1800000000"), SLICE("ab"), &claim));
    assert_true(slice_equal_str(claim.scope.account, "123456789012"));
    assert_true(slice_equal_str(claim.scope.region, "us-east-1"));
    assert_true(slice_equal_str(claim.scope.repository, "team/app"));
    assert_true(slice_equal_str(digest_slice(&claim.digest), DIGEST));
    assert_int_equal(claim.expires, 1800000000);
}

static void no_claims(void **state)
{
    static const struct {
        const char *path, *expires;
    } rows[] = {
        {"", "1"},
        {"/", "1"},
        {"/layers/", "1"},
        {"/layers", "1"},
        {"/v2/123456789012/us-east-1/app/" DIGEST, "1"},
        {"/layers//us-east-1/app/" DIGEST, "1"},
        {"/layers/123456789012//app/" DIGEST, "1"},
        {"/layers/123456789012/us-east-1/" DIGEST, "1"},
        {"/layers/123456789012/us-east-1//" DIGEST, "1"},
        {"/layers/123456789012/us-east-1/../app/" DIGEST, "1"},
        {"/layers/123456789012/us-east-1/App/" DIGEST, "1"},
        {"/layers/123456789012/us-east-1/app/sha256:short", "1"},
        {"/layers/123456789012/us-east-1/app/" DIGEST "/", "1"},
        {"/layers/123456789012/us-east-1/app/" DIGEST, ""},
        {"/layers/123456789012/us-east-1/app/" DIGEST, "-1"},
        {"/layers/123456789012/us-east-1/app/" DIGEST, "99999999999999999999999"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct layer_claim claim;
        if (layer_claim_parse(slice_str(rows[i].path), slice_str(rows[i].expires), SLICE("ab"),
                              &claim))
            fail_msg("taken: %s %s", rows[i].path, rows[i].expires);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(claims), cmocka_unit_test(no_claims)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
