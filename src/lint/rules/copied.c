/* What gets into the image by COPY and ADD that should not. */
#include <sys/stat.h>

#include "lint/rules/rule_text.h"

/* Names under which secrets lie; "*x" any name that ends so. */
static bool is_secret_name(struct slice path)
{
    static const char *const names[] = {".env",
                                        "id_rsa",
                                        "id_dsa",
                                        "id_ecdsa",
                                        "id_ed25519",
                                        ".npmrc",
                                        ".pypirc",
                                        ".netrc",
                                        ".git-credentials",
                                        ".dockercfg",
                                        ".pgpass",
                                        ".my.cnf",
                                        ".htpasswd",
                                        "credentials.json",
                                        "service-account.json",
                                        "terraform.tfstate",
                                        "secrets.yml",
                                        "secrets.yaml",
                                        "secrets.json",
                                        "privkey.pem",
                                        ".vault-token",
                                        ".dockerconfigjson",
                                        "key.pem",
                                        "private.pem",
                                        "secrets.env",
                                        NULL};
    static const char *const ends[] = {".key",      ".p12",    ".pfx", ".jks",     ".kdbx",
                                       ".ppk",      ".tfvars", "_rsa", "_ed25519", "-key.pem",
                                       ".keystore", ".pkcs12", NULL};
    static const char *const paths[] = {
        ".aws/credentials", ".docker/config.json", ".kube/config", ".ssh", ".gnupg", ".aws", NULL};
    struct slice trimmed = text_unquoted(path);
    while (trimmed.len > 1 && trimmed.at[trimmed.len - 1] == '/')
        trimmed.len--;
    struct slice name = file_name_of(trimmed);
    for (const char *const *each = names; *each; each++)
        if (slice_equal_nocase(name, slice_str(*each)))
            return true;
    for (const char *const *each = paths; *each; each++)
        if (text_ends(trimmed, *each))
            return true;
    if (text_starts(name, ".env."))
        return !text_contains(name, "example") && !text_contains(name, "sample") &&
               !text_contains(name, "template") && !text_contains(name, "dist") &&
               !text_contains(name, "default");
    return text_ends_any(name, ends) && !text_contains(name, "pub");
}

static void look_secret_file(struct dockerfile_check *check, const struct instruction *instruction)
{
    for (size_t i = 0; i < copy_source_count(instruction); i++) {
        struct slice written = instruction->arguments[i];
        if (source_is_heredoc(written) || source_is_url(text_unquoted(written)) ||
            !is_secret_name(written))
            continue;
        struct lint_finding *finding = check_report(
            check, instruction, argument_place(instruction, written),
            "%.*s looks like it holds a secret, and everybody who gets the image can read it; "
            "mount it: RUN --mount=type=secret while building, a volume, the environment or AWS "
            "Secrets Manager when it runs",
            SLICE_ARG(written));
        const struct stage *stage = stage_around(check, instruction);
        if (finding && stage && !stage_is_shipped(check, stage))
            finding->severity = LINT_INFO; /* only in the build cache */
    }
}

static bool beside_context(struct dockerfile_check *check, const char *name)
{
    char *path = arena_string(
        check->arena, arena_printf(check->arena, "%.*s/%s", SLICE_ARG(check->context), name));
    struct stat status;
    return path && !stat(path, &status);
}

static bool has_ignore_file(struct dockerfile_check *check)
{
    struct slice path = check->dockerfile->file->path;
    char *own = arena_string(check->arena,
                             arena_printf(check->arena, "%.*s.dockerignore", SLICE_ARG(path)));
    struct stat status;
    return beside_context(check, ".dockerignore") || beside_context(check, ".containerignore") ||
           (own && !stat(own, &status));
}

static void look_all(struct dockerfile_check *check, const struct instruction *instruction)
{
    if (!check->context.len || instruction_flag(instruction, "from"))
        return;
    for (size_t i = 0; i < copy_source_count(instruction); i++) {
        struct slice source = text_unquoted(instruction->arguments[i]);
        if (!slice_equal_str(source, ".") && !slice_equal_str(source, "./") &&
            !slice_equal_str(source, "/"))
            continue;
        if (has_ignore_file(check))
            return;
        struct lint_finding *finding =
            check_report(check, instruction, argument_place(instruction, instruction->arguments[i]),
                         "the whole folder is copied and no .dockerignore leaves anything out: "
                         ".git, .env and keys too; write one, or copy only what is needed");
        const struct stage *stage = stage_around(check, instruction);
        if (finding && stage && !stage_is_shipped(check, stage))
            finding->severity = LINT_INFO; /* in the build cache, not in the image */
        return;
    }
}

const struct dockerfile_rule rules_copied[] = {
    {.rule = {.id = "copy-secret-file",
              .codes = "DS-0031 CIS-4.10 CIS-DI-0010",
              .severity = LINT_WARNING,
              .profiles = IN_DEFAULT,
              .title = "a file that holds secrets is copied into the image",
              .why =
                  "It can be read from the image by everybody who can pull it, also when a later "
                  "layer deletes it.",
              .bad = "COPY .env /srv/app/.env",
              .good = "RUN --mount=type=secret,id=env,target=/srv/app/.env npm run build",
              .fix = NULL},
     .keywords = KEYWORD_BIT(KEYWORD_COPY) | KEYWORD_BIT(KEYWORD_ADD),
     .instruction = look_secret_file},
    {.rule = {.id = "copy-everything",
              .codes = "",
              .severity = LINT_WARNING,
              .profiles = IN_DEFAULT,
              .title = "the whole build context is copied and nothing is left out",
              .why = "Version history, local configuration and keys end up in the image by "
                     "accident, and each change of any file rebuilds it.",
              .bad = "COPY . /srv/app",
              .good = "COPY package.json package-lock.json src /srv/app/",
              .fix = NULL},
     .keywords = KEYWORD_BIT(KEYWORD_COPY) | KEYWORD_BIT(KEYWORD_ADD),
     .instruction = look_all},
    {.rule = {.id = NULL}},
};
