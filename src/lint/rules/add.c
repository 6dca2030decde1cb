/* ADD: where COPY would do, downloads, archives. */
#include <sys/stat.h>

#include "base/file.h"
#include "lint/rules/rule_text.h"

static const char *const archive_suffixes[] = {
    ".tar",     ".tar.gz", ".tgz",    ".tar.bz2", ".tbz",      ".tbz2",  ".tar.xz", ".txz",
    ".tar.zst", ".tzst",   ".tar.lz", ".tlz",     ".tar.lzma", ".tar.z", ".gz",     ".bz2",
    ".xz",      ".lz",     ".lzma",   ".zst",     ".z",        NULL};

static bool has_archive_name(struct slice source)
{
    return text_ends_any(text_unquoted(source), archive_suffixes);
}

/* By its first bytes, as ADD judges. */
static bool begins_as_archive(struct slice bytes)
{
    return slice_starts(bytes, SLICE("\x1f\x8b")) || slice_starts(bytes, SLICE("BZh")) ||
           slice_starts(bytes, SLICE("\xfd\x37zXZ")) ||
           slice_starts(bytes, SLICE("\x28\xb5\x2f\xfd")) ||
           slice_starts(slice_from(bytes, 257), SLICE("ustar"));
}

enum { ARCHIVE_HEAD = 512 };

/* Whether the file of the build context is known to be no archive. */
static bool is_plain_in_context(struct dockerfile_check *check, struct slice source)
{
    if (!check->context.len || slice_search(source, SLICE("..")) < source.len)
        return false;
    char *path =
        arena_string(check->arena, arena_printf(check->arena, "%.*s/%.*s",
                                                SLICE_ARG(check->context), SLICE_ARG(source)));
    struct stat status;
    if (!path || stat(path, &status))
        return false;
    if (S_ISDIR(status.st_mode))
        return true;
    struct error err = {0};
    CLEANUP_FD int fd = S_ISREG(status.st_mode) ? file_open(path, &err) : -1;
    char head[ARCHIVE_HEAD];
    size_t got = 0;
    return fd >= 0 && file_pread(fd, head, sizeof head, 0, &got, &err) &&
           !begins_as_archive(slice_of(head, got));
}

/* Whether ADD and COPY surely do the same with it: ADD unpacks an archive whatever its name. */
static bool is_plain(struct dockerfile_check *check, struct slice source)
{
    static const char *const plain_suffixes[] = {
        "/",     ".sh",   ".py",     ".js",      ".ts",     ".json",       ".yml",   ".yaml",
        ".toml", ".conf", ".cfg",    ".ini",     ".txt",    ".md",         ".html",  ".css",
        ".php",  ".rb",   ".pl",     ".jar",     ".war",    ".xml",        ".lock",  ".cnf",
        ".sql",  ".env",  ".list",   ".repo",    ".asc",    ".pem",        ".crt",   ".key",
        ".go",   ".c",    ".h",      ".rs",      ".java",   ".properties", ".mjs",   ".service",
        ".zip",  ".deb",  ".rpm",    ".apk",     ".whl",    ".gem",        ".patch", ".exe",
        ".dll",  ".ps1",  ".bat",    ".cmd",     ".lua",    ".vcl",        ".tmpl",  ".tpl",
        ".j2",   ".erb",  "Gemfile", "Makefile", "Pipfile", NULL};
    source = text_unquoted(source);
    return slice_equal_str(source, ".") || slice_equal_str(source, "..") ||
           source_is_heredoc(source) || text_ends_any(source, plain_suffixes) ||
           is_plain_in_context(check, source);
}

static void look_add(struct dockerfile_check *check, const struct instruction *instruction)
{
    if (instruction_flag(instruction, "checksum") ||
        instruction_flag(instruction, "keep-git-dir") || instruction_flag(instruction, "unpack"))
        return;
    bool plain = true;
    for (size_t i = 0; i < copy_source_count(instruction); i++) {
        bool complete;
        struct slice source =
            check_expand(check, instruction, instruction->arguments[i], &complete);
        if (source_is_url(source) || has_archive_name(source) || !source.len ||
            (!complete && text_has_variable(instruction->arguments[i])))
            return;
        plain &= is_plain(check, source) && !text_has_variable(instruction->arguments[i]);
    }
    if (!copy_source_count(instruction))
        return;
    struct lint_finding *finding = check_report(
        check, instruction, instruction->word,
        "ADD fetches addresses and unpacks archives; for files of the context write COPY");
    if (!plain)
        return;
    lint_fix(check->report, finding, "write COPY");
    check_fix_replace(check, finding, instruction, instruction->word,
                      text_is_lower(instruction->word) ? SLICE("copy") : SLICE("COPY"));
}

static void look_checksum(struct dockerfile_check *check, const struct instruction *instruction)
{
    if (instruction_flag(instruction, "checksum"))
        return;
    for (size_t i = 0; i < copy_source_count(instruction); i++) {
        struct slice written = instruction->arguments[i];
        struct slice source = text_unquoted(written);
        if (!source_is_url(source))
            continue;
        if (!source_is_git(source))
            check_report(check, instruction, argument_place(instruction, written),
                         "nobody checks what is downloaded; write ADD --checksum=sha256:… with the "
                         "digest of the file you tested");
        else if (slice_find(source, '#') == source.len)
            check_report(check, instruction, argument_place(instruction, written),
                         "the repository's default branch is fetched, whatever it is then; name a "
                         "commit behind #");
        else
            continue;
        return;
    }
}

static bool unpacks(const struct shell_command *command)
{
    if (!slice_equal_str(command->program, "tar") && !slice_equal_str(command->program, "bsdtar"))
        return true;
    if (shell_has_option(command, "-x") || shell_has_option(command, "--extract") ||
        shell_has_option(command, "--get"))
        return true;
    struct slice first = shell_argument(command, 0)->value;
    return first.len && first.at[0] != '-' && slice_find(first, 'x') < first.len &&
           slice_find(first, '.') == first.len && slice_find(first, '/') == first.len;
}

enum { LOOK_MAX = 200 }; /* instructions in front of what unpacks */

/* What unpacks an archive that an earlier COPY of the stage brought. */
static void look_archive(struct dockerfile_check *check, const struct run_body *body,
                         const struct shell_command *command)
{
    const struct stage *stage = stage_around(check, body->instruction);
    if (!stage || !unpacks(command))
        return;
    size_t until = model_index(check->model, body->instruction);
    size_t begin = until > stage->first + LOOK_MAX ? until - LOOK_MAX : stage->first;
    for (size_t i = begin; i < until; i++) {
        const struct instruction *copy = check_instruction(check, i);
        if (copy->keyword != KEYWORD_COPY || instruction_flag(copy, "from"))
            continue;
        for (size_t j = 0; j < copy->argument_count; j++) {
            struct slice name = file_name_of(copy->arguments[j]);
            if (!has_archive_name(name) || name.at[0] == '*')
                continue;
            for (size_t k = 0; k < shell_argument_count(command); k++)
                if (slice_equal(file_name_of(shell_argument(command, k)->value), name)) {
                    check_report(check, copy, argument_place(copy, copy->arguments[j]),
                                 "%.*s is unpacked in line %u, so the image holds it twice; ADD "
                                 "unpacks while it copies",
                                 SLICE_ARG(name), body->instruction->start_line);
                    return;
                }
        }
    }
}

const struct dockerfile_rule rules_add[] = {
    {.rule = {.id = "add-instead-of-copy",
              .codes = "DL3020 DS-0005 CKV_DOCKER_4 CIS-4.9 CIS-DI-0009",
              .severity = LINT_ERROR,
              .profiles = IN_DEFAULT | IN_HADOLINT,
              .title = "ADD where COPY would do",
              .why =
                  "ADD unpacks archives and fetches addresses, by the name and the bytes of what "
                  "it is given; COPY does what it says.",
              .bad = "ADD haproxy.cfg /usr/local/etc/haproxy/",
              .good = "COPY haproxy.cfg /usr/local/etc/haproxy/",
              .fix = "writes COPY where both surely do the same"},
     .keywords = KEYWORD_BIT(KEYWORD_ADD),
     .instruction = look_add},
    {.rule = {.id = "add-without-checksum",
              .codes = "CIS-4.11 CIS-DI-0011",
              .severity = LINT_WARNING,
              .profiles = IN_DEFAULT,
              .title = "ADD downloads something that nobody checks",
              .why = "What lies at an address can be replaced; a checksum makes the build fail "
                     "instead of the users.",
              .bad = "ADD https://example.com/tool /usr/local/bin/tool",
              .good = "ADD --checksum=sha256:"
                      "24454f830cdb571e2c4ad15481119c43b3cafd48dd869a9b2945d1036d1dc68d "
                      "https://example.com/tool /usr/local/bin/tool",
              .fix = NULL},
     .keywords = KEYWORD_BIT(KEYWORD_ADD),
     .instruction = look_checksum},
    {.rule = {.id = "copy-archive",
              .codes = "DL3010",
              .severity = LINT_INFO,
              .profiles = IN_DEFAULT | IN_HADOLINT,
              .title = "archive is copied and then unpacked",
              .why = "The archive stays in the image in a layer of its own, whatever is deleted "
                     "later.",
              .bad = "COPY dist.tar.gz /tmp/\nRUN tar -xzf /tmp/dist.tar.gz -C /srv",
              .good = "ADD dist.tar.gz /srv/",
              .fix = NULL},
     .programs = "tar unzip gunzip bunzip2 unlzma unxz zgz uncompress zcat gzcat bsdtar unzstd",
     .command = look_archive},
    {.rule = {.id = NULL}},
};
