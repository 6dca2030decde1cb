/* See ignore.h. */
#include "lint/ignore.h"

#include "base/ascii.h"
#include "base/table.h"
#include "lint/rule_rows.h"

void ignore_set_init(struct ignore_set *set, struct arena *arena)
{
    *set = (struct ignore_set){.arena = arena};
}

/* The next of a list with commas. */
static struct slice cut_name(struct slice *names)
{
    return slice_trim(slice_cut(names, ','));
}

/* ---- one comment ---- */

static struct slice skip_blanks(struct slice text)
{
    while (text.len && (text.at[0] == ' ' || text.at[0] == '\t'))
        text = slice_from(text, 1);
    return text;
}

/* Takes a word and the blanks behind it off the front; false: another stands there. */
static bool take_word(struct slice *text, const char *word)
{
    size_t len = strlen(word);
    if (!slice_equal_nocase(slice_upto(*text, len), slice_str(word)))
        return false;
    *text = skip_blanks(slice_from(*text, len));
    return true;
}

/* "a, b ,c reason": cuts the names, leaves the reason. A blank ends the list unless a comma stands
   on one of its sides. */
static struct slice cut_names(struct slice *text)
{
    size_t end = 0;
    for (;;) {
        while (end < text->len && !ascii_space(text->at[end]))
            end++;
        size_t next = end;
        while (next < text->len && ascii_space(text->at[next]))
            next++;
        bool comma = (end && text->at[end - 1] == ',') ||
                     (next < text->len && next > end && text->at[next] == ',');
        if (!comma || next >= text->len)
            break;
        end = next;
    }
    struct slice names = slice_upto(*text, end);
    *text = slice_from(*text, end);
    return names;
}

/* Without what people put between a list and their words: "// why", "-- why", "# why", ": why". */
static struct slice reason_of(struct slice text)
{
    text = slice_trim(text);
    while (text.len && strchr("/-#:;", text.at[0]) && text.at[0])
        text = slice_from(text, 1);
    return slice_trim(text);
}

static void push(struct ignore_set *set, struct ignore_entry entry)
{
    set->too_many |= set->count >= IGNORE_ENTRIES_MAX;
    if (set->too_many)
        return;
    if (!ARENA_PUSH(set->arena, set->entries, set->count, set->room, entry))
        set->failed = true;
}

/* "skip=A,B;error=true": BuildKit's, behind "check=". */
static bool read_check(struct ignore_set *set, struct slice text, struct ignore_entry entry)
{
    bool known = false;
    while (text.len) {
        struct slice value = slice_cut(&text, ';'), key = slice_trim(slice_cut(&value, '='));
        value = slice_trim(value);
        if (slice_equal_nocase(key, SLICE("error"))) {
            struct slice word = cut_names(&value);
            set->buildkit_errors |= slice_equal_nocase(word, SLICE("true"));
            known = true;
        } else if (slice_equal_nocase(key, SLICE("skip"))) {
            entry.names = cut_names(&value);
            entry.reason = reason_of(value);
            entry.buildkit = true;
            if (slice_equal_nocase(entry.names, SLICE("all")))
                entry.names = (struct slice){NULL, 0};
            push(set, entry);
            known = true;
        }
    }
    return known;
}

/* `entry` says the lines and the place; false when the comment is an ordinary one. */
static bool read_comment(struct ignore_set *set, struct slice comment, struct ignore_entry entry)
{
    struct slice text = skip_blanks(slice_from(comment, 1));
    if (take_word(&text, "check="))
        return read_check(set, text, entry);
    if (!take_word(&text, "plimsoll") && !take_word(&text, "hadolint"))
        return false;
    if (take_word(&text, "global")) {
        entry.first = 0;
        entry.last = UINT32_MAX;
    }
    if (!take_word(&text, "ignore") || !take_word(&text, "="))
        return false;
    entry.names = cut_names(&text);
    entry.reason = reason_of(text);
    if (entry.names.len)
        push(set, entry);
    return true;
}

/* ---- Dockerfiles ---- */

static struct ignore_entry at_comment(const struct lint_file *file, struct slice text,
                                      unsigned line)
{
    size_t start = (size_t)(text.at - file->bytes.at);
    return (struct ignore_entry){.start = start, .end = start + text.len, .line = line};
}

static bool is_directive(const struct dockerfile *dockerfile, unsigned line)
{
    for (size_t i = 0; i < dockerfile->directive_count; i++)
        if (dockerfile->directives[i].line == line)
            return true;
    return false;
}

static void read_directives(struct ignore_set *set, const struct dockerfile *dockerfile)
{
    for (size_t i = 0; i < dockerfile->directive_count; i++) {
        const struct dockerfile_directive *directive = &dockerfile->directives[i];
        if (!slice_equal_nocase(directive->name, SLICE("check")))
            continue;
        struct ignore_entry entry = at_comment(
            dockerfile->file, lint_file_line(dockerfile->file, directive->line), directive->line);
        entry.last = UINT32_MAX;
        read_check(set, directive->value, entry);
    }
}

void ignore_read_dockerfile(struct ignore_set *set, const struct dockerfile *dockerfile)
{
    size_t next = 0;
    read_directives(set, dockerfile);
    for (size_t i = 0; i < dockerfile->comment_count; i++) {
        const struct dockerfile_comment *comment = &dockerfile->comments[i];
        if (is_directive(dockerfile, comment->line))
            continue;
        struct ignore_entry entry = at_comment(dockerfile->file, comment->text, comment->line);
        const struct instruction *target = comment->inside;
        while (!target && next < dockerfile->count &&
               dockerfile->instructions[next].start_line < comment->line)
            next++;
        if (!target && next < dockerfile->count && dockerfile->instructions[next].comment_line &&
            dockerfile->instructions[next].comment_line <= comment->line)
            target = &dockerfile->instructions[next];
        if (target) {
            entry.first = comment->inside ? target->start_line : target->comment_line;
            entry.last = target->end_line;
        }
        read_comment(set, comment->text, entry);
    }
}

/* ---- nginx and HAProxy ---- */

/* Line in which the block that opens in `line` is closed; `line` when none opens there. */
static unsigned nginx_block_end(struct ignore_set *set, const struct lint_file *file, unsigned line)
{
    size_t depth = 0;
    unsigned first = line;
    char quote = 0;
    for (size_t i = file->lines[line - 1]; i < file->bytes.len; i++) {
        char c = file->bytes.at[i];
        if (++set->scanned > IGNORE_SCAN_MAX)
            return first;
        line += c == '\n';
        if (c == '\\') {
            i++;
        } else if (quote) {
            quote = c == quote ? 0 : quote;
        } else if (c == '"' || c == '\'') {
            quote = c;
        } else if (c == '#') {
            i += slice_find(slice_from(file->bytes, i), '\n') - 1;
        } else if (c == '{') {
            depth++;
        } else if ((c == ';' && depth == 0) || (c == '}' && (depth == 0 || --depth == 0))) {
            return line;
        }
    }
    return (unsigned)file->line_count;
}

static bool is_section(struct slice line)
{
    static const char words[] = "global defaults frontend backend listen peers resolvers userlist "
                                "program mailers cache http-errors ring log-forward fcgi-app "
                                "crt-store traces acme";
    size_t end = 0;
    while (end < line.len && !ascii_space(line.at[end]))
        end++;
    return end && lint_has_word(slice_str(words), slice_upto(line, end));
}

static unsigned haproxy_section_end(struct ignore_set *set, const struct lint_file *file,
                                    unsigned line)
{
    unsigned first = line;
    if (!is_section(slice_trim(lint_file_line(file, line))))
        return line;
    while (line < file->line_count && !is_section(slice_trim(lint_file_line(file, line + 1)))) {
        set->scanned += lint_file_line(file, ++line).len + 1;
        if (set->scanned > IGNORE_SCAN_MAX)
            return first;
    }
    return line;
}

/* Where in the line an ignore comment begins that stands behind a directive; its length when none
   does. */
static size_t trailing_comment(struct slice line)
{
    static const char *const marks[] = {"# plimsoll ", "#plimsoll "};
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
        size_t at = slice_search(line, slice_str(marks[i]));
        if (at < line.len)
            return at;
    }
    return line.len;
}

static void read_own_line(struct ignore_set *set, const struct lint_file *file,
                          struct slice comment, unsigned line)
{
    struct ignore_entry entry = at_comment(file, comment, line);
    unsigned target = line + 1;
    for (; target <= file->line_count; target++) {
        struct slice text = slice_trim(lint_file_line(file, target));
        if (set->scanned++ > IGNORE_SCAN_MAX)
            return;
        if (text.len && text.at[0] != '#')
            break;
        if (!text.len)
            target = (unsigned)file->line_count; /* nothing stands directly below */
    }
    if (target <= file->line_count) {
        entry.first = line;
        entry.last = file->kind == LINT_NGINX ? nginx_block_end(set, file, target)
                                              : haproxy_section_end(set, file, target);
    }
    read_comment(set, comment, entry);
}

void ignore_read_proxy(struct ignore_set *set, const struct lint_file *file)
{
    for (unsigned line = 1; line <= file->line_count; line++) {
        struct slice whole = lint_file_line(file, line), text = slice_trim(whole);
        size_t at = trailing_comment(whole);
        if (at == whole.len)
            continue;
        if (text.at[0] == '#') {
            read_own_line(set, file, text, line);
            continue;
        }
        struct ignore_entry entry = at_comment(file, slice_from(whole, at), line);
        entry.first = entry.last = line;
        read_comment(set, slice_from(whole, at), entry);
    }
}

/* ---- what they do ---- */

/* A name is told once a file. */
static void check_names(struct lint_report *report, const struct lint_file *file,
                        const struct ignore_entry *entry, struct table *told)
{
    for (struct slice names = entry->names; names.len;) {
        struct slice name = cut_name(&names);
        if (!name.len || table_get(told, name))
            continue;
        if (!table_put(told, name, told))
            report->failed = true;
        lint_rule_check(report, file->path, entry->line, name);
    }
}

void ignore_check(const struct ignore_set *set, const struct lint_file *file, bool report_use,
                  struct lint_report *report)
{
    struct table told;
    table_init(&told, report->arena);
    if (set->too_many)
        lint_note(report, file->path,
                  "more than %d comments that switch rules off; the rest of "
                  "them count for nothing",
                  IGNORE_ENTRIES_MAX);
    for (size_t i = 0; i < set->count; i++) {
        const struct ignore_entry *entry = &set->entries[i];
        check_names(report, file, entry, &told);
        if (report_use)
            lint_add(report, &rule_inline_ignore, file, entry->start, entry->end,
                     "this comment switches off %.*s%s; an exception in plimsoll.exceptions.yaml "
                     "has an owner and a date",
                     SLICE_ARG(entry->names), entry->names.len ? "" : "all of BuildKit's checks");
    }
}

static bool covers(const struct ignore_entry *entry, const struct lint_finding *finding)
{
    if (finding->line < entry->first || finding->line > entry->last)
        return false;
    if (entry->buildkit && !(finding->rule->profiles & LINT_PROFILE_BUILDKIT))
        return false;
    if (!entry->names.len)
        return entry->buildkit && finding->rule != &rule_parse_error;
    for (struct slice names = entry->names; names.len;)
        if (lint_rule_is(finding->rule, finding->codes, cut_name(&names)))
            return true;
    return false;
}

void ignore_apply(const struct ignore_set *set, struct lint_finding *finding)
{
    if (set->buildkit_errors && (finding->rule->profiles & LINT_PROFILE_BUILDKIT))
        finding->severity = LINT_ERROR;
    for (size_t i = 0; i < set->count && !finding->suppressed; i++) {
        const struct ignore_entry *entry = &set->entries[i];
        if (!covers(entry, finding))
            continue;
        struct slice where = arena_printf(set->arena, "comment in line %u", entry->line);
        finding->suppressed = true;
        finding->suppression = where.at ? where : SLICE("comment");
        finding->reason = entry->reason;
    }
}
