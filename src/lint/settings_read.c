/* One configuration file, of either shape, into settings. */
#include "lint/rule_rows.h"
#include "lint/settings.h"

struct reading {
    struct settings_store *store;
    struct lint_settings *settings;
    struct slice path, folder;
    struct error *err;
};

static bool bad(const struct reading *reading, const struct yaml_node *node, const char *key,
                const char *wanted)
{
    return error_set(reading->err, ERROR_USAGE, "%.*s line %u: %s: %s", SLICE_ARG(reading->path),
                     node->line, key, wanted);
}

static struct slice text_of(const struct yaml_node *node)
{
    return node->kind == YAML_TEXT && !yaml_is_null(node) ? node->text : (struct slice){NULL, 0};
}

/* ---- rules ---- */

static bool add_rule(const struct reading *reading, const struct yaml_node *node,
                     struct setting_rule rule)
{
    struct lint_settings *settings = reading->settings;
    struct arena *arena = reading->store->arena;
    rule.where = arena_printf(arena, "%.*s:%u", SLICE_ARG(reading->path), node->line);
    rule.folder = reading->folder;
    lint_rule_check(reading->store->report, reading->path, node->line, rule.name);
    return (rule.where.at &&
            ARENA_PUSH(arena, settings->rules, settings->rule_count, settings->rule_room, rule)) ||
           arena_error(reading->err);
}

/* A name, or {rule: …, path: …, reason: …}. */
static bool read_ignore_item(const struct reading *reading, const struct yaml_node *node)
{
    struct setting_rule rule = {.ignore = true, .name = text_of(node)};
    if (node->kind == YAML_MAP) {
        rule.name = yaml_text(node, "rule");
        rule.path = yaml_text(node, "path");
        rule.reason = yaml_text(node, "reason");
        for (size_t i = 0; i < node->count; i++)
            if (!slice_equal_str(node->pairs[i].key, "rule") &&
                !slice_equal_str(node->pairs[i].key, "path") &&
                !slice_equal_str(node->pairs[i].key, "reason"))
                return error_set(reading->err, ERROR_USAGE,
                                 "%.*s line %u: ignore: %.*s is none of rule, path, reason",
                                 SLICE_ARG(reading->path), node->pairs[i].line,
                                 SLICE_ARG(slice_upto(node->pairs[i].key, 60)));
    }
    if (!rule.name.len && !rule.path.len)
        return bad(reading, node, "ignore", "a rule, or {rule: …, path: …, reason: …}, is wanted");
    return add_rule(reading, node, rule);
}

static bool each_item(const struct reading *reading, const struct yaml_node *node, const char *key,
                      bool (*take)(const struct reading *reading, const struct yaml_node *item))
{
    if (yaml_is_null(node))
        return true;
    if (node->kind == YAML_MAP)
        return bad(reading, node, key, "a list is wanted");
    if (node->kind == YAML_TEXT)
        return take(reading, node);
    for (size_t i = 0; i < node->count; i++)
        if (!take(reading, node->items[i]))
            return false;
    return true;
}

static bool read_ignore(const struct reading *reading, const struct yaml_node *node)
{
    return each_item(reading, node, "ignore", read_ignore_item);
}

/* severity: {rule: error} */
static bool read_severity(const struct reading *reading, const struct yaml_node *node)
{
    if (node->kind != YAML_MAP)
        return yaml_is_null(node) || bad(reading, node, "severity", "{rule: severity} is wanted");
    for (size_t i = 0; i < node->count; i++) {
        struct setting_rule rule = {.name = node->pairs[i].key};
        if (!lint_severity_parse(text_of(node->pairs[i].value), &rule.severity))
            return bad(reading, node->pairs[i].value, "severity",
                       "one of off, style, info, warning, error is wanted");
        if (!add_rule(reading, node->pairs[i].value, rule))
            return false;
    }
    return true;
}

/* override: {error: [DL3001]} of .hadolint.yaml */
static bool read_override(const struct reading *reading, const struct yaml_node *node)
{
    if (node->kind != YAML_MAP)
        return yaml_is_null(node) ||
               bad(reading, node, "override", "{severity: [rules]} is wanted");
    for (size_t i = 0; i < node->count; i++) {
        const struct yaml_node *list = node->pairs[i].value;
        struct setting_rule rule = {.ignore = false};
        if (!lint_severity_parse(node->pairs[i].key, &rule.severity))
            return bad(reading, list, "override", "error, warning, info, style are its keys");
        if (list->kind != YAML_LIST && !yaml_is_null(list))
            return bad(reading, list, "override", "a list of rules is wanted");
        for (size_t j = 0; list->kind == YAML_LIST && j < list->count; j++) {
            rule.name = text_of(list->items[j]);
            if (!rule.name.len)
                return bad(reading, list->items[j], "override", "a rule's name is wanted");
            if (!add_rule(reading, list->items[j], rule))
                return false;
        }
    }
    return true;
}

/* ---- single values ---- */

static bool take_registry(const struct reading *reading, const struct yaml_node *node)
{
    struct lint_settings *settings = reading->settings;
    struct check_settings *check = &settings->check;
    struct slice name = text_of(node);
    if (!name.len)
        return bad(reading, node, "trusted-registries", "names of registries are wanted");
    return ARENA_PUSH(reading->store->arena, check->trusted_registries,
                      check->trusted_registry_count, settings->registry_room, name) ||
           arena_error(reading->err);
}

static bool read_registries(const struct reading *reading, const struct yaml_node *node)
{
    return each_item(reading, node, "trusted-registries", take_registry);
}

static bool read_labels(const struct reading *reading, const struct yaml_node *node)
{
    struct lint_settings *settings = reading->settings;
    struct check_settings *check = &settings->check;
    if (node->kind != YAML_MAP)
        return yaml_is_null(node) || bad(reading, node, "label-schema", "{label: kind} is wanted");
    for (size_t i = 0; i < node->count; i++) {
        struct label_kind label = {node->pairs[i].key, text_of(node->pairs[i].value)};
        static const char kinds[] = "text url rfc3339 spdx hash semver email rawText";
        if (!label.kind.len || !lint_has_word(slice_str(kinds), label.kind))
            return bad(reading, node->pairs[i].value, "label-schema",
                       "one of text, url, rfc3339, spdx, hash, semver, email is wanted");
        if (slice_equal_str(label.kind, "rawText"))
            label.kind = SLICE("text");
        if (!ARENA_PUSH(reading->store->arena, check->labels, check->label_count,
                        settings->label_room, label))
            return arena_error(reading->err);
    }
    return true;
}

static bool read_flag(const struct reading *reading, const struct yaml_node *node, const char *key,
                      bool *on)
{
    return yaml_bool(node, on) || bad(reading, node, key, "yes or no is wanted");
}

static bool read_strict_labels(const struct reading *reading, const struct yaml_node *node)
{
    return read_flag(reading, node, "strict-labels", &reading->settings->check.strict_labels);
}

static bool read_behind_tls(const struct reading *reading, const struct yaml_node *node)
{
    return read_flag(reading, node, "behind-tls", &reading->settings->behind_tls);
}

static bool read_no_comments(const struct reading *reading, const struct yaml_node *node)
{
    return read_flag(reading, node, "disable-ignore-pragma", &reading->settings->no_comments);
}

static bool read_no_shellcheck(const struct reading *reading, const struct yaml_node *node)
{
    return read_flag(reading, node, "no-shellcheck", &reading->settings->no_shellcheck);
}

static bool read_no_fail(const struct reading *reading, const struct yaml_node *node)
{
    return read_flag(reading, node, "no-fail", &reading->settings->no_fail);
}

static bool read_fail_on(const struct reading *reading, const struct yaml_node *node)
{
    struct lint_settings *settings = reading->settings;
    if (!lint_severity_parse(text_of(node), &settings->fail_on))
        return bad(reading, node, "fail-on", "one of none, style, info, warning, error is wanted");
    settings->no_fail = settings->fail_on == LINT_OFF;
    return true;
}

static bool read_profile(const struct reading *reading, const struct yaml_node *node)
{
    return lint_profile_parse(text_of(node), &reading->settings->profile) ||
           bad(reading, node, "profile", "one of default, hadolint, buildkit, strict is wanted");
}

static bool read_headers(const struct reading *reading, const struct yaml_node *node)
{
    struct slice name = text_of(node);
    bool classic = slice_equal_str(name, "classic");
    if (!classic && !slice_equal_str(name, "owasp"))
        return bad(reading, node, "headers", "one of owasp, classic is wanted");
    reading->settings->headers = classic ? HEADERS_CLASSIC : HEADERS_OWASP;
    return true;
}

static bool read_target_version(const struct reading *reading, const struct yaml_node *node)
{
    reading->settings->target_version = text_of(node);
    return true;
}

/* ---- keys ---- */

struct key {
    const char *name;
    bool (*read)(const struct reading *reading, const struct yaml_node *node); /* NULL: not ours */
};

/* Those without a function are options of the command, which reads them itself (cmd_lint.c). */
static const struct key plimsoll_keys[] = {
    {"profile", read_profile},
    {"ignore", read_ignore},
    {"severity", read_severity},
    {"trusted-registries", read_registries},
    {"label-schema", read_labels},
    {"strict-labels", read_strict_labels},
    {"fail-on", read_fail_on},
    {"headers", read_headers},
    {"behind-tls", read_behind_tls},
    {"target-version", read_target_version},
    {"disable-ignore-comments", read_no_comments},
    {"no-shellcheck", read_no_shellcheck},
    {"format", NULL},
    {"strict", NULL},
    {"offline", NULL},
    {"only", NULL},
    {"no-context", NULL},
    {NULL, NULL},
};

static const struct key hadolint_keys[] = {
    {"failure-threshold", read_fail_on},
    {"ignored", read_ignore},
    {"override", read_override},
    {"trustedRegistries", read_registries},
    {"label-schema", read_labels},
    {"strict-labels", read_strict_labels},
    {"disable-ignore-pragma", read_no_comments},
    {"no-fail", read_no_fail},
    {"format", NULL},
    {"no-color", NULL},
    {"verbose", NULL},
    {NULL, NULL},
};

static const struct key *find_key(const struct key *keys, struct slice name)
{
    for (; keys->name; keys++)
        if (slice_equal_str(name, keys->name))
            return keys;
    return NULL;
}

static bool read_keys(const struct reading *reading, const struct yaml_node *node,
                      const struct key *keys)
{
    for (size_t i = 0; i < node->count; i++) {
        const struct yaml_pair *pair = &node->pairs[i];
        const struct key *key = find_key(keys, pair->key);
        if (!key)
            lint_note(reading->store->report, reading->path, "line %u: unknown key %.*s",
                      pair->line, SLICE_ARG(slice_upto(pair->key, 80)));
        else if (key->read && !key->read(reading, pair->value))
            return false;
    }
    return true;
}

/* A file that --config names may be of either shape. */
static bool looks_like_hadolint(const struct yaml_node *node)
{
    for (size_t i = 0; i < node->count; i++)
        if (find_key(hadolint_keys, node->pairs[i].key) &&
            !slice_equal_str(node->pairs[i].key, "verbose"))
            return !yaml_get(node, "lint");
    return false;
}

bool settings_read(struct settings_store *store, struct slice bytes, struct slice path,
                   struct slice folder, bool hadolint, struct lint_settings *settings,
                   struct error *err)
{
    struct yaml_node *tree;
    if (!yaml_read(bytes, store->arena, &tree, err)) {
        if (err->kind != ERROR_LIMIT)
            err->kind = ERROR_USAGE;
        return error_add(err, "%.*s", SLICE_ARG(path));
    }
    struct reading reading = {store, settings, path, folder, err};
    if (yaml_is_null(tree))
        return true;
    if (tree->kind != YAML_MAP)
        return bad(&reading, tree, "configuration", "keys and values are wanted");
    if (hadolint || looks_like_hadolint(tree))
        return read_keys(&reading, tree, hadolint_keys);
    const struct yaml_node *lint = yaml_get(tree, "lint");
    if (!lint || yaml_is_null(lint))
        return true;
    if (lint->kind != YAML_MAP)
        return bad(&reading, lint, "lint", "keys and values are wanted");
    return read_keys(&reading, lint, plimsoll_keys);
}
