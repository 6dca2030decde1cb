#include "test.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "image/credentials.h"

static const char config[] =
    "{\"auths\": {\"https://index.docker.io/v1/\": {\"auth\": \"aHViOnB3OjE=\"},"
    " \"quay.io\": {\"auth\": \"cTpx\"}, \"quay.io/team\": {\"auth\": \"dDp0\"},"
    " \"http://localhost:5000/v2/\": {\"username\": \"l\", \"password\": \"p\"},"
    " \"token.example\": {\"auth\": \"PHRva2VuPjo=\", \"identitytoken\": \"idt\"},"
    " \"broken.example\": {\"auth\": \"***\"}, \"helped.example\": {}}}";

struct row {
    const char *host, *repository, *user, *password;
};

static void test_auths(void **state)
{
    static const struct row rows[] = {
        {"docker.io", "library/alpine", "hub", "pw:1"},
        {"registry-1.docker.io", "x", "hub", "pw:1"},
        {"quay.io", "other/x", "q", "q"},
        {"quay.io", "team/x", "t", "t"},
        {"quay.io", "teams/x", "q", "q"},
        {"localhost:5000", "x", "l", "p"},
        {"localhost:5001", "x", NULL, NULL},
        {"helped.example", "x", NULL, NULL},
        {"broken.example", "x", NULL, NULL},
        {"evil-quay.io", "x", NULL, NULL},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        CLEANUP_ARENA struct arena arena = {.limit = 1 << 20};
        struct credentials got = {0};
        struct error err = {0};
        bool found =
            credentials_of_config(slice_str(config), slice_str(rows[i].host),
                                  slice_str(rows[i].repository), false, &arena, &got, &err);
        if (found != (rows[i].user != NULL))
            fail_msg("%s: %s", rows[i].host, found ? "found" : err.text);
        assert_true(slice_equal_str(got.user, rows[i].user));
        assert_true(slice_equal_str(got.password, rows[i].password));
    }
}

static void test_identity_token(void **state)
{
    CLEANUP_ARENA struct arena arena = {.limit = 1 << 20};
    struct credentials got = {0};
    struct error err = {0};
    (void)state;
    assert_true(credentials_of_config(slice_str(config), SLICE("token.example"), SLICE("x"), false,
                                      &arena, &got, &err));
    assert_true(slice_equal_str(got.identity_token, "idt"));
}

static void write_text(const char *folder, const char *name, const char *text, mode_t mode)
{
    CLEANUP_ARENA struct arena arena = {.limit = 1 << 20};
    struct error err = {0};
    struct slice path = arena_printf(&arena, "%s/%s", folder, name);
    assert_true(file_write(path.at, slice_str(text), &err));
    assert_int_equal(chmod(path.at, mode), 0);
}

/* A folder with a configuration and helpers, of which PATH and DOCKER_CONFIG tell. */
static int set_up(void **state)
{
    char *folder = strdup("/tmp/plimsoll-credentials.XXXXXX");
    assert_non_null(folder);
    assert_non_null(mkdtemp(folder));
    write_text(folder, "docker-credential-good",
               "#!/bin/sh\nread -r host\n[ \"$1\" = get ] || exit 1\ncase $host in\n"
               "token.example) user='<token>' ;;\nunknown.example) echo 'credentials not found in "
               "native keychain'; exit 1 ;;\n*) user=helper ;;\nesac\n"
               "printf '{\"ServerURL\":\"%s\",\"Username\":\"%s\",\"Secret\":\"of %s\"}' \"$host\" "
               "\"$user\" \"$host\"\n",
               0755);
    write_text(folder, "docker-credential-bad", "#!/bin/sh\nexit 3\n", 0755);
    write_text(folder, "config.json",
               "{\"credsStore\": \"good\", \"credHelpers\": {\"bad.example\": \"bad\","
               " \"path.example\": \"../evil\"},"
               " \"auths\": {\"unknown.example\": {\"auth\": \"YTpi\"}}}",
               0600);
    setenv("DOCKER_CONFIG", folder, 1);
    setenv("HOME", folder, 1);
    unsetenv("XDG_RUNTIME_DIR");
    unsetenv("REGISTRY_AUTH_FILE");
    unsetenv("PLIMSOLL_REGISTRY_USER");
    CLEANUP_ARENA struct arena arena = {.limit = 1 << 20};
    setenv("PATH", arena_printf(&arena, "%s:%s", folder, getenv("PATH")).at, 1);
    *state = folder;
    return 0;
}

static int tear_down(void **state)
{
    static const char *const names[] = {"docker-credential-good", "docker-credential-bad",
                                        "config.json"};
    char *folder = *state;
    for (size_t i = 0; i < 3; i++) {
        CLEANUP_ARENA struct arena arena = {.limit = 1 << 20};
        unlink(arena_printf(&arena, "%s/%s", folder, names[i]).at);
    }
    rmdir(folder);
    free(folder);
    return 0;
}

static struct credentials find(const char *host, struct arena *arena)
{
    struct credentials got;
    struct error err = {0};
    assert_true(credentials_find(slice_str(host), SLICE("x/y"), arena, &got, &err));
    return got;
}

static void test_helpers(void **state)
{
    CLEANUP_ARENA struct arena arena = {.limit = 4 << 20};
    (void)state;
    struct credentials got = find("docker.io", &arena);
    assert_true(slice_equal_str(got.user, "helper"));
    assert_true(slice_equal_str(got.password, "of https://index.docker.io/v1/"));
    assert_true(slice_ends(got.origin, SLICE("/config.json")));
    got = find("token.example", &arena);
    assert_true(slice_equal_str(got.identity_token, "of token.example"));
    assert_int_equal(got.user.len, 0);
    got = find("unknown.example", &arena); /* not with the helper, but in the file */
    assert_true(slice_equal_str(got.user, "a"));
}

static void test_problems_are_told(void **state)
{
    CLEANUP_ARENA struct arena arena = {.limit = 4 << 20};
    (void)state;
    struct credentials got = find("bad.example", &arena);
    assert_int_equal(got.origin.len, 0);
    assert_true(slice_search(got.problem, SLICE("docker-credential-bad: ended with status 3")) <
                got.problem.len);
    got = find("path.example", &arena);
    assert_true(slice_search(got.problem, SLICE("not a credential helper's name")) <
                got.problem.len);
}

static void test_environment(void **state)
{
    CLEANUP_ARENA struct arena arena = {.limit = 4 << 20};
    (void)state;
    setenv("PLIMSOLL_REGISTRY_USER", "me", 1);
    setenv("PLIMSOLL_REGISTRY_PASSWORD", "secret", 1);
    setenv("PLIMSOLL_REGISTRY_HOST", "mine.example", 1);
    struct credentials got = find("mine.example", &arena);
    assert_true(slice_equal_str(got.password, "secret"));
    got = find("unknown.example", &arena);
    assert_true(slice_equal_str(got.user, "a"));
    unsetenv("PLIMSOLL_REGISTRY_USER");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_auths),       cmocka_unit_test(test_identity_token),
        cmocka_unit_test(test_helpers),     cmocka_unit_test(test_problems_are_told),
        cmocka_unit_test(test_environment),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
