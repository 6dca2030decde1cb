/*
 * Packages without a version. One table says for each rule which commands install, which options
 * have values, and what a version looks like there.
 *
 * Why apk's is not in the default profile: Alpine's repositories hold one version of a package;
 * once it is replaced, `curl=8.5.0-r0` builds no more. A base pinned to its digest does more there.
 */
#include "base/ascii.h"
#include "lint/rules/run.h"

struct installer {
    const char *rule;        /* its row's id */
    const char *programs;    /* blank-separated */
    const char *verbs;       /* of which one installs */
    const char *with_values; /* options whose value is the next word */
    const char *excused;     /* options with which nothing need be said */
    const char *version;     /* how one is written behind a name */
    bool (*fixed)(struct slice package);
};

static bool has(struct slice text, const char *part)
{
    return slice_search(text, slice_str(part)) < text.len;
}

static bool is_path_or_url(struct slice package)
{
    return has(package, "/") || slice_starts(package, SLICE("."));
}

static bool apt_fixed(struct slice package)
{
    /* "vim-" removes, "vim/bookworm-backports" chooses a release, "./x.deb" is a file,
       "task^" and "?pattern" are no single package. */
    return has(package, "=") || has(package, "/") || slice_ends(package, SLICE(".deb")) ||
           slice_ends(package, SLICE("-")) || has(package, "^") || has(package, "?");
}

static bool apk_fixed(struct slice package)
{
    return has(package, "=") || has(package, "~") || has(package, "<") || has(package, ">") ||
           slice_ends(package, SLICE(".apk")) || slice_starts(package, SLICE("!"));
}

/* name-version, name-version-release: the last part begins with a digit or is a variable;
   "java-11-openjdk" is a name. */
static bool rpm_fixed(struct slice package)
{
    if (is_path_or_url(package) || slice_ends(package, SLICE(".rpm")) || has(package, " ") ||
        has(package, "=") || has(package, "(")) /* "dnf-command(config-manager)" */
        return true;
    if (slice_starts(package, SLICE("@")))
        return true;
    size_t dash = slice_find_last(package, '-');
    if (dash + 1 >= package.len)
        return false;
    return ascii_digit(package.at[dash + 1]) || package.at[dash + 1] == '$';
}

/* "@nodejs:20/common" and "nodejs:20" name a stream. */
static bool dnf_fixed(struct slice package)
{
    return has(package, ":") || rpm_fixed(package);
}

static bool zypper_fixed(struct slice package)
{
    return has(package, "=") || has(package, "<") || has(package, ">") || is_path_or_url(package) ||
           slice_ends(package, SLICE(".rpm")) || slice_starts(package, SLICE("-")) ||
           slice_starts(package, SLICE("!"));
}

/* "git+https://x/y@rev": an "@" behind the host. */
static bool vcs_fixed(struct slice url)
{
    size_t host = slice_search(url, SLICE("://"));
    struct slice path = slice_from(url, host + 3);
    path = slice_from(path, slice_find(path, '/'));
    return slice_find(path, '@') < path.len || slice_find(path, '#') < path.len;
}

static bool pip_fixed(struct slice package)
{
    if (has(package, "git+") || has(package, "hg+") || has(package, "svn+") || has(package, "bzr+"))
        return vcs_fixed(package);
    return has(package, "=") || has(package, "<") || has(package, ">") || has(package, "@") ||
           is_path_or_url(package) || slice_ends(package, SLICE(".whl")) ||
           slice_ends(package, SLICE(".gz")) || slice_ends(package, SLICE(".zip"));
}

static bool npm_fixed(struct slice package)
{
    if (slice_starts(package, SLICE(".")) || slice_starts(package, SLICE("/")) ||
        slice_starts(package, SLICE("~")) || slice_starts(package, SLICE("file:")) ||
        slice_ends(package, SLICE(".tgz")) || slice_ends(package, SLICE(".tar.gz")) ||
        slice_ends(package, SLICE(".tar")) || slice_starts(package, SLICE("https:")) ||
        slice_starts(package, SLICE("http:")))
        return true;
    if (slice_starts(package, SLICE("git")) && (has(package, "://") || has(package, ":")))
        return has(package, "#");
    if (slice_starts(package, SLICE("@")))
        package = slice_from(package, slice_find(package, '/'));
    else if (has(package, "/"))
        return has(package, "#") || has(package, "@");
    return has(package, "@");
}

static bool gem_fixed(struct slice package)
{
    return has(package, ":") || slice_ends(package, SLICE(".gem"));
}

/* Files, the standard library and packages of the own module have no version. */
static bool go_fixed(struct slice package)
{
    if (slice_starts(package, SLICE(".")) || slice_starts(package, SLICE("/")) ||
        slice_ends(package, SLICE(".go")))
        return true;
    size_t at = slice_find(package, '@');
    if (at < package.len)
        return !slice_equal(slice_from(package, at), SLICE("@latest"));
    struct slice host = slice_upto(package, slice_find(package, '/'));
    return !has(host, ".") || slice_equal(host, SLICE("..."));
}

static const char apt_values[] = "-o --option -t --target-release --default-release -c "
                                 "--config-file -a --host-architecture -P --build-profiles";
static const char rpm_values[] =
    "--enablerepo --disablerepo --enable-repo --disable-repo --repo --repoid --installroot "
    "--releasever --setopt -c --config --exclude -x --excludepkgs -d --debuglevel -e --errorlevel "
    "--forcearch --comment --advisory --nodocs-file --setvar --repofrompath";
static const char pip_values[] =
    "-r --requirement -c --constraint -e --editable -i --index-url --extra-index-url -f "
    "--find-links -t --target --prefix --root --src -b --build --platform --python-version "
    "--implementation --abi --no-binary --only-binary --progress-bar --proxy --trusted-host "
    "--upgrade-strategy --cache-dir --timeout --retries --exists-action --cert --client-cert --log "
    "--global-option --install-option --config-settings -C --use-feature --use-deprecated "
    "--root-user-action --report --group --keyring-provider --python -p --index --override "
    "--suffix --pip-args --with --from";
static const char npm_values[] =
    "--prefix --registry --cache --userconfig --globalconfig --loglevel -C --dir --cwd -w "
    "--workspace --omit --include --tag --before --network-timeout --cache-folder --modules-folder "
    "--global-dir --mutex --store-dir --filter -F --only --fetch-retries --fetch-timeout --otp "
    "--script-shell --install-strategy --cafile --proxy --https-proxy";
static const char go_values[] =
    "-ldflags -gcflags -asmflags -tags -o -mod -modfile -C -p -buildmode -compiler -installsuffix "
    "-pkgdir -toolexec -overlay -gccgoflags -covermode -coverpkg -exec";

static const struct installer installers[] = {
    {"pin-apt", "apt-get apt aptitude apt-fast nala", "install reinstall", apt_values, "",
     "=<version>", apt_fixed},
    {"pin-apk", "apk", "add",
     "-t --virtual -X --repository -p --root --keys-dir --arch --repositories-file --wait "
     "--cache-dir --cache-max-age --progress-fd --timeout",
     "", "~<version>", apk_fixed},
    {"pin-yum", "yum", "install reinstall", rpm_values, "", "-<version>", rpm_fixed},
    {"pin-dnf", "dnf dnf5 microdnf tdnf", "install reinstall", rpm_values, "", "-<version>",
     dnf_fixed},
    {"pin-zypper", "zypper", "install in",
     "--repo -r --from -C --capability --root -R --reposd-dir -D --config -c --cache-dir "
     "--plus-repo -p --plus-content --gpg-auto-import-keys-from",
     "-t --type", "=<version>", zypper_fixed},
    {"pin-gem", "gem", "install i",
     "-i --install-dir -n --bindir --platform -s --source -p --http-proxy --document -P "
     "--trust-policy --build-root --without -B --bulk-threshold --config-file",
     "-v --version -g --file", ":<version>", gem_fixed},
    {"pin-npm", "npm pnpm yarn bun", "install i add global", npm_values, "", "@<version>",
     npm_fixed},
    {"pin-go", "go", "install get run", go_values, "", "@<version>", go_fixed},
    {"pin-pip", "", "install", pip_values, "-c --constraint --no-index", "==<version>", pip_fixed},
};

/* The packages of one command that have no version. */
struct open_packages {
    struct slice names[3];
    size_t count;
    const struct shell_word *first;
};

/* "git+https://user:token@host/x" without what stands in front of the host: it may be a secret. */
static struct slice without_user(struct dockerfile_check *check, struct slice name)
{
    size_t host = slice_search(name, SLICE("://")) + 3;
    if (host > name.len)
        return name;
    struct slice rest = slice_from(name, host);
    size_t at = slice_find_last(slice_upto(rest, slice_find(rest, '/')), '@');
    if (at >= rest.len || at == slice_find(rest, '/'))
        return name;
    return arena_printf(check->arena, "%.*s%.*s", (int)host, name.at,
                        SLICE_ARG(slice_from(rest, at + 1)));
}

static void open_add(struct dockerfile_check *check, struct open_packages *open, struct slice name,
                     const struct shell_word *word)
{
    name = without_user(check, name);
    if (open->count < sizeof open->names / sizeof *open->names)
        open->names[open->count] = name;
    if (!open->count++)
        open->first = word;
}

/* A variable's value is looked at where it is known; what only the build knows is not judged. */
static void judge(struct dockerfile_check *check, const struct run_body *body,
                  const struct installer *installer, const struct shell_word *word,
                  struct open_packages *open)
{
    struct slice value = word->value;
    if (!value.len || installer->fixed(value))
        return;
    bool variable = slice_find(value, '$') < value.len || slice_find(value, '`') < value.len;
    if (word->literal || !variable) {
        open_add(check, open, value, word);
        return;
    }
    if (has(value, "$(") || has(value, "`"))
        return;
    bool complete = false;
    struct slice rest = model_expand(check->model, body->instruction, value, &complete);
    while (complete && rest.len) {
        struct slice name = slice_trim(slice_cut(&rest, ' '));
        if (name.len && name.at[0] != '-' && !installer->fixed(name))
            open_add(check, open, name, word);
    }
}

/* Moves behind the verb; false when the command installs nothing. */
static bool behind_verb(const struct installer *installer, struct operands *operands)
{
    const struct shell_word *verb = operands_verb(operands);
    if (!verb || !lint_has_word(slice_str(installer->verbs), verb->value))
        return false;
    if (!slice_equal(verb->value, SLICE("global")))
        return true;
    verb = operands_next(operands); /* yarn global add */
    return verb && slice_equal(verb->value, SLICE("add"));
}

static struct slice open_text(struct dockerfile_check *check, const struct open_packages *open)
{
    struct slice a = open->names[0], b = open->names[1], c = open->names[2];
    if (open->count == 1)
        return a;
    if (open->count == 2)
        return arena_printf(check->arena, "%.*s and %.*s", SLICE_ARG(a), SLICE_ARG(b));
    if (open->count == 3)
        return arena_printf(check->arena, "%.*s, %.*s and %.*s", SLICE_ARG(a), SLICE_ARG(b),
                            SLICE_ARG(c));
    return arena_printf(check->arena, "%.*s, %.*s and %zu more", SLICE_ARG(a), SLICE_ARG(b),
                        open->count - 2);
}

static void report(struct dockerfile_check *check, const struct run_body *body,
                   const struct installer *installer, const struct open_packages *open)
{
    struct slice text = open_text(check, open), name = open->names[0];
    const char *version = installer->version;
    if (has(name, "://"))
        version = installer->fixed == npm_fixed ? "#<commit>" : "@<commit>";
    if (slice_ends(name, SLICE("@latest")))
        name.len -= strlen("@latest");
    check_report(check, body->instruction, run_place(body, open->first->raw),
                 "%.*s %s no fixed version, so a later build may get another one: write `%.*s%s`",
                 SLICE_ARG(text), open->count == 1 ? "has" : "have", SLICE_ARG(name), version);
}

static void look(struct dockerfile_check *check, const struct run_body *body,
                 const struct installer *installer, struct operands operands)
{
    const struct shell_command *command = operands.command;
    if (!behind_verb(installer, &operands) || run_has_any_option(command, installer->excused))
        return;
    struct open_packages open = {.count = 0};
    const struct shell_word *word;
    bool only_first = run_is(command, "go", "run", go_values); /* then come the program's own */
    while ((word = operands_next(&operands))) {
        if (operands.only_operands && installer->fixed == gem_fixed)
            break; /* what stands behind "--" is for the compiler */
        judge(check, body, installer, word, &open);
        if (only_first)
            break;
    }
    if (open.count)
        report(check, body, installer, &open);
}

static void check_pins(struct dockerfile_check *check, const struct run_body *body,
                       const struct shell_command *command)
{
    if (!run_is_build(body))
        return;
    for (size_t i = 0; i < sizeof installers / sizeof *installers; i++)
        if (!strcmp(installers[i].rule, check->rule->rule.id))
            look(check, body, &installers[i], operands_of(command, installers[i].with_values));
}

/* pip, pip3.11, python3 -m pip, uv pip, pipx. */
static void check_pip(struct dockerfile_check *check, const struct run_body *body,
                      const struct shell_command *command)
{
    size_t start;
    if (!run_is_build(body) || !run_is_pip(command, &start))
        return;
    struct operands operands = operands_of(command, pip_values);
    operands.next = start;
    look(check, body, &installers[sizeof installers / sizeof *installers - 1], operands);
}

#define PIN_WHY                                                                                    \
    "Without versions two builds of the same file give different images, and a new release can "   \
    "break the build or bring in something that nobody has looked at."

const struct dockerfile_rule rules_pins[] = {
    {{"pin-apt", "DL3008", LINT_WARNING, IN_DEFAULT | IN_HADOLINT,
      "apt packages have no fixed version", PIN_WHY,
      "RUN apt-get update && apt-get install -y --no-install-recommends curl",
      "RUN apt-get update && apt-get install -y --no-install-recommends curl=7.88.1-10+deb12u8",
      NULL},
     .programs = "apt-get apt aptitude apt-fast nala",
     .command = check_pins},
    {{"pin-apk", "DL3018", LINT_WARNING, IN_HADOLINT, "apk packages have no fixed version",
      PIN_WHY " Alpine's repositories keep only the newest version of a package: an exact version "
              "stops building when it is replaced; `curl~8.5` or a base pinned to its digest last "
              "longer.",
      "RUN apk add --no-cache curl", "RUN apk add --no-cache curl~8.5", NULL},
     .programs = "apk",
     .command = check_pins},
    {{"pin-yum", "DL3033", LINT_WARNING, IN_DEFAULT | IN_HADOLINT,
      "yum packages have no fixed version", PIN_WHY, "RUN yum install -y curl && yum clean all",
      "RUN yum install -y curl-7.76.1-29.el9 && yum clean all", NULL},
     .programs = "yum",
     .command = check_pins},
    {{"pin-dnf", "DL3041", LINT_WARNING, IN_DEFAULT | IN_HADOLINT,
      "dnf packages have no fixed version", PIN_WHY, "RUN dnf install -y curl && dnf clean all",
      "RUN dnf install -y curl-7.76.1-29.el9 && dnf clean all", NULL},
     .programs = "dnf dnf5 microdnf tdnf",
     .command = check_pins},
    {{"pin-zypper", "DL3037", LINT_WARNING, IN_DEFAULT | IN_HADOLINT,
      "zypper packages have no fixed version", PIN_WHY,
      "RUN zypper --non-interactive install curl && zypper clean",
      "RUN zypper --non-interactive install curl=8.6.0 && zypper clean", NULL},
     .programs = "zypper",
     .command = check_pins},
    {{"pin-pip", "DL3013", LINT_WARNING, IN_DEFAULT | IN_HADOLINT,
      "Python packages have no fixed version", PIN_WHY, "RUN pip install --no-cache-dir flask",
      "RUN pip install --no-cache-dir flask==3.0.3", NULL},
     .command = check_pip},
    {{"pin-npm", "DL3016", LINT_WARNING, IN_DEFAULT | IN_HADOLINT,
      "npm packages have no fixed version", PIN_WHY, "RUN npm install -g serve",
      "RUN npm install -g serve@14.2.3", NULL},
     .programs = "npm pnpm yarn bun",
     .command = check_pins},
    {{"pin-gem", "DL3028", LINT_WARNING, IN_DEFAULT | IN_HADOLINT, "gems have no fixed version",
      PIN_WHY, "RUN gem install bundler", "RUN gem install bundler:2.5.11", NULL},
     .programs = "gem",
     .command = check_pins},
    {{"pin-go", "DL3062", LINT_WARNING, IN_DEFAULT | IN_HADOLINT,
      "Go programs have no fixed version", PIN_WHY,
      "RUN go install github.com/golangci/golangci-lint/cmd/golangci-lint@latest",
      "RUN go install github.com/golangci/golangci-lint/cmd/golangci-lint@v1.59.1", NULL},
     .programs = "go",
     .command = check_pins},
    {{NULL}},
};
