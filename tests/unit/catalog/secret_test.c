/* Every kind of data/secrets.yaml finds its true example and not its false one; and what comes out
   never holds a value. */
#include <stdlib.h>

#include "base/file.h"
#include "base/yaml.h"
#include "catalog/secret_table.h"
#include "data.h"
#include "test.h"

enum { ARENA_SIZE = 64 << 20 };

struct seen {
    const char *want; /* id */
    size_t count, wanted;
    struct secret_match last, match; /* `match`: of `want` */
};

static bool see(void *context, const struct secret_match *match)
{
    struct seen *seen = context;
    seen->count++;
    seen->last = *match;
    if (seen->want && strcmp(seen->want, match->kind->id) == 0) {
        seen->wanted++;
        seen->match = *match;
    }
    return true;
}

static struct seen search(const char *path, struct slice bytes, const char *want)
{
    struct secret_searcher *searcher = secret_searcher_new();
    struct seen seen = {.want = want};
    assert_non_null(searcher);
    secret_search(searcher, slice_str(path), bytes, see, &seen);
    secret_searcher_free(searcher);
    return seen;
}

static struct yaml_node *read_table(struct arena *arena)
{
    char path[4096];
    struct slice bytes;
    struct yaml_node *list;
    struct error err = {0};
    snprintf(path, sizeof path, "%s/../data/secrets.yaml", getenv("PLIMSOLL_TESTS"));
    assert_true(file_read(path, 1 << 20, arena, &bytes, &err));
    assert_true(yaml_read(bytes, arena, &list, &err));
    assert_int_equal(list->kind, YAML_LIST);
    return list;
}

static struct slice example(const struct yaml_node *row, const char *key, struct arena *arena)
{
    const struct yaml_node *node = yaml_get(row, key);
    assert_int_equal(node->kind, YAML_LIST);
    assert_int_equal(node->count, 2);
    return arena_printf(arena, "%.*s%.*s", SLICE_ARG(node->items[0]->text),
                        SLICE_ARG(node->items[1]->text));
}

static const char *path_for(const struct yaml_node *row, struct arena *arena)
{
    const struct yaml_node *paths = yaml_get(row, "paths");
    if (!paths)
        return "srv/app/.env";
    struct slice first = paths->items[0]->text;
    return arena_printf(arena, "%s%.*s", slice_starts(first, SLICE("*")) ? "srv/x" : "srv/",
                        SLICE_ARG(slice_from(first, slice_starts(first, SLICE("*")))))
        .at;
}

static void test_examples(void **state)
{
    (void)state;
    struct arena arena CLEANUP_ARENA;
    arena_init(&arena, ARENA_SIZE);
    struct yaml_node *list = read_table(&arena);
    size_t wrong = 0;
    for (size_t i = 0; i < list->count; i++) {
        const struct yaml_node *row = list->items[i];
        const char *id = arena_string(&arena, yaml_text(row, "id"));
        const char *path = path_for(row, &arena);
        struct slice good = example(row, "true", &arena), bad = example(row, "false", &arena);
        if (!search(path, good, id).wanted) {
            struct seen seen = search(path, good, id);
            print_error("%s: its true example is not found (%s is): %.*s\n", id,
                        seen.count ? seen.last.kind->id : "nothing", SLICE_ARG(good));
            wrong++;
        }
        if (search(path, bad, id).wanted) {
            print_error("%s: its false example is found: %.*s\n", id, SLICE_ARG(bad));
            wrong++;
        }
    }
    assert_int_equal(wrong, 0);
}

/* At most the first and last 4 of 20 or more bytes may be seen. */
static void test_masks(void **state)
{
    (void)state;
    struct arena arena CLEANUP_ARENA;
    arena_init(&arena, ARENA_SIZE);
    struct yaml_node *list = read_table(&arena);
    for (size_t i = 0; i < list->count; i++) {
        const struct yaml_node *row = list->items[i];
        struct slice text = example(row, "true", &arena);
        struct seen seen = search(path_for(row, &arena), text, NULL);
        struct slice value =
            slice_upto(slice_from(text, seen.last.start), seen.last.end - seen.last.start);
        struct slice hint = slice_str(seen.last.hint);
        assert_true(seen.last.end <= text.len && seen.last.start < seen.last.end);
        assert_true(hint.len == 12 || (hint.len == 20 && value.len >= 20));
        for (size_t from = 0; from + 5 <= value.len; from++)
            assert_true(slice_search(hint, slice_upto(slice_from(value, from), 5)) == hint.len);
    }
}

static void test_short_values_show_nothing(void **state)
{
    (void)state;
    struct seen seen = search("a/.env", SLICE("DB_PASSWORD=kR7wq2Zt"), NULL);
    assert_int_equal(seen.count, 1);
    assert_string_equal(seen.last.hint, "************");
}

static void test_lines(void **state)
{
    (void)state;
    struct seen seen = search("a/.env", SLICE("A=1\nB=2\nDB_PASSWORD=kR7wq2Zt\n"), NULL);
    assert_int_equal(seen.last.line, 3);
    assert_int_equal(seen.last.start, 20);
    assert_int_equal(seen.last.end, 28);
}

/* One value, one finding: the kind that knows most. */
static void test_overlaps(void **state)
{
    (void)state;
    struct slice text = SLICE("NPM_TOKEN=npm_\x7a"
                              "QWBuTSOoRi4A9spHcVY5ncnsDkxkJ0mLq17\n");
    struct seen seen = search("a/.env", text, "npm-token");
    assert_int_equal(seen.count, 1);
    assert_int_equal(seen.wanted, 1);
}

static void test_paths(void **state)
{
    (void)state;
    struct slice line = SLICE("password: kR7wq2Zt\n"), quoted = SLICE("password = \"kR7wq2Zt\"\n");
    assert_int_equal(search("srv/config.yaml", line, NULL).count, 1);
    assert_int_equal(search("srv/app.py", line, NULL).count, 0);
    assert_int_equal(search("srv/app.py", quoted, NULL).count, 1);
    assert_int_equal(search("usr/lib/python3/dist-packages/a/config.yaml", line, NULL).count, 0);
    assert_int_equal(search("root/.pyenv/versions/3.12/lib/python3.12/a.yaml", line, NULL).count,
                     0);
    assert_int_equal(search("go/pkg/mod/a/config.yaml", line, NULL).count, 0);
    assert_int_equal(search("usr/src/app/config.yaml", line, NULL).count, 1);
    assert_int_equal(search("usr/share/nginx/html/config.json", line, NULL).count, 1);
    assert_int_equal(search("srv/test-data/config.yaml", line, NULL).count, 0);
    assert_int_equal(search("srv/tests/config.yaml", line, NULL).count, 0);
    assert_int_equal(search("srv/README.md", line, NULL).count, 0);
    assert_int_equal(search("bin/tool", line, NULL).count, 0);
    assert_int_equal(search("etc/nsswitch.conf", SLICE("passwd:  files systemd\n"), NULL).count, 0);
}

/* Name and value as members of their own. */
static void test_members(void **state)
{
    (void)state;
    static const char *const found[] = {"<add key=\"ApiKey\" value=\"4kd82hs7fkw92jd7ak3\" />",
                                        "- name: DB_PASSWORD\n  value: kR7wq2Zt\n",
                                        "{\"name\": \"DB_PASSWORD\", \"value\": \"kR7wq2Zt\"}",
                                        "{\"password\": \"kR7wq2Zt\"}",
                                        "<password>kR7wq2Zt</password>",
                                        NULL};
    static const char *const none[] = {
        "- name: DB_PASSWORD\n  valueFrom:\n    secretKeyRef: kR7wq2Zt\n",
        "<add key=\"ApiKey\" value=\"\" />", "\"AWS::IAM::AccessKey\": \"62d91b17309e76c8\"",
        "password == \"kR7wq2Zt\"", NULL};
    for (size_t i = 0; found[i]; i++)
        if (search("srv/x.yaml", slice_str(found[i]), NULL).count != 1)
            fail_msg("not found: %s", found[i]);
    for (size_t i = 0; none[i]; i++)
        if (search("srv/x.yaml", slice_str(none[i]), NULL).count)
            fail_msg("found: %s", none[i]);
}

static void test_names(void **state)
{
    (void)state;
    static const char *const secret[] = {"DB_PASSWORD",
                                         "password",
                                         "dbPassword",
                                         "MYSQL_ROOT_PASSWORD",
                                         "API_KEY",
                                         "apikey",
                                         "AWS_SECRET_ACCESS_KEY",
                                         "GITHUB_TOKEN",
                                         "client-secret",
                                         "SECRET_KEY_BASE",
                                         "PGPASSWORD",
                                         "NPM_AUTH",
                                         "STRIPE_KEY",
                                         "db.passwd",
                                         "ENCRYPTION_KEY",
                                         "GIT_CREDENTIALS",
                                         NULL};
    static const char *const plain[] = {"PASSWORD_FILE",
                                        "DB_USERNAME",
                                        "PUBLIC_KEY",
                                        "KEYBOARD",
                                        "TOKEN_URL",
                                        "GPG_KEY",
                                        "PWD",
                                        "OLDPWD",
                                        "SSH_AUTH_SOCK",
                                        "PATH",
                                        "MONKEY",
                                        "SECRET_NAME",
                                        "TOKENIZERS_PARALLELISM",
                                        "AUTHOR",
                                        "KEYCLOAK_URL",
                                        "PASSWORD_MIN_LENGTH",
                                        "COMPASS",
                                        "PASSENGER",
                                        "PATH_PREFIX",
                                        "PRIMARY_KEY",
                                        "",
                                        "___",
                                        "AUTHORITY",
                                        NULL};
    for (size_t i = 0; secret[i]; i++)
        if (!secret_name(slice_str(secret[i])))
            fail_msg("%s is a secret's name", secret[i]);
    for (size_t i = 0; plain[i]; i++)
        if (secret_name(slice_str(plain[i])))
            fail_msg("%s is no secret's name", plain[i]);
}

static const char *kind_of(const char *name, const char *value)
{
    struct secret_searcher *searcher = secret_searcher_new();
    struct secret_match match;
    const struct secret_kind *kind =
        secret_of_assignment(searcher, slice_str(name), slice_str(value), &match);
    if (kind)
        assert_true(match.kind == kind && match.end <= strlen(value) && match.start < match.end);
    secret_searcher_free(searcher);
    return kind ? kind->id : "";
}

static void judge_line(struct slice line, struct arena *arena)
{
    size_t arrow = slice_search(line, SLICE(" -> ")), why;
    struct slice value = slice_upto(line, arrow), name = slice_cut(&value, '=');
    struct slice want = slice_from(line, arrow + 4);
    assert_true(arrow < line.len);
    why = slice_search(want, SLICE("  #"));
    want = slice_upto(want, why);
    const char *kind = kind_of(arena_string(arena, name), arena_string(arena, value));
    if (!slice_equal_str(want, *kind ? kind : "none"))
        fail_msg("%.*s: \"%s\"", SLICE_ARG(line), kind);
}

static void test_assignments(void **state)
{
    (void)state;
    size_t count = 0;
    struct arena arena CLEANUP_ARENA;
    arena_init(&arena, ARENA_SIZE);
    struct slice bytes = test_data("catalog/secret_assignments.txt", &arena);
    for (struct slice line; test_data_line(&bytes, &line);) {
        judge_line(line, &arena);
        count++;
    }
    assert_true(count > 50);
    assert_string_equal(kind_of("X", "AKIA"
                                     "Q7ZK2LMPE4RTXWVD"),
                        "aws-access-key-id");
    assert_string_equal(kind_of("X", "AKIA"
                                     "IOSFODNN7EXAMPLE"),
                        "");
}

struct hits {
    uint64_t sum;
    size_t count;
};

static void add_hit(void *context, size_t keyword, size_t end)
{
    struct hits *hits = context;
    hits->count++;
    hits->sum += (keyword + 1) * 2654435761U ^ end * 40503;
}

/* The way without hyperscan finds the same places. */
static void test_engines_agree(void **state)
{
    (void)state;
    struct arena arena CLEANUP_ARENA;
    arena_init(&arena, ARENA_SIZE);
    struct yaml_node *list = read_table(&arena);
    struct literal_engine *engine = literal_engine_new(LITERALS_SECRETS);
    for (size_t i = 0; engine && i < list->count; i++) {
        struct hits fast = {0}, plain = {0};
        struct slice text = example(list->items[i], "true", &arena);
        literal_engine_scan(engine, text, add_hit, &fast);
        secret_plain_scan(text, add_hit, &plain);
        assert_int_equal(fast.count, plain.count);
        assert_int_equal(fast.sum, plain.sum);
    }
    literal_engine_free(engine);
}

static size_t steps_of(const char *repeated)
{
    static char bytes[1 << 20];
    size_t len = strlen(repeated);
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = repeated[i % len];
    return search("a/.env", slice_of(bytes, sizeof bytes), NULL).count;
}

/* A megabyte of the beginnings of patterns ends soon, and with a limited number of findings. */
static void test_hostile_repetitions(void **state)
{
    (void)state;
    struct arena arena CLEANUP_ARENA;
    arena_init(&arena, ARENA_SIZE);
    static const char *const repeated[] = {"eyJ",
                                           "eyJeyJ.",
                                           "://",
                                           "a://b:",
                                           "-----BEGIN RSA PRIVATE KEY-----",
                                           "password=",
                                           "token\"=\"",
                                           "AKIA",
                                           "heroku",
                                           "\"service_account\"",
                                           "pat-na1-",
                                           ":AA",
                                           "Q~",
                                           "datadog_datadog ",
                                           "PuTTY-User-Key-File-2: ",
                                           "DB_PASSWORD=kR7wq2Zt\n",
                                           "AAAAAAAAAA",
                                           NULL};
    for (size_t i = 0; repeated[i]; i++)
        assert_true(steps_of(repeated[i]) <= 256);
}

static bool compiles(const char *pattern)
{
    static struct secret_program program;
    struct error err = {0};
    size_t first;
    program.step_count = program.set_count = 0;
    return secret_pattern_compile(&program, slice_str(pattern), false, &first, &err);
}

static void test_patterns(void **state)
{
    (void)state;
    static const char *const good[] = {
        "", "a", "[a-z]{3,9}", "(a|b|)?c", "(?<v>x+)y*", "\\.\\d\\w\\s", "[^\"]{1,}", NULL};
    static const char *const bad[] = {"(",    ")",      "[a",      "a{",
                                      "a{2",  "a{3,2}", "*",       "\\",
                                      "\\q",  "[z-a]",  "a{5000}", "((((((((((a))))))))))",
                                      "a{0}", NULL};
    for (size_t i = 0; good[i]; i++)
        if (!compiles(good[i]))
            fail_msg("%s is a pattern", good[i]);
    for (size_t i = 0; bad[i]; i++)
        if (compiles(bad[i]))
            fail_msg("%s is no pattern", bad[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_examples),
        cmocka_unit_test(test_masks),
        cmocka_unit_test(test_short_values_show_nothing),
        cmocka_unit_test(test_lines),
        cmocka_unit_test(test_overlaps),
        cmocka_unit_test(test_paths),
        cmocka_unit_test(test_members),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_assignments),
        cmocka_unit_test(test_engines_agree),
        cmocka_unit_test(test_hostile_repetitions),
        cmocka_unit_test(test_patterns),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
