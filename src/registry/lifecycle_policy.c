/* Reading and checking a policy. */
#include <inttypes.h>
#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "image/document.h"
#include "registry/lifecycle_parts.h"

struct reading {
    struct arena *arena;
    struct error *err;
    size_t number; /* of the rule in the list, from 1; 0: outside of them */
};

__attribute__((format(printf, 2, 3))) static bool refuse(const struct reading *reading,
                                                         const char *format, ...)
{
    char text[500];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    if (!reading->number)
        return error_set(reading->err, ERROR_FORMAT, "%s", text);
    return error_set(reading->err, ERROR_FORMAT, "rule %zu: %s", reading->number, text);
}

/* No other keys than these, blank-separated. */
static bool only_keys(const struct reading *reading, const json_t *object, const char *where,
                      const char *keys)
{
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)(uintptr_t)object, key, value)
    {
        bool known = false;
        for (struct slice rest = slice_str(keys); rest.len && !known;)
            known = slice_equal_str(slice_cut(&rest, ' '), key);
        if (!known)
            return refuse(reading, "%s has no field \"%.60s\"", where, key);
    }
    return true;
}

static bool read_whole(const struct reading *reading, const json_t *object, const char *name,
                       int64_t *number)
{
    const json_t *value = json_object_get(object, name);
    if (!json_is_integer(value) || json_integer_value(value) < 1)
        return refuse(reading, "%s must be a whole number from 1 on", name);
    *number = json_integer_value(value);
    return true;
}

/* One of blank-separated words; its place. */
static bool read_word(const struct reading *reading, const json_t *object, const char *name,
                      const char *words, int *index)
{
    struct slice text = document_view(json_object_get(object, name));
    int i = 0;
    for (struct slice rest = slice_str(words); text.len && rest.len; i++)
        if (slice_equal(slice_cut(&rest, ' '), text)) {
            *index = i;
            return true;
        }
    return refuse(reading, "%s must be one of: %s", name, words);
}

static bool is_pattern(struct slice text)
{
    size_t wildcards = 0;
    for (size_t i = 0; i < text.len; i++)
        wildcards += text.at[i] == '*';
    return wildcards <= LIFECYCLE_WILDCARDS_MAX;
}

static bool read_list(const struct reading *reading, const json_t *array, const char *name,
                      struct lifecycle_rule *rule)
{
    size_t count = json_array_size(array);
    if (!json_is_array(array) || !count || count > LIFECYCLE_LIST_MAX)
        return refuse(reading, "%s must be a list of 1 to %d tags", name, LIFECYCLE_LIST_MAX);
    rule->list = arena_array(reading->arena, count, sizeof *rule->list);
    if (!rule->list)
        return arena_error(reading->err);
    for (size_t i = 0; i < count; i++) {
        struct slice text = document_view(json_array_get(array, i));
        if (!text.len)
            return refuse(reading, "%s: an entry must be a text that is not empty", name);
        if (rule->patterns && !is_pattern(text))
            return refuse(reading, "%s: at most %d wildcards (*) in an entry", name,
                          LIFECYCLE_WILDCARDS_MAX);
        rule->list[rule->list_count] = arena_copy(reading->arena, text);
        if (!rule->list[rule->list_count++].at)
            return arena_error(reading->err);
    }
    return true;
}

static bool read_tags(const struct reading *reading, const json_t *selection,
                      struct lifecycle_rule *rule)
{
    const json_t *prefixes = json_object_get(selection, "tagPrefixList");
    const json_t *patterns = json_object_get(selection, "tagPatternList");
    int word;
    if (!read_word(reading, selection, "tagStatus", "tagged untagged any", &word))
        return false;
    rule->tags = (enum lifecycle_tags)word;
    if (rule->tags != LIFECYCLE_TAGGED)
        return (!prefixes && !patterns) ||
               refuse(reading, "tagPrefixList and tagPatternList are only for tagStatus=TAGGED");
    if (!prefixes && !patterns)
        return refuse(reading,
                      "Must specify tagPrefixList or tagPatternList when tagStatus=TAGGED");
    if (prefixes && patterns)
        return refuse(reading, "either tagPrefixList or tagPatternList, not both");
    rule->patterns = patterns != NULL;
    return read_list(reading, prefixes ? prefixes : patterns,
                     prefixes ? "tagPrefixList" : "tagPatternList", rule);
}

static bool read_selection(const struct reading *reading, const json_t *selection,
                           struct lifecycle_rule *rule)
{
    int word = LIFECYCLE_STANDARD;
    if (!json_is_object(selection))
        return refuse(reading, "selection must be an object");
    if (!only_keys(reading, selection, "selection",
                   "tagStatus tagPrefixList tagPatternList storageClass countType countUnit "
                   "countNumber") ||
        !read_tags(reading, selection, rule))
        return false;
    if (json_object_get(selection, "storageClass") &&
        !read_word(reading, selection, "storageClass", "standard archive", &word))
        return false;
    rule->storage_class = (enum lifecycle_class)word;
    if (!read_word(reading, selection, "countType",
                   "imageCountMoreThan sinceImagePushed sinceImagePulled sinceImageTransitioned",
                   &word))
        return false;
    rule->count_type = (enum lifecycle_count)word;
    const json_t *unit = json_object_get(selection, "countUnit");
    if ((unit || rule->count_type != LIFECYCLE_MORE_THAN) &&
        !read_word(reading, selection, "countUnit", "days", &word))
        return false;
    if (unit && rule->count_type == LIFECYCLE_MORE_THAN)
        return refuse(reading, "countUnit is not for imageCountMoreThan");
    return read_whole(reading, selection, "countNumber", &rule->count);
}

static bool read_action(const struct reading *reading, const json_t *action,
                        struct lifecycle_rule *rule)
{
    int word, target;
    if (!json_is_object(action))
        return refuse(reading, "action must be an object");
    if (!only_keys(reading, action, "action", "type targetStorageClass") ||
        !read_word(reading, action, "type", "expire transition", &word))
        return false;
    rule->action = word == 0 ? LIFECYCLE_EXPIRE : LIFECYCLE_TRANSITION;
    if (rule->action == LIFECYCLE_TRANSITION)
        return read_word(reading, action, "targetStorageClass", "archive", &target);
    return !json_object_get(action, "targetStorageClass") ||
           refuse(reading, "targetStorageClass is only for type=transition");
}

/* What holds between a rule's parts. */
static bool check_rule(const struct reading *reading, const struct lifecycle_rule *rule)
{
    enum { ARCHIVED_DAYS_LEAST = 90 };
    bool transitioned = rule->count_type == LIFECYCLE_SINCE_TRANSITIONED;
    if (transitioned != (rule->storage_class == LIFECYCLE_ARCHIVE))
        return refuse(reading, transitioned
                                   ? "sinceImageTransitioned needs storageClass=archive"
                                   : "storageClass=archive needs countType=sinceImageTransitioned");
    if (transitioned && rule->count < ARCHIVED_DAYS_LEAST)
        return refuse(reading, "countNumber must be at least %d for sinceImageTransitioned",
                      ARCHIVED_DAYS_LEAST);
    if (transitioned && rule->action != LIFECYCLE_EXPIRE)
        return refuse(reading, "sinceImageTransitioned can only expire");
    if (rule->count_type == LIFECYCLE_SINCE_PULLED && rule->action != LIFECYCLE_TRANSITION)
        return refuse(reading, "sinceImagePulled can only transition");
    return true;
}

static bool read_rule(const struct reading *reading, const json_t *object,
                      struct lifecycle_rule *rule)
{
    *rule = (struct lifecycle_rule){.priority = 0};
    if (!json_is_object(object))
        return refuse(reading, "a rule must be an object");
    const json_t *description = json_object_get(object, "description");
    if (description && !json_is_string(description))
        return refuse(reading, "description must be a text");
    if (!document_text(object, "description", reading->arena, &rule->description))
        return arena_error(reading->err);
    return only_keys(reading, object, "a rule", "rulePriority description selection action") &&
           read_whole(reading, object, "rulePriority", &rule->priority) &&
           read_selection(reading, json_object_get(object, "selection"), rule) &&
           read_action(reading, json_object_get(object, "action"), rule) &&
           check_rule(reading, rule);
}

static bool list_has(const struct lifecycle_rule *rule, struct slice text)
{
    for (size_t i = 0; i < rule->list_count; i++)
        if (slice_equal(rule->list[i], text))
            return true;
    return false;
}

/* The same prefixes, in whatever order. */
static bool same_list(const struct lifecycle_rule *a, const struct lifecycle_rule *b)
{
    for (size_t i = 0; i < a->list_count; i++)
        if (!list_has(b, a->list[i]))
            return false;
    for (size_t i = 0; i < b->list_count; i++)
        if (!list_has(a, b->list[i]))
            return false;
    return true;
}

/* Two rules, `a` with the lower priority number. */
static bool check_pair(const struct lifecycle_rule *a, const struct lifecycle_rule *b,
                       struct error *err)
{
    if (a->priority == b->priority)
        return error_set(err, ERROR_FORMAT, "two rules have rulePriority %" PRId64, a->priority);
    if (a->storage_class != b->storage_class)
        return true;
    if (a->tags == LIFECYCLE_UNTAGGED && b->tags == LIFECYCLE_UNTAGGED)
        return error_set(err, ERROR_FORMAT,
                         "Only one rule can select Untagged images per storage class");
    if (a->tags == LIFECYCLE_ANY)
        return error_set(err, ERROR_FORMAT,
                         "Rule for tagStatus=ANY must have the lowest priority per storage class");
    /* Of patterns ECR's rules do not say it: the second rule then finds all its images shielded. */
    bool prefixes =
        a->tags == LIFECYCLE_TAGGED && b->tags == LIFECYCLE_TAGGED && !a->patterns && !b->patterns;
    if (prefixes && same_list(a, b))
        return error_set(err, ERROR_FORMAT,
                         "the rules with rulePriority %" PRId64 " and %" PRId64
                         " have the same tagPrefixList",
                         a->priority, b->priority);
    return true;
}

static int by_priority(const void *a, const void *b)
{
    const struct lifecycle_rule *x = a, *y = b;
    return (x->priority > y->priority) - (x->priority < y->priority);
}

bool lifecycle_policy_read(const json_t *document, struct arena *arena,
                           struct lifecycle_policy *policy, struct error *err)
{
    const json_t *rules = json_object_get(document, "rules");
    struct reading reading = {arena, err, 0};
    if (!json_is_object(document) || !json_is_array(rules))
        return error_set(err, ERROR_FORMAT, "a policy is an object with a list \"rules\"");
    if (!only_keys(&reading, document, "a policy", "rules"))
        return false;
    size_t count = json_array_size(rules);
    if (!count || count > LIFECYCLE_RULES_MAX)
        return error_set(err, ERROR_FORMAT, "a policy has 1 to %d rules", LIFECYCLE_RULES_MAX);
    struct lifecycle_policy made = {arena_array(arena, count, sizeof *made.rules), count};
    if (!made.rules)
        return arena_error(err);
    for (size_t i = 0; i < count; i++) {
        reading.number = i + 1;
        if (!read_rule(&reading, json_array_get(rules, i), &made.rules[i]))
            return false;
    }
    qsort(made.rules, count, sizeof *made.rules, by_priority);
    for (size_t i = 0; i < count; i++)
        for (size_t j = i + 1; j < count; j++)
            if (!check_pair(&made.rules[i], &made.rules[j], err))
                return false;
    *policy = made;
    return true;
}

bool lifecycle_policy_parse(struct slice text, struct arena *arena, struct lifecycle_policy *policy,
                            struct error *err)
{
    CLEANUP_JSON json_t *document = document_parse(text, err);
    return document && lifecycle_policy_read(document, arena, policy, err);
}
