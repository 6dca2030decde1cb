/* Engines here are programs that print what real ones were recorded to say
   (tests/data/ship/engine_failures.txt has where): which engines a machine has cannot be chosen.
   tests/scenarios/engines.sh has real ones. */
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "ship/engine/engine.h"

#include "test.h"

static char folder[] = "/tmp/plimsoll-engines-XXXXXX";
static char path_before[8192];
static struct arena arena;
static struct error err;

#define DOWN                                                                                       \
    "echo 'Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker "     \
    "daemon running?' >&2; exit 1"
#define BUILDAH                                                                                    \
    "[ \"$1\" = --version ] && echo 'buildah version 1.28.2 (image-spec 1.1.0-rc2)' || echo "      \
    "'false|overlay'"

static void engine(const char *name, const char *script)
{
    char path[200], text[2000];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    unlink(path);
    if (!script)
        return;
    snprintf(text, sizeof text, "#!/bin/sh\n%s\n", script);
    assert_true(file_write(path, slice_str(text), &err));
    chmod(path, 0755);
}

static void engines(const char *docker, const char *podman, const char *buildah)
{
    engine("docker", docker);
    engine("podman", podman);
    engine("buildah", buildah);
    err = (struct error){0};
}

static void without_any_it_is_said_which_were_looked_for(void **state)
{
    (void)state;
    struct ship_engine found;
    engines(NULL, NULL, NULL);
    assert_false(ship_engine_find(NULL, &arena, &found, &err));
    assert_int_equal(err.kind, ERROR_NOT_FOUND);
    assert_non_null(strstr(err.text, "docker, podman, buildah and nerdctl"));
    assert_non_null(strstr(err.text, "apt install buildah"));
}

static void one_that_does_not_work_is_told_of_and_passed_over(void **state)
{
    (void)state;
    struct ship_engine found;
    engines(DOWN, NULL, BUILDAH);
    assert_true(ship_engine_find("", &arena, &found, &err));
    assert_string_equal(found.row->name, "buildah");
    assert_string_equal(found.version.at, "1.28.2");
    assert_true(slice_equal_str(found.storage, "overlay"));
    assert_false(found.rootless);
    assert_true(found.note_count >= 1);
    assert_non_null(strstr(found.notes[0].at, "docker was passed over"));
    assert_non_null(strstr(found.notes[0].at, "its daemon does not answer"));
}

static void one_that_was_named_is_not_passed_over(void **state)
{
    (void)state;
    struct ship_engine found;
    engines(DOWN, NULL, BUILDAH);
    assert_false(ship_engine_find("docker", &arena, &found, &err));
    assert_int_equal(err.kind, ERROR_NETWORK);
    assert_non_null(strstr(err.text, "systemctl start docker"));
    assert_false(ship_engine_find("podman", &arena, &found, &err));
    assert_int_equal(err.kind, ERROR_NOT_FOUND);
    assert_false(ship_engine_find("kaniko", &arena, &found, &err));
    assert_int_equal(err.kind, ERROR_USAGE);
}

static void too_old_is_said_with_the_reason(void **state)
{
    (void)state;
    struct ship_engine found;
    engines("echo '19.03.15|overlay2|[]'", NULL, NULL);
    assert_false(ship_engine_find(NULL, &arena, &found, &err));
    assert_int_equal(err.kind, ERROR_UNSUPPORTED);
    assert_non_null(strstr(err.text, "19.03.15 is too old: at least 20.10 is needed"));
    assert_non_null(strstr(err.text, "--platform"));
}

static void rootless_and_storage_are_read(void **state)
{
    (void)state;
    struct ship_engine found;
    engines("echo '28.2.2|overlay2|[\"name=seccomp,profile=builtin\",\"name=rootless\"]'", NULL,
            NULL);
    assert_true(ship_engine_find(NULL, &arena, &found, &err));
    assert_true(found.rootless);
    assert_true(slice_equal_str(found.storage, "overlay2"));
    assert_true(slice_equal_str(found.version, "28.2.2"));
    engines(NULL, "echo '4.3.1|true|vfs'", NULL);
    assert_true(ship_engine_find(NULL, &arena, &found, &err));
    assert_string_equal(found.row->name, "podman");
    assert_true(found.rootless);
}

static void podman_behind_docker_is_judged_as_podman(void **state)
{
    (void)state;
    struct ship_engine found;
    engines("[ $1 = info ] && echo '4.3.1|vfs|[]' || echo 'Podman Engine;Conmon;'", NULL, NULL);
    assert_true(ship_engine_find("docker", &arena, &found, &err));
    assert_string_equal(found.row->name, "docker");
    assert_string_equal(found.behind->name, "podman");
    assert_non_null(strstr(found.notes[0].at, "speaks to a podman 4.3.1"));
    engines("[ $1 = info ] && echo '2.2.1|vfs|[]' || echo 'Podman Engine;Conmon;'", NULL, NULL);
    assert_false(ship_engine_find("docker", &arena, &found, &err));
    assert_non_null(strstr(err.text, "podman 2.2.1 is too old: at least 3.4"));
}

static void a_denied_socket_is_named(void **state)
{
    (void)state;
    struct ship_engine found;
    engines("echo 'permission denied while trying to connect to the Docker daemon socket at "
            "unix:///var/run/docker.sock: dial unix /var/run/docker.sock: connect: permission "
            "denied' >&2; exit 1",
            NULL, NULL);
    assert_false(ship_engine_find(NULL, &arena, &found, &err));
    assert_int_equal(err.kind, ERROR_DENIED);
    assert_non_null(strstr(err.text, "usermod -aG docker"));
}

static void a_storage_that_cannot_work_is_replaced(void **state)
{
    (void)state;
    struct ship_engine found;
    engines(NULL, NULL,
            "[ \"$1\" = --version ] && echo 'buildah version 1.28.2' && exit; [ \"$1 $2\" = "
            "'--storage-driver vfs' ] && echo 'true|vfs' && exit; echo \"Error: 'overlay' is not "
            "supported over overlayfs, a mount_program is required: backing file system is "
            "unsupported for this graph driver\" >&2; exit 125");
    unsetenv("STORAGE_DRIVER");
    assert_true(ship_engine_find(NULL, &arena, &found, &err));
    assert_true(slice_equal_str(found.driver, "vfs"));
    assert_non_null(strstr(found.notes[0].at, "vfs"));
    setenv("STORAGE_DRIVER", "overlay", 1); /* who says what is wanted gets it, or the error */
    assert_false(ship_engine_find(NULL, &arena, &found, &err));
    unsetenv("STORAGE_DRIVER");
}

static int setup(void **state)
{
    (void)state;
    arena_init(&arena, 16 << 20);
    snprintf(path_before, sizeof path_before, "%s", getenv("PATH"));
    if (!mkdtemp(folder))
        return -1;
    setenv("PATH", folder, 1);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    engines(NULL, NULL, NULL);
    setenv("PATH", path_before, 1);
    rmdir(folder);
    arena_done(&arena);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_any_it_is_said_which_were_looked_for),
        cmocka_unit_test(one_that_does_not_work_is_told_of_and_passed_over),
        cmocka_unit_test(one_that_was_named_is_not_passed_over),
        cmocka_unit_test(too_old_is_said_with_the_reason),
        cmocka_unit_test(rootless_and_storage_are_read),
        cmocka_unit_test(podman_behind_docker_is_judged_as_podman),
        cmocka_unit_test(a_denied_socket_is_named),
        cmocka_unit_test(a_storage_that_cannot_work_is_replaced),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
