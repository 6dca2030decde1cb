#pragma once
/* What --secrets found, as reports tell it. Texts of others are not escaped here. */
#include <stdio.h>

#include "report/table_parts.h"
#include "scan/result.h"

struct json_writer;

/* "srv/app/.env:3", "environment variable DB_PASSWORD", "history: RUN …"; `at` NULL: no memory. */
struct slice secret_place_text(const struct scan_secret *secret, struct arena *arena);
/* "file", "environment", "label", "command", "history". */
const char *secret_place_name(enum secret_place_kind in);
/* That it is deleted and yet there, or empty. */
struct slice secret_deleted_text(const struct scan_secret *secret);
/* Neither suppressed nor in the baseline. */
size_t secrets_counted(const struct scan_result *result);
/* The exception's words, in the place where findings have them. */
struct scan_finding secret_judgement(const struct scan_secret *secret);

void table_put_secrets(struct line *line, const struct scan_result *result, struct arena *arena);
void markdown_put_secrets(FILE *file, const struct scan_result *result, struct arena *arena);
