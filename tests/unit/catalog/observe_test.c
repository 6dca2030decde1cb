#include "catalog/observe.h"

#include "fixture.h"

struct made {
    struct arena arena, scratch;
    struct analysis analysis;
    struct collector collector;
    struct observe observe;
};

static void made_init(struct made *made)
{
    memset(made, 0, sizeof *made);
    arena_init(&made->arena, 1 << 20);
    arena_init(&made->scratch, 1 << 20);
    collector_init(&made->collector, &made->arena, &made->scratch, &made->analysis);
}

static void made_done(struct made *made)
{
    arena_done(&made->arena);
    arena_done(&made->scratch);
}
#define MADE struct made __attribute__((cleanup(made_done)))

static void entry_at(struct made *made, const char *path, enum layer_entry_type type, unsigned mode,
                     uint64_t size)
{
    struct layer_entry entry = {.type = type, .path = slice_str(path), .mode = mode, .size = size};
    observe_entry(&made->observe, &entry, &made->collector);
}

/* The only observation of what was shown; NULL when there is none. */
static const struct observation *only(struct made *made)
{
    observe_finish(&made->observe, &made->collector);
    assert_true(made->analysis.observation_count <= 1);
    return made->analysis.observation_count ? made->analysis.observations : NULL;
}

static const struct {
    const char *path;
    unsigned mode;
    enum layer_entry_type type;
    int kind; /* 0: nothing */
} cases[] = {
    {"usr/bin/passwd", 04755, ENTRY_FILE, OBSERVATION_SETID},
    {"usr/bin/wall", 02755, ENTRY_FILE, OBSERVATION_SETID},
    {"var/mail", 02775, ENTRY_FOLDER, 0}, /* set-gid on a folder is inheritance of the group */
    {"srv/data", 0777, ENTRY_FOLDER, OBSERVATION_WORLD_WRITABLE},
    {"tmp", 01777, ENTRY_FOLDER, 0},
    {"etc/app.conf", 0666, ENTRY_FILE, OBSERVATION_WORLD_WRITABLE},
    {"usr/bin/sh", 0777, ENTRY_SYMLINK, 0},
    {"dev/null", 0666, ENTRY_FILE, 0},
    {"var/cache/apk/APKINDEX.00740ba1.tar.gz", 0644, ENTRY_FILE, OBSERVATION_CACHE},
    {"var/lib/apt/lists/deb.debian.org_dists_bookworm_main_binary-amd64_Packages.lz4", 0644,
     ENTRY_FILE, OBSERVATION_CACHE},
    {"var/lib/apt/lists/lock", 0640, ENTRY_FILE, 0},
    {"root/.ssh/id_ed25519", 0600, ENTRY_FILE, OBSERVATION_KEY},
    {"root/.ssh/id_ed25519.pub", 0644, ENTRY_FILE, 0},
    {"app/store.p12", 0644, ENTRY_FILE, OBSERVATION_KEY},
    {"app/.p12", 0644, ENTRY_FILE, 0},
    {"home/app/.aws/credentials", 0600, ENTRY_FILE, OBSERVATION_CREDENTIALS},
    {"home/app/not.aws/credentials", 0600, ENTRY_FILE, 0},
    {"app/.env", 0644, ENTRY_FILE, OBSERVATION_ENVIRONMENT},
    {"app/.git/HEAD", 0644, ENTRY_FILE, OBSERVATION_REPOSITORY},
    {"srv/project.git/HEAD", 0644, ENTRY_FILE, 0},
    {"app/Dockerfile", 0644, ENTRY_FILE, OBSERVATION_LEFTOVER},
    {"app/node_modules/x/.env", 0644, ENTRY_FILE, 0},
    {"usr/share/doc/x/Dockerfile", 0644, ENTRY_FILE, 0},
};

static void paths_and_modes_are_judged(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        MADE made;
        made_init(&made);
        entry_at(&made, cases[i].path, cases[i].type, cases[i].mode, 100);
        const struct observation *found = only(&made);
        if ((found ? (int)found->kind : 0) != cases[i].kind)
            fail_msg("%s: %d", cases[i].path, found ? (int)found->kind : 0);
    }
}

static void a_cache_is_summed_up(void **state)
{
    (void)state;
    MADE made;
    made_init(&made);
    entry_at(&made, "var/cache/apk/a", ENTRY_FILE, 0644, 1000);
    entry_at(&made, "var/cache/apk/b", ENTRY_FILE, 0644, 234);
    const struct observation *found = only(&made);
    assert_non_null(found);
    assert_text(found->path, "var/cache/apk/a");
    assert_text(found->amount, "1234");
}

static void a_hostile_layer_cannot_fill_the_report(void **state)
{
    (void)state;
    MADE made;
    made_init(&made);
    for (int i = 0; i < OBSERVE_MOST + 100; i++)
        entry_at(&made, "bin/x", ENTRY_FILE, 04755, 1);
    assert_int_equal(made.analysis.observation_count, OBSERVE_MOST);
}

static size_t count_of(const struct analysis *analysis, enum observation_kind kind)
{
    size_t count = 0;
    for (size_t i = 0; i < analysis->observation_count; i++)
        count += analysis->observations[i].kind == kind;
    return count;
}

static void accounts_are_read(void **state)
{
    (void)state;
    FIXTURE f, g, h;
    const struct analysis *passwd = fixture_read(
        &f, "accounts", "etc/passwd",
        SLICE("root:x:0:0:root:/root:/bin/sh\ntoor:x:0:0::/root:/bin/sh\nopen::1000:1000::/:\n"
              "# a comment\nbroken\n\nroot:x:0:0:again:/:\n"));
    assert_int_equal(count_of(passwd, OBSERVATION_ACCOUNT), 4);
    assert_int_equal(count_of(passwd, OBSERVATION_DUPLICATE_ID), 1);
    assert_int_equal(count_of(passwd, OBSERVATION_EMPTY_PASSWORD), 1);
    const struct analysis *shadow = fixture_read(
        &g, "accounts", "etc/shadow", SLICE("root:*:1::::::\nopen::1::::::\nlocked:!:1::::::\n"));
    assert_int_equal(shadow->observation_count, 1);
    assert_text(shadow->observations[0].detail, "open");
    const struct analysis *group =
        fixture_read(&h, "accounts", "etc/group", SLICE("root:x:0:\nwheel:x:10:\nadmins:x:10:a\n"));
    assert_int_equal(count_of(group, OBSERVATION_DUPLICATE_ID), 1);
    assert_int_equal(group->observation_count, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(paths_and_modes_are_judged),
        cmocka_unit_test(a_cache_is_summed_up),
        cmocka_unit_test(a_hostile_layer_cannot_fill_the_report),
        cmocka_unit_test(accounts_are_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
