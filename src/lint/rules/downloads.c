/* What RUN fetches: by which program, over what, and whether anybody checks what came. */
#include "lint/rules/run.h"

static const char wget_values[] =
    "-O --output-document -o --output-file -a --append-output -P --directory-prefix -U "
    "--user-agent -T --timeout -t --tries --header -e --execute --referer --user --password "
    "--http-user --http-password --post-data --post-file --ca-certificate --certificate "
    "--private-key --limit-rate -i --input-file -B --base -w --wait -A -R -D -X -I -l -Q "
    "--retry-on-http-error --waitretry --proxy-user --proxy-password --method --body-data";
static const char curl_values[] =
    "-o --output -x --proxy -H --header -d --data --data-raw --data-binary --data-urlencode -A "
    "--user-agent -e --referer -u --user -F --form -X --request -T --upload-file -b --cookie -c "
    "--cookie-jar -K --config -E --cert --key --cacert --capath -m --max-time --connect-timeout "
    "--retry --retry-delay --retry-max-time -w --write-out -r --range -C --continue-at -y -Y -z "
    "--resolve --connect-to --output-dir --proto --proto-default --noproxy --interface "
    "--proxy-user --limit-rate --max-filesize --ciphers --tls-max --unix-socket --json";

static void check_progress(struct dockerfile_check *check, const struct run_body *body,
                           const struct shell_command *command)
{
    if (!run_is_build(body) || !shell_argument_count(command) ||
        run_has_any_option(command, "-q --quiet -o --output-file -a --append-output --no-verbose "
                                    "--progress --help --version --spider"))
        return;
    size_t count = shell_argument_count(command);
    for (size_t i = 0; i < count; i++) {
        struct slice value = shell_argument(command, i)->value;
        if (slice_starts(value, SLICE("-nv")) ||
            (value.len > 2 && value.at[0] == '-' && value.at[1] != '-' &&
             slice_search(value, SLICE("nv")) < value.len))
            return;
    }
    /* Busybox's wget takes -nv and draws all the same, and refuses --progress. */
    bool busybox = run_family(check, body->instruction) == FAMILY_ALPINE;
    struct lint_finding *finding = check_report(
        check, body->instruction, run_place(body, command->raw),
        "wget draws its progress into the build's log: add %s",
        busybox ? "-q (busybox's wget has no --progress)" : "-nv, or --progress=dot:giga");
    if (command->first_argument)
        run_fix_option(check, finding, body, &command->words[command->first_argument - 1],
                       busybox ? "-q" : "-nv");
}

/* One finding a stage, at the first use of the second of the two. */
static void check_both(struct dockerfile_check *check, const struct stage *stage)
{
    struct slice seen = {NULL, 0};
    for (size_t i = stage->first; i < stage->last; i++)
        for (const struct run_body *body = check->model->bodies[i]; body && body->instruction;
             body++) {
            if (!body->is_shell || !run_is_build(body))
                continue;
            for (size_t j = 0; j < body->script.count; j++) {
                const struct shell_command *command = &body->script.commands[j];
                if (!lint_has_word(SLICE("curl wget"), command->program))
                    continue;
                if (!seen.len)
                    seen = command->program;
                if (slice_equal(seen, command->program))
                    continue;
                check_report(check, body->instruction, run_place(body, command->raw),
                             "this stage fetches with %.*s and with %.*s: one of them will do, and "
                             "the other need not be installed",
                             SLICE_ARG(seen), SLICE_ARG(command->program));
                return;
            }
        }
}

/* The first URL of a command that fetches; empty when it has none. */
static struct slice url_of(const struct shell_command *command, const struct shell_word **word)
{
    const char *values = slice_equal(command->program, SLICE("curl")) ? curl_values : wget_values;
    struct operands operands = operands_of(command, values);
    while ((*word = operands_next(&operands))) {
        struct slice value = (*word)->value;
        if (slice_search(value, SLICE("://")) < value.len)
            return value;
    }
    return (struct slice){NULL, 0};
}

/* A host of the open net: has a point, is no number of the own machine, no variable. */
static bool is_public_host(struct slice url)
{
    struct slice host = slice_from(url, slice_search(url, SLICE("://")) + 3);
    host = slice_upto(host, slice_find(host, '/'));
    size_t at = slice_find_last(host, '@');
    if (at < host.len)
        host = slice_from(host, at + 1);
    if (slice_starts(host, SLICE("[")))
        return false;
    host = slice_upto(host, slice_find(host, ':'));
    return slice_find(host, '.') < host.len && slice_find(host, '$') == host.len &&
           !slice_starts(host, SLICE("127.")) && !slice_starts(host, SLICE("10.")) &&
           !slice_starts(host, SLICE("192.168.")) && !slice_starts(host, SLICE("169.254.")) &&
           !slice_ends(host, SLICE(".local")) && !slice_ends(host, SLICE(".internal")) &&
           !slice_ends(host, SLICE(".localhost"));
}

/* Somebody looks at what came: a checksum or a signature, in the same RUN. */
static bool is_verified(const struct run_body *body)
{
    for (size_t i = 0; i < body->script.count; i++) {
        const struct shell_command *command = &body->script.commands[i];
        if (lint_has_word(SLICE("sha256sum sha512sum sha384sum sha224sum sha1sum md5sum shasum "
                                "b2sum gpgv gpgv2 minisign cosign slsa-verifier sq"),
                          command->program) ||
            (lint_has_word(SLICE("gpg gpg2"), command->program) &&
             run_has_any_option(command, "--verify")) ||
            run_is(command, "openssl", "dgst", NULL) || run_is(command, "rpm", NULL, NULL) ||
            run_is(command, "gh", "attestation", NULL))
            return true;
    }
    return false;
}

/* The interpreter that a fetch is piped into; NULL: none. */
static const struct shell_command *piped_into(const struct run_body *body,
                                              const struct shell_command *command)
{
    if (command->pipe_index + 1 >= command->pipe_length)
        return NULL;
    size_t steps = 0;
    for (const struct shell_command *i = command; i && steps < 16; i = run_next(body, i), steps++)
        if (i->pipeline == command->pipeline && i->pipe_index > command->pipe_index &&
            lint_has_word(SLICE("sh bash ash dash zsh python python3 perl ruby node php"),
                          i->program))
            return i;
    return NULL;
}

static void check_http(struct dockerfile_check *check, const struct run_body *body)
{
    if (!body->is_shell || !run_is_build(body))
        return;
    bool verified = is_verified(body);
    for (size_t i = 0; i < body->script.count; i++) {
        const struct shell_command *command = &body->script.commands[i];
        const struct shell_word *word = NULL;
        if (!lint_has_word(SLICE("curl wget"), command->program))
            continue;
        struct slice url = url_of(command, &word);
        if (!slice_starts(url, SLICE("http://")) || !is_public_host(url))
            continue;
        const struct shell_command *into = piped_into(body, command);
        if (verified && !into)
            continue;
        struct lint_finding *finding = check_report(
            check, body->instruction, run_place(body, word->raw),
            into ? "%.*s runs whatever comes over this unprotected connection: use https, and "
                   "check what came before it runs"
                 : "%.*s fetches over an unprotected connection: anybody on the way can change "
                   "what comes; use https",
            SLICE_ARG(into ? into->program : command->program));
        if (into && finding)
            finding->severity = LINT_ERROR;
    }
}

/* A file that is fetched and kept or run: not a health check, a header, a page to nowhere. */
static bool fetches_file(const struct run_body *body, const struct shell_command *command)
{
    if (slice_equal(command->program, SLICE("wget")))
        return !run_has_any_option(command, "--spider");
    if (run_has_any_option(command, "-I --head"))
        return false;
    if (run_has_any_option(command, "-o --output -O --remote-name -J --remote-name-all") ||
        command->pipe_index + 1 < command->pipe_length)
        return true;
    for (size_t i = 0; i < command->redirect_count; i++)
        if (slice_starts(command->redirects[i].operator, SLICE(">")) &&
            !slice_equal(command->redirects[i].target.value, SLICE("/dev/null")))
            return true;
    (void)body;
    return false;
}

static void check_verified(struct dockerfile_check *check, const struct run_body *body)
{
    if (!body->is_shell || !run_is_build(body) || is_verified(body))
        return;
    for (size_t i = 0; i < body->script.count; i++) {
        const struct shell_command *command = &body->script.commands[i];
        const struct shell_word *word = NULL;
        if (!lint_has_word(SLICE("curl wget"), command->program) || command->nested > 1)
            continue;
        struct slice url = url_of(command, &word);
        if (!url.len || !fetches_file(body, command) ||
            (!is_public_host(url) && slice_find(url, '$') == url.len))
            continue;
        const struct shell_command *into = piped_into(body, command);
        check_report(check, body->instruction, run_place(body, word->raw),
                     into ? "%.*s runs what comes without anybody having looked: fetch a fixed "
                            "version, compare its checksum (sha256sum -c), then run it"
                          : "nobody checks that %.*s got what was meant: compare a checksum in the "
                            "same RUN (sha256sum -c), or use ADD --checksum",
                     SLICE_ARG(into ? into->program : command->program));
    }
}

const struct dockerfile_rule rules_downloads[] = {
    {{"wget-no-progress", "DL3047", LINT_INFO, IN_DEFAULT | IN_HADOLINT,
      "wget fills the log with its progress",
      "The progress bar is for terminals; in a build's log it is thousands of lines.",
      "RUN wget https://example.com/app.tar.gz", "RUN wget -nv https://example.com/app.tar.gz",
      "adds -nv, or -q on Alpine"},
     .programs = "wget",
     .command = check_progress},
    {{"curl-or-wget", "DL4001 DS-0014", LINT_WARNING, IN_DEFAULT | IN_HADOLINT,
      "both wget and curl in one stage",
      "Two programs for one task: one more to install, to patch, and for an attacker to use.",
      "RUN wget https://example.com/a && curl -fsSLO https://example.com/b",
      "RUN curl -fsSLO https://example.com/a && curl -fsSLO https://example.com/b", NULL},
     .stage = check_both},
    {{"no-http-download", "", LINT_WARNING, IN_DEFAULT, "a download over plain http",
      "Anybody between the build and the server can send something else, and it ends in the image.",
      "RUN curl -fsSL http://example.com/install.sh | sh",
      "RUN curl -fsSLO https://example.com/install.sh && echo \"<sha256>  install.sh\" | sha256sum "
      "-c && sh install.sh",
      NULL},
     .body = check_http},
    {{"verify-downloads", "CIS-4.11", LINT_INFO, 0, "a download that nobody checks",
      "https says from whom a file comes, not that it is the one of last time: a changed or "
      "hijacked "
      "release goes into the image unseen.",
      "RUN curl -fsSLO https://example.com/app",
      "RUN curl -fsSLO https://example.com/app && echo \"<sha256>  app\" | sha256sum -c", NULL},
     .body = check_verified},
    {{NULL}},
};
