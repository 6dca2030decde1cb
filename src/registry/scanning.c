/* See scanning.h. */
#include "registry/scanning.h"

#include "image/document.h"
#include "registry/constraint.h"

static const char *const frequencies[] = {"MANUAL", "SCAN_ON_PUSH", "CONTINUOUS_SCAN"};

const char *scanning_frequency_name(enum scanning_frequency frequency)
{
    return frequencies[frequency];
}

static bool read_filter(const json_t *object, struct arena *arena, struct slice *filter,
                        struct error *err)
{
    struct slice type = document_view(json_object_get(object, "filterType"));
    struct slice text = document_view(json_object_get(object, "filter"));
    if (!json_is_string(json_object_get(object, "filter")))
        return constraint_missing(err, "rules.repositoryFilters.filter");
    if (!json_is_string(json_object_get(object, "filterType")))
        return constraint_missing(err, "rules.repositoryFilters.filterType");
    if (!slice_equal_str(type, "WILDCARD"))
        return constraint_broken(err, "rules.repositoryFilters.filterType", type,
                                 "enum value set: [WILDCARD]");
    if (!constraint_is_filter(text, SCANNING_FILTER_MAX))
        return constraint_broken(err, "rules.repositoryFilters.filter", text,
                                 "regular expression pattern: "
                                 "^[a-z0-9*](?:[._\\-/a-z0-9*]?[a-z0-9*]+)*$");
    *filter = arena_copy(arena, text);
    return filter->at || arena_error(err);
}

static bool read_frequency(const json_t *object, bool enhanced, struct scanning_rule *rule,
                           struct error *err)
{
    const json_t *value = json_object_get(object, "scanFrequency");
    struct slice text = document_view(value);
    if (!json_is_string(value))
        return constraint_missing(err, "rules.scanFrequency");
    for (int i = 0; i <= SCANNING_CONTINUOUS; i++)
        if (slice_equal_str(text, frequencies[i])) {
            rule->frequency = (enum scanning_frequency)i;
            if (i == SCANNING_CONTINUOUS && !enhanced)
                return error_set(err, ERROR_FORMAT,
                                 "Scan frequency CONTINUOUS_SCAN is not supported with the scan "
                                 "type BASIC");
            if (i == SCANNING_MANUAL && enhanced)
                return error_set(err, ERROR_FORMAT,
                                 "Scan frequency MANUAL is not supported with the scan type "
                                 "ENHANCED");
            return true;
        }
    return constraint_broken(err, "rules.scanFrequency", text,
                             "enum value set: [SCAN_ON_PUSH, CONTINUOUS_SCAN, MANUAL]");
}

static bool read_rule(const json_t *object, bool enhanced, struct arena *arena,
                      struct scanning_rule *rule, struct error *err)
{
    const json_t *filters = json_object_get(object, "repositoryFilters");
    size_t count = json_array_size(filters);
    if (!json_is_array(filters))
        return constraint_missing(err, "rules.repositoryFilters");
    if (count > SCANNING_FILTERS_MAX)
        return constraint_length(err, "rules.repositoryFilters", -1, SCANNING_FILTERS_MAX);
    if (!read_frequency(object, enhanced, rule, err))
        return false;
    rule->filters = arena_array(arena, count + 1, sizeof *rule->filters);
    if (!rule->filters)
        return arena_error(err);
    for (; rule->filter_count < count; rule->filter_count++)
        if (!read_filter(json_array_get(filters, rule->filter_count), arena,
                         &rule->filters[rule->filter_count], err))
            return false;
    return true;
}

static bool read_type(const json_t *document, bool *enhanced, struct error *err)
{
    const json_t *value = json_object_get(document, "scanType");
    struct slice type = document_view(value);
    *enhanced = slice_equal_str(type, "ENHANCED");
    if (!value || json_is_null(value) || *enhanced || slice_equal_str(type, "BASIC"))
        return true;
    return constraint_broken(err, "scanType", type, "enum value set: [BASIC, ENHANCED]");
}

bool scanning_read(const json_t *document, struct arena *arena,
                   struct scanning_configuration *configuration, struct error *err)
{
    struct scanning_configuration got = {0};
    const json_t *rules = json_object_get(document, "rules");
    size_t count = json_array_size(rules);
    if (!json_is_object(document) || (rules && !json_is_array(rules) && !json_is_null(rules)))
        return error_set(err, ERROR_FORMAT, "the scanning configuration is not as it should be");
    if (count > SCANNING_RULES_MAX)
        return constraint_length(err, "rules", -1, SCANNING_RULES_MAX);
    if (!read_type(document, &got.enhanced, err))
        return false;
    for (; got.rule_count < count; got.rule_count++)
        if (!read_rule(json_array_get(rules, got.rule_count), got.enhanced, arena,
                       &got.rules[got.rule_count], err))
            return false;
    *configuration = got;
    return true;
}

bool scanning_parse(struct slice text, struct arena *arena,
                    struct scanning_configuration *configuration, struct error *err)
{
    if (!text.len) {
        *configuration = (struct scanning_configuration){0};
        return true;
    }
    CLEANUP_JSON json_t *document = document_parse(text, err);
    return document && scanning_read(document, arena, configuration, err);
}

/* Greedy with one point to come back to: linear in practice, never exponential. */
bool scanning_filter_matches(struct slice filter, struct slice name)
{
    size_t f = 0, n = 0, star = SIZE_MAX, back = 0;
    while (n < name.len) {
        if (f < filter.len && filter.at[f] == '*') {
            star = f++;
            back = n;
        } else if (f < filter.len && filter.at[f] == name.at[n]) {
            f++;
            n++;
        } else if (star != SIZE_MAX) {
            f = star + 1;
            n = ++back;
        } else {
            return false;
        }
    }
    while (f < filter.len && filter.at[f] == '*')
        f++;
    return f == filter.len;
}

static bool rule_matches(const struct scanning_rule *rule, struct slice repository)
{
    for (size_t i = 0; i < rule->filter_count; i++)
        if (scanning_filter_matches(rule->filters[i], repository))
            return true;
    return false;
}

enum scanning_frequency scanning_of(const struct scanning_configuration *configuration,
                                    struct slice repository, bool scan_on_push)
{
    enum scanning_frequency most =
        scan_on_push && !configuration->enhanced ? SCANNING_ON_PUSH : SCANNING_MANUAL;
    for (size_t i = 0; i < configuration->rule_count; i++) {
        const struct scanning_rule *rule = &configuration->rules[i];
        if (rule->frequency > most && rule_matches(rule, repository))
            most = rule->frequency;
    }
    return most;
}
