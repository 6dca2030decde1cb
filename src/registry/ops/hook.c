#include "registry/ops/hook.h"

#include <math.h>

#include "image/document.h"
#include "net/url.h"

enum { ATTEMPTS = 12, WAIT = 1 };

static bool wrong(struct error *err, const char *what)
{
    return error_set(err, ERROR_FORMAT, "webhook: %s", what);
}

static bool read_url(const json_t *object, struct arena *arena, struct hook *hook,
                     struct error *err)
{
    struct url url;
    struct error why;
    if (!document_text(object, "url", arena, &hook->url))
        return arena_error(err);
    if (!hook->url.len)
        return wrong(err, "\"url\" is missing");
    if (url_parse(hook->url, arena, &url, &why))
        return true;
    *err = why;
    err->kind = ERROR_FORMAT; /* the setting's fault, not the command's */
    return error_add(err, "webhook: \"url\"");
}

static bool read_format(const json_t *object, struct hook *hook, struct error *err)
{
    struct slice format = document_view(json_object_get(object, "format"));
    if (!format.len || slice_equal_str(format, "cloudevents"))
        hook->format = HOOK_CLOUDEVENTS;
    else if (slice_equal_str(format, "eventbridge"))
        hook->format = HOOK_EVENTBRIDGE;
    else
        return wrong(err, "\"format\" is cloudevents or eventbridge");
    return true;
}

static bool read_list(const json_t *object, const char *name, struct arena *arena,
                      struct slice **items, size_t *count, struct error *err)
{
    const json_t *list = json_object_get(object, name);
    if (!list)
        return true;
    if (!json_is_array(list) || json_array_size(list) > HOOK_LIST_MAX)
        return wrong(err, "\"actions\" and \"repositories\" are lists of at most 100 patterns");
    for (size_t i = 0; i < json_array_size(list); i++)
        if (!json_is_string(json_array_get(list, i)))
            return wrong(err, "\"actions\" and \"repositories\" hold texts");
    return document_texts(list, arena, items, count) || arena_error(err);
}

static bool read_numbers(const json_t *object, struct hook *hook, struct error *err)
{
    const json_t *attempts = json_object_get(object, "attempts");
    const json_t *wait = json_object_get(object, "wait");
    hook->attempts = ATTEMPTS;
    hook->wait = WAIT;
    if (attempts) {
        json_int_t value = json_integer_value(attempts);
        if (!json_is_integer(attempts) || value < 1 || value > HOOK_ATTEMPTS_MAX)
            return wrong(err, "\"attempts\" is a number from 1 to 100");
        hook->attempts = (unsigned)value;
    }
    if (wait) {
        double value = json_number_value(wait);
        if (!json_is_number(wait) || !(value >= 0.01 && value <= HOOK_WAIT_MAX))
            return wrong(err, "\"wait\" is a number of seconds, at most 3600");
        hook->wait = value;
    }
    return true;
}

static bool read_hook(const json_t *object, struct arena *arena, struct hook *hook,
                      struct error *err)
{
    static const char *const names[] = {"url",    "format",   "actions", "repositories",
                                        "secret", "attempts", "wait",    "disabled"};
    const char *name;
    json_t *value;
    json_object_foreach((json_t *)(uintptr_t)object, name, value)
    {
        size_t i = 0;
        while (i < sizeof names / sizeof names[0] && strcmp(names[i], name) != 0)
            i++;
        if (i == sizeof names / sizeof names[0])
            return error_set(err, ERROR_FORMAT, "webhook: there is no \"%s\"", name);
    }
    value = json_object_get(object, "secret");
    if (value && !json_is_string(value))
        return wrong(err, "\"secret\" is a text");
    if (!document_text(object, "secret", arena, &hook->secret))
        return arena_error(err);
    hook->disabled = json_is_true(json_object_get(object, "disabled"));
    return read_url(object, arena, hook, err) && read_format(object, hook, err) &&
           read_list(object, "actions", arena, &hook->actions, &hook->action_count, err) &&
           read_list(object, "repositories", arena, &hook->repositories, &hook->repository_count,
                     err) &&
           read_numbers(object, hook, err);
}

bool hook_parse(struct slice text, struct arena *arena, struct hook *hook, struct error *err)
{
    struct hook made = {0};
    CLEANUP_JSON json_t *object = document_parse_large(text, HOOK_TEXT_MAX, err);
    if (!object)
        return error_add(err, "webhook");
    if (!json_is_object(object))
        return wrong(err, "an object is wanted");
    if (!read_hook(object, arena, &made, err))
        return false;
    *hook = made;
    return true;
}

bool hook_check(struct slice text, struct arena *arena, struct error *err)
{
    struct hook hook;
    return hook_parse(text, arena, &hook, err);
}

bool hook_pattern_matches(struct slice pattern, struct slice text)
{
    size_t star = pattern.len, resume = 0, p = 0, t = 0; /* the last star, and where it ends */
    while (t < text.len) {
        if (p < pattern.len && pattern.at[p] == '*') {
            star = p++;
            resume = t;
        } else if (p < pattern.len && pattern.at[p] == text.at[t]) {
            p++;
            t++;
        } else if (star < pattern.len) {
            p = star + 1;
            t = ++resume;
        } else {
            return false;
        }
    }
    while (p < pattern.len && pattern.at[p] == '*')
        p++;
    return p == pattern.len;
}

static bool one_matches(const struct slice *patterns, size_t count, struct slice text)
{
    for (size_t i = 0; i < count; i++)
        if (hook_pattern_matches(patterns[i], text))
            return true;
    return count == 0;
}

bool hook_wants(const struct hook *hook, const struct journal_entry *entry)
{
    return !hook->disabled && !entry->failed &&
           one_matches(hook->actions, hook->action_count, entry->action) &&
           one_matches(hook->repositories, hook->repository_count, entry->repository);
}

double hook_wait(const struct hook *hook, unsigned number)
{
    double wait = ldexp(hook->wait, number < 2 ? 0 : number > 40 ? 38 : (int)number - 2);
    return wait > HOOK_WAIT_MAX ? HOOK_WAIT_MAX : wait;
}
