/*
 * Edits of rows, and rows into changes. Bytes that several places share (the default of an ARG, the
 * FROM of a build with arguments) are edited only when all of them want the same.
 */
#include "update/bases_parts.h"

/* "path:start" of bytes that a variable stands for → who uses them. */
struct shared {
    struct bases_row *first;
    const struct update_edit *edit; /* that the first wants of these bytes; NULL: none */
    bool torn;                      /* others want something else */
    struct slice why;
};

static bool leave_alone(struct bases_row *row, struct slice why, struct error *err)
{
    row->state = BASES_LEFT;
    row->why = why;
    row->edit_count = 0;
    return why.at || arena_error(err);
}

static bool make_edits(struct bases_row *row, struct arena *arena, struct error *err)
{
    struct error why = {0};
    if (place_edits(row->place, row->newest, row->new_digest, arena, &row->edits, &row->edit_count,
                    &why))
        return true;
    if (why.kind != ERROR_UNSUPPORTED) {
        *err = why;
        return false;
    }
    return leave_alone(row, arena_copy(arena, slice_str(why.text)), err);
}

/* ---- shared bytes ---- */

/* The edit that a row makes of a piece of its text, or NULL. */
static const struct update_edit *edit_of(const struct bases_row *row,
                                         const struct place_piece *piece)
{
    for (size_t i = 0; i < row->edit_count; i++)
        if (slice_equal(row->edits[i].path, piece->path) && row->edits[i].start >= piece->start &&
            row->edits[i].end <= piece->start + piece->text.len)
            return &row->edits[i];
    return NULL;
}

static bool same_edit(const struct update_edit *a, const struct update_edit *b)
{
    if (!a || !b)
        return a == b;
    return a->start == b->start && a->end == b->end && slice_equal(a->new_text, b->new_text);
}

static struct slice piece_key(const struct place_piece *piece, struct arena *arena)
{
    return arena_printf(arena, "%zu %.*s", piece->start, SLICE_ARG(piece->path));
}

static struct slice torn_text(const struct shared *shared, const struct bases_row *row,
                              const struct place_piece *piece, struct arena *arena)
{
    if (!piece->variable.len)
        return arena_printf(arena, "line %u would have to change differently for the build of %.*s",
                            shared->first->place->line, SLICE_ARG(row->place->path));
    if (shared->first->image != row->image)
        return arena_printf(arena, "the variable %.*s is used by two images, %.*s and %.*s",
                            SLICE_ARG(piece->variable), SLICE_ARG(shared->first->image->name),
                            SLICE_ARG(row->image->name));
    return arena_printf(arena,
                        "the variable %.*s is used in lines %u and %u, which would have to change "
                        "differently",
                        SLICE_ARG(piece->variable), shared->first->place->line, row->place->line);
}

/* An edit of bytes that two images share is made for neither, whatever it would be. */
static bool note_use(struct bases *bases, struct table *uses, struct bases_row *row,
                     const struct place_piece *piece, struct error *err)
{
    struct slice key = piece_key(piece, bases->arena);
    const struct update_edit *edit = edit_of(row, piece);
    struct shared *shared = key.at ? table_get(uses, key) : NULL;
    if (!key.at)
        return arena_error(err);
    if (!shared) {
        shared = arena_new(bases->arena, struct shared);
        if (!shared || !table_put(uses, key, shared))
            return arena_error(err);
        *shared = (struct shared){.first = row, .edit = edit};
        return true;
    }
    bool other = shared->first->image != row->image && (edit || shared->edit);
    if (shared->torn || (!other && same_edit(shared->edit, edit)))
        return true;
    shared->torn = true;
    shared->why = torn_text(shared, row, piece, bases->arena);
    return shared->why.at || arena_error(err);
}

static bool note_uses(struct bases *bases, struct table *uses, struct error *err)
{
    for (size_t i = 0; i < bases->result->row_count; i++) {
        struct bases_row *row = &bases->result->rows[i];
        for (size_t j = 0; row->image && j < row->place->piece_count; j++)
            if (!note_use(bases, uses, row, &row->place->pieces[j], err))
                return false;
    }
    return true;
}

/* Sets *any when a row was left alone, which may tear what others share. */
static bool leave_torn(struct bases *bases, const struct table *uses, bool *any, struct error *err)
{
    for (size_t i = 0; i < bases->result->row_count; i++) {
        struct bases_row *row = &bases->result->rows[i];
        for (size_t j = 0; row->edit_count && j < row->place->piece_count; j++) {
            const struct place_piece *piece = &row->place->pieces[j];
            struct slice key = piece_key(piece, bases->arena);
            const struct shared *shared = key.at ? table_get(uses, key) : NULL;
            if (!shared || !shared->torn || !edit_of(row, piece))
                continue;
            *any = true;
            if (!leave_alone(row, shared->why, err))
                return false;
        }
    }
    return true;
}

static bool settle_shared(struct bases *bases, struct error *err)
{
    bool any = true;
    while (any) {
        struct table uses;
        any = false;
        table_init(&uses, bases->arena);
        if (!note_uses(bases, &uses, err) || !leave_torn(bases, &uses, &any, err))
            return false;
    }
    return true;
}

/* ---- changes ---- */

static struct slice from_of(const struct bases_row *row)
{
    return row->level == CHANGE_DIGEST ? row->place->reference.digest : row->now;
}

static struct slice to_of(const struct bases_row *row)
{
    return row->level == CHANGE_DIGEST ? row->new_digest : row->newest;
}

static struct update_change *change_for(struct bases *bases, const struct bases_row *row,
                                        struct error *err)
{
    struct bases_result *result = bases->result;
    for (size_t i = 0; i < result->change_count; i++) {
        struct update_change *change = &result->changes[i];
        if (slice_equal(change->name, row->image->name) &&
            slice_equal(change->from, from_of(row)) && slice_equal(change->to, to_of(row)))
            return change;
    }
    struct update_change made = {
        .name = row->image->name, .from = from_of(row), .to = to_of(row), .level = row->level};
    if (!ARENA_PUSH(bases->arena, result->changes, result->change_count, result->change_room,
                    made)) {
        arena_error(err);
        return NULL;
    }
    return &result->changes[result->change_count - 1];
}

/* Edits of one change, each once: lines of one file often share an ARG. */
static bool take_edits(struct bases *bases, struct table *seen, struct update_change *change,
                       const struct bases_row *row, struct error *err)
{
    for (size_t i = 0; i < row->edit_count; i++) {
        const struct update_edit *edit = &row->edits[i];
        struct slice key = arena_printf(bases->arena, "%zu %zu %.*s", edit->start, edit->end,
                                        SLICE_ARG(edit->path));
        if (!key.at)
            return arena_error(err);
        if (table_get(seen, key))
            continue;
        if (!table_put(seen, key, (void *)edit))
            return arena_error(err);
        change->edits[change->edit_count++] = *edit;
    }
    return true;
}

/* Bytes that one row changes are changed by no other in another way: settle_shared saw to it. */
static bool fill_changes(struct bases *bases, const size_t *indices, const size_t *counts,
                         struct error *err)
{
    struct table seen;
    struct bases_result *result = bases->result;
    table_init(&seen, bases->arena);
    for (size_t i = 0; i < result->change_count; i++) {
        struct update_change *change = &result->changes[i];
        change->edits = arena_array(bases->arena, counts[i] + 1, sizeof *change->edits);
        if (!change->edits)
            return arena_error(err);
    }
    for (size_t i = 0; i < result->row_count; i++) {
        struct bases_row *row = &result->rows[i];
        if (row->state != BASES_NEWER)
            continue;
        row->change = &result->changes[indices[i]];
        if (!take_edits(bases, &seen, &result->changes[indices[i]], row, err))
            return false;
    }
    return true;
}

/* Changes move while they grow, so rows get theirs at the end. */
static bool group(struct bases *bases, struct error *err)
{
    struct bases_result *result = bases->result;
    size_t *indices = arena_array(bases->arena, result->row_count + 1, sizeof *indices);
    size_t *counts = arena_array(bases->arena, result->row_count + 1, sizeof *counts);
    if (!indices || !counts)
        return arena_error(err);
    for (size_t i = 0; i < result->row_count; i++) {
        const struct bases_row *row = &result->rows[i];
        if (row->state != BASES_NEWER)
            continue;
        struct update_change *change = change_for(bases, row, err);
        if (!change)
            return false;
        indices[i] = (size_t)(change - result->changes);
        counts[indices[i]] += row->edit_count;
    }
    return fill_changes(bases, indices, counts, err);
}

bool bases_make_changes(struct bases *bases, struct error *err)
{
    for (size_t i = 0; i < bases->result->row_count; i++)
        if (bases->result->rows[i].state == BASES_NEWER &&
            !make_edits(&bases->result->rows[i], bases->arena, err))
            return false;
    return settle_shared(bases, err) && group(bases, err);
}
