/* Reading an operation's input: types, limits, and AWS's words for what is wrong. */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#include "base/utf8.h"
#include "image/document.h"
#include "registry/ecr/operations.h"

static bool absent(const json_t *value)
{
    return !value || json_is_null(value);
}

static bool refuse_type(struct ecr_call *call, const json_t *value, const char *wanted)
{
    static const char *const names[] = {
        [JSON_STRING] = "STRING_VALUE", [JSON_INTEGER] = "NUMBER_VALUE",
        [JSON_REAL] = "DECIMAL_VALUE",  [JSON_TRUE] = "TRUE_VALUE",
        [JSON_FALSE] = "FALSE_VALUE",   [JSON_NULL] = "NULL_VALUE",
    };
    if (json_is_object(value))
        return call_fail(call, "SerializationException",
                         "Start of structure or map found where not expected.");
    if (json_is_array(value))
        return call_fail(call, "SerializationException", "Start of list found where not expected.");
    return call_fail(call, "SerializationException", "%s can not be converted to %s",
                     names[json_typeof(value)], wanted);
}

/* "1 validation error detected: Value 'X' at 'name' failed to satisfy constraint: …" */
__attribute__((format(printf, 4, 5))) static bool
refuse_value(struct ecr_call *call, const char *name, const json_t *value, const char *format, ...)
{
    enum { SHOWN_MAX = 100 };
    char text[300], shown[SHOWN_MAX + 8] = "null";
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    if (json_is_string(value))
        snprintf(shown, sizeof shown, "'%.*s'", SHOWN_MAX, json_string_value(value));
    else if (json_is_integer(value))
        snprintf(shown, sizeof shown, "'%" JSON_INTEGER_FORMAT "'", json_integer_value(value));
    else if (json_is_array(value))
        snprintf(shown, sizeof shown, "'[%s]'", json_array_size(value) ? "..." : "");
    return call_fail(call, "InvalidParameterException",
                     "1 validation error detected: Value %s at '%s%s' failed to satisfy "
                     "constraint: %s",
                     shown, call->path, name, text);
}

/* The member when it is there; false when it is required and is not. */
static bool find(struct ecr_call *call, const char *name, bool required, const json_t **value)
{
    *value = json_object_get(call->input, name);
    if (!absent(*value))
        return true;
    *value = NULL;
    return !required || refuse_value(call, name, NULL, "Member must not be null");
}

bool call_text(struct ecr_call *call, const char *name, bool required, struct slice *value)
{
    const json_t *member;
    *value = (struct slice){NULL, 0};
    if (!find(call, name, required, &member))
        return false;
    if (member && !json_is_string(member))
        return refuse_type(call, member, "a String");
    *value = document_view(member);
    return true;
}

static size_t characters(struct slice text)
{
    size_t count = 0;
    for (uint32_t code; text.len; count++)
        utf8_cut(&text, &code);
    return count;
}

bool call_text_in(struct ecr_call *call, const char *name, bool required, size_t low, size_t high,
                  struct slice *value)
{
    if (!call_text(call, name, required, value))
        return false;
    const json_t *member = json_object_get(call->input, name);
    if (absent(member))
        return true;
    size_t count = characters(*value);
    if (count < low)
        return refuse_value(call, name, member,
                            "Member must have length greater than or equal to %zu", low);
    if (high && count > high)
        return refuse_value(call, name, member, "Member must have length less than or equal to %zu",
                            high);
    return true;
}

bool call_text_like(struct ecr_call *call, const char *name, bool required,
                    bool (*valid)(struct slice text), const char *pattern, struct slice *value)
{
    if (!call_text(call, name, required, value))
        return false;
    if (absent(json_object_get(call->input, name)) || valid(*value))
        return true;
    return call_invalid(call, name, "must satisfy regular expression '%s'", pattern);
}

bool call_int(struct ecr_call *call, const char *name, int64_t low, int64_t high, int64_t *value,
              bool *there)
{
    const json_t *member;
    if (there)
        *there = false;
    if (!find(call, name, false, &member) || !member)
        return !call->exception;
    if (!json_is_integer(member))
        return refuse_type(call, member, "an Integer");
    int64_t number = json_integer_value(member);
    if (number < low)
        return refuse_value(call, name, member,
                            "Member must have value greater than or equal to %" PRId64, low);
    if (number > high)
        return refuse_value(call, name, member,
                            "Member must have value less than or equal to %" PRId64, high);
    *value = number;
    if (there)
        *there = true;
    return true;
}

bool call_required_int(struct ecr_call *call, const char *name, int64_t low, int64_t high,
                       int64_t *value)
{
    bool there;
    return call_int(call, name, low, high, value, &there) &&
           (there || refuse_value(call, name, NULL, "Member must not be null"));
}

bool call_bool(struct ecr_call *call, const char *name, bool *value)
{
    const json_t *member = json_object_get(call->input, name);
    if (absent(member))
        return true;
    if (!json_is_boolean(member))
        return refuse_type(call, member, "a Boolean");
    *value = json_is_true(member);
    return true;
}

bool call_object(struct ecr_call *call, const char *name, bool required, const json_t **value)
{
    if (!find(call, name, required, value))
        return false;
    if (!*value || json_is_object(*value))
        return true;
    return json_is_array(*value) ? refuse_type(call, *value, "")
                                 : call_fail(call, "SerializationException", "Expected null");
}

bool call_array(struct ecr_call *call, const char *name, bool required, size_t low, size_t high,
                const json_t **value)
{
    if (!find(call, name, required, value) || !*value)
        return !call->exception;
    size_t count = json_array_size(*value);
    if (!json_is_array(*value))
        return json_is_object(*value)
                   ? refuse_type(call, *value, "")
                   : call_fail(call, "SerializationException", "Expected list or null");
    if (count < low)
        return refuse_value(call, name, *value,
                            "Member must have length greater than or equal to %zu", low);
    if (high && count > high)
        return refuse_value(call, name, *value, "Member must have length less than or equal to %zu",
                            high);
    return true;
}

static bool list_words(const char *const *words, char *to, size_t size)
{
    size_t used = 0;
    for (size_t i = 0; words[i] && used < size; i++)
        used += (size_t)snprintf(to + used, size - used, "%s%s", i ? ", " : "", words[i]);
    return used < size;
}

bool call_choice(struct ecr_call *call, const char *name, bool required, const char *const *words,
                 int *index)
{
    struct slice text;
    char all[250];
    if (!call_text(call, name, required, &text))
        return false;
    const json_t *member = json_object_get(call->input, name);
    if (absent(member))
        return true;
    for (int i = 0; words[i]; i++)
        if (slice_equal_str(text, words[i])) {
            *index = i;
            return true;
        }
    list_words(words, all, sizeof all);
    return refuse_value(call, name, member, "Member must satisfy enum value set: [%s]", all);
}

bool call_texts(struct ecr_call *call, const char *name, bool required, size_t least, size_t most,
                bool (*valid)(struct slice text), const char *pattern, struct slice **values,
                size_t *count)
{
    const json_t *array;
    *values = NULL;
    *count = 0;
    if (!call_array(call, name, required, least, most, &array) || !array)
        return !call->exception;
    size_t size = json_array_size(array);
    struct slice *texts = arena_array(call->arena, size + 1, sizeof *texts);
    if (!texts)
        return call_no_memory(call);
    for (size_t i = 0; i < size; i++) {
        const json_t *element = json_array_get(array, i);
        if (!json_is_string(element))
            return refuse_type(call, element, "a String");
        texts[i] = document_view(element);
        if (valid && !valid(texts[i]))
            return call_invalid(call, name, "must satisfy regular expression '%s'", pattern);
    }
    *values = texts;
    *count = size;
    return true;
}

bool call_enter(struct ecr_call *call, const char *name, size_t number, const json_t *object,
                struct call_place *place)
{
    if (!json_is_object(object))
        return absent(object) ? call_fail(call, "SerializationException", "Unexpected null")
                              : refuse_type(call, object, "a structure");
    struct slice path =
        number ? arena_printf(call->arena, "%s%s.%zu.member.", call->path, name, number)
               : arena_printf(call->arena, "%s%s.", call->path, name);
    if (!path.at)
        return call_no_memory(call);
    *place = (struct call_place){call->input, call->path};
    call->input = object;
    call->path = path.at;
    return true;
}

void call_leave(struct ecr_call *call, const struct call_place *place)
{
    call->input = place->input;
    call->path = place->path;
}
