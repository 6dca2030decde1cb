/*
 * Shell patterns in ${x#p}, ${x%p}, ${x/p/r}. BuildKit makes regular expressions of them, so what
 * matches is what leftmost-first (Perl's) matching of `.*`, `.*?`, `.` and letters finds. Here by
 * threads in the order of their preference: time is pattern × value and no more.
 */
#include "base/utf8.h"
#include "lint/dockerfile/word_lexer.h"

enum { ANY = 0x110000, STAR, WORK_MAX = 1 << 26 };

struct thread {
    uint32_t place; /* in the pattern */
    size_t start;   /* of the match */
};

struct threads {
    struct thread *items;
    size_t count;
};

struct pattern {
    uint32_t *codes; /* a character, ANY or STAR */
    size_t count;
    bool greedy, anchored;
    struct threads now, next;
    size_t *seen; /* by place: in which step it was last added */
    size_t step, work;
    struct error *err;
};

static uint32_t cut(struct slice *rest)
{
    uint32_t code;
    if (!utf8_cut(rest, &code) && code >= 0x80)
        code = UTF8_REPLACEMENT;
    return code;
}

/* A backslash: \* \? \\ stand for themselves; \} and \/ are there for ${} only. */
static bool escaped(struct slice *rest, uint32_t *code, struct error *err)
{
    if (rest->len && strchr("}/*?\\", rest->at[0]) && rest->at[0]) {
        *code = cut(rest);
        return true;
    }
    return error_set(err, ERROR_FORMAT, "a pattern may have \\ only in front of * ? \\ / }");
}

static bool add_code(struct pattern *pattern, struct slice *rest)
{
    uint32_t code = cut(rest);
    if (code == '*' || code == '?')
        code = code == '*' ? STAR : ANY;
    else if (code == '\\' && !escaped(rest, &code, pattern->err))
        return false;
    bool again = code == STAR && pattern->count && pattern->codes[pattern->count - 1] == STAR;
    if (!again)
        pattern->codes[pattern->count++] = code;
    return true;
}

static bool compile(struct pattern *pattern, struct slice text, struct arena *arena)
{
    size_t room = text.len + 2;
    pattern->codes = arena_array(arena, room, sizeof *pattern->codes);
    pattern->seen = arena_array(arena, room, sizeof *pattern->seen);
    pattern->now.items = arena_array(arena, room, sizeof(struct thread));
    pattern->next.items = arena_array(arena, room, sizeof(struct thread));
    if (!pattern->codes || !pattern->seen || !pattern->now.items || !pattern->next.items)
        return arena_error(pattern->err);
    if (slice_starts(text, SLICE("\xEF\xBB\xBF")))
        text = slice_from(text, 3);
    while (text.len)
        if (!add_code(pattern, &text))
            return false;
    return true;
}

static void add_thread(struct pattern *pattern, struct threads *threads, uint32_t place,
                       size_t start)
{
    bool star = place < pattern->count && pattern->codes[place] == STAR;
    if (star && !pattern->greedy)
        add_thread(pattern, threads, place + 1, start); /* which is no star: they are collapsed */
    if (pattern->seen[place] != pattern->step) {
        pattern->seen[place] = pattern->step;
        threads->items[threads->count++] = (struct thread){place, start};
    }
    if (star && pattern->greedy)
        add_thread(pattern, threads, place + 1, start);
}

static bool consumes(uint32_t wanted, uint32_t code)
{
    return wanted == ANY || wanted == STAR ? code != '\n' : wanted == code;
}

/* One character further; true when a match ends here, which drops the threads behind it. */
static bool advance(struct pattern *pattern, uint32_t code, bool at_end, size_t *start)
{
    pattern->step++;
    pattern->next.count = 0;
    pattern->work += pattern->now.count + 1;
    for (size_t i = 0; i < pattern->now.count; i++) {
        struct thread thread = pattern->now.items[i];
        if (thread.place == pattern->count) {
            *start = thread.start;
            return true;
        }
        uint32_t wanted = pattern->codes[thread.place];
        if (!at_end && consumes(wanted, code))
            add_thread(pattern, &pattern->next, thread.place + (wanted != STAR), thread.start);
    }
    return false;
}

/* The match at or behind `from`; *end is SIZE_MAX when there is none. */
static bool find(struct pattern *pattern, struct slice value, size_t from, size_t *start,
                 size_t *end)
{
    size_t at = from;
    *end = SIZE_MAX;
    pattern->now.count = 0;
    pattern->step++;
    for (;;) {
        if (*end == SIZE_MAX && (!pattern->anchored || at == 0))
            add_thread(pattern, &pattern->now, 0, at);
        if (!pattern->now.count && (*end != SIZE_MAX || pattern->anchored))
            return true;
        struct slice rest = slice_from(value, at);
        bool at_end = !rest.len;
        uint32_t code = at_end ? 0 : cut(&rest);
        if (advance(pattern, code, at_end, start))
            *end = at;
        if (pattern->work > WORK_MAX)
            return error_set(pattern->err, ERROR_LIMIT, "a pattern that takes too long to match");
        if (at_end)
            return true;
        struct threads swap = pattern->now;
        pattern->now = pattern->next;
        pattern->next = swap;
        at = value.len - rest.len;
    }
}

bool pattern_trim_front(struct slice text, struct slice value, bool greedy, struct arena *arena,
                        struct slice *result, struct error *err)
{
    struct pattern pattern = {.greedy = greedy, .anchored = true, .err = err};
    size_t start, end;
    if (!compile(&pattern, text, arena) || !find(&pattern, value, 0, &start, &end))
        return false;
    *result = end == SIZE_MAX ? value : slice_from(value, end);
    return true;
}

/* By characters; bad bytes become U+FFFD. With `escapes`, a backslash stays in front of what it
   escapes. */
static struct slice reverse(struct slice s, bool escapes, struct arena *arena)
{
    size_t room = s.len * 3 + 1, at = room;
    char *text = arena_alloc(arena, room);
    if (!text)
        return (struct slice){NULL, 0};
    while (s.len) {
        char bytes[4];
        bool escape = escapes && s.at[0] == '\\' && s.len > 1;
        if (escape)
            s = slice_from(s, 1);
        size_t len = utf8_put(bytes, cut(&s));
        at -= len;
        memcpy(text + at, bytes, len);
        if (escape)
            text[--at] = '\\';
    }
    return slice_of(text + at, room - at);
}

bool pattern_trim_back(struct slice text, struct slice value, bool greedy, struct arena *arena,
                       struct slice *result, struct error *err)
{
    struct slice rest;
    text = reverse(text, true, arena);
    value = reverse(value, false, arena);
    if (!text.at || !value.at)
        return arena_error(err);
    if (!pattern_trim_front(text, value, greedy, arena, &rest, err))
        return false;
    *result = reverse(rest, false, arena);
    return result->at || arena_error(err);
}

/* Go's regexp.Expand: $0 and ${0} are the match, $$ is $, all other names are empty. */
static size_t template_name(struct slice by, struct slice *name)
{
    bool brace = by.len > 1 && by.at[1] == '{';
    size_t start = brace ? 2 : 1, end = start;
    for (struct slice rest = slice_from(by, start); rest.len; end = by.len - rest.len) {
        uint32_t code = cut(&rest);
        if (code != '_' && !letter_is(code) && !digit_is(code))
            break;
    }
    *name = slice_of(by.at + start, end - start);
    if (end == start || (brace && (end == by.len || by.at[end] != '}')))
        return 0;
    return end + brace;
}

static bool put(struct lexer_text *text, struct arena *arena, struct slice bytes, struct error *err)
{
    if (bytes.len > EXPAND_SIZE_MAX - text->len)
        return error_set(err, ERROR_LIMIT, "expanding variables makes more than %d bytes",
                         EXPAND_SIZE_MAX);
    return lexer_text_add(text, arena, bytes, err);
}

static bool put_template(struct lexer_text *text, struct arena *arena, struct slice by,
                         struct slice matched, struct error *err)
{
    while (by.len) {
        size_t dollar = slice_find(by, '$');
        if (!put(text, arena, slice_upto(by, dollar), err))
            return false;
        by = slice_from(by, dollar);
        if (!by.len)
            break;
        struct slice name, made = SLICE("$");
        size_t taken = by.len > 1 && by.at[1] == '$' ? 2 : 0;
        if (!taken && (taken = template_name(by, &name)))
            made = slice_equal_str(name, "0") ? matched : slice_of(by.at, 0);
        if (!put(text, arena, made, err))
            return false;
        by = slice_from(by, taken ? taken : 1);
    }
    return true;
}

/* As Go's ReplaceAllString: not for an empty match right behind another one. */
static bool replace_all(struct pattern *pattern, struct slice value, struct slice by,
                        struct arena *arena, struct lexer_text *text)
{
    size_t search = 0, last = 0, start = 0, end = 0;
    while (search <= value.len) {
        if (!find(pattern, value, search, &start, &end))
            return false;
        if (end == SIZE_MAX)
            break;
        struct slice matched = slice_of(value.at + start, end - start);
        if (!put(text, arena, slice_of(value.at + last, start - last), pattern->err))
            return false;
        if ((end > last || start == 0) && !put_template(text, arena, by, matched, pattern->err))
            return false;
        last = end;
        struct slice rest = slice_from(value, search);
        if (rest.len)
            cut(&rest);
        size_t beyond = rest.len || search < value.len ? value.len - rest.len : search + 1;
        search = beyond > end ? beyond : end;
    }
    return put(text, arena, slice_from(value, last), pattern->err);
}

bool pattern_replace(struct slice text, struct slice value, struct slice by, bool all,
                     struct arena *arena, struct slice *result, struct error *err)
{
    struct pattern pattern = {.greedy = true, .err = err};
    struct lexer_text made = {0};
    size_t start = 0, end = 0;
    if (!value.at)
        value = SLICE("");
    if (!compile(&pattern, text, arena))
        return false;
    if (all) {
        if (!replace_all(&pattern, value, by, arena, &made))
            return false;
    } else {
        if (!find(&pattern, value, 0, &start, &end))
            return false;
        *result = value;
        if (end == SIZE_MAX)
            return true;
        if (!put(&made, arena, slice_upto(value, start), err) || !put(&made, arena, by, err) ||
            !put(&made, arena, slice_from(value, end), err))
            return false;
    }
    *result = slice_of(made.at, made.len);
    return true;
}
