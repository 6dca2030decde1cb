/*
 * A Dockerfile (first byte 'd'), a compose file ('c', the first line behind it is .env) or
 * plimsoll.yaml. Every place's pieces stand in the file where they say, and an edit, once made,
 * gives a file in which the same place names what it was to name.
 */
#include <stdlib.h>

#include "update/place.h"

#define DIGEST "sha256:1123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

enum { BUDGET = 128 * 1024 * 1024 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool look(char form, struct slice bytes, struct slice environment,
                 struct update_places *places)
{
    struct error err;
    struct slice path = SLICE("x");
    return form == 'd'   ? places_read_dockerfile(places, path, bytes, &err)
           : form == 'c' ? places_read_compose(places, path, bytes, environment, &err)
                         : places_read_configuration(places, path, bytes, &err);
}

static const struct slice built = SLICE("ARG V=1\nARG W\nFROM a:${V}-x\nFROM $W\n");

static void check_pieces(const struct update_place *place, struct slice file)
{
    size_t length = 0;
    for (size_t i = 0; !place->problem.len && i < place->piece_count; i++) {
        const struct place_piece *piece = &place->pieces[i];
        struct slice bytes = slice_equal_str(piece->path, "x") ? file : built;
        if (piece->start > bytes.len || bytes.len - piece->start < piece->text.len ||
            memcmp(bytes.at + piece->start, piece->text.at, piece->text.len) != 0)
            abort();
        length += piece->text.len;
    }
    if (!place->problem.len && length != place->text.len)
        abort();
}

/* Reads the file again: the place says the new tag, and the new digest where one was. Pieces that
   other places share may move those too; this one is what counts. */
static void check_edit(char form, struct slice bytes, struct slice environment, size_t index,
                       const struct update_place *place, struct arena *arena)
{
    struct update_edit *edits;
    struct slice result;
    struct error err;
    size_t count;
    struct update_places again = {.arena = arena};
    if (!place->known || !place->reference.tag.len ||
        !place_edits(place, SLICE("97.98.99"), SLICE(DIGEST), arena, &edits, &count, &err))
        return;
    if (!update_apply(bytes, edits, count, arena, &result, &err)) {
        if (err.kind == ERROR_BUSY)
            abort();
        return;
    }
    if (!look(form, result, environment, &again))
        return; /* the budget */
    for (size_t i = 0; i < again.count; i++)
        if (again.items[i].line == place->line && again.items[i].known &&
            slice_equal_str(again.items[i].reference.tag, "97.98.99"))
            return;
    (void)index;
    abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    enum { CHECKED = 20 };
    CLEANUP_ARENA struct arena arena;
    struct slice rest = slice_of(data, size), environment = {0};
    struct update_places places = {.arena = &arena};
    arena_init(&arena, BUDGET);
    if (!size)
        return 0;
    char form = rest.at[0];
    rest = slice_from(rest, 1);
    if (form == 'c')
        environment = slice_cut(&rest, '\n');
    if (!look(form, rest, environment, &places))
        return 0;
    for (size_t i = 0; i < places.build_count; i++) {
        struct error err;
        places.builds[i].dockerfile = SLICE("y");
        places_read_build(&places, &places.builds[i], built, &err);
    }
    for (size_t i = 0; i < places.count; i++) {
        check_pieces(&places.items[i], rest);
        if (i < CHECKED && places.items[i].kind != PLACE_ARGUMENT)
            check_edit(form, rest, environment, i, &places.items[i], &arena);
    }
    return 0;
}
