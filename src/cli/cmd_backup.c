/* plimsoll backup DATA FOLDER|FILE */
#include "cli/backup_call.h"
#include "cli/command_rows.h"

static bool run(struct invocation *call, struct error *err)
{
    return backup_call(call, call->operands[0], call->operands[1], BACKUP_CALL_BACKUP, err);
}

static const struct command_example examples[] = {
    {"plimsoll backup plimsoll-data /mnt/backup/registry",
     "the next one to the same folder copies only what is new"},
    {"plimsoll backup plimsoll-data registry.tar", "as one file"},
    {NULL, NULL},
};

static const struct option no_options[] = {{NULL}};

const struct command command_backup = {
    .name = "backup",
    .summary = "copy a registry's data folder, while it runs",
    .operands = "DATA FOLDER|FILE",
    .prose = "The copy is complete and of one moment: metadata first, then every blob that it "
             "names, verified while it is read. FOLDER is made when it is not there; what it has "
             "of an earlier backup is not copied again, and what nothing names any more is "
             "removed. A backup that did not come to its end leaves the earlier one's metadata, "
             "or none. A FILE ends in .tar and unpacks to such a folder.\n\nA blob that is missing "
             "or damaged is told of, and the exit code is 1; "
             "plimsoll check says more.",
    .options = no_options,
    .examples = examples,
    .least = 2,
    .most = 2,
    .run = run,
};
