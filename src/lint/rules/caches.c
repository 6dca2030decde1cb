/*
 * Caches that stay in the layer of the RUN that filled them. One table says which command fills
 * one, what empties it, and where it lies (so that a mount there, or an rm, is seen).
 *
 * In a stage that is thrown away a cache costs nobody but the build: there findings are one step
 * milder (where Hadolint has them, too) or not made at all.
 */
#include "lint/rules/run.h"

enum { FOLDERS = 4 };

struct filler {
    const char *rule;
    const char *programs;
    const char *verbs; /* NULL: any */
    bool without_verb; /* the program alone installs, too: yarn */
    const char *cleaners, *cleaner_verbs;
    const char *folders[FOLDERS]; /* of the cache: absolute, or how they end */
    const char *options;          /* with which no cache is kept */
    const char *variables;        /* that move it or turn it off */
    const char *advice;           /* the command that empties it, behind the program's name */
    bool fixable;
    const char *codes; /* of findings, when not the row's */
    bool only_shipped; /* nothing is said of a stage that is thrown away */
};

/* Only those that may stand in front of the verb. */
static const char value_options[] =
    "--enablerepo --disablerepo --enable-repo --disable-repo --repo --repoid --installroot "
    "--releasever --setopt -c --config --exclude -x -d -e --forcearch -R --root -r -D --prefix "
    "--registry --cwd --dir -C --loglevel --working-dir";

#define RPM_INSTALLS                                                                               \
    "install reinstall update upgrade groupinstall localinstall makecache builddep distro-sync "   \
    "swap downgrade group module"
#define RPM_FOLDERS                                                                                \
    {                                                                                              \
        "/var/cache/yum", "/var/cache/dnf", "/var/cache/libdnf5"                                   \
    }

static const struct filler fillers[] = {
    {.rule = "clean-yum",
     .programs = "yum",
     .verbs = RPM_INSTALLS,
     .cleaners = "yum dnf dnf5",
     .cleaner_verbs = "clean",
     .folders = RPM_FOLDERS,
     .options = "--downloadonly",
     .advice = "clean all",
     .fixable = true},
    {.rule = "clean-dnf",
     .programs = "dnf dnf5",
     .verbs = RPM_INSTALLS,
     .cleaners = "yum dnf dnf5",
     .cleaner_verbs = "clean",
     .folders = RPM_FOLDERS,
     .options = "--downloadonly",
     .advice = "clean all",
     .fixable = true,
     .codes = "DL3040 DS-0019"},
    {.rule = "clean-dnf",
     .programs = "microdnf",
     .verbs = RPM_INSTALLS,
     .cleaners = "microdnf dnf5",
     .cleaner_verbs = "clean",
     .folders = RPM_FOLDERS,
     .advice = "clean all",
     .fixable = true,
     .codes = "DL3040 DS-0027"},
    {.rule = "clean-dnf",
     .programs = "tdnf",
     .verbs = RPM_INSTALLS,
     .cleaners = "tdnf",
     .cleaner_verbs = "clean",
     .folders = {"/var/cache/tdnf"},
     .advice = "clean all",
     .fixable = true,
     .codes = "DL3040"},
    {.rule = "clean-zypper",
     .programs = "zypper",
     .verbs = "install in source-install si patch update up dist-upgrade dup refresh ref",
     .cleaners = "zypper",
     .cleaner_verbs = "clean cc",
     .folders = {"/var/cache/zypp"},
     .options = "--download-only",
     .advice = "clean --all",
     .fixable = true},
    {.rule = "clean-yarn",
     .programs = "yarn",
     .verbs = "install add global",
     .without_verb = true,
     .cleaners = "yarn",
     .cleaner_verbs = "cache",
     .folders = {".cache/yarn", "/usr/local/share/.cache", ".yarn/cache", ".yarn/berry/cache"},
     .options = "--cache-folder",
     .variables = "YARN_CACHE_FOLDER",
     .advice = "cache clean",
     .fixable = true,
     .only_shipped = true},
    {.rule = "clean-caches",
     .programs = "npm",
     .verbs = "install i ci add clean-install update",
     .cleaners = "npm",
     .cleaner_verbs = "cache",
     .folders = {".npm"},
     .options = "--cache",
     .variables = "npm_config_cache NPM_CONFIG_CACHE",
     .advice = "cache clean --force",
     .fixable = true,
     .only_shipped = true},
    {.rule = "clean-caches",
     .programs = "composer",
     .verbs = "install require update create-project",
     .cleaners = "composer",
     .cleaner_verbs = "clear-cache clearcache cc",
     .folders = {".composer/cache", ".cache/composer"},
     .options = "--no-cache",
     .variables = "COMPOSER_CACHE_DIR COMPOSER_NO_CACHE",
     .advice = "clear-cache",
     .fixable = true,
     .only_shipped = true},
    {.rule = "clean-caches",
     .programs = "conda mamba micromamba",
     .verbs = "install create update env",
     .cleaners = "conda mamba micromamba",
     .cleaner_verbs = "clean",
     .folders = {"/opt/conda/pkgs", ".conda/pkgs", "conda/pkgs"},
     .variables = "CONDA_PKGS_DIRS",
     .advice = "clean -afy",
     .fixable = true,
     .only_shipped = true},
    {.rule = "clean-caches",
     .programs = "uv",
     .verbs = "pip sync add tool",
     .cleaners = "uv",
     .cleaner_verbs = "cache",
     .folders = {".cache/uv"},
     .options = "--no-cache -n --no-cache-dir",
     .variables = "UV_NO_CACHE UV_CACHE_DIR",
     .advice = "cache clean",
     .fixable = true,
     .only_shipped = true},
    {.rule = "clean-caches",
     .programs = "poetry",
     .verbs = "install add update",
     .cleaners = "poetry",
     .cleaner_verbs = "cache",
     .folders = {".cache/pypoetry"},
     .options = "--no-cache",
     .variables = "POETRY_CACHE_DIR POETRY_NO_CACHE",
     .advice = "cache clear --all .",
     .only_shipped = true},
    {.rule = "clean-caches",
     .programs = "go",
     .verbs = "build install get mod",
     .cleaners = "go",
     .cleaner_verbs = "clean",
     .folders = {".cache/go-build", "/go/pkg/mod"},
     .variables = "GOCACHE",
     .advice = "clean -cache -modcache",
     .only_shipped = true},
    {.rule = "clean-caches",
     .programs = "cargo",
     .verbs = "build install fetch",
     .cleaners = "cargo",
     .cleaner_verbs = "cache",
     .folders = {"/usr/local/cargo/registry", ".cargo/registry", "cargo/registry"},
     .variables = "CARGO_HOME",
     .only_shipped = true},
};

static bool fills(const struct filler *filler, const struct shell_command *command)
{
    if (!lint_has_word(slice_str(filler->programs), command->program) ||
        (filler->options && run_has_any_option(command, filler->options)) ||
        run_has_any_option(command, "--help --version"))
        return false;
    struct operands operands = operands_of(command, value_options);
    const struct shell_word *verb = operands_verb(&operands);
    if (!verb)
        return filler->without_verb;
    if (!lint_has_word(slice_str(filler->verbs), verb->value))
        return false;
    const struct shell_word *second = operands_next(&operands);
    if (slice_equal(verb->value, SLICE("global"))) /* yarn global add */
        return second && slice_equal(second->value, SLICE("add"));
    if (slice_equal(verb->value, SLICE("mod"))) /* go mod download */
        return second && slice_equal(second->value, SLICE("download"));
    return true;
}

static bool is_cleaned(const struct filler *filler, const struct run_body *body,
                       const struct shell_command *command)
{
    for (size_t i = 0; i < FOLDERS && filler->folders[i]; i++)
        if (run_has_mount(body, filler->folders[i]) ||
            run_removes(body, command, filler->folders[i]))
            return true;
    for (; command; command = run_next(body, command))
        if (run_is(command, filler->cleaners, filler->cleaner_verbs, value_options))
            return true;
    return false;
}

static bool is_moved(const struct dockerfile_check *check, const struct filler *filler,
                     const struct run_body *body, const struct shell_command *command)
{
    struct slice names = slice_str(filler->variables), value = {NULL, 0};
    while (names.len) {
        struct slice name = slice_cut(&names, ' ');
        char text[40];
        if (name.len >= sizeof text)
            continue;
        memcpy(text, name.at, name.len);
        text[name.len] = 0;
        if (run_variable(check, body, command, text, &value) && value.len)
            return true;
    }
    return false;
}

static void report(struct dockerfile_check *check, const struct filler *filler,
                   const struct run_body *body, const struct shell_command *command)
{
    struct slice clean = {"", 0};
    struct slice program = command->program;
    if (filler->advice)
        clean = arena_printf(check->arena, "%.*s %s", SLICE_ARG(program), filler->advice);
    struct lint_finding *finding = check_report(
        check, body->instruction, run_place(body, command->raw),
        clean.len ? "%.*s leaves its cache in this layer: %s `%.*s` in the same RUN, or mount a "
                    "cache there (--mount=type=cache)"
                  : "%.*s leaves its cache in this layer: build in a stage of its own, or mount a "
                    "cache there (--mount=type=cache)%s%.*s",
        SLICE_ARG(program), clean.len ? "add" : "", SLICE_ARG(clean));
    if (filler->codes)
        lint_finding_codes(finding, filler->codes);
    run_soften(check, body->instruction, finding);
    const char *text = arena_string(check->arena, clean);
    if (filler->fixable && text)
        run_fix_append(check, finding, body, command, text);
}

static void check_filler(struct dockerfile_check *check, const struct filler *filler,
                         const struct run_body *body)
{
    const struct shell_command *last = NULL;
    for (size_t i = 0; i < body->script.count; i++)
        if (fills(filler, &body->script.commands[i]))
            last = &body->script.commands[i];
    if (!last || is_cleaned(filler, body, last) || is_moved(check, filler, body, last))
        return;
    if (!filler->only_shipped || run_ships(check, body->instruction))
        report(check, filler, body, last);
}

static void check_caches(struct dockerfile_check *check, const struct run_body *body)
{
    if (!body->is_shell || !run_is_build(body))
        return;
    for (size_t i = 0; i < sizeof fillers / sizeof *fillers; i++)
        if (!strcmp(fillers[i].rule, check->rule->rule.id))
            check_filler(check, &fillers[i], body);
}

static const struct shell_word *pip_installs(const struct shell_command *command)
{
    size_t start;
    if (!run_is_pip(command, &start) || lint_has_word(SLICE("pipx uv"), command->program))
        return NULL;
    const struct shell_word *verb = shell_argument(command, start);
    while (verb->value.len && verb->value.at[0] == '-')
        verb = shell_argument(command, ++start);
    if (!slice_equal(verb->value, SLICE("install")) ||
        run_has_any_option(command, "--no-cache-dir --cache-dir --no-cache --help"))
        return NULL;
    return verb;
}

/* A variable of any value turns the cache off (pip takes "off" and "false" for "on" here, for old
   users' sake). */
static bool is_pip_cache_kept(const struct dockerfile_check *check, const struct run_body *body,
                              const struct shell_command *first)
{
    size_t start;
    struct slice value;
    if (run_has_mount(body, ".cache/pip") || run_removes(body, first, ".cache/pip") ||
        (run_variable(check, body, first, "PIP_NO_CACHE_DIR", &value) && value.len) ||
        (run_variable(check, body, first, "PIP_CACHE_DIR", &value) && value.len))
        return false;
    for (const struct shell_command *i = first; i; i = run_next(body, i))
        if (run_is_pip(i, &start) && run_has_argument(i, "cache") && run_has_argument(i, "purge"))
            return false;
    return true;
}

static void check_pip_cache(struct dockerfile_check *check, const struct run_body *body)
{
    if (!body->is_shell || !run_is_build(body))
        return;
    bool asked = false;
    for (size_t i = 0; i < body->script.count; i++) {
        const struct shell_command *command = &body->script.commands[i];
        const struct shell_word *verb = pip_installs(command);
        if (!verb)
            continue;
        if (!asked && !is_pip_cache_kept(check, body, command))
            return;
        asked = true;
        struct lint_finding *finding =
            check_report(check, body->instruction, run_place(body, verb->raw),
                         "pip keeps what it downloads in this layer: add --no-cache-dir, or mount "
                         "a cache (--mount=type=cache,target=/root/.cache/pip)");
        run_soften(check, body->instruction, finding);
        run_fix_option(check, finding, body, verb, "--no-cache-dir");
    }
}

#define WHY                                                                                        \
    "Every RUN makes a layer: what a later one deletes is still carried along by everybody who "   \
    "pulls the image."

const struct dockerfile_rule rules_caches[] = {
    {{"clean-yum", "DL3032 DS-0015", LINT_WARNING, IN_DEFAULT | IN_HADOLINT,
      "yum's cache stays in the layer", WHY, "RUN yum install -y curl-7.76.1",
      "RUN yum install -y curl-7.76.1 && yum clean all", "adds yum clean all"},
     .body = check_caches},
    {{"clean-dnf", "DL3040 DS-0019 DS-0027", LINT_WARNING, IN_DEFAULT | IN_HADOLINT,
      "dnf's cache stays in the layer", WHY, "RUN dnf install -y curl-7.76.1",
      "RUN dnf install -y curl-7.76.1 && dnf clean all", "adds dnf clean all"},
     .body = check_caches},
    {{"clean-zypper", "DL3036 DS-0020", LINT_WARNING, IN_DEFAULT | IN_HADOLINT,
      "zypper's cache stays in the layer", WHY, "RUN zypper --non-interactive install curl=8.6.0",
      "RUN zypper --non-interactive install curl=8.6.0 && zypper clean --all",
      "adds zypper clean --all"},
     .body = check_caches},
    {{"clean-yarn", "DL3060", LINT_INFO, IN_DEFAULT | IN_HADOLINT,
      "yarn's cache stays in the layer", WHY, "RUN yarn install --frozen-lockfile",
      "RUN yarn install --frozen-lockfile && yarn cache clean", "adds yarn cache clean"},
     .body = check_caches},
    {{"clean-caches", "", LINT_INFO, IN_DEFAULT, "a package manager's cache stays in the layer",
      WHY, "RUN npm ci --omit=dev", "RUN npm ci --omit=dev && npm cache clean --force",
      "cleans the cache in the same RUN"},
     .body = check_caches},
    {{"pip-no-cache", "DL3042", LINT_WARNING, IN_DEFAULT | IN_HADOLINT,
      "pip's cache stays in the layer", WHY, "RUN pip install -r requirements.txt",
      "RUN pip install --no-cache-dir -r requirements.txt", "adds --no-cache-dir"},
     .body = check_pip_cache},
    {{NULL}},
};
