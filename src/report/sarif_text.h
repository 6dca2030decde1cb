#pragma once
/* Texts of SARIF, for both reports of it (sarif.c, lint_sarif.c): messages, Markdown, URIs. */
#include "base/json.h"

/* `at` NULL when the budget is spent. */
struct slice sarif_plain(struct slice text, struct arena *arena);
struct slice sarif_markdown(struct slice text, struct arena *arena);
struct slice sarif_uri(struct slice path, struct arena *arena);
/* Whether it can stand as helpUri. */
bool sarif_is_web(struct slice url);
/* "name": {"text": …} */
void sarif_put_text(struct json_writer *json, const char *name, struct slice text);
