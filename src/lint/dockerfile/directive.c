/*
 * Parser directives (BuildKit's parser/directives.go): `# name=value` in the first lines, ended by
 * the first line that is none. What chooses the frontend (syntax) and the checks reads them a
 * second time by its own rules: below a #! line too, and syntax also as `// syntax=…` and as
 * { "syntax": "…" }.
 */
#include "base/ascii.h"
#include "lint/dockerfile/parse.h"

static const char *const names[] = {"syntax", "escape", "check"};
enum { SYNTAX, ESCAPE, CHECK, NAMES };

/* RE2's \s. */
static bool blank(char c)
{
    return ascii_space(c) && c != '\v';
}

static struct slice skip_blanks(struct slice s)
{
    while (s.len && blank(s.at[0]))
        s = slice_from(s, 1);
    return s;
}

/* `mark`, then name = value. Returns the place in `names`; NAMES for what is no directive. */
static size_t match(struct slice line, struct slice mark, struct slice *name, struct slice *value)
{
    if (!slice_starts(line, mark))
        return NAMES;
    line = skip_blanks(slice_from(line, mark.len));
    size_t len = 0;
    while (len < line.len && ascii_alnum(line.at[len]))
        len++;
    if (!len || !ascii_alpha(line.at[0]))
        return NAMES;
    *name = slice_upto(line, len);
    line = skip_blanks(slice_from(line, len));
    if (!line.len || line.at[0] != '=')
        return NAMES;
    line = slice_from(line, 1);
    *value = skip_blanks(line);
    while (value->len && blank(value->at[value->len - 1]))
        value->len--;
    if (!value->len && line.len) /* blanks alone: the last of them */
        *value = slice_from(line, line.len - 1);
    size_t i = 0;
    while (i < NAMES && !slice_equal_nocase(*name, slice_str(names[i])))
        i++;
    return value->len ? i : NAMES;
}

static bool add(struct dockerfile *dockerfile, struct arena *arena, size_t which,
                struct slice value, unsigned line)
{
    struct dockerfile_directive directive = {slice_str(names[which]), value, line};
    return ARENA_PUSH(arena, dockerfile->directives, dockerfile->directive_count,
                      dockerfile->directive_room, directive);
}

static bool set_escape(struct lexer *lexer, struct slice value)
{
    if (!slice_equal_str(value, "\\") && !slice_equal_str(value, "`"))
        return lexer_fail(lexer, lexer->line, ERROR_FORMAT,
                          "the escape directive takes \\ or `, not \"%.*s\"", SLICE_ARG(value));
    lexer->dockerfile->escape = value.at[0];
    return true;
}

bool directive_read(struct lexer *lexer, struct slice line, bool indented, bool *is_directive)
{
    struct slice name, value;
    size_t which = match(line, SLICE("#"), &name, &value);
    if (indented)
        lexer->detecting_done = true;
    if (which == NAMES) {
        lexer->directives_done = true;
        return true;
    }
    *is_directive = true;
    if (lexer->seen & 1u << which)
        return lexer_fail(lexer, lexer->line, ERROR_FORMAT,
                          "a second %s directive; there may be one of each", names[which]);
    lexer->seen |= 1u << which;
    if (which == ESCAPE && !set_escape(lexer, value))
        return false;
    if (lexer->detecting_done && which != ESCAPE)
        return true;
    return add(lexer->dockerfile, lexer->arena, which, value, lexer->line) ||
           arena_error(lexer->err);
}

static bool has(const struct dockerfile *dockerfile, size_t which)
{
    for (size_t i = 0; i < dockerfile->directive_count; i++)
        if (slice_equal_str(dockerfile->directives[i].name, names[which]))
            return true;
    return false;
}

/* The block of directives that begins in `line` of the file. */
static bool detect_lines(struct dockerfile *dockerfile, struct slice rest, unsigned line,
                         struct slice mark, unsigned wanted, struct arena *arena)
{
    unsigned seen = 0;
    for (; rest.len; line++) {
        struct slice name, value;
        size_t which = match(slice_cut_line(&rest), mark, &name, &value);
        if (which == NAMES || (seen & 1u << which))
            return true;
        seen |= 1u << which;
        if ((wanted & 1u << which) && !has(dockerfile, which) &&
            !add(dockerfile, arena, which, value, line))
            return false;
    }
    return true;
}

bool directive_detect(struct dockerfile *dockerfile, struct arena *arena)
{
    struct slice rest = slice_from(dockerfile->file->bytes, dockerfile->bom ? 3 : 0);
    unsigned line = 1;
    if (slice_starts(rest, SLICE("#!"))) {
        slice_cut(&rest, '\n');
        line++;
        if (!detect_lines(dockerfile, rest, line, SLICE("#"), 1u << SYNTAX | 1u << CHECK, arena))
            return false;
    }
    if (has(dockerfile, SYNTAX))
        return true;
    if (slice_starts(rest, SLICE("//")) &&
        !detect_lines(dockerfile, rest, line, SLICE("//"), 1u << SYNTAX, arena))
        return false;
    struct slice value = {NULL, 0};
    if (has(dockerfile, SYNTAX) || !skip_blanks(rest).len || skip_blanks(rest).at[0] != '{')
        return true;
    if (!json_object_find(rest, SLICE("syntax"), arena, &value))
        return true;
    return add(dockerfile, arena, SYNTAX, value, line);
}
