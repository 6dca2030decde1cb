/*
 * Dockerfile rules that need what files alone do not give: base images that can be read. The other
 * cases of rules are folders (tests/lint/rules).
 */
#include <stdio.h>

#include "lint/dockerfile/check.h"
#include "lint/lint.h"
#include "test.h"

#define DIGEST "sha256:1e42bbe2508154c9126d48c2b8a75420c3544343bf86fd041fb7527e017a4b4a"

static struct slice environment[] = {{"NODE_VERSION=22.21.1", 20}};

static const struct {
    const char *reference;
    struct base_image image;
} known[] = {
    {"haproxy:3.3.1-alpine",
     {.known = true, .user = {"haproxy", 7}, .workdir = {"/var/lib/haproxy", 16}}},
    {"registry.example.com/app:1.2.3",
     {.known = true,
      .digest = {DIGEST, sizeof DIGEST - 1},
      .env = environment,
      .env_count = 1,
      .has_healthcheck = true,
      .size = 240000000,
      .platform = {"linux/amd64", 11}}},
    {"alpine:latest", {.known = true, .digest = {DIGEST, sizeof DIGEST - 1}}},
    {"alpine", {.known = true, .digest = {DIGEST, sizeof DIGEST - 1}}},
    {"root:1.2.3", {.known = true, .user = {"0:0", 3}}},
};

static const struct base_image *find_image(void *context, struct slice reference,
                                           struct slice platform)
{
    (void)context, (void)platform;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (slice_equal_str(reference, known[i].reference))
            return &known[i].image;
    return NULL;
}

static bool is_asked(void *context, const struct lint_rule *rule)
{
    return strcmp(context, rule->id) == 0;
}

static struct secret_searcher *secrets;

/* What one rule makes of a file: findings and the file as it is when they are mended. */
struct outcome {
    struct lint_report report;
    struct slice fixed;
};

static void look(const char *rule, struct slice bytes, struct arena *arena, struct outcome *outcome)
{
    struct lint_file *file = arena_new(arena, struct lint_file);
    struct dockerfile *dockerfile = arena_new(arena, struct dockerfile);
    struct dockerfile_model *model = arena_new(arena, struct dockerfile_model);
    struct base_resolver resolver = {find_image, NULL};
    struct check_settings settings = {0};
    struct error err = {0};
    unsigned line;
    size_t applied;
    assert_true(lint_file_init(file, SLICE("Dockerfile"), bytes, LINT_DOCKERFILE, arena));
    assert_true(dockerfile_parse(file, arena, dockerfile, &line, &err));
    assert_true(dockerfile_model_make(dockerfile, &resolver, arena, model, &err));
    *outcome = (struct outcome){.report = {.arena = arena}};
    struct dockerfile_check check = {.dockerfile = dockerfile,
                                     .model = model,
                                     .report = &outcome->report,
                                     .arena = arena,
                                     .settings = &settings,
                                     .resolver = &resolver,
                                     .secrets = secrets};
    dockerfile_check_run(&check, is_asked, (void *)(uintptr_t)rule);
    assert_false(outcome->report.failed);
    assert_true(lint_fix_apply(&outcome->report, file, arena, &outcome->fixed, &applied, &err));
}

static const struct {
    const char *rule, *file;
    const char *message; /* a part of the only finding's; NULL: there must be none */
    const char *fixed;   /* NULL: as it was */
} cases[] = {
    /* Tags are pinned to what they resolve to, and only where the name holds no variable. */
    {"pin-base-image", "FROM alpine:latest AS a\n", "alpine:latest changes",
     "FROM alpine:latest@" DIGEST " AS a\n"},
    {"pin-base-image", "FROM alpine\n", "has no tag", "FROM alpine:latest@" DIGEST "\n"},
    {"pin-base-image", "FROM nobody/knows:latest\n", "changes", NULL},
    {"pin-base-image", "ARG TAG=latest\nFROM alpine:${TAG}\n", "becomes alpine:latest", NULL},
    {"base-digest", "FROM registry.example.com/app:1.2.3\n", "can be moved",
     "FROM registry.example.com/app:1.2.3@" DIGEST "\n"},
    {"base-digest", "FROM alpine:latest@" DIGEST "\n", NULL, NULL},
    /* The base image's own USER, WORKDIR, HEALTHCHECK and ENV count. */
    {"missing-user", "FROM haproxy:3.3.1-alpine\n", NULL, NULL},
    {"missing-user", "FROM registry.example.com/app:1.2.3\n", "as root; end", NULL},
    {"root-user", "FROM root:1.2.3\nCMD [\"a\"]\n", "base image runs as root", NULL},
    {"absolute-workdir", "FROM haproxy:3.3.1-alpine\nWORKDIR maps\n", "relative to whatever",
     "FROM haproxy:3.3.1-alpine\nWORKDIR /var/lib/haproxy/maps\n"},
    {"absolute-workdir", "FROM registry.example.com/app:1.2.3\nWORKDIR ./maps\n", "relative",
     "FROM registry.example.com/app:1.2.3\nWORKDIR /maps\n"},
    {"absolute-workdir", "FROM alpine\nARG D=/srv\nWORKDIR $D\nWORKDIR app\n",
     "relative to the WORKDIR of line 3", NULL}, /* who builds may give another folder */
    {"missing-healthcheck", "FROM registry.example.com/app:1.2.3\n", NULL, NULL},
    {"undefined-variable", "FROM registry.example.com/app:1.2.3\nENV A=$NODE_VERSION\n", NULL,
     NULL},
    {"undefined-variable", "FROM registry.example.com/app:1.2.3\nENV A=$NPM_HOME\n",
     "$NPM_HOME is not defined", NULL},
    {"undefined-variable", "FROM nobody/knows:1.2.3\nENV A=$NPM_HOME\n", NULL, NULL},
    /* Platforms. */
    {"base-platform-mismatch", "FROM --platform=linux/arm64 registry.example.com/app:1.2.3\n",
     "for linux/amd64, not for linux/arm64", NULL},
    {"base-platform-mismatch", "FROM --platform=amd64 registry.example.com/app:1.2.3\n", NULL,
     NULL},
    {"base-platform-mismatch", "FROM registry.example.com/app:1.2.3\n", NULL, NULL},
};

static void rules_know_base_images(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        CLEANUP_ARENA struct arena arena;
        struct outcome outcome;
        arena_init(&arena, 64 << 20);
        look(cases[i].rule, slice_str(cases[i].file), &arena, &outcome);
        const struct lint_report *report = &outcome.report;
        struct slice message =
            report->count ? report->findings[0]->message : (struct slice){NULL, 0};
        struct slice wanted = slice_str(cases[i].fixed ? cases[i].fixed : cases[i].file);
        bool fine = report->count == (cases[i].message != NULL) &&
                    (!cases[i].message ||
                     slice_search(message, slice_str(cases[i].message)) < message.len) &&
                    slice_equal(outcome.fixed, wanted);
        if (!fine)
            print_error("case %zu, %s: %zu findings, \"%.*s\"\n%.*s", i, cases[i].rule,
                        report->count, SLICE_ARG(message), SLICE_ARG(outcome.fixed));
        assert_true(fine);
    }
}

/* Values are judged, whatever the name, and never shown. */
static void secrets_are_not_shown(void **state)
{
#define TOKEN                                                                                      \
    "ghp"                                                                                          \
    "_B9pzcP0tunMky6UmJEYKKolTdwJOWu2uAwzS"
#define PASSWORD                                                                                   \
    "kR7wq"                                                                                        \
    "2Zt"
    static const struct {
        const char *file, *kind; /* of the secret; NULL: nothing is found */
    } values[] = {
        {"FROM a:1.2.3\nENV UPLOAD_TO=" TOKEN "\n", "GitHub token"},
        {"FROM a:1.2.3\nARG UPLOAD_TO=\"" TOKEN "\"\n", "GitHub token"},
        {"FROM a:1.2.3\nLABEL org.example.to=" TOKEN "\n", "GitHub token"},
        {"FROM a:1.2.3\nENV MODE=1 \\\n  DATABASE_URL=postgres://shop:" PASSWORD "@db/shop\n",
         "password in a URL"},
        {"FROM a:1.2.3\nENV DB_PASSWORD=" PASSWORD "\n", ""},
        {"FROM a:1.2.3\nENV DATABASE_URL=postgres://shop:${PASSWORD}@db/shop\n", NULL},
        {"FROM a:1.2.3\nLABEL org.example.token=none\n", NULL},
    };
    (void)state;
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        CLEANUP_ARENA struct arena arena;
        struct outcome outcome;
        arena_init(&arena, 64 << 20);
        look("secret-in-environment", slice_str(values[i].file), &arena, &outcome);
        assert_int_equal(outcome.report.count, values[i].kind != NULL);
        if (!values[i].kind)
            continue;
        const struct lint_finding *finding = outcome.report.findings[0];
        struct slice message = finding->message;
        assert_true(slice_search(message, slice_str(values[i].kind)) < message.len);
        assert_int_equal(slice_search(message, SLICE(PASSWORD)), message.len);
        assert_int_equal(slice_search(message, SLICE("B9pz")), message.len);
        assert_true(finding->secret);
    }
}

/* Any bytes that parse go through all rules. */
static void odd_files_are_fine(void **state)
{
    static const char *const files[] = {
        "FROM\n",
        "FROM a b c d\n",
        "FROM \"\"\nUSER \"\"\nWORKDIR \"\"\nEXPOSE \"\"\nCOPY \"\" \"\"\nENV \"\"=\"\"\n",
        "FROM $\nFROM ${\nFROM a:\nFROM a@\nFROM :@/\n",
        "FROM a\nCOPY []\nADD [\"\"]\nVOLUME []\nCMD []\nENTRYPOINT [\"\"]\nSHELL []\n",
        "FROM a\nHEALTHCHECK\nSTOPSIGNAL\nLABEL =\nARG =\nARG\nUSER :\nEXPOSE : / -\n",
        "FROM a\nONBUILD\nONBUILD ONBUILD COPY\nONBUILD HEALTHCHECK CMD curl\nONBUILD CMD\n",
        "USER root\nCMD a\nCMD b\nHEALTHCHECK CMD curl x\nLABEL a=b\n",
        "FROM a AS\nFROM a AS a\nFROM a AS A\nCOPY --from= a b\nCOPY --from=a # c\n",
    };
    (void)state;
    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        for (const struct dockerfile_rule *const *table = dockerfile_rule_tables; *table; table++)
            for (const struct dockerfile_rule *rule = *table; rule->rule.id; rule++) {
                CLEANUP_ARENA struct arena arena;
                struct outcome outcome;
                arena_init(&arena, 64 << 20);
                struct lint_file file;
                struct dockerfile dockerfile;
                struct error err = {0};
                unsigned line;
                assert_true(lint_file_init(&file, SLICE("x"), slice_str(files[i]), LINT_DOCKERFILE,
                                           &arena));
                if (dockerfile_parse(&file, &arena, &dockerfile, &line, &err))
                    look(rule->rule.id, slice_str(files[i]), &arena, &outcome);
            }
}

/* Rules that need more than the Dockerfile: a configuration, files, a base image. */
static bool needs_more(const char *id)
{
    static const char more[] = "base-platform-mismatch trusted-registry label-missing label-extra "
                               "label-empty label-value copy-everything copy-ignored-file";
    return lint_has_word(slice_str(more), slice_str(id));
}

static size_t found(const struct dockerfile_rule *row, const char *example)
{
    CLEANUP_ARENA struct arena arena;
    struct outcome outcome;
    arena_init(&arena, 64 << 20);
    struct slice text = slice_str(example);
    bool begins = slice_starts(text, SLICE("FROM")) || slice_starts(text, SLICE("ARG")) ||
                  slice_starts(text, SLICE("#")) || strcmp(row->rule.id, "from-first") == 0;
    look(row->rule.id,
         arena_printf(&arena, "%s%s\n", begins ? "" : "FROM alpine:3.23.1 AS build\n", example),
         &arena, &outcome);
    return outcome.report.count;
}

/* What `lint rules` shows as bad is found, and what it shows as good is not. */
static void examples_are_true(void **state)
{
    (void)state;
    unsigned wrong = 0;
    for (const struct dockerfile_rule *const *table = dockerfile_rule_tables; *table; table++)
        for (const struct dockerfile_rule *row = *table; row->rule.id; row++) {
            if (!needs_more(row->rule.id) && !found(row, row->rule.bad))
                print_error("%s finds nothing in its bad example\n", row->rule.id), wrong++;
            if (found(row, row->rule.good))
                print_error("%s finds something in its good example\n", row->rule.id), wrong++;
        }
    assert_int_equal(wrong, 0);
}

/* Each row says what it must, and no id stands twice. */
static void rows_are_whole(void **state)
{
    (void)state;
    const struct lint_rule *seen[1000];
    size_t count = 0;
    for (const struct dockerfile_rule *const *table = dockerfile_rule_tables; *table; table++)
        for (const struct dockerfile_rule *row = *table; row->rule.id; row++) {
            const struct lint_rule *rule = &row->rule;
            assert_non_null(rule->codes);
            assert_true(rule->severity > LINT_OFF && rule->severity <= LINT_ERROR);
            assert_true(*rule->title && *rule->why && *rule->bad && *rule->good);
            assert_true(row->file || row->stage || row->instruction || row->command || row->body);
            for (size_t i = 0; i < count; i++)
                assert_string_not_equal(seen[i]->id, rule->id);
            assert_true(count < sizeof seen / sizeof *seen);
            seen[count++] = rule;
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rules_know_base_images), cmocka_unit_test(secrets_are_not_shown),
        cmocka_unit_test(odd_files_are_fine),     cmocka_unit_test(rows_are_whole),
        cmocka_unit_test(examples_are_true),
    };
    secrets = secret_searcher_new();
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    secret_searcher_free(secrets);
    return failed;
}
