#pragma once
/* What `plimsoll backup` and `plimsoll restore` share: the same copy, one way and the other. */
#include "cli/command.h"

enum backup_call_kind { BACKUP_CALL_BACKUP, BACKUP_CALL_RESTORE };

bool backup_call(struct invocation *call, const char *from, const char *to,
                 enum backup_call_kind kind, struct error *err);
