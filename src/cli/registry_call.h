#pragma once
/* What the commands of `plimsoll registry` share: a data folder, an account, a repository. */
#include "cli/command.h"
#include "registry/data_folder.h"

#define REGISTRY_CALL_OPTIONS                                                                      \
    {.name = "data",                                                                               \
     .type = OPTION_STRING,                                                                        \
     .argument = "DIR",                                                                            \
     .standard = "plimsoll-data",                                                                  \
     .variable = "PLIMSOLL_DATA",                                                                  \
     .key = "serve.data",                                                                          \
     .prose = "Data folder of plimsoll serve, which may be running."},                             \
        {.name = "account",                                                                        \
         .type = OPTION_STRING,                                                                    \
         .argument = "ID",                                                                         \
         .standard = "123456789012",                                                               \
         .variable = "PLIMSOLL_ACCOUNT",                                                           \
         .key = "serve.account",                                                                   \
         .prose = "Account."},                                                                     \
    {                                                                                              \
        .name = "region", .type = OPTION_STRING, .argument = "REGION", .standard = "us-east-1",    \
        .variable = "PLIMSOLL_REGION", .key = "serve.region", .prose = "Region."                   \
    }

struct registry_call {
    struct data_folder folder;
    struct scope scope; /* repository empty unless one was named */
    struct caller who;  /* the person at the terminal, as the audit log will name them */
};

/* `repository` may be NULL or empty: the account as a whole. Must be closed in any case. */
bool registry_call_open(struct registry_call *registry, struct invocation *call,
                        const char *repository, struct error *err);
/* For commands that only read: works without the permission to write there, too. */
bool registry_call_look(struct registry_call *registry, struct invocation *call,
                        const char *repository, struct error *err);
void registry_call_close(struct registry_call *registry);
#define CLEANUP_REGISTRY_CALL __attribute__((cleanup(registry_call_close)))

/* What a failure of the registry is to somebody at a terminal. Returns false. */
bool registry_call_error(const struct failure *failure, struct error *err);

/* registry_settings.c, registry_images.c, registry_audit.c, registry_dead.c */
extern const struct command registry_set, registry_get, registry_unset, registry_settings;
extern const struct command registry_list, registry_quarantine, registry_release,
    registry_quarantined, registry_recycled, registry_restore, registry_collect;
extern const struct command registry_audit, registry_dead_letters;
