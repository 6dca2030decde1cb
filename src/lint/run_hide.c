/*
 * No report shows a secret: lines that hold one are not quoted, and what a rule has put of its
 * value into words is masked. Rules say so of what they look at themselves (finding.h, `secret`);
 * this looks at whole files, for those that name something else in the same line.
 */
#include <string.h>

#include "lint/run_parts.h"

enum {
    HIDE_FILE_MAX = 1 << 20, /* bytes of a file: what is longer is not quoted at all */
    HIDE_SECRETS_MAX = 200,  /* in a file; likewise */
    HIDE_VALUE_MIN = 6       /* bytes: what is shorter stands everywhere */
};

struct hidden {
    size_t start, end;
    unsigned line;
    char hint[24];
};

struct hiding {
    struct arena *arena;
    struct hidden *secrets; /* in the order of their lines, nearly */
    size_t count, room;
    bool all; /* too many, or too long to look: no line is quoted */
};

static bool found(void *context, const struct secret_match *match)
{
    struct hiding *hiding = context;
    struct hidden one = {match->start, match->end, match->line, {0}};
    memcpy(one.hint, match->hint, sizeof one.hint);
    hiding->all |= hiding->count == HIDE_SECRETS_MAX ||
                   !ARENA_PUSH(hiding->arena, hiding->secrets, hiding->count, hiding->room, one);
    return !hiding->all;
}

static struct slice mask(struct slice text, struct slice value, const char *hint,
                         struct arena *arena)
{
    if (value.len < HIDE_VALUE_MIN || text.len > 1 << 16)
        return text;
    for (size_t at; (at = slice_search(text, value)) < text.len;) {
        struct slice masked = arena_printf(arena, "%.*s%s%.*s", SLICE_ARG(slice_upto(text, at)),
                                           hint, SLICE_ARG(slice_from(text, at + value.len)));
        if (!masked.at || slice_search(slice_str(hint), value) < strlen(hint))
            return SLICE("not shown: a secret stands in it");
        text = masked;
    }
    return text;
}

static void hide_finding(struct hiding *hiding, struct lint_finding *finding)
{
    unsigned last = finding->end_line > finding->line ? finding->end_line : finding->line;
    finding->secret |= hiding->all;
    for (size_t i = 0; i < hiding->count; i++) {
        const struct hidden *secret = &hiding->secrets[i];
        struct slice value = slice_upto(slice_from(finding->file->bytes, secret->start),
                                        secret->end - secret->start);
        finding->secret |= secret->line >= finding->line && secret->line <= last;
        /* The same value once more, where nothing around it says what it is. */
        if (!finding->secret && finding->line && value.len >= HIDE_VALUE_MIN) {
            struct slice line = lint_file_line(finding->file, finding->line);
            finding->secret = slice_search(line, value) < line.len;
        }
        finding->message = mask(finding->message, value, secret->hint, hiding->arena);
        finding->fix = mask(finding->fix, value, secret->hint, hiding->arena);
        for (size_t j = 0; value.len >= HIDE_VALUE_MIN && j < finding->edit_count; j++)
            finding->secret_edits |=
                slice_search(finding->edits[j].text, value) < finding->edits[j].text.len;
    }
}

void run_hide_secrets(struct run *run)
{
    struct lint_report *report = &run->result->report;
    const struct lint_file *file = NULL;
    struct hiding hiding = {.arena = run->arena};
    for (size_t i = 0; i < report->count; i++) {
        struct lint_finding *finding = report->findings[i];
        if (!finding->file)
            continue;
        if (finding->file != file) { /* they stand file by file */
            file = finding->file;
            hiding = (struct hiding){.arena = run->arena};
            if (!run->secrets)
                run->secrets = secret_searcher_new();
            hiding.all = !run->secrets || file->bytes.len > HIDE_FILE_MAX;
            if (!hiding.all)
                secret_search(run->secrets, SLICE(""), file->bytes, found, &hiding);
        }
        hide_finding(&hiding, finding);
    }
}
