/*
 * Trivy's ignore files. Plain: an id a line, perhaps "exp:2026-01-31" behind it; "#" begins a
 * comment, and those above an id are taken for its reason. YAML: lists of maps by kind of finding,
 * with id, paths, purls, statement, expired_at.
 */
#include "base/clock.h"
#include "base/yaml.h"
#include "catalog/cyclonedx.h"
#include "scan/exceptions_import.h"

/* Trivy's other kinds of findings have ids of their own; only vulnerabilities are ours. */
static bool id_is_vulnerability(struct slice id)
{
    static const char *const prefixes[] = {"CVE-", "GHSA-", "DSA-",  "DLA-", "RUSTSEC-", "GO-",
                                           "ALAS", "RHSA-", "TEMP-", "USN-", "PYSEC-",   "OSV-"};
    for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++)
        if (slice_starts(id, slice_str(prefixes[i])))
            return true;
    return false;
}

static struct slice trivy_date(struct slice text)
{
    int64_t day;
    return clock_parse(text, &day) ? slice_upto(text, 10) : (struct slice){NULL, 0};
}

static bool trivyignore_line(struct slice line, struct slice comment, const char *path,
                             unsigned number, struct arena *arena, struct imported *imported)
{
    size_t hash = slice_find(line, '#');
    struct slice behind = slice_trim(slice_from(line, hash + 1));
    struct slice words = slice_trim(slice_upto(line, hash));
    struct slice id = slice_cut(&words, ' ');
    struct exception exception = {.id = id, .reason = behind.len ? behind : comment};
    while (words.len) {
        struct slice word = slice_trim(slice_cut(&words, ' '));
        if (!word.len)
            continue;
        if (slice_starts(word, SLICE("exp:")))
            exception.expires = trivy_date(slice_from(word, 4));
        if (!exception.expires.len)
            return imported_note(imported, arena, path, number, "not understood, left out: %.*s",
                                 SLICE_ARG(slice_upto(word, 100)));
    }
    if (!id_is_vulnerability(id))
        return imported_note(imported, arena, path, number,
                             "%.*s is not the id of a vulnerability, left out",
                             SLICE_ARG(slice_upto(id, 100)));
    return imported_add(imported, arena, &exception, path, number);
}

bool trivyignore_import(struct slice bytes, const char *path, struct arena *arena,
                        struct imported *imported, struct error *err)
{
    struct slice comment = {NULL, 0};
    unsigned number = 0;
    while (bytes.len) {
        struct slice line = slice_trim(slice_cut_line(&bytes));
        number++;
        if (line.len && line.at[0] == '#') {
            comment = slice_trim(slice_from(line, 1));
            continue;
        }
        if (line.len && !trivyignore_line(line, comment, path, number, arena, imported))
            return arena_error(err);
        if (!line.len) /* a comment stands for all ids up to the next empty line */
            comment = (struct slice){NULL, 0};
    }
    return true;
}

/* One exception for each of `items` (paths or purls), or one where there are none. */
static bool trivy_spread(const struct yaml_node *items, struct slice *field,
                         struct exception *exception, const char *path, unsigned line,
                         struct arena *arena, struct imported *imported)
{
    if (!items || !items->count)
        return imported_add(imported, arena, exception, path, line);
    for (size_t i = 0; i < items->count; i++) {
        *field = items->items[i]->text;
        struct package package;
        struct distribution distribution;
        struct error err;
        if (field == &exception->package) {
            if (!package_from_purl(*field, arena, &package, &distribution, &err)) {
                if (!imported_note(imported, arena, path, line, "%s, left out", err.text))
                    return false;
                continue;
            }
            *field = package.name;
        }
        if (!imported_add(imported, arena, exception, path, line))
            return false;
    }
    return true;
}

static bool trivy_entry(const struct yaml_node *entry, const char *path, struct arena *arena,
                        struct imported *imported)
{
    struct exception exception = {.id = yaml_text(entry, "id"),
                                  .reason = yaml_text(entry, "statement"),
                                  .expires = trivy_date(yaml_text(entry, "expired_at"))};
    const struct yaml_node *paths = yaml_get(entry, "paths"), *purls = yaml_get(entry, "purls");
    if (!exception.id.len || (yaml_get(entry, "expired_at") && !exception.expires.len))
        return imported_note(imported, arena, path, entry->line, "no id or no date, left out");
    if (paths && purls)
        return imported_note(imported, arena, path, entry->line,
                             "paths and purls at once, left out");
    return paths ? trivy_spread(paths, &exception.path, &exception, path, entry->line, arena,
                                imported)
                 : trivy_spread(purls, &exception.package, &exception, path, entry->line, arena,
                                imported);
}

bool trivyignore_yaml_import(struct slice bytes, const char *path, struct arena *arena,
                             struct imported *imported, struct error *err)
{
    struct yaml_node *node;
    if (!yaml_read(bytes, arena, &node, err))
        return error_add(err, "%s", path);
    for (size_t i = 0; i < node->count; i++) {
        const struct yaml_node *list = node->pairs[i].value;
        bool ours = slice_equal_str(node->pairs[i].key, "vulnerabilities");
        if (!ours && list->count &&
            !imported_note(imported, arena, path, node->pairs[i].line,
                           "%.*s are no vulnerabilities, left out",
                           SLICE_ARG(slice_upto(node->pairs[i].key, 60))))
            return arena_error(err);
        for (size_t e = 0; ours && list->kind == YAML_LIST && e < list->count; e++)
            if (!trivy_entry(list->items[e], path, arena, imported))
                return arena_error(err);
    }
    return true;
}
