/* plimsoll doctor [IMAGE|REGISTRY] */
#include "base/terminal.h"
#include "cli/command_rows.h"
#include "cli/option_rows.h"
#include "ship/doctor/doctor_report.h"

static const struct option options[] = {
    {.name = "format",
     .letter = 'f',
     .type = OPTION_CHOICE,
     .argument = "FORMAT",
     .standard = "table",
     .choices = "table json",
     .prose = "How it is written."},
    {.name = "role",
     .type = OPTION_STRING,
     .argument = "NAME",
     .variable = "PLIMSOLL_DOCTOR_ROLE",
     .key = "doctor.role",
     .prose = "The IAM role that pulls (ECS: the task execution role), by name or ARN: whom it "
              "trusts, whether it may pull, and the repository's policy across accounts. Needs AWS "
              "credentials."},
    {.name = "storage",
     .type = OPTION_STRING,
     .argument = "FOLDER",
     .key = "doctor.storage",
     .prose = "Where the engine keeps images, when it does not say so itself."},
    {.name = "data",
     .type = OPTION_STRING,
     .argument = "DIR",
     .prose = "Data folder of the plimsoll serve that holds the image: its audit log says what a "
              "lifecycle policy expired, and when."},
    {.name = "seconds",
     .type = OPTION_INT,
     .argument = "N",
     .standard = "8",
     .low = 1,
     .high = 300,
     .prose = "How long a check waits for an answer."},
    {.name = "platform",
     .type = OPTION_STRING,
     .argument = "OS/ARCH",
     .variable = "PLIMSOLL_PLATFORM",
     .key = "scan.platform",
     .prose = "What it is pulled for: linux/arm64, linux/arm/v7. Without it this machine's."},
    OPTION_ROWS_REGISTRY,
    {NULL},
};

static void show_progress(const char *title)
{
    progress_show("looking whether %s", title);
}

static bool run(struct invocation *call, struct error *err)
{
    struct doctor_result result;
    struct doctor_options wanted = {
        .target = call->operand_count ? call->operands[0] : NULL,
        .source = {.platform = slice_str(option_text(call, "platform")),
                   .plain_http = option_flag(call, "plain-http"),
                   .insecure = option_flag(call, "insecure")},
        .role = option_text(call, "role"),
        .storage = option_text(call, "storage"),
        .store = option_text(call, "db"),
        .data = option_text(call, "data"),
        .seconds = (unsigned)option_number(call, "seconds"),
        .on_check = show_progress,
    };
    bool fine = doctor_run(&wanted, call->arena, &result, err);
    progress_clear();
    if (!fine)
        return false;
    if (strcmp(option_text(call, "format"), "json") == 0)
        doctor_write_json(&result, stdout);
    else
        doctor_write_table(&result, 0, stdout);
    if (result.failed)
        call->exit_code = 1;
    return true;
}

static const struct command_example examples[] = {
    {"plimsoll doctor", "this machine: engines, logins, proxies, disk, clock, advisories"},
    {"plimsoll doctor registry.example:5000", "the way to a registry, and its login"},
    {"plimsoll doctor 123456789012.dkr.ecr.us-east-1.amazonaws.com/app:1.2 --role app-execution",
     "why ECS cannot pull it"},
    {NULL, NULL},
};

const struct command command_doctor = {
    .name = "doctor",
    .summary = "why a pull fails, and the command that mends it",
    .operands = "[IMAGE|REGISTRY]",
    .prose =
        "Checks in the order in which things go wrong: login files, proxy, DNS, TCP, TLS, "
        "certificate, the registry's API, clock, token, login, rate limit, role, repository, "
        "policy, archive, tag, platform, layers, room on the disk. Each says what was seen and, "
        "where it failed, what mends it; what needs a check that failed is skipped. Nothing is "
        "changed, and no secret is shown.\n\nA lone host (registry.example, localhost:5000) is a "
        "registry, all else an image. Ends with 0 when all is well or only warned of, with 1 when "
        "something failed.",
    .options = options,
    .examples = examples,
    .least = 0,
    .most = 1,
    .run = run,
};
