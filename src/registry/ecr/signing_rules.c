/* See signing.h. */
#include "base/ascii.h"
#include "image/document.h"
#include "net/base64.h"
#include "registry/constraint.h"
#include "registry/ecr/signing.h"
#include "registry/scanning.h"

enum { PROFILE_MAX = 200, FILTER_MAX = 256 };

#define PROFILE_PATTERN                                                                            \
    "^arn:aws(-[a-z]+)*:signer:[a-z0-9-]+:[0-9]{12}:\\/signing-profiles\\/[a-zA-Z0-9_]{2,}$"
#define FILTER_PATTERN "^(?:[a-z0-9*]+(?:[._-][a-z0-9*]+)*/)*[a-z0-9*]+(?:[._-][a-z0-9*]+)*$"

static bool digits(struct slice text, size_t least, size_t most)
{
    for (size_t i = 0; i < text.len; i++)
        if (!ascii_digit(text.at[i]))
            return false;
    return text.len >= least && text.len <= most;
}

static bool profile_is_valid(struct slice arn)
{
    struct slice rest = arn, path = SLICE("/signing-profiles/");
    if (arn.len > PROFILE_MAX || !slice_equal_str(slice_cut(&rest, ':'), "arn") ||
        !slice_starts(slice_cut(&rest, ':'), SLICE("aws")) ||
        !slice_equal_str(slice_cut(&rest, ':'), "signer") || !slice_cut(&rest, ':').len ||
        !digits(slice_cut(&rest, ':'), 9, 12) || !slice_starts(rest, path))
        return false;
    rest = slice_from(rest, path.len);
    for (size_t i = 0; i < rest.len; i++)
        if (!ascii_alnum(rest.at[i]) && rest.at[i] != '_')
            return false;
    return rest.len >= 2;
}

static bool read_filter(const json_t *object, struct arena *arena, struct slice *filter,
                        struct error *err)
{
    struct slice type = document_view(json_object_get(object, "filterType"));
    if (!json_is_string(json_object_get(object, "filter")))
        return constraint_missing(err, "signingConfiguration.rules.repositoryFilters.filter");
    if (!json_is_string(json_object_get(object, "filterType")))
        return constraint_missing(err, "signingConfiguration.rules.repositoryFilters.filterType");
    if (!slice_equal_str(type, "WILDCARD_MATCH"))
        return constraint_broken(err, "signingConfiguration.rules.repositoryFilters.filterType",
                                 type, "enum value set: [WILDCARD_MATCH]");
    if (!document_text(object, "filter", arena, filter))
        return arena_error(err);
    return constraint_is_filter(*filter, FILTER_MAX) ||
           constraint_broken(err, "signingConfiguration.rules.repositoryFilters.filter", *filter,
                             "regular expression pattern: " FILTER_PATTERN);
}

static bool read_rule(const json_t *object, struct arena *arena, struct signing_rule *rule,
                      struct error *err)
{
    const json_t *filters = json_object_get(object, "repositoryFilters");
    size_t count = json_array_size(filters);
    if (!json_is_string(json_object_get(object, "signingProfileArn")))
        return constraint_missing(err, "signingConfiguration.rules.signingProfileArn");
    if (!document_text(object, "signingProfileArn", arena, &rule->profile))
        return arena_error(err);
    if (!profile_is_valid(rule->profile))
        return constraint_broken(err, "signingConfiguration.rules.signingProfileArn", rule->profile,
                                 "regular expression pattern: " PROFILE_PATTERN);
    if (!filters || json_is_null(filters))
        return true;
    if (!count || count > SIGNING_FILTERS_MAX)
        return constraint_broken(err, "signingConfiguration.rules.repositoryFilters", SLICE("[]"),
                                 "length between 1 and 100");
    rule->filters = arena_array(arena, count, sizeof *rule->filters);
    if (!rule->filters)
        return arena_error(err);
    for (; rule->filter_count < count; rule->filter_count++)
        if (!read_filter(json_array_get(filters, rule->filter_count), arena,
                         &rule->filters[rule->filter_count], err))
            return false;
    return true;
}

bool signing_rules_read(const json_t *document, struct arena *arena, struct signing_rules *rules,
                        struct error *err)
{
    const json_t *list = json_object_get(document, "rules");
    size_t count = json_array_size(list);
    struct signing_rules got = {.count = 0};
    if (!json_is_array(list))
        return constraint_missing(err, "signingConfiguration.rules");
    if (count > SIGNING_RULES_MAX)
        return constraint_length(err, "signingConfiguration.rules", -1, SIGNING_RULES_MAX);
    for (; got.count < count; got.count++)
        if (!read_rule(json_array_get(list, got.count), arena, &got.items[got.count], err))
            return false;
    *rules = got;
    return true;
}

bool signing_rule_applies(const struct signing_rule *rule, struct slice repository)
{
    for (size_t i = 0; i < rule->filter_count; i++)
        if (scanning_filter_matches(rule->filters[i], repository))
            return true;
    return rule->filter_count == 0;
}

/* Base64 of URLs (RFC 4648 section 5) to that of section 4. */
static bool decode_url(struct slice text, struct arena *arena, struct slice *bytes)
{
    struct error ignored;
    struct slice plain = arena_copy(arena, text);
    char *at = (char *)(uintptr_t)plain.at;
    for (size_t i = 0; at && i < plain.len; i++)
        at[i] = at[i] == '-' ? '+' : at[i] == '_' ? '/' : at[i];
    return at && base64_decode(plain, arena, bytes, &ignored);
}

/* "arn:…:/signing-profiles/NAME/VERSION" → without its version. */
static struct slice without_version(struct slice arn)
{
    struct slice path = SLICE("/signing-profiles/");
    size_t at = slice_search(arn, path);
    if (at == arn.len)
        return SLICE("");
    size_t slash = slice_find(slice_from(arn, at + path.len), '/');
    return slice_upto(arn, at + path.len + slash);
}

bool signing_envelope_profile(struct slice envelope, struct arena *arena, struct slice *profile)
{
    struct error err;
    struct slice bytes;
    *profile = SLICE("");
    if (envelope.len > SIGNING_ENVELOPE_MAX)
        return true;
    CLEANUP_JSON json_t *jws = document_parse(envelope, &err);
    struct slice encoded = document_view(json_object_get(jws, "protected"));
    if (!encoded.len || !decode_url(encoded, arena, &bytes))
        return true;
    CLEANUP_JSON json_t *header = document_parse(bytes, &err);
    struct slice version;
    if (!document_text(header, "com.amazonaws.signer.signingProfileVersion", arena, &version))
        return false;
    *profile = without_version(version);
    return true;
}
