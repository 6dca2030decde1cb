/* plimsoll registry audit */
#include <inttypes.h>
#include <stdio.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/terminal.h"
#include "cli/registry_call.h"
#include "registry/core/journal.h"

enum { ENTRIES_AT_ONCE = 500 };

struct audit {
    struct slice repository; /* empty: all */
    int64_t since;
    uint64_t after;
    bool json;
};

static const struct option audit_options[] = {
    {.name = "repository",
     .letter = 'r',
     .type = OPTION_STRING,
     .argument = "NAME",
     .prose = "Only what happened to this repository."},
    {.name = "since",
     .type = OPTION_STRING,
     .argument = "TIME",
     .prose = "Only from then on: 2026-11-23 or 2026-11-23T10:00:00Z."},
    {.name = "after",
     .type = OPTION_INT,
     .argument = "N",
     .standard = "0",
     .prose = "Only entries behind this sequence number: to go on with an export."},
    {.name = "format",
     .type = OPTION_CHOICE,
     .argument = "FORMAT",
     .standard = "table",
     .choices = "table json",
     .prose = "table, for people; json, one object a line."},
    REGISTRY_CALL_OPTIONS,
    {NULL},
};

static void put_json(const struct journal_entry *entry, struct arena *arena)
{
    struct json_writer json;
    json_writer_init(&json, stdout, 0);
    json_begin_object(&json);
    json_field(&json, "schema", SLICE("plimsoll/audit/1"));
    json_field_int(&json, "sequence", (int64_t)entry->sequence);
    json_field(&json, "time", clock_format((int64_t)entry->when, arena));
    json_field(&json, "action", entry->action);
    json_field_text(&json, "account", entry->account);
    json_field_text(&json, "region", entry->region);
    json_field_text(&json, "repository", entry->repository);
    json_field_text(&json, "digest", entry->digest);
    json_field_text(&json, "tag", entry->tag);
    json_field_text(&json, "who", entry->who);
    json_field_text(&json, "arn", entry->arn);
    json_field_text(&json, "address", entry->address);
    json_field_text(&json, "request", entry->request);
    json_field_text(&json, "why", entry->why);
    json_field_text(&json, "detail", entry->detail);
    if (entry->failed)
        json_field_bool(&json, "refused", true);
    json_end_object(&json);
    putchar('\n');
}

static void put_word(struct slice word)
{
    if (!word.len)
        return;
    fputs("  ", stdout);
    terminal_put(stdout, word);
}

static void put_line(const struct journal_entry *entry, struct arena *arena)
{
    enum { ACTION = sizeof "CompleteLayerUpload" - 1 };
    terminal_put(stdout, clock_format((int64_t)entry->when, arena));
    terminal_style(stdout, entry->failed ? STYLE_RED : STYLE_BOLD);
    put_word(entry->action);
    terminal_style(stdout, STYLE_PLAIN);
    if (terminal_columns(entry->action) <
        ACTION) /* most are: repositories stand below each other */
        printf("%*s", (int)(ACTION - terminal_columns(entry->action)), "");
    put_word(entry->repository);
    put_word(entry->tag);
    put_word(slice_upto(entry->digest, sizeof "sha256:" - 1 + 12));
    if (entry->who.len) {
        fputs("  by ", stdout);
        terminal_put(stdout, slice_trim(entry->who));
    }
    put_word(entry->why);
    if (entry->failed)
        fputs("  (refused)", stdout);
    putchar('\n');
}

static bool is_wanted(const struct audit *audit, const struct scope *scope,
                      const struct journal_entry *entry)
{
    return entry->when >= (double)audit->since &&
           (!entry->account.len || slice_equal(entry->account, scope->account)) &&
           (!audit->repository.len || slice_equal(entry->repository, audit->repository));
}

static bool show_all(const struct audit *audit, struct registry_call *registry, struct error *err)
{
    uint64_t sequence = audit->after;
    size_t count;
    do {
        struct arena arena CLEANUP_ARENA;
        struct journal_entry *entries;
        arena_init(&arena, (size_t)64 << 20);
        if (!journal_read(&registry->folder.registry, sequence, ENTRIES_AT_ONCE, &arena, &entries,
                          &count, err))
            return false;
        for (size_t i = 0; i < count; i++) {
            sequence = entries[i].sequence;
            if (is_wanted(audit, &registry->scope, &entries[i]))
                (audit->json ? put_json : put_line)(&entries[i], &arena);
        }
    } while (count > 0);
    return true;
}

static bool run(struct invocation *call, struct error *err)
{
    struct registry_call CLEANUP_REGISTRY_CALL registry = {.folder.lock = -1};
    const char *since = option_text(call, "since");
    struct audit audit = {.repository = slice_str(option_text(call, "repository")),
                          .json = slice_equal_str(SLICE("json"), option_text(call, "format"))};
    audit.after = (uint64_t)option_number(call, "after");
    if (since && !clock_parse(slice_str(since), &audit.since))
        return error_set(err, ERROR_USAGE, "--since %s: a date, as 2026-11-23", since);
    return registry_call_look(&registry, call, NULL, err) && show_all(&audit, &registry, err);
}

static const struct command_example examples[] = {
    {"plimsoll registry audit --repository react-app-haproxy --since 2026-11-01", ""},
    {"plimsoll registry audit --format json | jq -r 'select(.action == \"ExpireImage\") | .digest'",
     "what lifecycle policies took away"},
    {"plimsoll registry audit --format json --after 41230 >> audit.jsonl",
     "what came since the last export; .sequence of its last line"},
    {NULL, NULL},
};

const struct command registry_audit = {
    .name = "audit",
    .summary = "every change, with who made it, when and why",
    .options = audit_options,
    .examples = examples,
    .run = run,
};
