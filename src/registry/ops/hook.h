#pragma once
/*
 * A webhook as its setting ("webhook/NAME" of an account or repository) has it:
 *   {"url": "https://ci.example/hook",      http or https
 *    "format": "cloudevents",               or "eventbridge": shaped as Amazon has ECR's events
 *    "actions": ["PutImage", "Delete*"],    of the journal; absent: every change
 *    "repositories": ["team/app*"],         absent: all
 *    "secret": "…",                         signs the body: X-Plimsoll-Signature: sha256=HMAC
 *    "attempts": 12, "wait": 1,             tries of one event; seconds before the second, then
 *                                           twice as long each time
 *    "disabled": true}
 * Pure; any thread.
 */
#include "registry/core/journal.h"

#define HOOK_SETTING "webhook/"

enum {
    HOOK_TEXT_MAX = 64 << 10,
    HOOK_LIST_MAX = 100,
    HOOK_ATTEMPTS_MAX = 100,
    HOOK_WAIT_MAX = 3600, /* seconds between two tries at most */
};

enum hook_format { HOOK_CLOUDEVENTS, HOOK_EVENTBRIDGE };

struct hook {
    struct slice url, secret;
    enum hook_format format;
    struct slice *actions, *repositories;
    size_t action_count, repository_count;
    unsigned attempts;
    double wait;
    bool disabled;
};

/* ERROR_FORMAT with what is wrong. Strings are copied. Fit for a setting's check. */
bool hook_parse(struct slice text, struct arena *arena, struct hook *hook, struct error *err);
bool hook_check(struct slice text, struct arena *arena, struct error *err);
/* Whether the hook wants this entry. Refused attempts are wanted by nobody: they are for the audit
   log alone. */
bool hook_wants(const struct hook *hook, const struct journal_entry *entry);
/* "*" stands for any characters, "/" too. */
bool hook_pattern_matches(struct slice pattern, struct slice text);
/* Seconds before try `number` (2, 3, …). */
double hook_wait(const struct hook *hook, unsigned number);
