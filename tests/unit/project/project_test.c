/* plimsoll.yaml's images: what is read, what follows from it, and each kind of mistake. */
#include "project/project.h"

#include <stdio.h>
#include <stdlib.h>

#include "arena.h"
#include "test.h"

static bool read_at(const char *path, const char *text, struct project *project, struct error *err)
{
    struct yaml_node *tree;
    return yaml_read(slice_str(text), &arena, &tree, err) &&
           project_read(path, tree, &arena, project, err);
}

static struct project taken(const char *text)
{
    struct project project;
    struct error err;
    if (!read_at("plimsoll.yaml", text, &project, &err))
        fail_msg("%s", err.text);
    return project;
}

static void refused(const char *text, const char *why)
{
    struct project project;
    struct error err = {.kind = ERROR_NONE};
    if (read_at("dir/plimsoll.yaml", text, &project, &err))
        fail_msg("taken: %s", text);
    assert_int_equal(err.kind, ERROR_USAGE);
    if (!strstr(err.text, why) || !strstr(err.text, "dir/plimsoll.yaml line "))
        fail_msg("\"%s\" does not say: %s", err.text, why);
}

#define assert_slice(slice, text)                                                                  \
    assert_string_equal(arena_string(&arena, (slice)) ?: "(none)", text)

static const char whole[] =
    "registry: 123456789.dkr.ecr.us-east-1.amazonaws.com/\n"
    "tags: {keep-v: true, immutable: [\"v*\"]}\n"
    "update: {policy: patch, files: [\"**/Dockerfile*\"], group: true, only: [alpine]}\n"
    "audit: {repositories: [a, b], deadlines: {high: 3}, history: h.json}\n"
    "lint: {profile: strict}\n"
    "images:\n"
    "  - name: haproxy\n"
    "    dockerfile: docker/Dockerfile.haproxy\n"
    "    repository: react-app-haproxy\n"
    "    target: final\n"
    "    build-args: {A: b, HTTP_PORT: 80}\n"
    "    platforms: linux/amd64, linux/arm64\n"
    "    base: {policy: minor, suffix: alpine}\n"
    "    test: {compose: docker-compose.yml, health: \"http://127.0.0.1:8080/health\", seconds: "
    "9}\n"
    "    deploy: cd infra && pulumi up\n"
    "    gate: {fail-on: [critical, high], ignore-unfixed: true}\n"
    "  - repository: other.example:5000/team/app\n"
    "    base: digest\n"
    "    test: [npm, run, 'test it']\n"
    "    gate: {fail-on: []}\n";

static void test_whole(void **state)
{
    (void)state;
    struct project project = taken(whole);
    assert_int_equal(project.image_count, 2);
    assert_true(project.tags.keep_v && project.tags.latest && project.update.group);
    assert_slice(project.tags.immutable.items[0], "v*");
    assert_int_equal(project.update.policy, PROJECT_PATCH);
    assert_slice(project.update.files.items[0], "**/Dockerfile*");
    assert_int_equal(project.audit.deadlines[PROJECT_HIGH], 3);
    assert_int_equal(project.audit.deadlines[PROJECT_LOW], 90);
    assert_string_equal(project.audit.history, "h.json");
    const struct project_image *image = &project.images[0];
    assert_slice(image->repository, "123456789.dkr.ecr.us-east-1.amazonaws.com/react-app-haproxy");
    assert_string_equal(image->dockerfile, "docker/Dockerfile.haproxy");
    assert_string_equal(image->context, ".");
    assert_slice(image->target, "final");
    assert_int_equal(image->argument_count, 2);
    assert_slice(image->arguments[1].name, "HTTP_PORT");
    assert_slice(image->arguments[1].value, "80");
    assert_slice(image->platforms.items[1], "linux/arm64");
    assert_int_equal(image->base.policy, PROJECT_MINOR);
    assert_slice(image->base.suffix, "alpine");
    assert_string_equal(image->test.compose, "docker-compose.yml");
    assert_int_equal(image->test.seconds, 9);
    assert_string_equal(image->deploy.argv[2], "cd infra && pulumi up");
    assert_null(image->deploy.argv[3]);
    assert_true(image->gate.said && image->gate.ignore_unfixed);
    assert_int_equal(image->gate.fail_on.count, 2);
    assert_int_equal(image->line, 7);
}

static void test_what_follows(void **state)
{
    (void)state;
    struct project project = taken(whole);
    const struct project_image *image = &project.images[1];
    assert_slice(image->name, "app");
    assert_slice(image->repository, "other.example:5000/team/app");
    assert_true(image->has_registry);
    assert_string_equal(image->dockerfile, "Dockerfile");
    assert_int_equal(image->base.policy, PROJECT_DIGEST);
    assert_slice(image->base.suffix, "keep");
    assert_slice(image->test.command.text, "npm run test it");
    assert_string_equal(image->test.command.argv[2], "test it");
    assert_int_equal(image->test.seconds, 60);
    assert_true(image->gate.said);
    assert_int_equal(image->gate.fail_on.count, 0);
    assert_null(image->deploy.argv);
    project = taken("images: [{name: a}]");
    assert_false(project.images[0].has_registry || project.images[0].gate.said);
    assert_slice(project.images[0].repository, "a");
    assert_int_equal(project.images[0].base.policy, PROJECT_MINOR);
    project = taken("");
    assert_int_equal(project.image_count, 0);
    project = taken("registry: {host: localhost:5000, plain-http: true}\nimages: [{name: a}]\n"
                    "tags: {keep_v: yes, latest: no}");
    assert_slice(project.images[0].repository, "localhost:5000/a");
    assert_true(project.tags.keep_v && !project.tags.latest);
}

static void test_paths(void **state)
{
    (void)state;
    struct project project;
    struct error err;
    const char *text =
        "images: [{name: a, dockerfile: d/D, context: ..}, {name: b, dockerfile: /D}]";
    assert_true(read_at("/srv/app/plimsoll.yaml", text, &project, &err));
    assert_string_equal(project.folder, "/srv/app");
    assert_string_equal(project.images[0].dockerfile, "/srv/app/d/D");
    assert_string_equal(project.images[0].context, "/srv/app/..");
    assert_string_equal(project.images[1].dockerfile, "/D");
    assert_string_equal(project.images[1].context, "/srv/app");
    assert_true(read_at("/plimsoll.yaml", text, &project, &err));
    assert_string_equal(project.folder, "/");
    assert_true(project_read(NULL, NULL, &arena, &project, &err));
    assert_int_equal(project.image_count, 0);
    assert_string_equal(project.folder, ".");
}

static void test_names(void **state)
{
    (void)state;
    struct project project = taken(whole);
    const struct project_image *image;
    struct error err;
    assert_ptr_equal(project_image_find(&project, SLICE("haproxy")), &project.images[0]);
    assert_ptr_equal(project_image_find(&project, SLICE("team/app")), &project.images[1]);
    assert_ptr_equal(project_image_find(&project, SLICE("other.example:5000/team/app")),
                     &project.images[1]);
    assert_null(project_image_find(&project, SLICE("")));
    assert_false(project_image_get(&project, SLICE("haprxy"), &image, &err));
    assert_string_equal(err.text, "no image haprxy in plimsoll.yaml; did you mean haproxy?");
    assert_false(project_image_get(&project, SLICE("postgres"), &image, &err));
    assert_string_equal(err.text, "no image postgres in plimsoll.yaml; it has haproxy, app");
    assert_int_equal(err.kind, ERROR_USAGE);
}

/* One mistake a line, and what has to be said of it. */
static void test_mistakes(void **state)
{
    (void)state;
    static const struct {
        const char *text, *why;
    } cases[] = {
        {"images: [{name: a, dockerflie: x}]", "unknown key dockerflie; did you mean dockerfile?"},
        {"images: [{name: a, 'x y z': 1}]", "what can stand here: name, dockerfile, context"},
        {"tags: {keepv: true}", "did you mean keep-v?"},
        {"tags: {latest: perhaps}", "latest: true or false"},
        {"tags: []", "keys and values are expected"},
        {"images: {a: b}", "images: a list is expected"},
        {"images: [a]", "keys and values are expected"},
        {"images: [{dockerfile: x}]", "needs a name or a repository"},
        {"images: [{name: a}, {name: a}]", "second image of the name a (line 1)"},
        {"images: [{name: ../a}]", "name: a name has letters"},
        {"images: [{name: \"\"}]", "name: a name has letters"},
        {"images: [{repository: a:1}]", "tags come from --release"},
        {"images: [{name: a, repository: \"r.example:5000\"}]", "tags come from --release"},
        {"images: [{name: a, repository: UPPER/Case}]", "repository"},
        {"images: [{name: a, dockerfile: []}]", "dockerfile: a text is expected"},
        {"images: [{name: a, dockerfile: \"\"}]", "dockerfile: an empty path"},
        {"images: [{name: a, dockerfile: \"x\\0y\"}]", "a control character"},
        {"images: [{name: a, target: \"\\e[2J\"}]", "a control character"},
        {"images: [{name: a, build-args: [A]}]", "names and values"},
        {"images: [{name: a, build-args: {'A=B': c}}]", "build-args: a name has letters"},
        {"images: [{name: a, platforms: {a: b}}]", "platforms: a list"},
        {"images: [{name: a, platforms: [\"\"]}]", "platforms: an empty word"},
        {"images: [{name: a, platforms: [amd46]}]", "\"amd46\" is no platform"},
        {"images: [{name: a, base: latest}]", "base: patch, minor, major, digest or none"},
        {"images: [{name: a, base: {policy: []}}]", "policy: patch, minor, major"},
        {"images: [{name: a, base: {polcy: minor}}]", "did you mean policy?"},
        {"images: [{name: a, test: {command: x, compose: y, health: 'http://a'}}]", "not both"},
        {"images: [{name: a, test: {compose: y}}]", "needs health"},
        {"images: [{name: a, test: {compose: y, health: 'ftp://a'}}]", "http:// or https://"},
        {"images: [{name: a, test: {seconds: 5}}]", "needs a command, or compose"},
        {"images: [{name: a, test: {command: x, seconds: 0}}]", "a number from 1 to 86400"},
        {"images: [{name: a, test: {command: x, seconds: -1}}]", "a number from 1 to 86400"},
        {"images: [{name: a, test: []}]", "test: a command of 1 to"},
        {"images: [{name: a, test: [\"\", b]}]", "test: an empty command"},
        {"images: [{name: a, deploy: ' '}]", "deploy: an empty command"},
        {"images: [{name: a, deploy: {a: b}}]", "deploy: a text is expected"},
        {"images: [{name: a, gate: high}]", "keys and values are expected"},
        {"images: [{name: a, gate: {fail-on: {a: b}}}]", "fail-on: a list"},
        {"images: [{name: a, gate: {fail_on: high}}]", "did you mean fail-on?"},
        {"registry: 'https://r.example'", "without a scheme"},
        {"registry: []", "keys and values are expected"},
        {"update: {policy: sometimes}", "policy: patch, minor"},
        {"audit: {deadlines: {high: soon}}", "high: a number from 0 to 36600"},
        {"audit: {deadlines: {hihg: 3}}", "did you mean high?"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        refused(cases[i].text, cases[i].why);
    refused("images:\n  - name: a\n  - name: b\n    taget: x\n", "line 4: unknown key taget");
}

static void test_limits(void **state)
{
    (void)state;
    static char text[4 * PROJECT_TEXT_MAX];
    size_t used = (size_t)snprintf(text, sizeof text, "images: [{name: a, target: ");
    memset(text + used, 'x', PROJECT_TEXT_MAX + 1);
    snprintf(text + used + PROJECT_TEXT_MAX + 1, 10, "}]");
    refused(text, "a text of more than 65536 bytes");
    used = (size_t)snprintf(text, sizeof text, "images:\n");
    for (unsigned i = 0; i <= PROJECT_IMAGES_MAX; i++)
        used += (size_t)snprintf(text + used, sizeof text - used, "- name: i%u\n", i);
    refused(text, "images: more than 1000");
    used = (size_t)snprintf(text, sizeof text, "tags: {immutable: \"");
    for (unsigned i = 0; i <= PROJECT_WORDS_MAX; i++)
        used += (size_t)snprintf(text + used, sizeof text - used, "a,");
    snprintf(text + used, sizeof text - used, "\"}");
    refused(text, "immutable: more than 1000");
    struct arena small;
    struct project project;
    struct error err;
    struct yaml_node *tree;
    arena_init(&small, 64);
    assert_true(yaml_read(slice_str(whole), &arena, &tree, &err));
    assert_false(project_read("a/plimsoll.yaml", tree, &small, &project, &err));
    assert_int_equal(err.kind, ERROR_LIMIT);
    arena_done(&small);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ARENA_TEST(test_whole), ARENA_TEST(test_what_follows), ARENA_TEST(test_paths),
        ARENA_TEST(test_names), ARENA_TEST(test_mistakes),     ARENA_TEST(test_limits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
