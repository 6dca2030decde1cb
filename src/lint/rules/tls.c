/*
 * Checks of certificates and signatures that are turned off: by options, by configuration, by
 * variables. Tables say which; the codes of a finding are those of its row.
 *
 * Not told: a health check or a test that asks the container itself (https://localhost), where
 * there is nobody in between.
 */
#include "base/ascii.h"
#include "lint/rules/run.h"

struct switched_off {
    const char *rule;
    const char *programs;
    const char *options; /* any of these, as shell_has_option takes them */
    const char *codes;
};

static const struct switched_off options[] = {
    {"no-unverified-tls", "curl", "-k --insecure --proxy-insecure", "CKV2_DOCKER_2"},
    {"no-unverified-tls", "wget", "--no-check-certificate", "CKV2_DOCKER_3"},
    {"no-unverified-tls", "pip", "--trusted-host --allow-insecure-host", "CKV2_DOCKER_4"},
    {"no-unverified-tls", "npm yarn pnpm", "--no-strict-ssl", "CKV2_DOCKER_13"},
    {"no-unverified-tls", "helm kubectl oc", "--insecure-skip-tls-verify", ""},
    {"no-unverified-tls", "hg", "--insecure", ""},
    {"no-unverified-tls", "svn", "--trust-server-cert", ""},
    {"no-unsigned-packages", "apk", "--allow-untrusted", "CKV2_DOCKER_7"},
    {"no-unsigned-packages", "apt-get apt aptitude apt-fast",
     "--allow-unauthenticated --allow-insecure-repositories", "CKV2_DOCKER_8"},
    {"no-unsigned-packages", "apt-get apt aptitude apt-fast", "--force-yes", "CKV2_DOCKER_11"},
    {"no-unsigned-packages", "yum dnf dnf5 microdnf tdnf rpm", "--nogpgcheck --no-gpgchecks",
     "CKV2_DOCKER_9"},
    {"no-unsigned-packages", "zypper", "--no-gpg-checks --allow-unsigned-rpm", ""},
    {"no-unsigned-packages", "rpm",
     "--nosignature --nodigest --noverify --nofiledigest --nosignatures", "CKV2_DOCKER_10"},
};

/* A piece of configuration anywhere in a word, in lower case and without blanks and quotes, where
   it is written: an option's value, `config set`, an echo into a file. */
struct setting {
    const char *rule;
    const char *programs; /* whose words may hold it */
    const char *text;
    const char *codes;
};

static const struct setting settings[] = {
    {"no-unverified-tls", "git", "sslverify=false", "CKV2_DOCKER_14"},
    {"no-unverified-tls", "git", "sslverify=0", "CKV2_DOCKER_14"},
    {"no-unverified-tls", "pip", "global.trusted-host", "CKV2_DOCKER_4"},
    {"no-unverified-tls", "echo printf", "trusted-host", "CKV2_DOCKER_4"},
    {"no-unverified-tls", "bundle", "ssl_verify_mode=0", ""},
    {"no-unverified-tls", "npm yarn pnpm echo printf", "strict-ssl=false", "CKV2_DOCKER_13"},
    {"no-unverified-tls", "yarn echo printf", "enablestrictssl=false", "CKV2_DOCKER_13"},
    {"no-unverified-tls", "yum dnf dnf5 microdnf tdnf yum-config-manager echo printf sed",
     "sslverify=false", "CKV2_DOCKER_15"},
    {"no-unverified-tls", "yum dnf dnf5 microdnf tdnf yum-config-manager echo printf sed",
     "sslverify=0", "CKV2_DOCKER_15"},
    {"no-unverified-tls", "yum dnf dnf5 microdnf tdnf yum-config-manager", "sslverify=no",
     "CKV2_DOCKER_15"},
    {"no-unverified-tls", "apt-get apt echo printf", "verify-peer=false", ""},
    {"no-unverified-tls", "composer", "disable-tls=true", ""},
    {"no-unverified-tls", "conda mamba", "ssl_verify=false", ""},
    {"no-unverified-tls", "conda mamba", "ssl_verify=no", ""},
    {"no-unverified-tls", "aria2c", "--check-certificate=false", ""},
    {"no-unverified-tls", "skopeo podman buildah helm", "tls-verify=false", ""},
    {"no-unverified-tls", "echo printf", "check_certificate=off", "CKV2_DOCKER_3"},
    {"no-unsigned-packages", "yum dnf dnf5 microdnf tdnf yum-config-manager echo printf sed",
     "gpgcheck=0", "CKV2_DOCKER_9"},
    {"no-unsigned-packages", "yum dnf dnf5 microdnf tdnf yum-config-manager", "gpgcheck=false",
     "CKV2_DOCKER_9"},
    {"no-unsigned-packages", "apt-get apt aptitude echo printf", "allowunauthenticated=true",
     "CKV2_DOCKER_8"},
    {"no-unsigned-packages", "apt-get apt aptitude echo printf", "allowinsecurerepositories=true",
     "CKV2_DOCKER_8"},
    {"no-unsigned-packages", "echo printf sed", "[trusted=yes", "CKV2_DOCKER_8"},
};

/* Variables; `values` NULL: any value does it. */
struct switching_variable {
    const char *name;
    const char *values;
    const char *codes;
};

static const struct switching_variable variables[] = {
    {"PYTHONHTTPSVERIFY", "0", "CKV2_DOCKER_5"},
    {"NODE_TLS_REJECT_UNAUTHORIZED", "0", "CKV2_DOCKER_6"},
    {"NPM_CONFIG_STRICT_SSL", "false", "CKV2_DOCKER_12"},
    {"YARN_ENABLE_STRICT_SSL", "false 0", ""},
    {"GIT_SSL_NO_VERIFY", NULL, "CKV2_DOCKER_14"}, /* git asks only whether it is there */
    {"PIP_TRUSTED_HOST", NULL, "CKV2_DOCKER_16"},
    {"UV_INSECURE_HOST", NULL, ""},
    {"GOINSECURE", NULL, "CKV2_DOCKER_18"},
    {"CONDA_SSL_VERIFY", "false no 0", ""},
    {"BUNDLE_SSL_VERIFY_MODE", "0", ""},
};

static bool is_rule(const struct dockerfile_check *check, const char *rule)
{
    return !strcmp(check->rule->rule.id, rule);
}

static void tell(struct dockerfile_check *check, const struct instruction *instruction,
                 struct slice place, struct slice what, const char *codes)
{
    bool tls = is_rule(check, "no-unverified-tls");
    struct lint_finding *finding = check_report(
        check, instruction, place,
        tls ? "%.*s turns the check of certificates off, so anybody on the way can answer: remove "
              "it, and add the missing CA certificate to the image instead"
            : "%.*s takes packages that nobody signed: remove it, and add the repository's key "
              "instead",
        SLICE_ARG(what));
    lint_finding_codes(finding, codes);
}

/* https://localhost and its like among the arguments. */
static bool asks_itself(const struct shell_command *command)
{
    return run_mentions(command, "://localhost") || run_mentions(command, "://127.") ||
           run_mentions(command, "://[::1]") || run_mentions(command, "://0.0.0.0");
}

static bool is_of(const char *programs, const struct shell_command *command)
{
    size_t start;
    if (!strcmp(programs, "pip"))
        return run_is_pip(command, &start);
    return lint_has_word(slice_str(programs), command->program);
}

/* The word that gives the option, to point at; the command's program when it is hidden in others.
 */
static const struct shell_word *option_word(const struct shell_command *command,
                                            struct slice option)
{
    size_t count = shell_argument_count(command);
    bool letter = option.len == 2;
    for (size_t i = 0; i < count; i++) {
        const struct shell_word *word = shell_argument(command, i);
        struct slice value = word->value;
        if (letter && value.len > 1 && value.at[0] == '-' && value.at[1] != '-' &&
            slice_find(value, option.at[1]) < value.len)
            return word;
        if (!letter && slice_starts(value, option))
            return word;
    }
    return &command->words[0];
}

/* curl's options of one letter may be followed by a value in the same word: in -okay, -Hk or
   -XPOSTk the k is none. */
static bool has_curl_insecure(const struct shell_command *command)
{
    if (run_has_any_option(command, "--insecure --proxy-insecure"))
        return true;
    size_t count = shell_argument_count(command);
    for (size_t i = 0; i < count; i++) {
        struct slice value = shell_argument(command, i)->value;
        if (value.len < 2 || value.at[0] != '-' || value.at[1] == '-')
            continue;
        for (size_t j = 1; j < value.len && ascii_alnum(value.at[j]); j++) {
            if (value.at[j] == 'k')
                return true;
            if (slice_find(SLICE("oHdxXuAebcKEmwrCyYzFTtQPUDh"), value.at[j]) < 27)
                break;
        }
    }
    return false;
}

static bool check_options(struct dockerfile_check *check, const struct run_body *body,
                          const struct shell_command *command)
{
    for (size_t i = 0; i < sizeof options / sizeof *options; i++) {
        const struct switched_off *row = &options[i];
        if (!is_rule(check, row->rule) || !is_of(row->programs, command))
            continue;
        bool curl = slice_equal(command->program, SLICE("curl"));
        if (curl && !has_curl_insecure(command))
            continue;
        struct slice names = slice_str(row->options);
        while (names.len) {
            struct slice option = slice_cut(&names, ' ');
            char name[40] = {0};
            memcpy(name, option.at, option.len < sizeof name ? option.len : sizeof name - 1);
            if (!shell_has_option(command, name))
                continue;
            if (asks_itself(command))
                return true;
            const struct shell_word *word = option_word(command, option);
            tell(check, body->instruction, run_place(body, word->raw),
                 arena_printf(check->arena, "%.*s %.*s", SLICE_ARG(command->program),
                              SLICE_ARG(option)),
                 row->codes);
            return true;
        }
    }
    return false;
}

/* The words from one on, joined by "=" where there is a blank between two (config set x false), in
   lower case, without blanks and quotes; bounded. */
static struct slice plain_words(const struct shell_command *command, char *buffer, size_t size)
{
    size_t len = 0, count = shell_argument_count(command);
    for (size_t i = 0; i < count; i++) {
        struct slice value = shell_argument(command, i)->value;
        for (size_t j = 0; j < value.len && len + 2 < size; j++) {
            char c = ascii_lower(value.at[j]);
            if (c == '"' || c == '\'' || c == ' ' || c == '\t')
                continue;
            buffer[len++] = c == ':' ? '=' : c;
        }
        if (len + 2 < size)
            buffer[len++] = '=';
    }
    return slice_of(buffer, len);
}

/* Whether the text ends where it ends: "sslverify=0" not in "sslverify=01", "…=no" not in "…=none".
 */
static bool holds(struct slice words, const char *text)
{
    size_t at = slice_search(words, slice_str(text));
    if (at == words.len)
        return false;
    struct slice rest = slice_from(words, at + strlen(text));
    return !rest.len || !ascii_alnum(rest.at[0]);
}

static void check_settings(struct dockerfile_check *check, const struct run_body *body,
                           const struct shell_command *command)
{
    char buffer[1024];
    struct slice words = {NULL, 0};
    for (size_t i = 0; i < sizeof settings / sizeof *settings; i++) {
        const struct setting *row = &settings[i];
        if (!is_rule(check, row->rule) || !is_of(row->programs, command))
            continue;
        if (!words.at)
            words = plain_words(command, buffer, sizeof buffer);
        if (!holds(words, row->text))
            continue;
        tell(check, body->instruction, run_place(body, command->raw),
             row->text[0] == '[' ? SLICE("[trusted=yes]") : slice_str(row->text), row->codes);
        return;
    }
}

static bool is_plain_false(struct slice value, const char *values)
{
    value = slice_trim(value);
    if (value.len >= 2 && (value.at[0] == '"' || value.at[0] == '\'') &&
        value.at[value.len - 1] == value.at[0])
        value = slice_of(value.at + 1, value.len - 2);
    if (!values)
        return value.len > 0;
    struct slice rest = slice_str(values);
    while (rest.len)
        if (slice_equal_nocase(slice_cut(&rest, ' '), value))
            return true;
    return false;
}

static void check_variable(struct dockerfile_check *check, const struct instruction *instruction,
                           struct slice place, struct slice name, struct slice value)
{
    for (size_t i = 0; i < sizeof variables / sizeof *variables; i++)
        if (slice_equal_nocase(name, slice_str(variables[i].name)) &&
            is_plain_false(value, variables[i].values)) {
            tell(check, instruction, place, slice_str(variables[i].name), variables[i].codes);
            return;
        }
}

static void check_assignments(struct dockerfile_check *check, const struct run_body *body,
                              const struct shell_word *words, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct slice value = words[i].value, name = slice_cut(&value, '=');
        check_variable(check, body->instruction, run_place(body, words[i].raw), name, value);
    }
}

static void check_off(struct dockerfile_check *check, const struct run_body *body,
                      const struct shell_command *command)
{
    if (!check_options(check, body, command))
        check_settings(check, body, command);
    if (!is_rule(check, "no-unverified-tls"))
        return;
    check_assignments(check, body, command->assignments, command->assignment_count);
    if (slice_equal(command->program, SLICE("export")))
        check_assignments(check, body, command->words, command->word_count);
}

/* ENV has pairs, ARG words "NAME=value". */
static void check_instruction(struct dockerfile_check *check, const struct instruction *instruction)
{
    bool env = instruction->keyword == KEYWORD_ENV;
    for (size_t i = 0; i < instruction->argument_count; i += env ? 2 : 1) {
        struct slice name = instruction->arguments[i], value = {NULL, 0}, place = name;
        if (env && i + 1 < instruction->argument_count)
            value = instruction->arguments[i + 1];
        else if (!env) {
            value = name;
            name = slice_cut(&value, '=');
        }
        check_variable(check, instruction, place, name, value);
    }
}

/* `ssh -o StrictHostKeyChecking=no`, the same in ~/.ssh/config, GIT_SSH_COMMAND, ENV. */
static bool skips_host_key(struct slice text)
{
    size_t at = slice_search(text, SLICE("StrictHostKeyChecking"));
    if (at == text.len)
        return slice_search(text, SLICE("UserKnownHostsFile=/dev/null")) < text.len;
    struct slice rest = slice_from(text, at + strlen("StrictHostKeyChecking"));
    while (rest.len && (rest.at[0] == ' ' || rest.at[0] == '=' || rest.at[0] == '\t'))
        rest = slice_from(rest, 1);
    return slice_starts(rest, SLICE("no")) || slice_starts(rest, SLICE("off"));
}

#define HOST_KEY                                                                                   \
    "the other machine's key is not looked at, so any machine can be it: put its known key into "  \
    "the image's known_hosts, or fetch over https"

static void check_host_key(struct dockerfile_check *check, const struct run_body *body,
                           const struct shell_command *command)
{
    if (!run_is_build(body))
        return;
    if (slice_equal(command->program, SLICE("ssh-keyscan"))) {
        struct lint_finding *finding = check_report(
            check, body->instruction, run_place(body, command->raw),
            "ssh-keyscan believes whoever answers: copy a known_hosts with the key that its owner "
            "publishes");
        if (finding)
            finding->severity = LINT_INFO;
        return;
    }
    for (size_t i = 0; i < command->word_count + command->assignment_count; i++) {
        const struct shell_word *word = i < command->word_count
                                            ? &command->words[i]
                                            : &command->assignments[i - command->word_count];
        if (!skips_host_key(word->value))
            continue;
        check_report(check, body->instruction, run_place(body, word->raw), HOST_KEY);
        return;
    }
}

static void check_host_key_variable(struct dockerfile_check *check,
                                    const struct instruction *instruction)
{
    if (skips_host_key(instruction->body))
        check_report(check, instruction, (struct slice){NULL, 0}, HOST_KEY);
}

const struct dockerfile_rule rules_tls[] = {
    {{"no-unverified-tls",
      "CKV2_DOCKER_2 CKV2_DOCKER_3 CKV2_DOCKER_4 CKV2_DOCKER_5 CKV2_DOCKER_6 CKV2_DOCKER_12 "
      "CKV2_DOCKER_13 CKV2_DOCKER_14 CKV2_DOCKER_15 CKV2_DOCKER_16 CKV2_DOCKER_18",
      LINT_WARNING, IN_DEFAULT, "certificates are not checked",
      "Without the check https protects from nobody: whoever is on the way decides what goes into "
      "the image. Set by ENV it also holds for the program that runs later.",
      "RUN curl -k https://example.com/install.sh | sh",
      "COPY company-ca.crt /usr/local/share/ca-certificates/\nRUN update-ca-certificates", NULL},
     .keywords = KEYWORD_BIT(KEYWORD_ENV) | KEYWORD_BIT(KEYWORD_ARG),
     .instruction = check_instruction,
     .command = check_off},
    {{"no-unsigned-packages",
      "CKV2_DOCKER_7 CKV2_DOCKER_8 CKV2_DOCKER_9 CKV2_DOCKER_10 CKV2_DOCKER_11 CIS-4.11",
      LINT_WARNING, IN_DEFAULT, "packages without a valid signature are taken",
      "The signature is what says that a package is the distribution's; mirrors and connections "
      "are not trusted for a reason.",
      "RUN apk add --no-cache --allow-untrusted ./app.apk",
      "COPY app.rsa.pub /etc/apk/keys/\nRUN apk add --no-cache ./app.apk", NULL},
     .command = check_off},
    {{"verify-ssh-hosts", "", LINT_WARNING, IN_DEFAULT, "ssh talks to a machine it does not know",
      "The host key is what tells the right machine from another one; without it what is fetched "
      "may be anybody's.",
      "RUN GIT_SSH_COMMAND='ssh -o StrictHostKeyChecking=no' git clone git@example.com:app.git",
      "COPY known_hosts /etc/ssh/ssh_known_hosts\nRUN --mount=type=ssh git clone "
      "git@example.com:app.git",
      NULL},
     .keywords = KEYWORD_BIT(KEYWORD_ENV) | KEYWORD_BIT(KEYWORD_ARG),
     .instruction = check_host_key_variable,
     .command = check_host_key},
    {{NULL}},
};
