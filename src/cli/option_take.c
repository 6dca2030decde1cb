#include "cli/option_take.h"

#include "base/ascii.h"
#include "base/suggest.h"

bool option_has_choice(const char *choices, struct slice word)
{
    struct slice rest = slice_str(choices);
    while (rest.len)
        if (slice_equal(slice_cut(&rest, ' '), word))
            return true;
    return false;
}

static bool bad_choice(const struct option_target *to, struct slice word, struct error *err)
{
    struct suggestion suggestion = {.word = arena_string(to->arena, word)};
    struct slice rest = slice_str(to->row->choices);
    while (suggestion.word && rest.len) {
        const char *choice = arena_string(to->arena, slice_cut(&rest, ' '));
        if (choice)
            suggest_offer(&suggestion, choice);
    }
    if (suggestion.best)
        return error_set(err, ERROR_USAGE, "%s: \"%.*s\" is none of: %s; did you mean %s?",
                         to->origin, SLICE_ARG(word), to->row->choices, suggestion.best);
    return error_set(err, ERROR_USAGE, "%s: \"%.*s\" is none of: %s", to->origin, SLICE_ARG(word),
                     to->row->choices);
}

static bool take_item(const struct option_target *to, struct slice word, struct error *err)
{
    struct option_value *value = to->value;
    if (to->row->choices && !option_has_choice(to->row->choices, word))
        return bad_choice(to, word, err);
    const char *item = arena_string(to->arena, word);
    if (!item || !ARENA_PUSH(to->arena, value->items, value->count, value->room, item))
        return arena_error(err);
    return true;
}

static bool take_words(const struct option_target *to, const char *text, struct error *err)
{
    struct slice rest = slice_str(text);
    while (rest.len) {
        struct slice word = slice_trim(slice_cut(&rest, ','));
        if (word.len && !take_item(to, word, err))
            return false;
    }
    return true;
}

static bool take_int(const struct option_target *to, const char *text, struct error *err)
{
    const struct option *row = to->row;
    struct slice digits = slice_str(text);
    bool negative = digits.len && digits.at[0] == '-';
    uint64_t magnitude;
    int64_t high = row->low || row->high ? row->high : INT64_MAX;
    if (!slice_u64(slice_from(digits, negative), &magnitude) || magnitude > INT64_MAX)
        return error_set(err, ERROR_USAGE, "%s: \"%s\" is not a whole number", to->origin, text);
    int64_t number = negative ? -(int64_t)magnitude : (int64_t)magnitude;
    if (number < row->low || number > high)
        return error_set(err, ERROR_USAGE, "%s: %s is outside of %lld to %lld", to->origin, text,
                         (long long)row->low, (long long)high);
    to->value->number = number;
    return true;
}

static bool take_size(const struct option_target *to, const char *text, struct error *err)
{
    struct slice rest = slice_str(text), digits = rest;
    size_t end = 0;
    while (end < rest.len && ascii_digit(rest.at[end]))
        end++;
    digits = slice_upto(rest, end);
    rest = slice_from(rest, end);
    static const char units[] = "KMGT";
    const char *unit = rest.len ? strchr(units, ascii_upper(rest.at[0])) : NULL;
    unsigned shift = unit && *unit ? 10 * ((unsigned)(unit - units) + 1) : 0;
    struct slice tail = slice_from(rest, shift ? 1 : 0);
    bool known = tail.len == 0 || slice_equal_str(tail, "B") || slice_equal_str(tail, "iB");
    uint64_t size;
    if (!known || !slice_u64(digits, &size) || size > (uint64_t)INT64_MAX >> shift)
        return error_set(err, ERROR_USAGE, "%s: \"%s\" is not a size such as 512, 64K or 2G",
                         to->origin, text);
    to->value->number = (int64_t)(size << shift);
    return true;
}

static bool take_flag(const struct option_target *to, const char *text, struct error *err)
{
    struct yaml_node node = {.kind = YAML_TEXT, .text = slice_str(text)};
    bool on = false;
    if (slice_equal_str(node.text, "1"))
        on = true;
    else if (node.text.len && !slice_equal_str(node.text, "0") && !yaml_bool(&node, &on))
        return error_set(err, ERROR_USAGE, "%s: \"%s\" is neither yes nor no", to->origin, text);
    to->value->on = on;
    return true;
}

bool option_take(const struct option_target *to, const char *text, enum option_source source,
                 struct error *err)
{
    bool taken = true;
    switch (to->row->type) {
    case OPTION_FLAG:
        taken = take_flag(to, text, err);
        break;
    case OPTION_STRING:
        break;
    case OPTION_INT:
        taken = take_int(to, text, err);
        break;
    case OPTION_SIZE:
        taken = take_size(to, text, err);
        break;
    case OPTION_CHOICE:
        taken = option_has_choice(to->row->choices, slice_str(text)) ||
                bad_choice(to, slice_str(text), err);
        break;
    case OPTION_LIST:
        taken = take_item(to, slice_str(text), err);
        break;
    case OPTION_WORDS:
        taken = take_words(to, text, err);
        break;
    }
    if (!taken)
        return false;
    to->value->text = text;
    to->value->source = source;
    return true;
}
