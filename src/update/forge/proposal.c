#include "update/forge/proposal.h"

#include <stdio.h>
#include <stdlib.h>

#include "report/markdown_text.h"
#include "update/forge/branch_name.h"

enum { SHOWN_MAX = 100, FILES_SHOWN = 5, DIGEST_SHOWN = 19 };

/* Digests as "sha256:" and twelve digits. */
static struct slice shown(struct slice version)
{
    return slice_find(version, ':') < version.len ? slice_upto(version, DIGEST_SHOWN)
                                                  : slice_upto(version, SHOWN_MAX);
}

/* ---- gathering ---- */

struct gathering {
    struct arena *arena;
    struct proposal *items;
    size_t count;
};

static bool add(struct gathering *work, const struct update_change *change, bool group, size_t most,
                struct error *err)
{
    struct slice branch =
        group ? SLICE(PROPOSAL_GROUP_BRANCH) : branch_of_change(change, work->arena);
    struct proposal *found = NULL;
    if (!branch.at)
        return arena_error(err);
    for (size_t i = 0; i < work->count && !found; i++)
        if (slice_equal(work->items[i].branch, branch))
            found = &work->items[i];
    if (!found) {
        found = &work->items[work->count++];
        found->branch = branch;
        found->changes = arena_array(work->arena, most, sizeof(void *));
        if (!found->changes)
            return arena_error(err);
    }
    found->changes[found->count++] = change;
    return true;
}

/* ---- words ---- */

static bool one_name(const struct proposal *proposal)
{
    for (size_t i = 1; i < proposal->count; i++)
        if (!slice_equal(proposal->changes[i]->name, proposal->changes[0]->name))
            return false;
    return true;
}

static void put_clean(FILE *out, struct slice text)
{
    text = slice_upto(text, SHOWN_MAX);
    for (size_t i = 0; i < text.len; i++)
        putc((unsigned char)text.at[i] < ' ' || text.at[i] == 0x7F ? '?' : text.at[i], out);
}

/* "Update haproxy from 3.3.1 to 3.3.2", "Update haproxy to 3.3.2, 3.3.2-alpine", "Update haproxy
   and 2 more". */
static void write_title(const struct proposal *proposal, FILE *out)
{
    const struct update_change *first = proposal->changes[0];
    fputs("Update ", out);
    put_clean(out, first->name);
    if (proposal->count == 1) {
        fputs(" from ", out);
        put_clean(out, shown(first->from));
    }
    if (!one_name(proposal)) {
        fprintf(out, " and %zu more", proposal->count - 1);
        return;
    }
    fputs(" to ", out);
    for (size_t i = 0; i < proposal->count; i++) {
        fputs(i ? ", " : "", out);
        put_clean(out, shown(proposal->changes[i]->to));
    }
}

static void write_message(const struct proposal *proposal, FILE *out)
{
    write_title(proposal, out);
    fputs("\n\n", out);
    for (size_t i = 0; i < proposal->count; i++) {
        const struct update_change *change = proposal->changes[i];
        put_clean(out, change->name);
        fputs(": ", out);
        put_clean(out, shown(change->from));
        fputs(" -> ", out);
        put_clean(out, shown(change->to));
        fprintf(out, " (%s)\n", change_level_name(change->level));
    }
}

static void put_code(FILE *out, struct slice text)
{
    markdown_put_code(out, slice_upto(text, SHOWN_MAX));
}

static void write_files(const struct update_change *change, FILE *out)
{
    size_t files = 0;
    for (size_t i = 0; i < change->edit_count; i++) {
        if (i && slice_equal(change->edits[i].path, change->edits[i - 1].path))
            continue;
        if (++files <= FILES_SHOWN) {
            fputs(files > 1 ? ", " : "", out);
            put_code(out, change->edits[i].path);
        }
    }
    if (files > FILES_SHOWN)
        fprintf(out, " and %zu more", files - FILES_SHOWN);
}

static void write_body(const struct proposal *proposal, FILE *out)
{
    fputs("| image | from | to | | files |\n|---|---|---|---|---|\n", out);
    for (size_t i = 0; i < proposal->count; i++) {
        const struct update_change *change = proposal->changes[i];
        fputs("| ", out);
        put_code(out, change->name);
        fputs(" | ", out);
        put_code(out, shown(change->from));
        fputs(" | ", out);
        put_code(out, shown(change->to));
        fprintf(out, " | %s | ", change_level_name(change->level));
        write_files(change, out);
        fputs(" |\n", out);
    }
    for (size_t i = 0; i < proposal->count; i++) {
        struct slice summary = slice_trim(proposal->changes[i]->summary);
        if (summary.len && proposal->count > 1) {
            fputs("\n### ", out);
            put_code(out, proposal->changes[i]->name);
            fputs(" to ", out);
            put_code(out, shown(proposal->changes[i]->to));
            fputs("\n", out);
        }
        if (summary.len)
            fprintf(out, "\n%.*s\n", SLICE_ARG(summary));
    }
    fputs("\n---\nBy `plimsoll update --pr`, which moves this branch when something newer comes, "
          "and closes this when it is done. It leaves the branch alone once somebody else has "
          "committed to it.\n",
          out);
}

/* What a writer writes, in the arena. */
static bool written(struct arena *arena, struct slice *text, const struct proposal *proposal,
                    int which, struct error *err)
{
    char *bytes = NULL;
    size_t length = 0;
    FILE *out = open_memstream(&bytes, &length);
    if (!out)
        return error_errno(err, "writing a pull request's text");
    if (which == 0)
        write_title(proposal, out);
    else if (which == 1)
        write_message(proposal, out);
    else
        write_body(proposal, out);
    bool fine = fclose(out) == 0;
    *text = fine ? arena_copy(arena, slice_of(bytes, length)) : (struct slice){0};
    free(bytes);
    return text->at || arena_error(err);
}

bool proposal_make(const struct update_change *changes, size_t count, bool group,
                   struct arena *arena, struct proposal **proposals, size_t *made,
                   struct error *err)
{
    struct gathering work = {.arena = arena};
    work.items = arena_array(arena, count + 1, sizeof *work.items);
    if (!work.items)
        return arena_error(err);
    for (size_t i = 0; i < count; i++)
        if (!add(&work, &changes[i], group, count, err))
            return false;
    for (size_t i = 0; i < work.count; i++) {
        struct proposal *item = &work.items[i];
        if (!written(arena, &item->title, item, 0, err) ||
            !written(arena, &item->message, item, 1, err) ||
            !written(arena, &item->body, item, 2, err))
            return false;
    }
    *proposals = work.items;
    *made = work.count;
    return true;
}
