#include "update/place.h"

#include <stdarg.h>
#include <stdio.h>

const char *place_kind_name(enum place_kind kind)
{
    static const char *const names[] = {"FROM",    "COPY --from",   "RUN --mount",   "# syntax",
                                        "compose", "plimsoll.yaml", "build argument"};
    return names[kind];
}

/* ---- texts ---- */

bool place_text_fail(struct place_text *text, struct error *err, const char *format, ...)
{
    char room[500];
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(room, sizeof room, format, arguments);
    va_end(arguments);
    if (!text->problem.len)
        text->problem =
            arena_copy(text->arena, slice_of(room, length < (int)sizeof room ? (size_t)length
                                                                             : sizeof room - 1));
    return text->problem.at ? false : arena_error(err);
}

bool place_text_add(struct place_text *text, struct slice part, size_t start, struct slice variable,
                    struct error *err)
{
    struct place_piece piece = {part, text->path, start, variable};
    if (!part.len)
        return true;
    for (size_t i = 0; i < part.len; i++)
        if ((unsigned char)part.at[i] < ' ' || part.at[i] == 0x7f)
            return place_text_fail(text, err, "there are control characters in it");
    if (text->text.len + part.len > PLACE_TEXT_MAX || text->count == PLACE_PIECES_MAX)
        return place_text_fail(text, err, "the name is too long");
    text->text = arena_printf(text->arena, "%.*s%.*s", SLICE_ARG(text->text), SLICE_ARG(part));
    return (text->text.at &&
            ARENA_PUSH(text->arena, text->pieces, text->count, text->room, piece)) ||
           arena_error(err);
}

/* ---- places ---- */

/* reference_parse gives "latest" to what has neither tag nor digest. */
static bool writes_tag(struct slice text)
{
    struct slice name = slice_upto(text, slice_find(text, '@'));
    struct slice last = slice_from(
        name, slice_find_last(name, '/') < name.len ? slice_find_last(name, '/') + 1 : 0);
    return slice_find(last, ':') < last.len;
}

/* Whether a name is one of a transport that is no registry: "oci-archive:file.tar". */
static bool is_of_file(struct slice text)
{
    static const char *const prefixes[] = {"docker-archive:", "oci-archive:",       "oci:", "dir:",
                                           "docker-image://", "containers-storage:"};
    for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++)
        if (slice_starts(text, slice_str(prefixes[i])))
            return true;
    return false;
}

/* An image that cannot be rewritten can be asked for all the same, when its name is known. */
static void read_reference(struct update_places *places, struct update_place *place)
{
    struct error why;
    struct slice problem = {0};
    if (place->problem.len && slice_find(place->text, '$') < place->text.len)
        return;
    if (is_of_file(place->text))
        problem = SLICE("it is no image of a registry");
    else if (!reference_parse(place->text, places->arena, &place->reference, &why))
        problem = arena_printf(places->arena, "it is no name of an image: %s", why.text);
    else
        place->known = true;
    if (place->known && !writes_tag(place->text))
        place->reference.tag = (struct slice){0};
    if (!place->problem.len)
        place->problem = problem;
}

struct arena *places_scratch(const struct update_places *places)
{
    return places->scratch ? places->scratch : places->arena;
}

/* The pieces, whose texts are then slices of the place's own. */
static bool copy_pieces(struct update_places *places, const struct place_text *text,
                        struct update_place *place)
{
    size_t at = 0;
    place->pieces = arena_array(places->arena, text->count + 1, sizeof *place->pieces);
    if (!place->pieces)
        return false;
    for (size_t i = 0; !text->problem.len && i < text->count; i++) {
        struct place_piece *piece = &place->pieces[place->piece_count++];
        *piece = text->pieces[i];
        piece->text = slice_of(place->text.at + at, piece->text.len);
        piece->variable = arena_copy(places->arena, piece->variable);
        at += piece->text.len;
        if (!piece->variable.at)
            return false;
    }
    return true;
}

bool places_add(struct update_places *places, enum place_kind kind, struct slice path,
                unsigned line, const struct place_text *text, struct slice written,
                struct error *err)
{
    struct update_place place = {.kind = kind, .path = path, .line = line};
    struct slice shown = text->problem.len ? slice_upto(written, PLACE_TEXT_MAX) : text->text;
    if (!shown.len || slice_equal_str(shown, "scratch"))
        return true;
    if (places->count == PLACES_MAX)
        return error_set(err, ERROR_LIMIT, "over %d images are named", PLACES_MAX);
    place.text = arena_copy(places->arena, shown);
    place.problem = arena_copy(places->arena, text->problem);
    if (!place.text.at || !place.problem.at || !copy_pieces(places, text, &place))
        return arena_error(err);
    read_reference(places, &place);
    return ARENA_PUSH(places->arena, places->items, places->count, places->room, place) ||
           arena_error(err);
}

/* ---- edits ---- */

/* A part of the text, [start, end), and what it shall be. */
struct replacement {
    size_t start, end;
    struct slice with;
};

struct clipped {
    struct slice text, path;
    size_t start; /* in the file */
    struct slice variable;
};

/* The pieces of [start, end), cut to it. */
static size_t clip(const struct update_place *place, size_t start, size_t end,
                   struct clipped clipped[PLACE_PIECES_MAX])
{
    size_t at = 0, count = 0;
    for (size_t i = 0; i < place->piece_count; i++) {
        const struct place_piece *piece = &place->pieces[i];
        size_t from = at < start ? start - at : 0;
        size_t to = at + piece->text.len > end ? (end > at ? end - at : 0) : piece->text.len;
        if (from < to && count < PLACE_PIECES_MAX)
            clipped[count++] =
                (struct clipped){slice_upto(slice_from(piece->text, from), to - from), piece->path,
                                 piece->start + from, piece->variable};
        at += piece->text.len;
    }
    return count;
}

/* Pieces that stay at both ends are left alone; what is left has to be one. */
static bool replace(const struct update_place *place, const struct replacement *replacement,
                    struct update_edit *edit, bool *any, struct error *err)
{
    struct clipped clipped[PLACE_PIECES_MAX];
    size_t count = clip(place, replacement->start, replacement->end, clipped), first = 0;
    struct slice with = replacement->with;
    while (first < count && count - first > 1 && slice_starts(with, clipped[first].text))
        with = slice_from(with, clipped[first++].text.len);
    while (count - first > 1 && slice_ends(with, clipped[count - 1].text))
        with.len -= clipped[--count].text.len;
    if (count - first != 1)
        return error_set(err, ERROR_UNSUPPORTED,
                         "its tag is put together of several variables, and more than one would "
                         "have to change");
    *any = !slice_equal(with, clipped[first].text);
    if (*any && !with.len)
        return error_set(err, ERROR_UNSUPPORTED, "nothing would be left of %.*s",
                         SLICE_ARG(clipped[first].variable));
    *edit = (struct update_edit){.path = clipped[first].path,
                                 .start = clipped[first].start,
                                 .end = clipped[first].start + clipped[first].text.len,
                                 .old_text = clipped[first].text,
                                 .new_text = with};
    return true;
}

/* Where the tag and the digest stand in the text. */
static struct replacement tag_of(const struct update_place *place)
{
    size_t at = slice_find(place->text, '@');
    return (struct replacement){.start = at - place->reference.tag.len, .end = at};
}

static struct replacement digest_of(const struct update_place *place)
{
    size_t at = slice_find(place->text, '@');
    return (struct replacement){.start = at + 1, .end = place->text.len};
}

bool place_edits(const struct update_place *place, struct slice tag, struct slice digest,
                 struct arena *arena, struct update_edit **edits, size_t *count, struct error *err)
{
    struct update_edit *made = arena_array(arena, 2, sizeof *made);
    struct replacement tags = tag_of(place), digests = digest_of(place);
    size_t made_count = 0;
    bool any = false;
    tags.with = tag;
    digests.with = digest;
    if (!made)
        return arena_error(err);
    if (place->problem.len)
        return error_set(err, ERROR_UNSUPPORTED, "%.*s", SLICE_ARG(place->problem));
    if (tag.len && place->reference.tag.len) {
        if (!replace(place, &tags, &made[made_count], &any, err))
            return false;
        made_count += any;
    }
    if (digest.len && place->reference.digest.len) {
        if (!replace(place, &digests, &made[made_count], &any, err))
            return false;
        made_count += any;
    }
    *edits = made;
    *count = made_count;
    return true;
}
