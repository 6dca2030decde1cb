#pragma once
/* `plimsoll audit`: its words made into what src/ship/audit takes. */
#include "cli/command.h"
#include "project/project.h"
#include "ship/audit/run.h"
#include "ship/audit/write.h"

/* What makes the command end with 1. */
struct audit_gate {
    bool severities[AUDIT_SEVERITIES]; /* that one or worse: all of them are set */
    bool overdue, is_new, rebuild, exceptions, kev;
};

struct audit_call {
    struct audit_options options;
    struct audit_gate gate;
    struct audit_write_options write;
    int64_t deadlines[AUDIT_SEVERITIES];
    int64_t since;       /* AUDIT_NEVER: the last audit */
    const char *history; /* NULL: none */
    struct project project;
    struct exceptions exceptions;
};

/* ERROR_USAGE for all that cannot be taken; nothing is asked yet. */
bool audit_call_read(struct invocation *call, struct audit_call *audit, struct error *err);
/* How many things of the audit the gate speaks of. */
size_t audit_gate_count(const struct audit_gate *gate, const struct audit *audit);
