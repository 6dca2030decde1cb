/* See exceptions_import.h: telling forms apart, and what the importers share. */
#include "scan/exceptions_import.h"

#include <stdarg.h>

#include "base/ascii.h"
#include "base/yaml.h"

bool imported_add(struct imported *imported, struct arena *arena, struct exception *exception,
                  const char *path, unsigned line)
{
    exception->location =
        line ? arena_printf(arena, "%s:%u", path, line) : arena_copy(arena, slice_str(path));
    if (!slice_trim(exception->reason).len)
        exception->reason = arena_printf(arena, "imported from %s, which gives no reason", path);
    struct exceptions *list = &imported->exceptions;
    return exception->location.at && exception->reason.at &&
           ARENA_PUSH(arena, list->items, list->count, list->room, *exception);
}

bool imported_note(struct imported *imported, struct arena *arena, const char *path, unsigned line,
                   const char *format, ...)
{
    char text[400];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    struct note note = {line ? arena_printf(arena, "%s:%u", path, line)
                             : arena_copy(arena, slice_str(path)),
                        arena_copy(arena, slice_str(text))};
    return note.path.at && note.text.at &&
           ARENA_PUSH(arena, imported->notes, imported->note_count, imported->note_room, note);
}

static bool yaml_has_any(const struct yaml_node *node, const char *const *keys)
{
    for (; *keys; keys++)
        if (yaml_get(node, *keys))
            return true;
    return false;
}

bool exceptions_import(struct slice bytes, const char *path, struct arena *arena,
                       struct imported *imported, struct error *err)
{
    static const char *const trivy[] = {"vulnerabilities", "misconfigurations", "secrets",
                                        "licenses", NULL};
    struct slice start = slice_trim(bytes);
    struct yaml_node *node;
    struct error not_yaml;
    *imported = (struct imported){{NULL}};
    imported->exceptions.file = path;
    if (start.len && start.at[0] == '{')
        return openvex_import(bytes, path, arena, imported, err);
    if (yaml_read(bytes, arena, &node, &not_yaml) && node->kind == YAML_MAP && node->count) {
        if (yaml_has_any(node, trivy))
            return trivyignore_yaml_import(bytes, path, arena, imported, err);
        if (yaml_get(node, "ignore"))
            return grype_import(bytes, path, arena, imported, err);
        return error_set(err, ERROR_UNSUPPORTED,
                         "%s is neither .trivyignore, .grype.yaml nor OpenVEX", path);
    }
    return trivyignore_import(bytes, path, arena, imported, err);
}

/* A YAML text in double quotes; only what must be is escaped. */
static void yaml_put(FILE *file, struct slice text)
{
    fputc('"', file);
    for (size_t i = 0; i < text.len; i++) {
        char c = text.at[i];
        if (c == '"' || c == '\\')
            fprintf(file, "\\%c", c);
        else if ((unsigned char)c < 0x20 || c == 0x7f)
            fprintf(file, "\\x%02x", (unsigned char)c);
        else
            fputc(c, file);
    }
    fputc('"', file);
}

static bool yaml_is_plain(struct slice text)
{
    if (!text.len || !ascii_alpha(text.at[0]))
        return false;
    for (size_t i = 0; i < text.len; i++)
        if (!ascii_alnum(text.at[i]) && text.at[i] != '-' && text.at[i] != '.' &&
            text.at[i] != '_' && text.at[i] != '/')
            return false;
    /* Words that YAML 1.1 takes for truth values or nothing. */
    return !slice_equal_nocase(text, SLICE("null")) && !slice_equal_nocase(text, SLICE("yes")) &&
           !slice_equal_nocase(text, SLICE("no")) && !slice_equal_nocase(text, SLICE("true")) &&
           !slice_equal_nocase(text, SLICE("false")) && !slice_equal_nocase(text, SLICE("on")) &&
           !slice_equal_nocase(text, SLICE("off")) && !slice_equal_nocase(text, SLICE("y")) &&
           !slice_equal_nocase(text, SLICE("n"));
}

bool exceptions_write_yaml(const struct exceptions *exceptions, FILE *file, struct error *err)
{
    for (size_t i = 0; i < exceptions->count; i++) {
        const struct exception *e = &exceptions->items[i];
        const struct {
            const char *name;
            struct slice value;
        } rows[] = {{"id", e->id},       {"rule", e->rule},         {"package", e->package},
                    {"image", e->image}, {"path", e->path},         {"reason", e->reason},
                    {"owner", e->owner}, {"reviewed", e->reviewed}, {"expires", e->expires}};
        bool first = true;
        for (size_t r = 0; r < sizeof rows / sizeof *rows; r++) {
            if (!rows[r].value.len)
                continue;
            fprintf(file, "%s %s: ", first ? "-" : " ", rows[r].name);
            first = false;
            if (yaml_is_plain(rows[r].value))
                fwrite(rows[r].value.at, 1, rows[r].value.len, file);
            else
                yaml_put(file, rows[r].value);
            fputc('\n', file);
        }
    }
    return fflush(file) == 0 && !ferror(file) ? true : error_errno(err, "writing exceptions");
}
