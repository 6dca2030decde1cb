/* Filling an operation's output. What there is no memory for is remembered for this thread until
   ecr_run asks: so that no half answer goes out, and no put_* needs to be asked. */
#include "base/utf8.h"
#include "registry/ecr/operations.h"

enum { REPAIR_ROOM = 4 };

static _Thread_local bool lost;

bool put_was_whole(void)
{
    bool whole = !lost;
    lost = false;
    return whole;
}

static void set(json_t *object, const char *name, json_t *value)
{
    if (json_object_set_new(object, name, value) != 0)
        lost = true;
}

static void append(json_t *array, json_t *value)
{
    if (json_array_append_new(array, value) != 0)
        lost = true;
}

/* Bytes that are no UTF-8 become U+FFFD; NULL when there is no memory. */
static json_t *repaired(struct slice text)
{
    CLEANUP_ARENA struct arena arena;
    arena_init(&arena, ((size_t)64 << 20) + text.len);
    char *to = arena_alloc(&arena, text.len * REPAIR_ROOM + 1);
    size_t len = 0;
    uint32_t code;
    if (!to)
        return NULL;
    while (text.len)
        len += utf8_put(to + len, utf8_cut(&text, &code) ? code : UTF8_REPLACEMENT);
    return json_stringn(to, len);
}

static json_t *text_new(struct slice value)
{
    json_t *string = json_stringn(value.at ? value.at : "", value.len);
    return string ? string : repaired(value);
}

void put_text(json_t *object, const char *name, struct slice value)
{
    set(object, name, text_new(value));
}

void put_text_if(json_t *object, const char *name, struct slice value)
{
    if (value.len)
        put_text(object, name, value);
}

void put_time(json_t *object, const char *name, double when)
{
    enum { MILLISECONDS = 1000 };
    if (when > 0) /* as AWS: at most three digits behind the point */
        set(object, name, json_real((double)(int64_t)(when * MILLISECONDS) / MILLISECONDS));
}

void put_int(json_t *object, const char *name, int64_t value)
{
    set(object, name, json_integer(value));
}

void put_bool(json_t *object, const char *name, bool value)
{
    set(object, name, json_boolean(value));
}

json_t *put_object(json_t *object, const char *name)
{
    set(object, name, json_object());
    return json_object_get(object, name);
}

json_t *put_array(json_t *object, const char *name)
{
    set(object, name, json_array());
    return json_object_get(object, name);
}

json_t *put_element(json_t *array)
{
    append(array, json_object());
    return json_array_get(array, json_array_size(array) - 1);
}

json_t *put_element_array(json_t *array)
{
    append(array, json_array());
    return json_array_get(array, json_array_size(array) - 1);
}

void put_element_int(json_t *array, int64_t value)
{
    append(array, json_integer(value));
}

void put_element_text(json_t *array, struct slice value)
{
    append(array, text_new(value));
}

void put_repository(struct ecr_call *call)
{
    put_text(call->output, "registryId", call->scope.account);
    put_text(call->output, "repositoryName", call->scope.repository);
}
