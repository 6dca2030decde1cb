/* plimsoll restore FOLDER|FILE DATA */
#include "cli/backup_call.h"
#include "cli/command_rows.h"

static bool run(struct invocation *call, struct error *err)
{
    return backup_call(call, call->operands[0], call->operands[1], BACKUP_CALL_RESTORE, err);
}

static const struct command_example examples[] = {
    {"plimsoll restore /mnt/backup/registry plimsoll-data", "then plimsoll serve --data"},
    {"plimsoll restore registry.tar plimsoll-data", "from one file"},
    {NULL, NULL},
};

static const struct option no_options[] = {{NULL}};

const struct command command_restore = {
    .name = "restore",
    .summary = "make a registry's data folder from a backup",
    .operands = "FOLDER|FILE DATA",
    .prose = "DATA must not be a data folder yet. Every blob is verified while it is copied; one "
             "that is missing in the backup or damaged there is told of, and the exit code is 1.",
    .options = no_options,
    .examples = examples,
    .least = 2,
    .most = 2,
    .run = run,
};
