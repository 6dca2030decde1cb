#pragma once
/*
 * What every SARIF document of ours has alike, whatever it tells: the document around one run, the
 * driver, references of results to rules, fingerprints, notes. Sections of the OASIS standard
 * (2.1.0) are quoted as §.
 */
#include "base/hash.h"
#include "base/json.h"
#include "base/table.h"

/* The document, open in its only run; sarif_end closes both. */
void sarif_begin(struct json_writer *json, FILE *file);
void sarif_end(struct json_writer *json);

/* "tool": {"driver": {…, in which the rules are put. */
void sarif_begin_driver(struct json_writer *json);
void sarif_end_driver(struct json_writer *json);

/* `rules`: id → position + 1, in the order in which they are put. False: the budget is spent;
 *is_new: the rule is now to be put. */
bool sarif_rule_enter(struct table *rules, struct slice id, bool *is_new);
/* Of a rule: "error", "warning", "note" (§3.27.10). */
void sarif_put_default_level(struct json_writer *json, const char *level);
/* Of a result: ruleId, ruleIndex, level. */
void sarif_put_rule_of(struct json_writer *json, const struct table *rules, struct slice id,
                       const char *level);
/* By this pages follow an alert from one run to the next. */
void sarif_put_fingerprint(struct json_writer *json, const struct digest *digest);

/* "invocations": when it ran, and a notification a note. */
void sarif_begin_notes(struct json_writer *json, struct slice started);
void sarif_put_note(struct json_writer *json, bool unread, struct slice path, struct slice text,
                    struct arena *arena);
void sarif_end_notes(struct json_writer *json);
