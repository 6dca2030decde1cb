/*
 * Grype's configuration: a list `ignore` of rules, each the conjunction of what it names:
 * vulnerability, reason, package.{name, version, language, type, location, upstream-name},
 * fix-state, namespace, vex-status, include-aliases. Ours has no version, state or namespace.
 */
#include "base/yaml.h"
#include "scan/exceptions_import.h"

static bool key_is_known(struct slice key, const char *const *known)
{
    for (; *known; known++)
        if (slice_equal_str(key, *known))
            return true;
    return false;
}

/* The first key that says something which we cannot, or empty. */
static struct slice grype_foreign_key(const struct yaml_node *rule)
{
    static const char *const known[] = {"vulnerability", "reason", "package", "include-aliases",
                                        NULL};
    static const char *const known_package[] = {"name", "location", "upstream-name", NULL};
    for (size_t i = 0; i < rule->count; i++)
        if (rule->kind == YAML_MAP && !key_is_known(rule->pairs[i].key, known))
            return rule->pairs[i].key;
    const struct yaml_node *package = yaml_get(rule, "package");
    for (size_t i = 0; package && package->kind == YAML_MAP && i < package->count; i++)
        if (!key_is_known(package->pairs[i].key, known_package))
            return package->pairs[i].key;
    return (struct slice){NULL, 0};
}

static bool grype_rule(const struct yaml_node *rule, const char *path, struct arena *arena,
                       struct imported *imported)
{
    const struct yaml_node *package = yaml_get(rule, "package");
    struct slice foreign = grype_foreign_key(rule);
    struct exception exception = {.id = yaml_text(rule, "vulnerability"),
                                  .reason = yaml_text(rule, "reason"),
                                  .package = yaml_text(package, "name"),
                                  .path = yaml_text(package, "location")};
    if (!exception.package.len)
        exception.package = yaml_text(package, "upstream-name");
    if (foreign.len)
        return imported_note(imported, arena, path, rule->line,
                             "a rule with %.*s has no equal here, left out",
                             SLICE_ARG(slice_upto(foreign, 60)));
    if (!exception.id.len && !exception.package.len)
        return imported_note(imported, arena, path, rule->line,
                             "a rule without vulnerability and package, left out");
    if (!exception.id.len)
        exception.id = SLICE("*");
    return imported_add(imported, arena, &exception, path, rule->line);
}

bool grype_import(struct slice bytes, const char *path, struct arena *arena,
                  struct imported *imported, struct error *err)
{
    struct yaml_node *node;
    if (!yaml_read(bytes, arena, &node, err))
        return error_add(err, "%s", path);
    const struct yaml_node *rules = yaml_get(node, "ignore");
    for (size_t i = 0; rules && rules->kind == YAML_LIST && i < rules->count; i++)
        if (!grype_rule(rules->items[i], path, arena, imported))
            return arena_error(err);
    return true;
}
