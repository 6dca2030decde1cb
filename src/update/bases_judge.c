/* What is to be said of each place. */
#include "base/clock.h"
#include "lint/base_image.h"
#include "update/bases_parts.h"

/* ---- words ---- */

static bool say(struct slice *where, struct arena *arena, struct error *err, struct slice text)
{
    (void)arena;
    *where = text;
    return text.at || arena_error(err);
}

/* "a; b", each once. */
static bool say_also(struct bases_row *row, struct arena *arena, struct error *err,
                     struct slice text)
{
    for (struct slice rest = row->also; text.len && rest.len;)
        if (slice_equal(slice_trim(slice_cut(&rest, ';')), text))
            return true;
    if (row->also.len)
        text = arena_printf(arena, "%.*s; %.*s", SLICE_ARG(row->also), SLICE_ARG(text));
    return say(&row->also, arena, err, text);
}

static struct slice kind_text(enum tag_kind kind, struct slice tag, struct arena *arena)
{
    if (kind == TAG_IS_DATE)
        return arena_printf(arena, "\"%.*s\" is a date or a build number, no version",
                            SLICE_ARG(tag));
    if (kind == TAG_IS_HASH)
        return arena_printf(arena, "\"%.*s\" is a hash, no version", SLICE_ARG(tag));
    return arena_printf(arena, "\"%.*s\" has no version to compare", tag.len ? (int)tag.len : 6,
                        tag.len ? tag.at : "latest");
}

/* ---- ends of branches ---- */

/* "Alpine Linux 3.18 ended on 2025-05-09"; empty while it lives or when nothing is known. */
static struct slice end_text(struct slice reference, struct arena *arena)
{
    struct slice product, cycle;
    int64_t when;
    struct slice end = base_end_of_life(reference, &product, &cycle);
    if (!end.len || !clock_parse(end, &when))
        return SLICE("");
    bool past = when <= clock_now();
    if (!past && clock_days(clock_now(), when) > 90)
        return SLICE("");
    return arena_printf(arena, "%.*s %.*s %s on %.*s", SLICE_ARG(product), SLICE_ARG(cycle),
                        past ? "ended" : "ends", SLICE_ARG(end));
}

static bool say_end(struct bases_row *row, struct slice reference, struct arena *arena,
                    struct error *err)
{
    struct slice text = reference.at ? end_text(reference, arena) : reference;
    if (!text.at)
        return arena_error(err);
    return !text.len || say_also(row, arena, err, text);
}

/* The product's branch, and those of the distribution in the suffix (alpine3.18, bookworm). */
static bool say_ends(struct bases_row *row, struct slice tag, struct arena *arena,
                     struct error *err)
{
    struct tag_version version;
    struct slice name = row->image->name;
    if (!say_end(row, arena_printf(arena, "%.*s:%.*s", SLICE_ARG(name), SLICE_ARG(tag)), arena,
                 err))
        return false;
    if (tag_version_parse(tag, &version) != TAG_IS_VERSION)
        return true;
    for (struct slice rest = version.suffix; rest.len;) {
        struct slice word = slice_cut(&rest, '-');
        bool alpine = slice_starts(word, SLICE("alpine")) && word.len > 6;
        if (alpine) {
            struct slice numbered = slice_from(word, 6);
            if (!say_end(row, arena_printf(arena, "alpine:%.*s", SLICE_ARG(numbered)), arena, err))
                return false;
        } else if (!say_end(row, arena_printf(arena, "debian:%.*s", SLICE_ARG(word)), arena, err) ||
                   !say_end(row, arena_printf(arena, "ubuntu:%.*s", SLICE_ARG(word)), arena, err))
            return false;
    }
    return true;
}

/* ---- tags ---- */

/* What policy keeps from us, and what else the list tells. */
static bool say_choice(struct bases_row *row, struct arena *arena, struct error *err)
{
    const struct choice *choice = &row->choice;
    struct tag_version in_use;
    struct slice problem = row->image->listing.problem;
    if (problem.len && !say_also(row, arena, err, problem))
        return false;
    if (choice->beyond &&
        !say_also(row, arena, err,
                  arena_printf(arena, "%.*s exists, over the policy \"%s\"",
                               SLICE_ARG(choice->beyond->name), update_policy_name(row->policy))))
        return false;
    if (choice->distribution &&
        !say_also(row, arena, err,
                  arena_printf(arena,
                               "%.*s exists, on another release of the distribution "
                               "(--suffix move)",
                               SLICE_ARG(choice->distribution->name))))
        return false;
    if (!choice->in_use && !problem.len &&
        !say_also(row, arena, err, SLICE("the tag in use is not in the list any more")))
        return false;
    const char *line = tag_version_parse(row->place->reference.tag, &in_use) == TAG_IS_VERSION
                           ? product_line(row->image->reference.repository, &in_use)
                           : NULL;
    return !line || say_also(row, arena, err, arena_printf(arena, "line: %s", line));
}

static bool take_chosen(struct bases_row *row, struct arena *arena, struct error *err)
{
    const struct listed_tag *chosen = row->choice.chosen;
    const char *level = change_level_name(row->choice.level);
    row->state = BASES_NEWER;
    row->newest = chosen->name;
    row->updated = chosen->updated;
    row->level = row->choice.level;
    if (row->place->reference.digest.len)
        row->new_digest = chosen->digest;
    return say(&row->why, arena, err,
               arena_printf(arena, "%s: the newest that \"%s\" allows", level,
                            update_policy_name(row->policy)));
}

/* The same question has the same answer: many files name one image, and lists are long. */
static bool choose_once(struct bases *bases, struct bases_row *row, struct error *err)
{
    struct choose_request request = bases_request(row);
    struct slice key =
        arena_printf(bases->arena, "%p %d %.*s %.*s", (void *)row->image, (int)row->policy,
                     SLICE_ARG(request.tag), SLICE_ARG(request.suffix));
    const struct bases_row *same = key.at ? table_get(&bases->chosen, key) : NULL;
    if (same) {
        row->choice = same->choice;
        return true;
    }
    return choose_tag(&request, &row->image->arena, &row->choice, err) &&
           ((key.at && table_put(&bases->chosen, key, row)) || arena_error(err));
}

static bool judge_listed(struct bases *bases, struct bases_row *row, struct error *err)
{
    struct arena *arena = bases->arena;
    if (!choose_once(bases, row, err))
        return false;
    row->state = BASES_CURRENT;
    if (row->choice.chosen
            ? !take_chosen(row, arena, err)
            : !say(&row->why, arena, err,
                   row->policy == POLICY_DIGEST ? SLICE("the policy is \"digest\": the tag stays")
                                                : SLICE("nothing newer that policy allows")))
        return false;
    if (row->choice.in_use && !row->choice.chosen && row->place->reference.digest.len)
        row->new_digest = row->choice.in_use->digest;
    return row->choice.kind != TAG_IS_VERSION || say_choice(row, arena, err);
}

/* Nothing to compare: what is pinned follows its tag, what is not does so by itself. */
static bool judge_loose(struct bases_row *row, enum tag_kind kind, struct arena *arena,
                        struct error *err)
{
    const struct reference *reference = &row->place->reference;
    bool pinned = reference->digest.len;
    struct slice text = kind == TAG_IS_VERSION ? SLICE("the policy is \"digest\": the tag stays")
                                               : kind_text(kind, reference->tag, arena);
    row->state = pinned ? BASES_CURRENT : BASES_LOOSE;
    if (!text.at)
        return arena_error(err);
    return say(&row->why, arena, err,
               pinned ? arena_printf(arena, "%.*s; its digest is followed", SLICE_ARG(text))
                      : arena_printf(arena, "%.*s, and no digest is pinned", SLICE_ARG(text)));
}

static bool judge(struct bases *bases, struct bases_row *row, struct error *err)
{
    struct arena *arena = bases->arena;
    struct tag_version version;
    const struct update_place *place = row->place;
    enum tag_kind kind = tag_version_parse(place->reference.tag, &version);
    row->state = row->policy == POLICY_NONE ? BASES_OFF : BASES_UNKNOWN;
    if (!row->image)
        row->state = BASES_LEFT;
    if (!row->image)
        return say(&row->why, arena, err, place->problem);
    if (row->policy == POLICY_NONE)
        return say(&row->why, arena, err, SLICE("the policy is \"none\""));
    if (!place->reference.tag.len && place->reference.digest.len)
        row->state = BASES_LEFT;
    if (row->state == BASES_LEFT)
        return say(&row->why, arena, err,
                   SLICE("a digest without a tag: there is nothing to follow; write "
                         "NAME:TAG@sha256:…"));
    if (!say_ends(row, place->reference.tag, arena, err))
        return false;
    bool compares = kind == TAG_IS_VERSION && row->policy != POLICY_DIGEST;
    if (row->image->asked && (compares || place->reference.digest.len)) {
        if (!judge_listed(bases, row, err))
            return false;
        return compares || judge_loose(row, kind, arena, err);
    }
    if (!compares)
        return judge_loose(row, kind, arena, err);
    return say(&row->why, arena, err, arena_copy(arena, slice_str(row->image->failure.text)));
}

bool bases_judge(struct bases *bases, struct error *err)
{
    table_init(&bases->chosen, bases->arena);
    for (size_t i = 0; i < bases->result->row_count; i++)
        if (!judge(bases, &bases->result->rows[i], err))
            return false;
    return true;
}

/* ---- digests ---- */

bool bases_judge_digests(struct bases *bases, struct error *err)
{
    for (size_t i = 0; i < bases->result->row_count; i++) {
        struct bases_row *row = &bases->result->rows[i];
        bool pinned = row->image && row->place->reference.digest.len && row->new_digest.len;
        if (!pinned || row->state != BASES_CURRENT)
            continue;
        if (slice_equal(row->new_digest, row->place->reference.digest)) {
            row->new_digest = (struct slice){0};
            continue;
        }
        row->state = BASES_NEWER;
        row->level = CHANGE_DIGEST;
        if (!say(&row->why, bases->arena, err,
                 SLICE("the tag points to another digest than the one that is pinned")))
            return false;
    }
    return true;
}
