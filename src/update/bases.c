#include "update/bases.h"

#include "base/clock.h"
#include "update/bases_parts.h"

const char *bases_state_name(enum bases_state state)
{
    static const char *const names[] = {"current",  "newer",   "left-alone",
                                        "floating", "unknown", "off"};
    return names[state];
}

struct choose_request bases_request(const struct bases_row *row)
{
    return (struct choose_request){.repository = row->image->reference.repository,
                                   .tag = row->place->reference.tag,
                                   .tags = row->image->listing.tags,
                                   .count = row->image->listing.count,
                                   .policy = row->policy,
                                   .suffix = row->suffix};
}

static bool find_all(struct bases *bases, struct update_search *search, struct error *err)
{
    const struct bases_options *options = bases->options;
    static const char *const here[] = {"."};
    const char *const *paths = options->path_count ? options->paths : here;
    for (size_t i = 0; i < (options->path_count ? options->path_count : 1); i++)
        if (!update_find(search, paths[i], err))
            return false;
    return true;
}

static void count_states(struct bases_result *result)
{
    for (size_t i = 0; i < result->row_count; i++) {
        result->newer += result->rows[i].state == BASES_NEWER;
        result->left += result->rows[i].state == BASES_LEFT;
        result->unknown += result->rows[i].state == BASES_UNKNOWN;
    }
    for (size_t i = 0; i < result->image_count; i++)
        result->requests += result->images[i].listing.requests;
}

static bool run_all(struct bases *bases, struct error *err)
{
    struct update_search *search = arena_new(bases->arena, struct update_search);
    struct bases_result *result = bases->result;
    if (!search)
        return arena_error(err);
    *search = (struct update_search){.arena = bases->arena,
                                     .patterns = bases->options->patterns,
                                     .pattern_count = bases->options->pattern_count};
    if (!find_all(bases, search, err) || !update_find_builds(search, err) ||
        !bases_collect(bases, &search->places, err))
        return false;
    result->notes = search->notes;
    result->note_count = search->note_count;
    result->files = search->files;
    result->pins = search->pins;
    return bases_ask_tags(bases, err) && bases_judge(bases, err) && bases_ask_digests(bases, err) &&
           bases_judge_digests(bases, err) && bases_make_changes(bases, err);
}

bool bases_run(const struct bases_options *options, struct arena *arena,
               struct bases_result *result, struct error *err)
{
    struct bases bases = {options, arena, result, tag_list_gate_new()};
    double start = clock_monotonic();
    *result = (struct bases_result){0};
    bool fine = bases.gate ? run_all(&bases, err) : arena_error(err);
    tag_list_gate_free(bases.gate);
    count_states(result);
    result->seconds = clock_monotonic() - start;
    return fine;
}

void bases_done(struct bases_result *result)
{
    for (size_t i = 0; i < result->image_count; i++)
        arena_done(&result->images[i].arena);
}
