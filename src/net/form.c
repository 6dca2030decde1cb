#include "net/form.h"

#include "net/url.h"

static struct slice decode(struct slice text, struct arena *arena)
{
    char *copy = arena_string(arena, text);
    for (size_t i = 0; copy && i < text.len; i++)
        if (copy[i] == '+')
            copy[i] = ' ';
    return copy ? url_decode(slice_of(copy, text.len), arena) : (struct slice){0};
}

bool form_parse(struct slice text, struct arena *arena, struct form *form, struct error *err)
{
    *form = (struct form){0};
    while (text.len) {
        struct slice value = slice_cut(&text, '&'), name = slice_cut(&value, '=');
        struct form_field field = {decode(name, arena), decode(value, arena)};
        if (form->count >= FORM_FIELDS_MAX)
            return error_set(err, ERROR_LIMIT, "over %d fields in a form", FORM_FIELDS_MAX);
        if (!field.name.at || !field.value.at ||
            !ARENA_PUSH(arena, form->items, form->count, form->room, field))
            return arena_error(err);
    }
    return true;
}

bool form_has(const struct form *form, const char *name)
{
    for (size_t i = 0; i < form->count; i++)
        if (slice_equal_str(form->items[i].name, name))
            return true;
    return false;
}

struct slice form_get(const struct form *form, const char *name)
{
    for (size_t i = 0; i < form->count; i++)
        if (slice_equal_str(form->items[i].name, name))
            return form->items[i].value;
    return (struct slice){0};
}
