/* Branches and commits in real repositories on disk, looked at by git itself. */
#include <setjmp.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "update/forge/git_work.h"

/* libgit2 1.5 with PCRE2 forgets what a pattern that does not match has needed (git_regexp_match).
 */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
    return "leak:libpcre2-8.so\n";
}

static char folder[] = "/tmp/plimsoll-git.XXXXXX";

/* Runs a script in the folder; its output goes to the file "out" there. */
static int shell(const char *script)
{
    pid_t child;
    int status = -1;
    char text[8000];
    snprintf(text, sizeof text, "cd '%s' && { %s\n} >out 2>&1", folder, script);
    char *arguments[] = {"sh", "-c", text, NULL};
    if (posix_spawnp(&child, "sh", NULL, NULL, arguments, environ) != 0 ||
        waitpid(child, &status, 0) != child)
        return -1;
    return WEXITSTATUS(status);
}

static void run(const char *script)
{
    if (shell(script) != 0) {
        shell("cat out >&2");
        fail_msg("%s", script);
    }
}

static const char prepare[] =
    "export HOME=$PWD GIT_CONFIG_NOSYSTEM=1\n"
    "rm -rf remote.git work other; git init -q --bare -b trunk remote.git\n"
    "git init -q -b trunk work; cd work; git config user.name Ada; git config user.email a@b.c\n"
    "mkdir docker; printf 'FROM haproxy:3.3.1\\nRUN x\\n' >docker/Dockerfile; echo hello >other\n"
    "chmod +x docker/Dockerfile; git add .; git commit -qm first; git remote add origin "
    "../remote.git\n"
    "git push -q origin trunk; cd ..; git --git-dir=remote.git symbolic-ref HEAD refs/heads/trunk";

struct fixture {
    struct arena arena;
    struct git_work *git;
    struct update_edit edit;
    struct update_change change;
    const struct update_change *changes[1];
    struct git_commit_wish wish;
    struct git_commit_made made;
    struct error err;
};

static bool begin(struct fixture *fixture, const char *to)
{
    char path[200];
    arena_init(&fixture->arena, 64 << 20);
    snprintf(path, sizeof path, "%s/work", folder);
    assert_int_equal(chdir(path), 0);
    fixture->git = git_work_open(".", &fixture->err);
    assert_non_null(fixture->git);
    fixture->edit = (struct update_edit){.path = SLICE("docker/Dockerfile"),
                                         .start = 13,
                                         .end = 18,
                                         .old_text = SLICE("3.3.1"),
                                         .new_text = slice_str(to)};
    fixture->change = (struct update_change){.name = SLICE("haproxy"),
                                             .from = SLICE("3.3.1"),
                                             .to = slice_str(to),
                                             .edits = &fixture->edit,
                                             .edit_count = 1};
    fixture->changes[0] = &fixture->change;
    fixture->wish = (struct git_commit_wish){.branch = SLICE("plimsoll/haproxy-3.3"),
                                             .message = SLICE("Update haproxy\n\nWhy."),
                                             .changes = fixture->changes,
                                             .count = 1};
    struct git_remote_options options = {.remote = "origin"};
    return git_work_connect(fixture->git, &options, &fixture->arena, &fixture->err) &&
           git_work_commit(fixture->git, &fixture->wish, false, &fixture->arena, &fixture->made,
                           &fixture->err);
}

static void end(struct fixture *fixture)
{
    git_work_free(fixture->git);
    arena_done(&fixture->arena);
}

/* begin, and push what was made. */
static enum commit_state update_to(const char *to)
{
    struct fixture fixture = {0};
    if (!begin(&fixture, to))
        fail_msg("%s", fixture.err.text);
    enum commit_state state = fixture.made.state;
    if (state == COMMIT_MADE &&
        !git_work_push(fixture.git, fixture.wish.branch, &fixture.made, &fixture.err))
        fail_msg("%s", fixture.err.text);
    end(&fixture);
    return state;
}

static void a_commit_changes_just_its_bytes(void **state)
{
    (void)state;
    run(prepare);
    run("cd work; echo dirty >>other; echo new >new; git add new; git status --porcelain "
        ">../before;"
        " git for-each-ref >../refs");
    assert_int_equal(update_to("3.3.2"), COMMIT_MADE);
    run("cd work; git status --porcelain | cmp - ../before; git for-each-ref | cmp - ../refs");
    run("cd remote.git; git diff --raw -p trunk plimsoll/haproxy-3.3 >../diff;"
        "grep -c '^[-+][^-+]' ../diff | grep -qx 2; grep -qx '+FROM haproxy:3.3.2' ../diff;"
        "grep -q '^:100755 100755 ' ../diff");
    run("cd remote.git; git log -1 --format='%an <%ae>%n%s%n%b' plimsoll/haproxy-3.3 >../log;"
        "grep -qx 'Ada <a@b.c>' ../log; grep -qx 'Update haproxy' ../log; grep -qx Why. ../log;"
        "git rev-parse plimsoll/haproxy-3.3^ trunk | uniq | wc -l | grep -qx 1; git fsck --strict");
    assert_int_equal(update_to("3.3.2"), COMMIT_SAME);
    assert_int_equal(update_to("3.3.4"), COMMIT_MADE);
    run("cd remote.git; git show plimsoll/haproxy-3.3:docker/Dockerfile | grep -qx 'FROM "
        "haproxy:3.3.4';"
        "git rev-list --count trunk..plimsoll/haproxy-3.3 | grep -qx 1");
}

static void a_base_that_has_it_is_done(void **state)
{
    (void)state;
    run(prepare);
    assert_int_equal(update_to("3.3.2"), COMMIT_MADE);
    run("git clone -q remote.git other; cd other; git merge -q --ff-only "
        "origin/plimsoll/haproxy-3.3;"
        "git push -q origin HEAD:trunk");
    assert_int_equal(update_to("3.3.2"), COMMIT_DONE);
}

static void a_base_that_moved_keeps_its_lines(void **state)
{
    (void)state;
    run(prepare);
    run("git clone -q remote.git other; cd other; git config user.name B; git config user.email "
        "b@b.c;"
        "printf '# new\\nFROM haproxy:3.3.1\\nRUN x y\\n' >docker/Dockerfile; git commit -qam new;"
        "git push -q origin trunk");
    assert_int_equal(update_to("3.3.2"), COMMIT_MADE);
    run("cd remote.git; git show plimsoll/haproxy-3.3:docker/Dockerfile >../got;"
        "printf '# new\\nFROM haproxy:3.3.2\\nRUN x y\\n' | cmp - ../got");
    run("cd other; printf 'FROM nginx\\n' >docker/Dockerfile; git commit -qam nginx; git push -q "
        "origin trunk");
    struct fixture fixture = {0};
    assert_false(begin(&fixture, "3.3.2"));
    assert_int_equal(fixture.err.kind, ERROR_BUSY);
    assert_non_null(strstr(fixture.err.text, "docker/Dockerfile"));
    end(&fixture);
}

static void commits_of_others_are_left_alone(void **state)
{
    struct fixture fixture = {0};
    (void)state;
    run(prepare);
    assert_int_equal(update_to("3.3.2"), COMMIT_MADE);
    run("git clone -q -b plimsoll/haproxy-3.3 remote.git other; cd other; git config user.name B;"
        "git config user.email b@b.c; echo more >>docker/Dockerfile; git commit -qa --amend "
        "--no-edit;"
        "git push -qf origin HEAD");
    assert_int_equal(update_to("3.3.4"), COMMIT_FOREIGN);
    assert_true(begin(&fixture, "3.3.4"));
    assert_false(git_work_delete(fixture.git, fixture.wish.branch, &fixture.err));
    assert_int_equal(fixture.err.kind, ERROR_BUSY);
    end(&fixture);
}

/* Somebody pushes between our look and our push. */
static void a_lease_is_kept(void **state)
{
    struct fixture fixture = {0};
    (void)state;
    run(prepare);
    assert_true(begin(&fixture, "3.3.2"));
    run("cd work; git push -q origin HEAD:refs/heads/plimsoll/haproxy-3.3");
    assert_false(git_work_push(fixture.git, fixture.wish.branch, &fixture.made, &fixture.err));
    assert_int_equal(fixture.err.kind, ERROR_BUSY);
    run("cd remote.git; git rev-parse trunk plimsoll/haproxy-3.3 | uniq | wc -l | grep -qx 1");
    end(&fixture);
}

static void a_branch_of_ours_is_deleted(void **state)
{
    struct fixture fixture = {0};
    (void)state;
    run(prepare);
    assert_int_equal(update_to("3.3.2"), COMMIT_MADE);
    assert_true(begin(&fixture, "3.3.2"));
    if (!git_work_delete(fixture.git, fixture.wish.branch, &fixture.err))
        fail_msg("%s", fixture.err.text);
    run("cd remote.git; ! git rev-parse -q --verify plimsoll/haproxy-3.3");
    end(&fixture);
}

/* As continuous integration has it. */
static void shallow_clones_work(void **state)
{
    (void)state;
    run(prepare);
    run("cd work; echo 2 >>other; git commit -qam 2; echo 3 >>other; git commit -qam 3;"
        "git push -q origin trunk; cd ..; rm -rf work;"
        "git clone -q --depth 1 file://$PWD/remote.git work");
    assert_int_equal(update_to("3.3.2"), COMMIT_MADE);
    run("cd remote.git; git rev-list --count plimsoll/haproxy-3.3 | grep -qx 4; git fsck --strict");
    assert_int_equal(update_to("3.3.2"), COMMIT_SAME);
}

static void what_is_not_there_is_said(void **state)
{
    struct fixture fixture = {0};
    struct slice url;
    (void)state;
    run(prepare);
    assert_true(begin(&fixture, "3.3.2"));
    struct git_work *git = git_work_open("/tmp", &fixture.err);
    if (!git)
        assert_int_equal(fixture.err.kind, ERROR_NOT_FOUND);
    git_work_free(git);
    git = git_work_open(".", &fixture.err);
    assert_false(git_work_remote_url(git, "upstream", &fixture.arena, &url, &fixture.err));
    assert_int_equal(fixture.err.kind, ERROR_NOT_FOUND);
    struct git_remote_options options = {.remote = "origin", .base = "main"};
    assert_false(git_work_connect(git, &options, &fixture.arena, &fixture.err));
    assert_non_null(strstr(fixture.err.text, "--base"));
    git_work_free(git);
    run("cd work; echo FROM haproxy:3.3.1 >Dockerfile.new");
    fixture.edit.path = SLICE("Dockerfile.new");
    assert_false(git_work_commit(fixture.git, &fixture.wish, true, &fixture.arena, &fixture.made,
                                 &fixture.err));
    assert_non_null(strstr(fixture.err.text, "Dockerfile.new is not on branch trunk"));
    fixture.edit.path = SLICE("/etc/hostname");
    assert_false(git_work_commit(fixture.git, &fixture.wish, true, &fixture.arena, &fixture.made,
                                 &fixture.err));
    assert_int_equal(fixture.err.kind, ERROR_USAGE);
    end(&fixture);
}

static int set_up(void **state)
{
    (void)state;
    if (!mkdtemp(folder))
        return -1;
    setenv("HOME", folder, 1);
    setenv("GIT_CONFIG_NOSYSTEM", "1", 1);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    return chdir("/") == 0 ? shell("rm -rf remote.git work other before refs diff log got; rm -f "
                                   "out; cd /; rmdir \"$OLDPWD\"")
                           : -1;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_commit_changes_just_its_bytes),
        cmocka_unit_test(a_base_that_has_it_is_done),
        cmocka_unit_test(a_base_that_moved_keeps_its_lines),
        cmocka_unit_test(commits_of_others_are_left_alone),
        cmocka_unit_test(a_lease_is_kept),
        cmocka_unit_test(a_branch_of_ours_is_deleted),
        cmocka_unit_test(shallow_clones_work),
        cmocka_unit_test(what_is_not_there_is_said),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
