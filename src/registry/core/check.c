#include "registry/core/check.h"

#include <stdarg.h>

#include "registry/core/check_parts.h"
#include "registry/core/collect.h"

enum { ROWS_AT_ONCE = 100, NAMES_MAX = 1 << 30 };

void check_tell(struct checking *checking, enum check_word word, struct slice text)
{
    struct check_report *report = checking->report;
    report->wrong += word == CHECK_WRONG;
    report->mended += word == CHECK_MENDED;
    report->lost += word == CHECK_LOST;
    checking->options->tell(checking->options->context, word, text);
}

bool check_found(struct checking *checking, struct change *change, struct finding *finding,
                 const char *format, ...)
{
    char text[1000];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    finding->wrong = true;
    finding->text = arena_copy(&change->arena, slice_str(text));
    return finding->text.at || failure_memory(&checking->failure);
}

/* Rows of nobody ("" scopes) are looked at with an empty repository. */
static void aim(struct change *change, const struct row *row)
{
    change->at = row->scope;
    if (!scope_parse(row->scope, &change->scope))
        change->scope = (struct scope){0};
}

static bool same_row(struct change *change, const char *kind, const struct row *row, bool *same,
                     struct failure *failure)
{
    struct slice value;
    bool found;
    if (!row_get_at(change, kind, row->scope, row->name, &value, &found, failure))
        return false;
    *same = found && slice_equal(value, row->value);
    return true;
}

static struct slice lost_key(struct arena *arena, const struct change *change,
                             const struct digest *blob)
{
    return arena_printf(arena, "%.*s %s", SLICE_ARG(change->at), blob->text);
}

bool check_lost_is_told(struct checking *checking, struct change *change, const struct digest *blob)
{
    struct slice key = lost_key(&change->arena, change, blob);
    return key.at && table_get(&checking->lost, key);
}

static bool lost_note(struct checking *checking, const struct change *change,
                      const struct digest *blob)
{
    struct slice key = lost_key(&checking->arena, change, blob);
    return (key.at && table_put(&checking->lost, key, checking)) ||
           failure_memory(&checking->failure);
}

/* Looks again: what was wrong may be gone by now, and now it is mended, too. */
static bool look_again(struct checking *checking, const char *kind, const struct row *row,
                       check_judge *judge)
{
    CLEANUP_CHANGE struct change change = {0};
    struct scope nobody = {0};
    struct finding finding = {0};
    bool mend = checking->options->repair, same;
    if (!change_begin(&change, checking->registry, &nobody, mend, NULL, &checking->failure) ||
        !same_row(&change, kind, row, &same, &checking->failure))
        return false;
    aim(&change, row);
    if (!same || !judge(checking, &change, row, mend, &finding))
        return !same;
    if (!finding.wrong)
        return true;
    enum check_word word = finding.lost ? CHECK_LOST : mend ? CHECK_MENDED : CHECK_WRONG;
    change.touched = true;
    if (mend && !change_commit(&change, &checking->failure))
        return false;
    check_tell(checking, word, finding.text);
    return !finding.lost || !finding.blob.text[0] || lost_note(checking, &change, &finding.blob);
}

struct wrong_rows {
    struct arena arena;
    struct row_list list;
};

static bool keep_row(struct wrong_rows *wrong, const struct row *row, struct failure *failure)
{
    struct row copy = {arena_copy(&wrong->arena, row->scope), arena_copy(&wrong->arena, row->name),
                       arena_copy(&wrong->arena, row->value)};
    if (!copy.scope.at || !copy.name.at || !copy.value.at ||
        !ARENA_PUSH(&wrong->arena, wrong->list.items, wrong->list.count, wrong->list.room, copy))
        return failure_memory(failure);
    return true;
}

/* One reading transaction over some rows; `last` is where the next one goes on. */
static bool look_once(struct checking *checking, const char *kind, check_judge *judge,
                      struct wrong_rows *wrong, struct row *last, size_t *count)
{
    CLEANUP_CHANGE struct change view = {0};
    struct scope nobody = {0};
    struct row_list rows;
    struct meta_range range = {.kind = kind,
                               .below = true,
                               .after_scope = last->scope,
                               .after = last->name,
                               .limit = ROWS_AT_ONCE};
    if (!change_begin(&view, checking->registry, &nobody, false, NULL, &checking->failure) ||
        !row_list(&view, &range, &rows, &checking->failure))
        return false;
    for (size_t i = 0; i < rows.count; i++) {
        struct finding finding = {0};
        aim(&view, &rows.items[i]);
        if (!judge(checking, &view, &rows.items[i], false, &finding))
            return false;
        bool keep = finding.wrong || i == rows.count - 1;
        if (keep && !keep_row(wrong, &rows.items[i], &checking->failure))
            return false;
        if (i == rows.count - 1) {
            *last = wrong->list.items[wrong->list.count - 1];
            wrong->list.count -= !finding.wrong;
        }
    }
    *count = rows.count;
    return true;
}

bool check_rows(struct checking *checking, const char *kind, check_judge *judge, uint64_t *count)
{
    struct wrong_rows sets[2] = {0}; /* `last` lives in the set before */
    struct row last = {SLICE(""), SLICE(""), SLICE("")};
    size_t got = ROWS_AT_ONCE;
    bool done = true;
    for (unsigned turn = 0; done && got == ROWS_AT_ONCE; turn++) {
        struct wrong_rows *wrong = &sets[turn % 2];
        arena_done(&wrong->arena);
        *wrong = (struct wrong_rows){0};
        arena_init(&wrong->arena, NAMES_MAX);
        done = look_once(checking, kind, judge, wrong, &last, &got);
        for (size_t i = 0; done && i < wrong->list.count; i++)
            done = look_again(checking, kind, &wrong->list.items[i], judge);
        if (count)
            *count += got;
    }
    arena_done(&sets[0].arena);
    arena_done(&sets[1].arena);
    return done;
}

static bool check_database(struct checking *checking, struct error *err)
{
    struct slice trouble;
    if (!meta_check(checking->registry->meta, &checking->arena, &trouble, err))
        return false;
    while (trouble.len) {
        struct slice line = slice_cut_line(&trouble);
        struct slice text =
            arena_printf(&checking->arena, "the database is damaged: %.*s", SLICE_ARG(line));
        if (!text.at)
            return arena_error(err);
        check_tell(checking, CHECK_LOST, text);
    }
    return true;
}

static bool count_row(struct checking *checking, struct change *change, const struct row *row,
                      bool mend, struct finding *finding)
{
    (void)checking, (void)change, (void)row, (void)mend, (void)finding;
    return true;
}

static bool check_all(struct checking *checking)
{
    struct check_report *report = checking->report;
    return check_rows(checking, ROW_REPOSITORY, count_row, &report->repositories) &&
           check_blob_files(checking) &&
           check_rows(checking, ROW_BLOBFILE, check_blobfile_row, NULL) &&
           check_rows(checking, ROW_BLOB, check_blob_row, NULL) &&
           check_rows(checking, ROW_MANIFEST, check_manifest_row, &report->manifests) &&
           check_rows(checking, ROW_RECYCLED, check_recycled_row, NULL) &&
           check_rows(checking, ROW_TAG, check_tag_row, &report->tags) &&
           check_rows(checking, ROW_TAGGED, check_tagged_row, NULL) &&
           check_rows(checking, ROW_REFERENCE, check_reference_row, NULL) &&
           check_rows(checking, ROW_DOCUMENT, check_document_row, NULL) &&
           check_counters(checking) && check_orphans(checking);
}

bool check_run(struct registry *registry, const struct check_options *options,
               struct check_report *report, struct error *err)
{
    struct checking checking = {.registry = registry, .options = options, .report = report};
    *report = (struct check_report){0};
    arena_init(&checking.arena, NAMES_MAX);
    table_init(&checking.lost, &checking.arena);
    bool done = check_database(&checking, err);
    /* Rows of a damaged database cannot be trusted to say what else is to be mended. */
    if (done && report->lost == 0 && !check_all(&checking)) {
        *err = checking.failure.inside;
        if (!err->kind)
            error_set(err, ERROR_INTERNAL, "%s", checking.failure.text);
        done = false;
    }
    arena_done(&checking.arena);
    return done;
}
