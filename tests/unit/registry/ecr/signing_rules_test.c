#include "registry/ecr/signing.h"

#include "image/document.h"
#include "net/base64.h"

#include "../../test.h"

static struct arena arena;
static struct signing_rules rules;
static struct error err;

#define PROFILE "arn:aws:signer:us-east-1:123456789012:/signing-profiles/release"

static bool read(const char *text)
{
    struct error ignored;
    CLEANUP_JSON json_t *document = document_parse(slice_str(text), &ignored);
    err = (struct error){0};
    return signing_rules_read(document, &arena, &rules, &err);
}

static void rules_and_filters(void **state)
{
    (void)state;
    assert_true(read("{\"rules\":[{\"signingProfileArn\":\"" PROFILE "\",\"repositoryFilters\":"
                     "[{\"filter\":\"prod/*\",\"filterType\":\"WILDCARD_MATCH\"}]},"
                     "{\"signingProfileArn\":\"" PROFILE "\"}]}"));
    assert_int_equal(rules.count, 2);
    assert_true(signing_rule_applies(&rules.items[0], SLICE("prod/app")));
    assert_false(signing_rule_applies(&rules.items[0], SLICE("test/app")));
    assert_true(signing_rule_applies(&rules.items[1], SLICE("test/app")));
    assert_false(read("{}"));
    assert_false(read("{\"rules\":[{\"signingProfileArn\":\"arn:aws:signer:::x\"}]}"));
    assert_false(read("{\"rules\":[{\"signingProfileArn\":\"" PROFILE "/v1\"}]}"));
    assert_false(
        read("{\"rules\":[{\"signingProfileArn\":\"" PROFILE "\",\"repositoryFilters\":[]}]}"));
    assert_false(read("{\"rules\":[{\"signingProfileArn\":\"" PROFILE "\",\"repositoryFilters\":"
                      "[{\"filter\":\"a//b\",\"filterType\":\"WILDCARD_MATCH\"}]}]}"));
}

static struct slice profile_of(struct slice header)
{
    struct slice profile;
    struct slice encoded = base64_encode(header, &arena);
    struct slice envelope = arena_printf(&arena, "{\"protected\":\"%.*s\"}", SLICE_ARG(encoded));
    assert_true(signing_envelope_profile(envelope, &arena, &profile));
    return profile;
}

static void a_signature_names_its_profile(void **state)
{
    struct slice profile;
    (void)state;
    assert_true(slice_equal_str(
        profile_of(SLICE("{\"com.amazonaws.signer.signingProfileVersion\":\"" PROFILE "/AbC\"}")),
        PROFILE));
    assert_true(slice_equal_str(
        profile_of(SLICE("{\"com.amazonaws.signer.signingProfileVersion\":\"" PROFILE "\"}")),
        PROFILE));
    assert_int_equal(profile_of(SLICE("{\"alg\":\"PS256\"}")).len, 0);
    assert_int_equal(profile_of(SLICE("{\"com.amazonaws.signer.signingProfileVersion\":7}")).len,
                     0);
    assert_int_equal(profile_of(SLICE("no json")).len, 0);
    assert_true(signing_envelope_profile(SLICE("{\"protected\":\"!!\"}"), &arena, &profile));
    assert_int_equal(profile.len, 0);
    assert_true(signing_envelope_profile(SLICE(""), &arena, &profile));
    assert_int_equal(profile.len, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rules_and_filters),
        cmocka_unit_test(a_signature_names_its_profile),
    };
    arena_init(&arena, 4 << 20);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    arena_done(&arena);
    return failed;
}
