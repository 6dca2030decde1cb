/* The files of Amazon's tools, as people write them. */
#include "net/aws_profile.h"

#include <stdlib.h>

#include "test.h"

static struct aws_profile read_as(const char *file, const char *section)
{
    struct aws_profile profile = {.region = {NULL, 0}};
    aws_profile_read(slice_str(file), slice_str(section), &profile);
    return profile;
}

static void sections(void **state)
{
    static const char file[] = "# a comment\n"
                               "aws_access_key_id = NOBODYS\n"
                               "[default]\r\n"
                               "aws_access_key_id=AKIA1\r\n"
                               "  aws_secret_access_key = nested\n"
                               "aws_secret_access_key = s3/cr=t+\n"
                               "aws_access_key_id = LATER\n"
                               "; region = no\n"
                               "[ profile other ]\n"
                               "region=eu-west-1\n"
                               "endpoint_url = http://127.0.0.1:5000\n"
                               "aws_session_token = token\n"
                               "region";
    (void)state;
    struct aws_profile profile = read_as(file, "default");
    assert_true(slice_equal_str(profile.key.id, "AKIA1"));
    assert_true(slice_equal_str(profile.key.secret, "s3/cr=t+"));
    assert_int_equal(profile.region.len, 0);
    profile = read_as(file, "profile other");
    assert_true(slice_equal_str(profile.region, "eu-west-1"));
    assert_true(slice_equal_str(profile.endpoint, "http://127.0.0.1:5000"));
    assert_true(slice_equal_str(profile.key.session, "token"));
    assert_int_equal(read_as(file, "none").key.id.len, 0);
}

static void odd_files(void **state)
{
    static const char *const files[] = {
        "",
        "[",
        "[]",
        "]",
        "[default",
        "[default]",
        "=",
        "[default]\n=",
        "[default]\n = x\n",
        "[default]\naws_access_key_id",
        "[default]\naws_access_key_id =",
        "\n\n[",
        "[[default]]\n",
    };
    (void)state;
    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        assert_int_equal(read_as(files[i], "default").key.id.len, 0);
}

/* A key of the environment is not mixed with a secret of a file. */
static void environment(void **state)
{
    struct arena arena CLEANUP_ARENA;
    struct aws_profile profile;
    struct error err;
    (void)state;
    arena_init(&arena, 1 << 16);
    setenv("AWS_SHARED_CREDENTIALS_FILE", "/dev/null", 1);
    setenv("AWS_CONFIG_FILE", "/nonexistent/config", 1);
    setenv("AWS_ACCESS_KEY_ID", "AKIA2", 1);
    unsetenv("AWS_SECRET_ACCESS_KEY");
    setenv("AWS_REGION", "", 1);
    setenv("AWS_DEFAULT_REGION", "us-west-2", 1);
    assert_true(aws_profile_find(&arena, &profile, &err));
    assert_int_equal(profile.key.id.len, 0);
    assert_true(slice_equal_str(profile.region, "us-west-2"));
    setenv("AWS_SECRET_ACCESS_KEY", "secret", 1);
    assert_true(aws_profile_find(&arena, &profile, &err));
    assert_true(slice_equal_str(profile.key.id, "AKIA2"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(sections), cmocka_unit_test(odd_files),
                                       cmocka_unit_test(environment)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
