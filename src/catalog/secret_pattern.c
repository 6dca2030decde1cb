/* Compiles the pattern language; see secret_pattern.h. Linked into the generator, and into the
   program for its tests. */
#include "catalog/secret_pattern.h"

#include "base/ascii.h"

enum { GROUP_DEPTH_MAX = 8 };

struct compiler {
    struct secret_program *program;
    struct slice rest;
    bool nocase;
    unsigned depth;
    struct error *err;
};

static bool wrong(struct compiler *compiler, const char *what)
{
    return error_set(compiler->err, ERROR_FORMAT, "pattern: %s before \"%.*s\"", what,
                     SLICE_ARG(slice_upto(compiler->rest, 20)));
}

static bool take(struct compiler *compiler, char c)
{
    if (!compiler->rest.len || compiler->rest.at[0] != c)
        return false;
    compiler->rest = slice_from(compiler->rest, 1);
    return true;
}

static bool add_step(struct compiler *compiler, struct secret_step step, size_t *at)
{
    struct secret_program *program = compiler->program;
    if (program->step_count == SECRET_STEPS_MAX)
        return wrong(compiler, "too many steps");
    *at = program->step_count;
    program->steps[program->step_count++] = step;
    return true;
}

static void set_add(struct secret_set *set, unsigned char c)
{
    set->bits[c / 64] |= UINT64_C(1) << (c % 64);
}

static void set_add_range(struct secret_set *set, unsigned char from, unsigned char to)
{
    for (unsigned c = from; c <= to; c++)
        set_add(set, (unsigned char)c);
}

static void set_negate(struct secret_set *set)
{
    for (int i = 0; i < 4; i++)
        set->bits[i] = ~set->bits[i];
}

/* Behind a backslash; *single is its byte, -1 for a class. */
static bool add_escape(struct compiler *compiler, struct secret_set *set, int *single)
{
    if (!compiler->rest.len)
        return wrong(compiler, "nothing behind a backslash");
    char c = compiler->rest.at[0];
    compiler->rest = slice_from(compiler->rest, 1);
    *single = -1;
    switch (c) {
    case 'd':
        set_add_range(set, '0', '9');
        return true;
    case 'w':
        set_add_range(set, '0', '9');
        set_add_range(set, 'a', 'z');
        set_add_range(set, 'A', 'Z');
        set_add(set, '_');
        return true;
    case 's':
        set_add_range(set, '\t', '\r');
        set_add(set, ' ');
        return true;
    default:
        break;
    }
    if (ascii_alnum(c) && c != 'n' && c != 'r' && c != 't')
        return wrong(compiler, "an unknown escape");
    *single = (unsigned char)(c == 'n' ? '\n' : c == 'r' ? '\r' : c == 't' ? '\t' : c);
    set_add(set, (unsigned char)*single);
    return true;
}

static bool add_class_item(struct compiler *compiler, struct secret_set *set)
{
    int from = (unsigned char)compiler->rest.at[0];
    compiler->rest = slice_from(compiler->rest, 1);
    if (from == '\\') {
        if (!add_escape(compiler, set, &from))
            return false;
        if (from < 0)
            return true;
    }
    bool range =
        compiler->rest.len > 1 && compiler->rest.at[0] == '-' && compiler->rest.at[1] != ']';
    if (!range) {
        set_add(set, (unsigned char)from);
        return true;
    }
    unsigned char to = (unsigned char)compiler->rest.at[1];
    compiler->rest = slice_from(compiler->rest, 2);
    if (to < from || to == '\\')
        return wrong(compiler, "a range that is none");
    set_add_range(set, (unsigned char)from, to);
    return true;
}

static bool parse_class(struct compiler *compiler, struct secret_set *set)
{
    bool negated = take(compiler, '^');
    while (compiler->rest.len && compiler->rest.at[0] != ']')
        if (!add_class_item(compiler, set))
            return false;
    if (!take(compiler, ']'))
        return wrong(compiler, "a class without its end");
    if (negated)
        set_negate(set);
    return true;
}

static bool parse_byte(struct compiler *compiler, struct secret_set *set)
{
    char c = compiler->rest.at[0];
    int single;
    compiler->rest = slice_from(compiler->rest, 1);
    if (c == '[')
        return parse_class(compiler, set);
    if (c == '\\')
        return add_escape(compiler, set, &single);
    if (c == '.') {
        set_add(set, '\n');
        set_negate(set);
        return true;
    }
    if (slice_find(SLICE("*+?{}"), c) < 5)
        return wrong(compiler, "a number of nothing");
    set_add(set, (unsigned char)c);
    return true;
}

static void set_fold(struct secret_set *set)
{
    for (char c = 'a'; c <= 'z'; c++) {
        if (secret_set_has(set, c))
            set_add(set, (unsigned char)ascii_upper(c));
        if (secret_set_has(set, ascii_upper(c)))
            set_add(set, (unsigned char)c);
    }
}

static bool parse_number(struct compiler *compiler, uint16_t *number)
{
    unsigned value = 0;
    if (!compiler->rest.len || !ascii_digit(compiler->rest.at[0]))
        return wrong(compiler, "a number is missing");
    while (compiler->rest.len && ascii_digit(compiler->rest.at[0]) && value <= SECRET_REPEAT_MAX) {
        value = value * 10 + (unsigned)(compiler->rest.at[0] - '0');
        compiler->rest = slice_from(compiler->rest, 1);
    }
    if (value > SECRET_REPEAT_MAX)
        return wrong(compiler, "a number over 4096");
    *number = (uint16_t)value;
    return true;
}

static bool parse_braces(struct compiler *compiler, struct secret_step *step)
{
    if (!parse_number(compiler, &step->least))
        return false;
    step->most = step->least;
    if (take(compiler, ',')) {
        step->most = SECRET_REPEAT_MAX;
        if (compiler->rest.len && compiler->rest.at[0] != '}' &&
            !parse_number(compiler, &step->most))
            return false;
    }
    return (take(compiler, '}') && step->most >= step->least && step->most > 0) ||
           wrong(compiler, "a number of times that is none");
}

static bool parse_times(struct compiler *compiler, struct secret_step *step)
{
    step->least = step->most = 1;
    if (take(compiler, '{'))
        return parse_braces(compiler, step);
    if (take(compiler, '?'))
        step->least = 0;
    else if (take(compiler, '*')) {
        step->least = 0;
        step->most = SECRET_REPEAT_MAX;
    } else if (take(compiler, '+'))
        step->most = SECRET_REPEAT_MAX;
    return true;
}

static bool find_set(struct compiler *compiler, const struct secret_set *set, uint8_t *index)
{
    struct secret_program *program = compiler->program;
    size_t i = 0;
    while (i < program->set_count && memcmp(&program->sets[i], set, sizeof *set) != 0)
        i++;
    if (i == SECRET_SETS_MAX)
        return wrong(compiler, "too many classes");
    if (i == program->set_count)
        program->sets[program->set_count++] = *set;
    *index = (uint8_t)i;
    return true;
}

static bool parse_bytes(struct compiler *compiler)
{
    struct secret_set set = {{0}};
    struct secret_step step = {.kind = SECRET_BYTES};
    size_t at = 0;
    if (!parse_byte(compiler, &set))
        return false;
    if (compiler->nocase)
        set_fold(&set);
    return parse_times(compiler, &step) && find_set(compiler, &set, &step.set) &&
           add_step(compiler, step, &at);
}

static bool parse_choice(struct compiler *compiler);

/* Behind "(". A group that may be absent has an EITHER before it, which is put there first. */
static bool parse_group(struct compiler *compiler)
{
    bool value = slice_starts(compiler->rest, SLICE("?<v>"));
    size_t at = 0, either = 0;
    if (value)
        compiler->rest = slice_from(compiler->rest, 4);
    if (++compiler->depth > GROUP_DEPTH_MAX)
        return wrong(compiler, "groups too deep");
    if (!add_step(compiler, (struct secret_step){.kind = SECRET_EITHER}, &either) ||
        (value && !add_step(compiler, (struct secret_step){.kind = SECRET_VALUE}, &at)) ||
        !parse_choice(compiler))
        return false;
    if (!take(compiler, ')'))
        return wrong(compiler, "a group without its end");
    compiler->depth--;
    if (value && !add_step(compiler, (struct secret_step){.kind = SECRET_VALUE_END}, &at))
        return false;
    struct secret_step *first = &compiler->program->steps[either];
    if (take(compiler, '?'))
        first->to = (uint16_t)compiler->program->step_count;
    else /* simply goes on */
        *first = (struct secret_step){.kind = SECRET_GO, .to = (uint16_t)(either + 1)};
    return true;
}

static bool parse_sequence(struct compiler *compiler)
{
    while (compiler->rest.len && compiler->rest.at[0] != '|' && compiler->rest.at[0] != ')') {
        bool fine = take(compiler, '(') ? parse_group(compiler) : parse_bytes(compiler);
        if (!fine)
            return false;
    }
    return true;
}

/* a|b|c: EITHER, a, GO end, EITHER, b, GO end, c. What stands before "a" is made when "|" is met,
   by moving a one step on. */
static bool parse_choice(struct compiler *compiler)
{
    struct secret_program *program = compiler->program;
    size_t goes[64], count = 0, at = 0;
    for (;;) {
        size_t either = 0, first;
        if (!add_step(compiler, (struct secret_step){.kind = SECRET_EITHER}, &either))
            return false;
        first = either + 1;
        if (!parse_sequence(compiler))
            return false;
        if (!take(compiler, '|')) {
            program->steps[either] = (struct secret_step){.kind = SECRET_GO, .to = (uint16_t)first};
            break;
        }
        if (count == 64)
            return wrong(compiler, "too many choices");
        if (!add_step(compiler, (struct secret_step){.kind = SECRET_GO}, &at))
            return false;
        goes[count++] = at;
        program->steps[either].to = (uint16_t)program->step_count;
    }
    for (size_t i = 0; i < count; i++)
        program->steps[goes[i]].to = (uint16_t)program->step_count;
    return true;
}

bool secret_pattern_compile(struct secret_program *program, struct slice pattern, bool nocase,
                            size_t *first, struct error *err)
{
    struct compiler compiler = {program, pattern, nocase, 0, err};
    size_t at = 0;
    *first = program->step_count;
    if (!parse_choice(&compiler))
        return false;
    if (compiler.rest.len)
        return wrong(&compiler, "a group that did not begin");
    return add_step(&compiler, (struct secret_step){.kind = SECRET_END}, &at);
}
