/* Reading and applying exceptions; see exceptions.h. */
#include "scan/exceptions.h"

#include <stdio.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/suggest.h"
#include "base/yaml.h"
#include "scan/glob.h"

enum { EXCEPTIONS_SIZE_MAX = 4 << 20, DAY = 86400 };

/* One row a key of the file. */
static const struct exception_field {
    const char *name;
    size_t offset;
} exception_fields[] = {
    {"id", offsetof(struct exception, id)},
    {"rule", offsetof(struct exception, rule)},
    {"package", offsetof(struct exception, package)},
    {"image", offsetof(struct exception, image)},
    {"path", offsetof(struct exception, path)},
    {"reason", offsetof(struct exception, reason)},
    {"owner", offsetof(struct exception, owner)},
    {"reviewed", offsetof(struct exception, reviewed)},
    {"expires", offsetof(struct exception, expires)},
};

const char *exceptions_find(const char *folder, struct arena *arena)
{
    struct slice at = slice_str(folder);
    for (;;) {
        const char *slash = at.len && at.at[at.len - 1] == '/' ? "" : "/";
        struct slice path = arena_printf(arena, "%.*s%s%s", SLICE_ARG(at), slash, EXCEPTIONS_FILE);
        if (!path.at)
            return NULL;
        if (access(path.at, F_OK) == 0)
            return path.at;
        size_t cut = slice_find_last(at, '/');
        if (at.len < 2 || cut >= at.len)
            return NULL;
        at = slice_upto(at, cut ? cut : 1);
    }
}

static struct slice *exception_field(struct exception *exception, struct slice name)
{
    for (size_t i = 0; i < sizeof exception_fields / sizeof *exception_fields; i++)
        if (slice_equal_str(name, exception_fields[i].name))
            return (struct slice *)(void *)((char *)exception + exception_fields[i].offset);
    return NULL;
}

static bool exception_has_wildcard(struct slice text)
{
    return slice_find(text, '*') < text.len || slice_find(text, '?') < text.len;
}

static bool exception_check(const struct exception *exception, struct error *err)
{
    int64_t day;
    if (!exception->id.len == !exception->rule.len)
        return error_set(err, ERROR_USAGE, "an exception needs either id or rule");
    if (!slice_trim(exception->reason).len)
        return error_set(err, ERROR_USAGE, "an exception needs a reason");
    if (exception_has_wildcard(exception->id) && !exception->package.len)
        return error_set(err, ERROR_USAGE, "a pattern as id needs a package beside it");
    if (exception->reviewed.len && !clock_parse(exception->reviewed, &day))
        return error_set(err, ERROR_USAGE, "reviewed is no date such as 2026-11-20: %.*s",
                         SLICE_ARG(slice_upto(exception->reviewed, 40)));
    if (exception->expires.len && !clock_parse(exception->expires, &day))
        return error_set(err, ERROR_USAGE, "expires is no date such as 2026-12-31: %.*s",
                         SLICE_ARG(slice_upto(exception->expires, 40)));
    return true;
}

/* `field` NULL: there is no such key. */
static bool refuse_key(const struct yaml_pair *pair, const struct slice *field, const char *path,
                       struct arena *arena, struct error *err)
{
    const char *key = arena_string(arena, slice_upto(pair->key, 60));
    struct suggestion near = {.word = key ? key : ""};
    for (size_t i = 0; i < sizeof exception_fields / sizeof *exception_fields; i++)
        suggest_offer(&near, exception_fields[i].name);
    if (field)
        error_set(err, ERROR_USAGE, "%s must be a text", near.word);
    else
        error_set(err, ERROR_USAGE, "%s is no known key%s%s%s", near.word,
                  near.best ? "; did you mean " : "", near.best ? near.best : "",
                  near.best ? "?" : "");
    return error_add(err, "%s:%u", path, pair->line);
}

static bool exception_read(const struct yaml_node *node, const char *path, struct arena *arena,
                           struct exception *exception, struct error *err)
{
    *exception = (struct exception){{NULL, 0}};
    if (node->kind != YAML_MAP) {
        error_set(err, ERROR_USAGE, "an exception is a map of id, reason, …");
        return error_add(err, "%s:%u", path, node->line);
    }
    for (size_t i = 0; i < node->count; i++) {
        const struct yaml_pair *pair = &node->pairs[i];
        struct slice *field = exception_field(exception, pair->key);
        if (!field || pair->value->kind != YAML_TEXT)
            return refuse_key(pair, field, path, arena, err);
        if (!yaml_is_null(pair->value))
            *field = pair->value->text;
    }
    exception->location = arena_printf(arena, "%s:%u", path, node->line);
    if (!exception->location.at)
        return arena_error(err);
    return exception_check(exception, err) || error_add(err, "%s:%u", path, node->line);
}

bool exceptions_parse(struct slice bytes, const char *path, struct arena *arena,
                      struct exceptions *exceptions, struct error *err)
{
    struct yaml_node *document;
    if (!yaml_read(bytes, arena, &document, err))
        return error_add(err, "%s", path);
    const struct yaml_node *list = document;
    if (document->kind == YAML_MAP && document->count) {
        list = yaml_get(document, "exceptions");
        if (!list || document->count > 1) {
            error_set(err, ERROR_USAGE, "a list of exceptions is expected");
            return error_add(err, "%s:%u", path, document->line);
        }
    }
    struct exceptions made = {.file = path};
    if (list->kind == YAML_TEXT && !yaml_is_null(list)) {
        error_set(err, ERROR_USAGE, "a list of exceptions is expected");
        return error_add(err, "%s:%u", path, list->line);
    }
    for (size_t i = 0; list->kind == YAML_LIST && i < list->count; i++) {
        struct exception exception;
        if (!exception_read(list->items[i], path, arena, &exception, err))
            return false;
        if (!ARENA_PUSH(arena, made.items, made.count, made.room, exception))
            return arena_error(err);
    }
    *exceptions = made;
    return true;
}

bool exceptions_load(const char *path, struct arena *arena, struct exceptions *exceptions,
                     struct error *err)
{
    struct slice bytes;
    return file_read(path, EXCEPTIONS_SIZE_MAX, arena, &bytes, err) &&
           exceptions_parse(bytes, path, arena, exceptions, err);
}

int64_t exception_days_left(const struct exception *exception, int64_t now)
{
    int64_t day;
    if (!exception->expires.len || !clock_parse(exception->expires, &day))
        return INT64_MAX;
    return clock_days(now - now % DAY, day - day % DAY);
}

bool exception_expired(const struct exception *exception, int64_t now)
{
    return exception_days_left(exception, now) < 0;
}

static bool exception_names(const struct exception *exception, const struct finding *finding)
{
    if (exception_has_wildcard(exception->id))
        return glob_match(exception->id, finding->id, 0);
    if (slice_equal_nocase(exception->id, finding->id))
        return true;
    for (size_t i = 0; i < finding->alias_count; i++)
        if (slice_equal_nocase(exception->id, finding->aliases[i]))
            return true;
    return false;
}

static struct slice path_without_slash(struct slice path)
{
    while (path.len && path.at[0] == '/')
        path = slice_from(path, 1);
    return path;
}

bool exception_is_for_image(const struct exception *exception, struct slice image)
{
    return !exception->image.len || glob_match(exception->image, image, 0);
}

static bool exception_matches(const struct exception *exception, const struct finding *finding,
                              struct slice image)
{
    const struct package *package = finding->package;
    if (!exception->id.len || !exception_names(exception, finding) ||
        !exception_is_for_image(exception, image))
        return false;
    if (exception->package.len && !glob_match(exception->package, package->name, 0) &&
        !glob_match(exception->package, package->source, 0))
        return false;
    return !exception->path.len ||
           glob_match(path_without_slash(exception->path), path_without_slash(package->path), '/');
}

/* "secrets/npm-token", or a pattern of it: what --secrets finds, by its kind. */
static struct slice exception_secret_kind(const struct exception *exception)
{
    struct slice prefix = SLICE("secrets/");
    return slice_starts(exception->rule, prefix) ? slice_from(exception->rule, prefix.len)
                                                 : (struct slice){NULL, 0};
}

static bool exception_matches_secret(const struct exception *exception,
                                     const struct scan_secret *secret, struct slice image)
{
    struct slice kind = exception_secret_kind(exception);
    if (!kind.len || !glob_match(kind, slice_str(secret->kind->id), 0) ||
        !exception_is_for_image(exception, image))
        return false;
    return !exception->path.len ||
           glob_match(path_without_slash(exception->path), path_without_slash(secret->place), '/');
}

static void exceptions_apply_to_secrets(struct exception *exception, bool expired,
                                        struct scan_result *result)
{
    for (size_t i = 0; i < result->secret_count; i++) {
        struct scan_secret *secret = &result->secrets[i];
        if (!exception_matches_secret(exception, secret, result->image.name))
            continue;
        exception->uses++;
        if (expired || secret->suppressed)
            continue;
        secret->suppressed = true;
        secret->reason = exception->reason;
        secret->owner = exception->owner;
        secret->reviewed = exception->reviewed;
        secret->expires = exception->expires;
        secret->exception_source = exception->location;
    }
}

void exceptions_apply(struct exceptions *exceptions, int64_t now, struct scan_result *result)
{
    for (size_t e = 0; e < exceptions->count; e++) {
        struct exception *exception = &exceptions->items[e];
        bool expired = exception_expired(exception, now);
        exceptions_apply_to_secrets(exception, expired, result);
        for (size_t i = 0; i < result->finding_count; i++) {
            struct scan_finding *finding = &result->findings[i];
            if (!exception_matches(exception, &finding->finding, result->image.name))
                continue;
            exception->uses++;
            if (expired || finding->suppressed)
                continue;
            finding->suppressed = true;
            finding->reason = exception->reason;
            finding->owner = exception->owner;
            finding->reviewed = exception->reviewed;
            finding->expires = exception->expires;
            finding->exception_source = exception->location;
        }
    }
}

bool exceptions_notes(const struct exceptions *exceptions, int64_t now, struct slice image,
                      bool secrets, struct arena *arena, struct note **notes, size_t *count,
                      size_t *room)
{
    for (size_t i = 0; i < exceptions->count; i++) {
        const struct exception *exception = &exceptions->items[i];
        struct note note = {exception->location, {NULL, 0}};
        struct slice name = exception->id.len ? exception->id : exception->rule;
        if (!exception_is_for_image(exception, image) ||
            (exception->rule.len && !(secrets && exception_secret_kind(exception).len)))
            continue;
        if (exception_expired(exception, now))
            note.text = arena_printf(arena, "exception for %.*s expired on %.*s and counts no more",
                                     SLICE_ARG(name), SLICE_ARG(exception->expires));
        else if (!exception->uses)
            note.text =
                arena_printf(arena, "exception for %.*s matches nothing here", SLICE_ARG(name));
        else
            continue;
        if (!note.text.at || !ARENA_PUSH(arena, *notes, *count, *room, note))
            return false;
    }
    return true;
}
