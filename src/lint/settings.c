/* See settings.h: finding the files, merging them, and what they decide. */
#include "lint/settings.h"

#include <unistd.h>

#include "base/file.h"
#include "lint/rule_rows.h"
#include "lint/shellcheck.h"
#include "scan/glob.h"

bool lint_profile_parse(struct slice text, enum lint_profile *profile)
{
    static const struct {
        const char *name;
        enum lint_profile profile;
    } rows[] = {{"default", LINT_PROFILE_DEFAULT},
                {"hadolint", LINT_PROFILE_HADOLINT},
                {"buildkit", LINT_PROFILE_BUILDKIT},
                {"strict", LINT_PROFILE_STRICT}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (slice_equal_nocase(text, slice_str(rows[i].name))) {
            *profile = rows[i].profile;
            return true;
        }
    return false;
}

struct slice path_absolute(struct slice path, struct arena *arena)
{
    char folder[4096];
    bool relative = !slice_starts(path, SLICE("/"));
    if (relative && !getcwd(folder, sizeof folder))
        return path;
    struct slice rest = relative ? arena_printf(arena, "%s/%.*s", folder, SLICE_ARG(path)) : path;
    char *out = rest.at ? arena_alloc(arena, rest.len + 2) : NULL;
    size_t len = 0;
    if (!out)
        return (struct slice){NULL, 0};
    while (rest.len) {
        struct slice part = slice_cut(&rest, '/');
        if (slice_equal_str(part, ".."))
            while (len && out[--len] != '/')
                ;
        if (!part.len || slice_equal_str(part, ".") || slice_equal_str(part, ".."))
            continue;
        out[len++] = '/';
        memcpy(out + len, part.at, part.len);
        len += part.len;
    }
    if (!len)
        out[len++] = '/';
    return slice_of(out, len);
}

void settings_store_init(struct settings_store *store, const struct lint_options *options,
                         struct lint_report *report, struct arena *arena)
{
    *store = (struct settings_store){arena, options, report, .folders = {.arena = NULL}};
    table_init(&store->folders, arena);
    table_init(&store->own, arena);
}

/* "plimsoll.yaml" rather than its whole path, where it lies in the working folder or below. */
static struct slice path_for_people(struct slice path, struct arena *arena)
{
    struct slice here = path_absolute(SLICE("."), arena);
    if (here.len > 1 && slice_starts(path, here) && path.len > here.len && path.at[here.len] == '/')
        return slice_from(path, here.len + 1);
    return path;
}

/* A file that is not there is fine; one that is there and cannot be read is not. */
static bool read_if_there(struct settings_store *store, struct slice folder, const char *name,
                          bool hadolint, struct lint_settings *settings, struct error *err)
{
    struct slice bytes, path = arena_printf(store->arena, "%.*s/%s",
                                            SLICE_ARG(folder.len > 1 ? folder : SLICE("")), name);
    if (!path.at)
        return arena_error(err);
    if (access(path.at, F_OK) != 0)
        return true;
    return file_read(path.at, SETTINGS_SIZE_MAX, store->arena, &bytes, err) &&
           settings_read(store, bytes, path_for_people(path, store->arena), folder, hadolint,
                         settings, err);
}

/* Lists of the outer folder are not to grow by what an inner one adds: the next push copies. */
static void seal(struct lint_settings *settings)
{
    settings->rule_room = settings->rule_count;
    settings->registry_room = settings->check.trusted_registry_count;
    settings->label_room = settings->check.label_count;
}

static const struct lint_settings *standard_settings(void)
{
    static const struct lint_settings standard = {.profile = LINT_PROFILE_DEFAULT,
                                                  .fail_on = LINT_WARNING};
    return &standard;
}

static bool folder_settings(struct settings_store *store, struct slice folder, unsigned depth,
                            const struct lint_settings **found, struct error *err)
{
    enum { DEPTH_MAX = 200 };
    *found = table_get(&store->folders, folder);
    if (*found)
        return true;
    const struct lint_settings *outer = standard_settings();
    if (folder.len > 1 && depth < DEPTH_MAX) {
        size_t slash = slice_find_last(folder, '/');
        if (!folder_settings(store, slice_upto(folder, slash ? slash : 1), depth + 1, &outer, err))
            return false;
    }
    struct lint_settings *made = arena_new(store->arena, struct lint_settings);
    if (!made)
        return arena_error(err);
    *made = *outer;
    seal(made);
    if (!read_if_there(store, folder, ".hadolint.yaml", true, made, err) ||
        !read_if_there(store, folder, ".hadolint.yml", true, made, err) ||
        !read_if_there(store, folder, "plimsoll.yaml", false, made, err))
        return false;
    *found = made;
    return table_put(&store->folders, folder, made) || arena_error(err);
}

/* The one file of --config, whatever the folder. */
static bool given_settings(struct settings_store *store, const struct lint_settings **found,
                           struct error *err)
{
    struct slice bytes, path = slice_str(store->options->config);
    *found = table_get(&store->folders, SLICE(""));
    if (*found)
        return true;
    struct lint_settings *made = arena_new(store->arena, struct lint_settings);
    struct slice whole = path_absolute(path, store->arena);
    if (!made || !whole.at)
        return arena_error(err);
    *made = *standard_settings();
    if (!file_read(store->options->config, SETTINGS_SIZE_MAX, store->arena, &bytes, err) ||
        !settings_read(store, bytes, path, slice_upto(whole, slice_find_last(whole, '/')), false,
                       made, err))
        return false;
    *found = made;
    return table_put(&store->folders, SLICE(""), made) || arena_error(err);
}

static void apply_options(const struct lint_options *options, struct lint_settings *settings)
{
    if (options->profile)
        settings->profile = options->profile;
    if (options->headers_given)
        settings->headers = options->headers;
    if (options->target_version.len)
        settings->target_version = options->target_version;
    if (options->fail_on_given) {
        settings->fail_on = options->fail_on;
        settings->no_fail = options->fail_on == LINT_OFF;
    }
    settings->behind_tls |= options->behind_tls;
    settings->no_shellcheck |= options->without_shellcheck;
    settings->check.offline = options->offline;
}

bool settings_find(struct settings_store *store, struct slice path,
                   const struct lint_settings **settings, struct error *err)
{
    size_t slash = slice_find_last(path, '/');
    struct slice folder = slash < path.len ? slice_upto(path, slash ? slash : 1) : SLICE(".");
    *settings = table_get(&store->own, folder);
    if (*settings)
        return true;
    const struct lint_settings *found;
    struct slice whole = path_absolute(folder, store->arena);
    struct lint_settings *made = arena_new(store->arena, struct lint_settings);
    if (!whole.at || !made)
        return arena_error(err);
    if (!(store->options->config ? given_settings(store, &found, err)
                                 : folder_settings(store, whole, 0, &found, err)))
        return false;
    *made = *found;
    apply_options(store->options, made);
    *settings = made;
    return table_put(&store->own, arena_copy(store->arena, folder), made) || arena_error(err);
}

/* ---- what they decide ---- */

static bool is_listed(const struct slice *names, size_t count, const struct lint_rule *rule,
                      struct slice codes)
{
    for (size_t i = 0; i < count; i++)
        if (lint_rule_is(rule, codes, names[i]))
            return true;
    return false;
}

static bool has_shellcheck_code(const struct lint_options *options)
{
    for (size_t i = 0; i < options->only_count; i++)
        if (shellcheck_is_code(options->only[i]))
            return true;
    return false;
}

bool settings_enable(const struct lint_settings *settings, const struct lint_options *options,
                     const struct lint_rule *rule)
{
    if (options->only_count && !lint_rule_is_parsing(rule))
        return is_listed(options->only, options->only_count, rule, slice_str(rule->codes)) ||
               (rule == &shellcheck_rule && has_shellcheck_code(options));
    bool enabled = (rule->profiles & settings->profile) ||
                   settings->profile == LINT_PROFILE_STRICT || lint_rule_is_parsing(rule);
    if (!settings->rule_count) /* asked for each rule and each file */
        return enabled;
    struct slice codes = slice_str(rule->codes), id = slice_str(rule->id);
    for (size_t i = 0; i < settings->rule_count; i++) {
        const struct setting_rule *row = &settings->rules[i];
        if (row->ignore || row->path.len || !lint_rule_is(rule, codes, row->name))
            continue;
        if (row->severity != LINT_OFF)
            enabled = true;
        else if (slice_equal_nocase(row->name, id) || slice_equal_nocase(row->name, codes))
            enabled = false; /* one of several codes: settings_judge drops those findings */
    }
    return enabled;
}

static bool is_for_path(const struct setting_rule *row, struct slice absolute)
{
    if (!row->path.len)
        return true;
    struct slice rest = absolute;
    if (row->folder.len > 1 && slice_starts(absolute, row->folder))
        rest = slice_from(absolute, row->folder.len);
    while (slice_starts(rest, SLICE("/")))
        rest = slice_from(rest, 1);
    struct slice folder = row->path;
    while (slice_ends(folder, SLICE("/"))) /* "legacy/" is all below it */
        folder.len--;
    return glob_match(row->path, rest, '/') ||
           (slice_starts(rest, folder) && rest.len > folder.len && rest.at[folder.len] == '/');
}

bool settings_judge(const struct lint_settings *settings, const struct lint_options *options,
                    struct slice absolute, struct lint_finding *finding)
{
    /* --only DL3007: not what else the rule finds */
    if (options->only_count && !lint_rule_is_parsing(finding->rule) &&
        !is_listed(options->only, options->only_count, finding->rule, finding->codes))
        return false;
    for (size_t i = 0; i < settings->rule_count; i++) {
        const struct setting_rule *row = &settings->rules[i];
        if ((row->name.len && !lint_rule_is(finding->rule, finding->codes, row->name)) ||
            !is_for_path(row, absolute))
            continue;
        if (!row->ignore) {
            finding->severity = row->severity;
        } else if (!finding->suppressed) {
            finding->suppressed = true;
            finding->suppression = row->where;
            finding->reason = row->reason;
        }
    }
    if (!finding->suppressed &&
        is_listed(options->ignore, options->ignore_count, finding->rule, finding->codes)) {
        finding->suppressed = true;
        finding->suppression = SLICE("--ignore");
    }
    return finding->severity != LINT_OFF;
}
