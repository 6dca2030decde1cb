/* plimsoll registry: looks after a data folder; its commands are in registry_*.c */
#include "cli/command_rows.h"
#include "cli/registry_call.h"

static const struct option no_options[] = {{NULL}};

/* clang-format off */
static const struct command *const registry_commands[] = {
    &registry_list,
    &registry_settings,
    &registry_get,
    &registry_set,
    &registry_unset,
    &registry_quarantine,
    &registry_release,
    &registry_quarantined,
    &registry_recycled,
    &registry_restore,
    &registry_collect,
    &registry_audit,
    &registry_dead_letters,
    NULL,
};
/* clang-format on */

static const struct command_example group_examples[] = {
    {"plimsoll registry list", "what is in ./plimsoll-data, and how large it is"},
    {"plimsoll registry set pull-policy policy.json",
     "who may pull what is over the gate: docs/registry.md"},
    {"plimsoll registry recycled react-app-haproxy --data /srv/plimsoll",
     "what a lifecycle policy expired"},
    {"plimsoll registry audit --format json", "who changed what, and when"},
    {NULL, NULL},
};

const struct command command_registry = {
    .name = "registry",
    .summary = "settings, audit log, recycle bin of plimsoll serve's data folder",
    .prose = "Works on the data folder itself, whether a server runs on it or not; a running "
             "server follows within a second. What Amazon's API can set is set by the aws "
             "command line: `aws ecr … --endpoint-url`.",
    .options = no_options,
    .examples = group_examples,
    .commands = registry_commands,
};
