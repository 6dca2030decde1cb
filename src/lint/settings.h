#pragma once
/*
 * What holds for a file: `lint:` of every plimsoll.yaml and every .hadolint.yaml from the root
 * folder down to the file's own (the nearer one wins, lists add up), or of the one file that
 * --config names. What the command line and the environment say stands above all of it; the caller
 * puts that in by settings_store's `options`.
 *
 * Made once a folder and kept for the run.
 */
#include "base/table.h"
#include "base/yaml.h"
#include "lint/dockerfile/check.h"
#include "lint/lint.h"

/* One rule or code that configuration speaks of. */
struct setting_rule {
    struct slice name;
    bool ignore;                 /* suppress; else `severity` */
    enum lint_severity severity; /* LINT_OFF: the rule is not asked */
    struct slice reason, where;  /* "plimsoll.yaml:12" */
    struct slice path;           /* pattern of paths, from `folder` on; empty: all */
    struct slice folder;         /* absolute, of the configuration file */
};

struct lint_settings {
    enum lint_profile profile;
    enum header_profile headers;
    struct slice target_version;
    bool behind_tls;
    bool no_comments; /* disable-ignore-pragma */
    bool no_shellcheck;
    enum lint_severity fail_on;
    bool no_fail;
    struct check_settings check;
    size_t registry_room, label_room;
    struct setting_rule *rules; /* the nearest last */
    size_t rule_count, rule_room;
};

struct settings_store {
    struct arena *arena;
    const struct lint_options *options;
    struct lint_report *report; /* notes: unknown keys, unknown rules */
    struct table folders;       /* absolute folder → struct lint_settings */
    struct table own;           /* folder as written → struct lint_settings */
};

enum { SETTINGS_SIZE_MAX = 1 << 20 };

void settings_store_init(struct settings_store *store, const struct lint_options *options,
                         struct lint_report *report, struct arena *arena);
/* For a file by its path ("-": the working folder). ERROR_USAGE names file and line. */
bool settings_find(struct settings_store *store, struct slice path,
                   const struct lint_settings **settings, struct error *err);

/* Adds what one file says: either shape, told by its keys (`hadolint`: it is known to be that).
   `path` is for messages. */
bool settings_read(struct settings_store *store, struct slice bytes, struct slice path,
                   struct slice folder, bool hadolint, struct lint_settings *settings,
                   struct error *err);

/* Whether a rule is asked at all: by --only, profile, and severities that name it. */
bool settings_enable(const struct lint_settings *settings, const struct lint_options *options,
                     const struct lint_rule *rule);
/* Severity and suppression of a finding; false: it is dropped (its severity is off). `absolute` is
   the file's absolute path. */
bool settings_judge(const struct lint_settings *settings, const struct lint_options *options,
                    struct slice absolute, struct lint_finding *finding);
bool lint_profile_parse(struct slice text, enum lint_profile *profile);

/* The absolute path, "." and ".." taken out; `at` NULL when the budget is spent. */
struct slice path_absolute(struct slice path, struct arena *arena);
