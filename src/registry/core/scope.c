#include "registry/core/scope.h"

#include "base/ascii.h"

enum { ACCOUNT_LEAST = 9, ACCOUNT_MOST = 12, REGION_MAX = 32 };

struct slice scope_text(const struct scope *scope, struct arena *arena)
{
    const struct slice parts[] = {scope->account, SLICE("/"), scope->region, SLICE("/"),
                                  scope->repository};
    size_t count = scope->repository.len ? 5 : 3, len = 0;
    for (size_t i = 0; i < count; i++)
        len += parts[i].len;
    char *text = arena_alloc(arena, len + 1);
    return (struct slice){text, text ? slice_join(text, len, parts, count) : 0};
}

static bool account_is_valid(struct slice text)
{
    for (size_t i = 0; i < text.len; i++)
        if (!ascii_digit(text.at[i]))
            return false;
    return text.len >= ACCOUNT_LEAST && text.len <= ACCOUNT_MOST;
}

static bool region_is_valid(struct slice text)
{
    for (size_t i = 0; i < text.len; i++)
        if (!ascii_alnum(text.at[i]) && text.at[i] != '-')
            return false;
    return text.len > 0 && text.len <= REGION_MAX;
}

bool scope_parse(struct slice text, struct scope *scope)
{
    struct scope made = {0};
    bool has_repository;
    made.account = slice_cut(&text, '/');
    has_repository = slice_find(text, '/') < text.len;
    made.region = slice_cut(&text, '/');
    made.repository = text;
    if (!account_is_valid(made.account) || !region_is_valid(made.region) ||
        (has_repository && !repository_name_is_valid(made.repository)))
        return false;
    *scope = made;
    return true;
}

struct slice scope_arn(const struct scope *scope, struct arena *arena)
{
    return arena_printf(arena, "arn:aws:ecr:%.*s:%.*s:repository/%.*s", SLICE_ARG(scope->region),
                        SLICE_ARG(scope->account), SLICE_ARG(scope->repository));
}

static size_t count_alnum(struct slice text)
{
    size_t count = 0;
    while (count < text.len &&
           (ascii_digit(text.at[count]) || (text.at[count] >= 'a' && text.at[count] <= 'z')))
        count++;
    return count;
}

/* '.', one or two '_', or any number of '-'; 0 when none stands here. */
static size_t count_separator(struct slice text)
{
    size_t count = 0;
    if (!text.len)
        return 0;
    if (text.at[0] == '.')
        return 1;
    if (text.at[0] == '_')
        return text.len > 1 && text.at[1] == '_' ? 2 : 1;
    while (count < text.len && text.at[count] == '-')
        count++;
    return count;
}

static bool part_is_valid(struct slice part)
{
    for (;;) {
        size_t letters = count_alnum(part);
        if (!letters)
            return false;
        part = slice_from(part, letters);
        if (!part.len)
            return true;
        size_t separator = count_separator(part);
        if (!separator)
            return false;
        part = slice_from(part, separator);
    }
}

bool repository_name_is_valid(struct slice name)
{
    if (!name.len || name.len > REPOSITORY_NAME_MAX || name.at[name.len - 1] == '/')
        return false;
    while (name.len)
        if (!part_is_valid(slice_cut(&name, '/')))
            return false;
    return true;
}

bool tag_name_is_valid(struct slice tag)
{
    if (!tag.len || tag.len > TAG_NAME_MAX || tag.at[0] == '.' || tag.at[0] == '-')
        return false;
    for (size_t i = 0; i < tag.len; i++)
        if (!ascii_alnum(tag.at[i]) && tag.at[i] != '_' && tag.at[i] != '.' && tag.at[i] != '-')
            return false;
    return true;
}
