/* See replication_rules.h. */
#include "registry/mirror/replication_rules.h"

#include "base/ascii.h"
#include "image/document.h"
#include "registry/constraint.h"

enum { FILTER_MIN = 2, FILTER_MAX = 256, REGION_MIN = 2, REGION_MAX = 25, ACCOUNT_DIGITS = 12 };

static bool all_of(struct slice text, const char *allowed)
{
    for (size_t i = 0; i < text.len; i++)
        if (!ascii_among(text.at[i], allowed))
            return false;
    return true;
}

#define DIGITS  "0123456789"
#define LETTERS "abcdefghijklmnopqrstuvwxyz"

/* Accounts of nine digits and more are known here (a server may have been given one). */
static bool account_is_valid(struct slice account)
{
    return account.len >= 9 && account.len <= ACCOUNT_DIGITS && all_of(account, DIGITS);
}

/* ^(?:[a-z0-9]+(?:[._-][a-z0-9]*)*SLASH)*[a-z0-9]*(?:[._-][a-z0-9]*)*$ : every part that a slash
   ends begins with a letter or digit. */
static bool filter_is_valid(struct slice filter)
{
    if (filter.len < FILTER_MIN || filter.len > FILTER_MAX)
        return false;
    for (;;) {
        size_t slash = slice_find(filter, '/');
        struct slice part = slice_upto(filter, slash);
        if (!all_of(part, LETTERS DIGITS "._-"))
            return false;
        if (slash == filter.len)
            return true;
        if (!part.len || !all_of(slice_upto(part, 1), LETTERS DIGITS))
            return false;
        filter = slice_from(filter, slash + 1);
    }
}

static bool read_destination(const json_t *object, struct arena *arena,
                             struct replication_destination *to, struct error *err)
{
    if (!json_is_string(json_object_get(object, "region")))
        return constraint_missing(err, "replicationConfiguration.rules.destinations.region");
    if (!json_is_string(json_object_get(object, "registryId")))
        return constraint_missing(err, "replicationConfiguration.rules.destinations.registryId");
    if (!document_text(object, "region", arena, &to->region) ||
        !document_text(object, "registryId", arena, &to->account))
        return arena_error(err);
    if (to->region.len < REGION_MIN || to->region.len > REGION_MAX ||
        !all_of(to->region, LETTERS DIGITS "-"))
        return constraint_broken(err, "replicationConfiguration.rules.destinations.region",
                                 to->region, "regular expression pattern: [0-9a-z-]{2,25}");
    return account_is_valid(to->account) ||
           constraint_broken(err, "replicationConfiguration.rules.destinations.registryId",
                             to->account, "regular expression pattern: [0-9]{12}");
}

static bool read_filter(const json_t *object, struct arena *arena, struct slice *filter,
                        struct error *err)
{
    struct slice type = document_view(json_object_get(object, "filterType"));
    if (!json_is_string(json_object_get(object, "filter")))
        return constraint_missing(err, "replicationConfiguration.rules.repositoryFilters.filter");
    if (!json_is_string(json_object_get(object, "filterType")))
        return constraint_missing(err,
                                  "replicationConfiguration.rules.repositoryFilters.filterType");
    if (!slice_equal_str(type, "PREFIX_MATCH"))
        return constraint_broken(err, "replicationConfiguration.rules.repositoryFilters.filterType",
                                 type, "enum value set: [PREFIX_MATCH]");
    if (!document_text(object, "filter", arena, filter))
        return arena_error(err);
    return filter_is_valid(*filter) ||
           constraint_broken(err, "replicationConfiguration.rules.repositoryFilters.filter",
                             *filter,
                             "regular expression pattern: "
                             "^(?:[a-z0-9]+(?:[._-][a-z0-9]*)*/)*[a-z0-9]*(?:[._-][a-z0-9]*)*$");
}

static bool read_destinations(const json_t *object, struct arena *arena,
                              struct replication_rule *rule, struct error *err)
{
    const json_t *list = json_object_get(object, "destinations");
    size_t count = json_array_size(list);
    if (!json_is_array(list))
        return constraint_missing(err, "replicationConfiguration.rules.destinations");
    if (count > REPLICATION_DESTINATIONS_MAX)
        return constraint_length(err, "replicationConfiguration.rules.destinations", 0,
                                 REPLICATION_DESTINATIONS_MAX);
    rule->destinations = arena_array(arena, count + 1, sizeof *rule->destinations);
    if (!rule->destinations)
        return arena_error(err);
    for (; rule->destination_count < count; rule->destination_count++)
        if (!read_destination(json_array_get(list, rule->destination_count), arena,
                              &rule->destinations[rule->destination_count], err))
            return false;
    return true;
}

static bool read_filters(const json_t *object, struct arena *arena, struct replication_rule *rule,
                         struct error *err)
{
    const json_t *list = json_object_get(object, "repositoryFilters");
    size_t count = json_array_size(list);
    if (!list || json_is_null(list))
        return true;
    if (!count || count > REPLICATION_FILTERS_MAX)
        return constraint_length(err, "replicationConfiguration.rules.repositoryFilters", 1,
                                 REPLICATION_FILTERS_MAX);
    rule->filters = arena_array(arena, count, sizeof *rule->filters);
    if (!rule->filters)
        return arena_error(err);
    for (; rule->filter_count < count; rule->filter_count++)
        if (!read_filter(json_array_get(list, rule->filter_count), arena,
                         &rule->filters[rule->filter_count], err))
            return false;
    return true;
}

static bool read_rule(const json_t *object, struct arena *arena, struct replication_rule *rule,
                      struct error *err)
{
    const json_t *deletes = json_object_get(object, "deleteReplication");
    const json_t *enabled = json_object_get(deletes, "enabled");
    if (deletes && !json_is_null(deletes) && !json_is_boolean(enabled))
        return constraint_missing(err, "replicationConfiguration.rules.deleteReplication.enabled");
    rule->deletes = json_is_true(enabled);
    return read_destinations(object, arena, rule, err) && read_filters(object, arena, rule, err);
}

bool replication_rules_read(const json_t *document, struct arena *arena,
                            struct replication_rules *rules, struct error *err)
{
    const json_t *list = json_object_get(document, "rules");
    size_t count = json_array_size(list);
    if (!json_is_array(list))
        return constraint_missing(err, "replicationConfiguration.rules");
    if (count > REPLICATION_RULES_MAX)
        return constraint_length(err, "replicationConfiguration.rules", 0, REPLICATION_RULES_MAX);
    struct replication_rules got = {arena_array(arena, count + 1, sizeof *got.items), 0};
    if (!got.items)
        return arena_error(err);
    for (; got.count < count; got.count++)
        if (!read_rule(json_array_get(list, got.count), arena, &got.items[got.count], err))
            return false;
    *rules = got;
    return true;
}

bool replication_rules_parse(struct slice text, struct arena *arena,
                             struct replication_rules *rules, struct error *err)
{
    if (!text.len) {
        *rules = (struct replication_rules){0};
        return true;
    }
    CLEANUP_JSON json_t *document = document_parse(text, err);
    return document && replication_rules_read(document, arena, rules, err);
}

bool replication_rule_applies(const struct replication_rule *rule, struct slice repository)
{
    for (size_t i = 0; i < rule->filter_count; i++)
        if (slice_starts(repository, rule->filters[i]))
            return true;
    return rule->filter_count == 0;
}

static bool is_there(const struct replication_destination *list, size_t count,
                     const struct replication_destination *one)
{
    for (size_t i = 0; i < count; i++)
        if (slice_equal(list[i].region, one->region) && slice_equal(list[i].account, one->account))
            return true;
    return false;
}

bool replication_destinations(const struct replication_rules *rules, struct slice repository,
                              bool deletes, struct arena *arena,
                              struct replication_destination **destinations, size_t *count)
{
    struct replication_destination *list = NULL;
    size_t used = 0, room = 0;
    for (size_t i = 0; i < rules->count; i++) {
        const struct replication_rule *rule = &rules->items[i];
        if ((deletes && !rule->deletes) || !replication_rule_applies(rule, repository))
            continue;
        for (size_t d = 0; d < rule->destination_count; d++)
            if (!is_there(list, used, &rule->destinations[d]) &&
                !ARENA_PUSH(arena, list, used, room, rule->destinations[d]))
                return false;
    }
    *destinations = list;
    *count = used;
    return true;
}
