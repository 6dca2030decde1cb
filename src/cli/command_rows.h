#pragma once
/* One line a command: `command_<name>` of cmd_<name>.c. Its place in help is its place in
   commands.c's table. */
#include "cli/command.h"

extern const struct command command_attach;
extern const struct command command_audit;
extern const struct command command_backup;
extern const struct command command_build;
extern const struct command command_cache;
extern const struct command command_check;
extern const struct command command_completion;
extern const struct command command_comply;
extern const struct command command_config;
extern const struct command command_copy;
extern const struct command command_db;
extern const struct command command_dockerfile;
extern const struct command command_doctor;
extern const struct command command_exceptions;
extern const struct command command_explain;
extern const struct command command_help;
extern const struct command command_internal;
extern const struct command command_lifecycle;
extern const struct command command_lint;
extern const struct command command_push;
extern const struct command command_registry;
extern const struct command command_remedy;
extern const struct command command_restore;
extern const struct command command_sbom;
extern const struct command command_scan;
extern const struct command command_serve;
extern const struct command command_ship;
extern const struct command command_size;
extern const struct command command_tag;
extern const struct command command_update;
extern const struct command command_user;
extern const struct command command_version;
