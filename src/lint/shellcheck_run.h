#pragma once
/* Inside of the ShellCheck batch: what shellcheck.c collects and shellcheck_run.c asks about. */
#include "base/table.h"
#include "lint/shellcheck.h"

enum { SHELLCHECK_SCRIPTS_MAX = 200, SHELLCHECK_SCRIPT_MAX = 64 * 1024 };

/* One of the places that a script stands at. */
struct shellcheck_target {
    const struct lint_file *file;
    struct dockerfile_piece *pieces; /* bytes of the script from `text` on stand at `file` on */
    size_t piece_count, piece_room;
    struct shellcheck_target *next;
};

struct shellcheck_script {
    struct slice text;
    size_t index;
    struct shellcheck_target *targets;
};

struct shellcheck {
    struct arena *arena;
    struct table known; /* text → script */
    struct shellcheck_script **scripts;
    size_t count, room;
    unsigned seconds; /* a call may take */
    size_t left_out;  /* bodies over the limits */
};

struct shellcheck_comment {
    size_t script;
    unsigned line, column, end_line, end_column, code;
    enum lint_severity severity;
    struct slice message;
};

void shellcheck_tell(const struct shellcheck_script *script, const struct shellcheck_comment *said,
                     struct lint_report *report);
void shellcheck_free(char *text);
/* What shellcheck -f json1 says; scripts are named by their numbers. For its tests. */
bool shellcheck_read(const struct shellcheck *check, struct slice output,
                     struct lint_report *report, struct error *err);
