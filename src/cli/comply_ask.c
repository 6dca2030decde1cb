#include "cli/comply_ask.h"

#include <stdio.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/terminal.h"

static bool record(struct invocation *call, const struct comply *comply, struct slice row, bool yes,
                   struct slice by, struct error *err)
{
    struct comply_answer answer = {.row = row,
                                   .image = comply->image_digest,
                                   .yes = yes,
                                   .by = by,
                                   .at = clock_format(comply->options->now, call->arena),
                                   .note = slice_str(option_text(call, "note"))};
    return comply_answer_write(option_text(call, "answers"), &answer, call->arena, err);
}

static const struct comply_rule *find_rule(struct slice id)
{
    for (const struct comply_rule *rule = comply_rules; rule->id; rule++)
        if (slice_equal_str(id, rule->id))
            return rule;
    return NULL;
}

static bool refuse_row(const char *text, struct slice row, struct error *err)
{
    char rows[300] = "";
    for (const struct comply_rule *rule = comply_rules; rule->id; rule++) {
        size_t used = strlen(rows);
        if (rule->question)
            snprintf(rows + used, sizeof rows - used, "%s%s", used ? ", " : "", rule->id);
    }
    return error_set(err, ERROR_USAGE, "--answer %s: there is no row \"%.*s\"; asked are %s", text,
                     SLICE_ARG(slice_upto(row, 40)), rows);
}

static bool check_answer(const char *text, struct error *err)
{
    struct slice word = slice_str(text), row = slice_cut(&word, '=');
    const struct comply_rule *rule = find_rule(row);
    if (!rule)
        return refuse_row(text, row, err);
    if (!rule->question)
        return error_set(err, ERROR_USAGE, "--answer %s: that row is proven, not answered", text);
    return slice_equal_nocase(word, SLICE("yes")) || slice_equal_nocase(word, SLICE("no")) ||
           error_set(err, ERROR_USAGE, "--answer %s: ROW=yes or ROW=no is wanted", text);
}

bool comply_ask_check(struct invocation *call, struct error *err)
{
    const struct option_value *answers = option_value(call, "answer");
    for (size_t i = 0; i < answers->count; i++)
        if (!check_answer(answers->items[i], err))
            return false;
    if (answers->count && !slice_trim(slice_str(option_text(call, "by"))).len)
        return error_set(err, ERROR_USAGE, "an answer needs --by: who gives it");
    if (answers->count && !option_text(call, "image"))
        return error_set(err, ERROR_USAGE, "an answer is about an image: give --image");
    return true;
}

/* A line from the person; false at the end of input. */
static bool ask(const char *prompt, char *line, int size)
{
    fputs(prompt, stderr);
    fflush(stderr);
    return fgets(line, size, stdin) != NULL;
}

static bool ask_rows(struct invocation *call, const struct comply *comply, size_t *recorded,
                     struct error *err)
{
    char line[200], name[200] = "";
    struct slice by = slice_str(option_text(call, "by"));
    for (size_t i = 0; i < comply->count; i++) {
        const struct comply_row *row = &comply->rows[i];
        if (row->state != COMPLY_OPEN || !row->rule->question)
            continue;
        fprintf(stderr, "%s\n  %s\n", row->rule->title, row->rule->question);
        if (!ask("  yes, no, or Enter to leave it open: ", line, sizeof line))
            return true;
        struct slice word = slice_trim(slice_str(line));
        bool yes = slice_starts(SLICE("yes"), word);
        if (!word.len || (!yes && !slice_starts(SLICE("no"), word)))
            continue;
        while (!by.len) {
            if (!ask("  your name, for the record: ", name, sizeof name))
                return true;
            by = slice_trim(slice_str(name));
        }
        if (!record(call, comply, slice_str(row->rule->id), yes, by, err))
            return false;
        ++*recorded;
    }
    return true;
}

bool comply_ask_people(struct invocation *call, const struct comply *comply, size_t *recorded,
                       struct error *err)
{
    const struct option_value *answers = option_value(call, "answer");
    struct slice by = slice_trim(slice_str(option_text(call, "by")));
    *recorded = answers->count;
    if (answers->count && !comply->image_digest.len)
        return error_set(err, ERROR_USAGE,
                         "an answer is bound to an image's configuration, and --image has none");
    for (size_t i = 0; i < answers->count; i++) {
        struct slice word = slice_str(answers->items[i]), row = slice_cut(&word, '=');
        if (!record(call, comply, row, slice_equal_nocase(word, SLICE("yes")), by, err))
            return false;
    }
    if (!answers->count && comply->image_digest.len && isatty(STDIN_FILENO) &&
        isatty(STDERR_FILENO))
        return ask_rows(call, comply, recorded, err);
    return true;
}
