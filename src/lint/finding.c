#include "lint/finding.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/ascii.h"

static const char *const severity_names[] = {"off", "style", "info", "warning", "error"};

const char *lint_severity_name(enum lint_severity severity)
{
    return severity_names[severity];
}

bool lint_severity_parse(struct slice text, enum lint_severity *severity)
{
    for (size_t i = 0; i < sizeof severity_names / sizeof *severity_names; i++)
        if (slice_equal_nocase(text, slice_str(severity_names[i]))) {
            *severity = (enum lint_severity)i;
            return true;
        }
    if (!slice_equal_nocase(text, SLICE("none")) && !slice_equal_nocase(text, SLICE("ignore")))
        return false;
    *severity = LINT_OFF;
    return true;
}

bool lint_file_init(struct lint_file *file, struct slice path, struct slice bytes,
                    enum lint_kind kind, struct arena *arena)
{
    size_t count = 1;
    for (struct slice rest = bytes; rest.len; count++) {
        size_t end = slice_find(rest, '\n');
        if (end == rest.len)
            break;
        rest = slice_from(rest, end + 1);
    }
    size_t *lines = arena_array(arena, count, sizeof *lines);
    if (!lines)
        return false;
    size_t at = 0;
    for (size_t i = 1; i < count; i++) {
        at += slice_find(slice_from(bytes, at), '\n') + 1;
        lines[i] = at;
    }
    *file = (struct lint_file){path, bytes, kind, lines, count};
    return true;
}

void lint_file_position(const struct lint_file *file, size_t offset, unsigned *line,
                        unsigned *column)
{
    size_t low = 0, high = file->line_count;
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (file->lines[middle] <= offset)
            low = middle;
        else
            high = middle;
    }
    *line = (unsigned)(low + 1);
    *column = (unsigned)(offset - file->lines[low] + 1);
}

struct slice lint_file_line(const struct lint_file *file, unsigned line)
{
    if (!line || line > file->line_count)
        return (struct slice){NULL, 0};
    struct slice rest = slice_from(file->bytes, file->lines[line - 1]);
    return slice_cut_line(&rest);
}

static struct lint_finding *add(struct lint_report *report, const struct lint_rule *rule,
                                const char *format, va_list arguments)
{
    char *text = NULL;
    int length = vasprintf(&text, format, arguments);
    struct lint_finding *finding = arena_new(report->arena, struct lint_finding);
    struct slice message = {NULL, 0};
    if (length >= 0)
        message = arena_copy(report->arena, slice_of(text, (size_t)length));
    free(text);
    if (!finding || !message.at ||
        !ARENA_PUSH(report->arena, report->findings, report->count, report->room, finding)) {
        report->failed = true;
        return NULL;
    }
    finding->rule = rule;
    finding->codes = slice_str(rule->codes);
    finding->severity = rule->severity;
    finding->message = message;
    return finding;
}

struct lint_finding *lint_add(struct lint_report *report, const struct lint_rule *rule,
                              const struct lint_file *file, size_t start, size_t end,
                              const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    struct lint_finding *finding = add(report, rule, format, arguments);
    va_end(arguments);
    if (!finding)
        return NULL;
    finding->file = file;
    finding->path = file->path;
    lint_file_position(file, start, &finding->line, &finding->column);
    lint_file_position(file, end, &finding->end_line, &finding->end_column);
    return finding;
}

struct lint_finding *lint_add_path(struct lint_report *report, const struct lint_rule *rule,
                                   struct slice path, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    struct lint_finding *finding = add(report, rule, format, arguments);
    va_end(arguments);
    if (finding)
        finding->path = path;
    return finding;
}

void lint_note(struct lint_report *report, struct slice path, const char *format, ...)
{
    char text[1000];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    struct lint_note note = {path, arena_copy(report->arena, slice_str(text))};
    if (!note.text.at ||
        !ARENA_PUSH(report->arena, report->notes, report->note_count, report->note_room, note))
        report->failed = true;
}

void lint_finding_codes(struct lint_finding *finding, const char *codes)
{
    if (finding)
        finding->codes = slice_str(codes);
}

void lint_fix(struct lint_report *report, struct lint_finding *finding, const char *format, ...)
{
    if (!finding)
        return;
    char text[300];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    finding->fix = arena_copy(report->arena, slice_str(text));
    report->failed |= !finding->fix.at;
}

void lint_fix_edit(struct lint_report *report, struct lint_finding *finding, size_t start,
                   size_t end, struct slice text)
{
    if (!finding)
        return;
    struct lint_edit edit = {start, end, text};
    if (!ARENA_PUSH(report->arena, finding->edits, finding->edit_count, finding->edit_room, edit))
        report->failed = true;
}

bool lint_has_word(struct slice words, struct slice word)
{
    for (size_t at = 0; at < words.len;) {
        size_t end = at;
        while (end < words.len && words.at[end] != ' ')
            end++;
        if (end - at == word.len && slice_equal(slice_of(words.at + at, end - at), word))
            return true;
        at = end + 1;
    }
    return false;
}
