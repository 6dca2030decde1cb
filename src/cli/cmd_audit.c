/* plimsoll audit [REPOSITORY…] */
#include "base/log.h"
#include "base/terminal.h"
#include "cli/audit_call.h"
#include "cli/command_rows.h"
#include "cli/format_call.h"
#include "cli/option_rows.h"
#include "cli/scan_call.h"
#include "cli/user_folder.h"
#include "ship/audit/compare.h"

static const char *history_path(struct arena *arena)
{
    return user_folder(arena, "XDG_STATE_HOME", ".local/state", "plimsoll/audits.jsonl");
}

static const struct option options[] = {
    {.name = "format",
     .letter = 'f',
     .type = OPTION_LIST,
     .argument = "FORMAT[=FILE]",
     .standard = "table",
     .variable = "PLIMSOLL_AUDIT_FORMAT",
     .key = "audit.format",
     .prose = "How to write it: table, json, markdown, html (one page with charts), mail (for "
              "sendmail -t), guide (the CRITICAL findings as the guide's audit-images.sh prints "
              "them); to FILE or standard output. May be given several times."},
    {.name = "fail-on",
     .type = OPTION_LIST,
     .argument = "CONDITIONS",
     .variable = "PLIMSOLL_AUDIT_FAIL_ON",
     .key = "audit.fail-on",
     .prose = "End with 1 when there is one of these, separated by commas: overdue (over its "
              "deadline), new (since the last audit), a severity (critical, high, medium, low: "
              "that or worse), any, kev, rebuild, exceptions (that have expired)."},
    {.name = "all", .prose = "All repositories of the registries named, or of ECR."},
    {.name = "tag",
     .type = OPTION_STRING,
     .argument = "TAG",
     .variable = "PLIMSOLL_AUDIT_TAG",
     .key = "audit.tag",
     .prose = "Which image of each; without it latest, else what was pushed last, else the highest "
              "version."},
    {.name = "findings",
     .type = OPTION_CHOICE,
     .argument = "WHOSE",
     .standard = "own",
     .variable = "PLIMSOLL_AUDIT_FINDINGS",
     .key = "audit.findings",
     .choices = "own registry",
     .prose = "own: each image is scanned now; registry: what ECR's scan found "
              "(describe-image-scan-findings)."},
    {.name = "api",
     .type = OPTION_CHOICE,
     .argument = "API",
     .standard = "auto",
     .variable = "PLIMSOLL_AUDIT_API",
     .key = "audit.api",
     .choices = "auto ecr registry",
     .prose = "How a registry is asked what it has: ecr (by Amazon's API), registry (/v2), auto: "
              "ecr for Amazon's hosts, for that of --endpoint-url and for names without a host."},
    OPTION_ROW_ECR_ENDPOINT,
    {.name = "region",
     .type = OPTION_STRING,
     .argument = "REGION",
     .variable = "AWS_REGION",
     .prose = "Region; without it, that of the host, of AWS_DEFAULT_REGION or of the profile."},
    {.name = "deadline",
     .type = OPTION_LIST,
     .argument = "LEVEL=DAYS",
     .variable = "PLIMSOLL_AUDIT_DEADLINE",
     .prose = "Days from when an audit first saw a finding in that repository; critical=0, high=7, "
              "medium=30, low=90 unless audit.deadlines says otherwise. none: no deadline."},
    {.name = "since",
     .type = OPTION_STRING,
     .argument = "DATE",
     .prose = "New and gone since the last audit before then, instead of the last one."},
    {.name = "history",
     .type = OPTION_STRING,
     .argument = "FILE",
     .standard = "${XDG_STATE_HOME:-~/.local/state}/plimsoll/audits.jsonl",
     .variable = "PLIMSOLL_AUDIT_HISTORY",
     .compute = history_path,
     .prose = "Where audits are remembered; audit.history in plimsoll.yaml."},
    {.name = "no-history", .prose = "Neither read nor written: nothing is new, critical is due."},
    {.name = "no-bases",
     .variable = "PLIMSOLL_AUDIT_NO_BASES",
     .key = "audit.no-bases",
     .prose = "Do not ask registries whether the base images moved."},
    {.name = "expiring-days",
     .type = OPTION_INT,
     .argument = "N",
     .standard = "30",
     .low = 0,
     .high = 36500,
     .key = "audit.expiring-days",
     .prose = "Exceptions that end within so many days are told."},
    {.name = "mail-to",
     .type = OPTION_LIST,
     .argument = "ADDRESS",
     .variable = "PLIMSOLL_AUDIT_MAIL_TO",
     .key = "audit.mail-to",
     .prose = "Whom --format mail is for. May be given several times."},
    {.name = "mail-from",
     .type = OPTION_STRING,
     .argument = "ADDRESS",
     .variable = "PLIMSOLL_AUDIT_MAIL_FROM",
     .key = "audit.mail-from",
     .prose = "Whom it is from; without it sendmail says so."},
    {.name = "full", .prose = "In table and markdown a line for each finding, however many."},
    {.name = "strict",
     .variable = "PLIMSOLL_STRICT",
     .key = "scan.strict",
     .prose = "End with 4 when part of an image could not be read."},
    OPTION_ROW_PLATFORM,
    OPTION_ROWS_REGISTRY,
    OPTION_ROWS_CACHE,
    OPTION_ROW_JOBS,
    SCAN_EXCEPTIONS_OPTION,
    {NULL},
};

static const char *format_at(size_t index)
{
    return audit_formats[index].name;
}

struct writing {
    const struct audit *audit;
    const struct audit_write_options *how;
};

static bool write_format(void *context, const char *format, FILE *file, struct error *err)
{
    const struct writing *writing = context;
    struct audit_write_options how = *writing->how;
    if (file != stdout)
        how.width = 0;
    return audit_write(format, writing->audit, &how, file, err);
}

/* A message to nobody is found before minutes of work. */
static bool check_formats(const struct format_call *formats, const struct audit_call *audit,
                          struct error *err)
{
    for (size_t i = 0; i < formats->count; i++)
        if (slice_equal_str(slice_str(formats->targets[i].format), "mail") &&
            !audit->write.mail_to_count)
            return error_set(err, ERROR_USAGE, "--format mail: to whom? --mail-to ADDRESS");
    return true;
}

/* An audit in which nothing could be looked at is none: it is not remembered. */
static bool remember(struct invocation *call, const struct history_file *file,
                     const struct history *history, const struct audit *audit, struct error *err)
{
    return !file->path || audit->failed == audit->count ||
           history_append(file, history, audit, call->arena, err);
}

static bool look(struct invocation *call, struct audit_call *asked, struct history_file *file,
                 struct history *history, struct audit *audit, struct error *err)
{
    *audit = (struct audit){.history = slice_str(asked->history)};
    memcpy(audit->deadlines, asked->deadlines, sizeof audit->deadlines);
    if (asked->history && (!history_open(file, asked->history, err) ||
                           !history_read(file, asked->since, call->arena, history, err)))
        return false;
    bool fine = audit_run(&asked->options, call->arena, audit, err);
    progress_clear();
    return fine && audit_compare(audit, asked->history ? history : NULL, call->arena, err);
}

static bool is_partial(const struct audit *audit)
{
    for (size_t i = 0; i < audit->count; i++)
        if (audit->repositories[i].partial)
            return true;
    return false;
}

static void tell_failures(const struct audit *audit)
{
    for (size_t i = 0; i < audit->count; i++)
        if (audit->repositories[i].error.len)
            log_warning("%.*s could not be audited: %.*s", SLICE_ARG(audit->repositories[i].name),
                        SLICE_ARG(audit->repositories[i].error));
}

static void judge(struct invocation *call, const struct audit_call *asked,
                  const struct audit *audit)
{
    if (audit_gate_count(&asked->gate, audit))
        call->exit_code = 1;
    else if (audit->failed)
        call->exit_code = 3;
    else if (is_partial(audit) && option_flag(call, "strict"))
        call->exit_code = 4;
}

static bool run(struct invocation *call, struct error *err)
{
    struct audit_call asked;
    struct format_call formats;
    struct history_file file CLEANUP_HISTORY = {.fd = -1};
    struct history history = {.audits = 0};
    struct audit audit;
    if (!format_call_read(call, format_at, &formats, err) || !audit_call_read(call, &asked, err) ||
        !check_formats(&formats, &asked, err) || !look(call, &asked, &file, &history, &audit, err))
        return false;
    struct writing writing = {&audit, &asked.write};
    tell_failures(&audit);
    /* Remembered first: a report that cannot be written can be had again. */
    if (!remember(call, &file, &history, &audit, err) ||
        !format_call_write(&formats, write_format, &writing, err))
        return false;
    judge(call, &asked, &audit);
    return true;
}

static const struct command_example examples[] = {
    {"plimsoll audit", "the images of plimsoll.yaml"},
    {"plimsoll audit react-app-haproxy react-app-nginx --format table --format html=audit.html",
     "two repositories of ECR, with a page to keep"},
    {"plimsoll audit --all 127.0.0.1:5000 --fail-on overdue,new", "all of a registry, with a gate"},
    {"plimsoll audit --format mail --mail-to security@example.com | sendmail -t",
     "every month, from cron or a timer"},
    {"plimsoll audit --findings registry --format guide", "what ECR itself found"},
    {NULL, NULL},
};

const struct command command_audit = {
    .name = "audit",
    .summary = "look through repositories: what is new, overdue, to be rebuilt",
    .operands = "[REPOSITORY…]",
    .prose =
        "Scans the newest image of each repository and compares with the audits before: what is "
        "new and gone, what is over its deadline, which exceptions end, which images are to be "
        "built again because their base moved or updates mend findings.\n\nREPOSITORY is a name "
        "(registry.example/app, with a tag if another than the newest is meant) or one of the "
        "images of plimsoll.yaml; without any, audit.repositories of plimsoll.yaml or all its "
        "images. A name without a host is of plimsoll.yaml's registry, else of ECR.\n\nEnds with 1 "
        "when --fail-on finds something, else with 3 when a repository could not be audited: the "
        "others are told of all the same.",
    .options = options,
    .examples = examples,
    .keys = "audit.repositories audit.deadlines audit.history",
    .least = 0,
    .most = 1000,
    .run = run,
};
