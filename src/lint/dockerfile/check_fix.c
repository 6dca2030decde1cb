/* Edits of Dockerfile rules: from places in logical text to bytes of the file. */
#include "lint/dockerfile/check.h"

static const struct instruction *outermost(const struct instruction *instruction)
{
    return instruction->outer ? instruction->outer : instruction;
}

/* A finding one of whose edits cannot be made has no fix at all: half a fix is worse than none. */
static void refuse(struct lint_finding *finding)
{
    finding->fix = (struct slice){NULL, 0};
    finding->edit_count = 0;
}

void check_fix_replace(struct dockerfile_check *check, struct lint_finding *finding,
                       const struct instruction *instruction, struct slice part, struct slice text)
{
    if (!finding || !finding->fix.len)
        return;
    const struct instruction *whole = outermost(instruction);
    if (!dockerfile_is_whole(check->dockerfile, whole, part)) {
        refuse(finding);
        return;
    }
    lint_fix_edit(check->report, finding, dockerfile_offset(check->dockerfile, whole, part.at),
                  dockerfile_offset_end(check->dockerfile, whole, part.at + part.len), text);
}

static void insert(struct dockerfile_check *check, struct lint_finding *finding, size_t offset,
                   struct slice text)
{
    if (finding && finding->fix.len)
        lint_fix_edit(check->report, finding, offset, offset, text);
}

void check_fix_insert_after(struct dockerfile_check *check, struct lint_finding *finding,
                            const struct instruction *instruction, struct slice part,
                            struct slice text)
{
    insert(check, finding,
           dockerfile_offset_end(check->dockerfile, outermost(instruction), part.at + part.len),
           text);
}

void check_fix_insert_before(struct dockerfile_check *check, struct lint_finding *finding,
                             const struct instruction *instruction, struct slice part,
                             struct slice text)
{
    insert(check, finding, dockerfile_offset(check->dockerfile, outermost(instruction), part.at),
           text);
}

/* `text` with each of its line ends in the file's own kind, and one more in front or behind. */
static struct slice as_lines(struct dockerfile_check *check, struct slice text, bool before)
{
    const char *end = check->dockerfile->crlf ? "\r\n" : "\n";
    size_t count = 1;
    for (size_t i = 0; i < text.len; i++)
        count += text.at[i] == '\n';
    char *lines = arena_alloc(check->arena, text.len + 2 * count + 1);
    if (!lines) {
        check->report->failed = true;
        return (struct slice){NULL, 0};
    }
    size_t len = 0, end_len = strlen(end);
    if (before)
        memcpy(lines, end, end_len), len = end_len;
    for (struct slice rest = text; rest.len;) {
        bool last = slice_find(rest, '\n') == rest.len;
        struct slice line = slice_cut_line(&rest);
        memcpy(lines + len, line.at, line.len);
        len += line.len;
        if (!last || !before)
            memcpy(lines + len, end, end_len), len += end_len;
    }
    return slice_of(lines, len);
}

void check_fix_line_before(struct dockerfile_check *check, struct lint_finding *finding,
                           const struct instruction *instruction, bool above_comments,
                           struct slice text)
{
    const struct instruction *whole = outermost(instruction);
    unsigned line = whole->start_line;
    if (above_comments && whole->comment_line)
        line = whole->comment_line;
    insert(check, finding, check->dockerfile->file->lines[line - 1], as_lines(check, text, false));
}

/* Whether the file ends inside the instruction: its last line that is no comment goes on. What were
   written behind it would be part of it. */
static bool goes_on(const struct dockerfile *dockerfile, const struct instruction *instruction)
{
    for (unsigned line = instruction->end_line; line >= instruction->start_line && line; line--) {
        struct slice text = slice_trim(lint_file_line(dockerfile->file, line));
        if (text.len && text.at[0] != '#')
            return text.at[text.len - 1] == dockerfile->escape;
    }
    return false;
}

void check_fix_line_after(struct dockerfile_check *check, struct lint_finding *finding,
                          const struct instruction *instruction, struct slice text)
{
    if (finding && goes_on(check->dockerfile, outermost(instruction)))
        refuse(finding);
    insert(check, finding, outermost(instruction)->end, as_lines(check, text, true));
}

void check_fix_delete(struct dockerfile_check *check, struct lint_finding *finding,
                      const struct instruction *instruction)
{
    if (!finding || !finding->fix.len)
        return;
    const struct instruction *whole = outermost(instruction);
    const struct lint_file *file = check->dockerfile->file;
    size_t start = file->lines[whole->start_line - 1];
    size_t end =
        whole->end_line < file->line_count ? file->lines[whole->end_line] : file->bytes.len;
    lint_fix_edit(check->report, finding, start, end, (struct slice){NULL, 0});
}
