#include "registry/ecr/mutability.h"

#include "base/ascii.h"

const char *const mutability_words[] = {
    [TAGS_MUTABLE] = "MUTABLE",
    [TAGS_IMMUTABLE] = "IMMUTABLE",
    [TAGS_IMMUTABLE_WITH_EXCLUSION] = "IMMUTABLE_WITH_EXCLUSION",
    [TAGS_MUTABLE_WITH_EXCLUSION] = "MUTABLE_WITH_EXCLUSION",
    NULL,
};

static const char *const filter_types[] = {"WILDCARD", NULL};

static bool filter_is_valid(struct slice text)
{
    for (size_t i = 0; i < text.len; i++)
        if (!ascii_alnum(text.at[i]) && !memchr("._*-", text.at[i], 4))
            return false;
    return text.len >= 1 && text.len <= EXCLUSION_LEN_MAX;
}

static size_t wildcards(struct slice text)
{
    size_t count = 0;
    for (size_t i = 0; i < text.len; i++)
        count += text.at[i] == '*';
    return count;
}

static bool read_filter(struct ecr_call *call, struct slice *filter)
{
    int type = 0;
    if (!call_choice(call, "filterType", true, filter_types, &type) ||
        !call_text_like(call, "filter", true, filter_is_valid, "^[0-9a-zA-Z._*-]{1,128}$", filter))
        return false;
    return wildcards(*filter) <= EXCLUSION_WILDCARDS_MAX ||
           call_invalid(call, "filter", "at most %d wildcards (*) are allowed",
                        EXCLUSION_WILDCARDS_MAX);
}

#define FILTERS "imageTagMutabilityExclusionFilters"

static bool read_filters(struct ecr_call *call, const json_t *array, struct mutability *mutability)
{
    size_t count = json_array_size(array);
    mutability->exclusions = arena_array(call->arena, count, sizeof *mutability->exclusions);
    if (!mutability->exclusions)
        return call_no_memory(call);
    for (size_t i = 0; i < count; i++) {
        struct call_place place;
        if (!call_enter(call, FILTERS, i + 1, json_array_get(array, i), &place) ||
            !read_filter(call, &mutability->exclusions[i]))
            return false;
        call_leave(call, &place);
    }
    mutability->exclusion_count = count;
    return true;
}

bool mutability_read(struct ecr_call *call, bool required, struct mutability *mutability)
{
    const json_t *array;
    *mutability = (struct mutability){.mode = TAGS_MUTABLE};
    if (!call_choice(call, "imageTagMutability", required, mutability_words, &mutability->mode) ||
        !call_array(call, FILTERS, false, 1, EXCLUSIONS_MAX, &array))
        return false;
    bool with = mutability->mode == TAGS_IMMUTABLE_WITH_EXCLUSION ||
                mutability->mode == TAGS_MUTABLE_WITH_EXCLUSION;
    if (with && !array)
        return call_invalid(call, FILTERS, "must be there with %s",
                            mutability_words[mutability->mode]);
    if (!with && array)
        return call_invalid(call, FILTERS, "must not be there with %s",
                            mutability_words[mutability->mode]);
    return !array || read_filters(call, array, mutability);
}

void put_mutability(json_t *object, const struct mutability *mutability)
{
    put_text(object, "imageTagMutability", slice_str(mutability_words[mutability->mode]));
    if (!mutability->exclusion_count)
        return;
    json_t *filters = put_array(object, FILTERS);
    for (size_t i = 0; i < mutability->exclusion_count; i++) {
        json_t *filter = put_element(filters);
        put_text(filter, "filterType", slice_str(filter_types[0]));
        put_text(filter, "filter", mutability->exclusions[i]);
    }
}
