/*
 * One line of HAProxy's configuration → words. As parse_line of HAProxy 2.6 to 3.4 has it
 * (configuration manual, 2.2 "Quoting and escaping", 2.3 "Environment variables"):
 *
 *   \ before space \ # ' " n r t xHH, outside single quotes; before $ only inside double quotes
 *   "…" keeps blanks and #, resolves \ and $;  '…' keeps everything
 *   $NAME ${NAME} ${NAME-default} ${NAME[*]} only inside double quotes
 *   a # outside quotes ends the line
 *
 * A word without any of these is a slice of the file; others are built in the arena.
 */
#include "base/ascii.h"
#include "base/table.h"
#include "lint/haproxy/haproxy.h"

struct splitter {
    struct slice bytes;
    size_t at, end;
    const struct haproxy_environment *environment;
    struct arena *arena;
    struct haproxy_word *words;
    size_t count;
    char *text; /* of the word being built; NULL: it is a slice so far */
    size_t length, room;
    size_t start;         /* of the word */
    bool in_word;         /* something of it was seen: "" is a word */
    bool single, twofold; /* inside '…', "…" */
    size_t quote_at;
    bool unknown;
    enum haproxy_fault fault;
    size_t fault_at;
};

static void fail(struct splitter *s, enum haproxy_fault fault, size_t at)
{
    if (s->fault == HAPROXY_FAULT_NONE) {
        s->fault = fault;
        s->fault_at = at;
    }
}

/* The word can no longer be a slice of the file: what was seen of it moves to the arena. */
static bool own_text(struct splitter *s)
{
    if (s->text)
        return true;
    s->room = 64 + s->length;
    s->text = arena_alloc(s->arena, s->room);
    if (!s->text) {
        fail(s, HAPROXY_FAULT_MEMORY, s->at);
        return false;
    }
    if (s->length)
        memcpy(s->text, s->bytes.at + s->start, s->length);
    return true;
}

static void put(struct splitter *s, char c)
{
    if (!own_text(s))
        return;
    if (s->length == s->room) {
        char *grown = arena_array(s->arena, s->room, 2);
        if (!grown) {
            fail(s, HAPROXY_FAULT_MEMORY, s->at);
            return;
        }
        memcpy(grown, s->text, s->length);
        s->text = grown;
        s->room *= 2;
    }
    s->text[s->length++] = c;
}

static void put_text(struct splitter *s, struct slice text)
{
    for (size_t i = 0; i < text.len; i++)
        put(s, text.at[i]);
}

static void begin(struct splitter *s)
{
    if (s->in_word)
        return;
    s->in_word = true;
    s->start = s->at;
    s->text = NULL;
    s->length = s->room = 0;
    s->unknown = false;
}

static void finish(struct splitter *s)
{
    if (!s->in_word)
        return;
    s->in_word = false;
    if (s->count == HAPROXY_WORDS_MAX) {
        fail(s, HAPROXY_FAULT_WORDS, s->start);
        return;
    }
    struct slice text =
        s->text ? slice_of(s->text, s->length) : slice_of(s->bytes.at + s->start, s->length);
    s->words[s->count++] = (struct haproxy_word){text, s->start, s->at, s->unknown};
}

static int hexadecimal(char c)
{
    if (ascii_digit(c))
        return c - '0';
    c = ascii_lower(c);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static char peek(const struct splitter *s, size_t ahead)
{
    return s->at + ahead < s->end ? s->bytes.at[s->at + ahead] : '\0';
}

static void split_backslash(struct splitter *s)
{
    char next = peek(s, 1);
    if (next == 'x') {
        int high = hexadecimal(peek(s, 2)), low = hexadecimal(peek(s, 3));
        if (high < 0 || low < 0) {
            fail(s, HAPROXY_FAULT_HEX, s->at);
            return;
        }
        put(s, (char)(high * 16 + low));
        s->at += 4;
        return;
    }
    static const char from[] = " \\tnr#'\"$", to[] = " \\\t\n\r#'\"$";
    const char *known = next ? strchr(from, next) : NULL;
    if (known && (next != '$' || s->twofold)) {
        put(s, to[known - from]);
        s->at += 2;
        return;
    }
    put(s, '\\');
    s->at++;
}

/* The value of a variable. False: nobody can know it here. */
static bool variable(const struct splitter *s, struct slice name, struct slice *value)
{
    const struct haproxy_environment *environment = s->environment;
    *value = (struct slice){NULL, 0};
    if (!environment)
        return false;
    if (slice_equal_str(name, ".FILE"))
        *value = environment->file;
    else if (slice_equal_str(name, ".SECTION"))
        *value = environment->section;
    else if (slice_equal_str(name, ".LINE"))
        *value = arena_printf(s->arena, "%u", environment->line);
    else if (environment->set) {
        const struct slice *set = table_get(environment->set, name);
        if (!set)
            return false;
        *value = *set;
    } else
        return false;
    return true;
}

/* $NAME and its kin; `at` stands on the $. */
static void split_variable(struct splitter *s)
{
    size_t whole = s->at++;
    size_t brace = peek(s, 0) == '{' ? s->at++ : 0;
    char first = peek(s, 0);
    if (!ascii_alpha(first) && first != '_' && first != '.') {
        fail(s, HAPROXY_FAULT_VARIABLE, s->at);
        return;
    }
    size_t name_at = s->at;
    if (first == '.')
        s->at++;
    while (ascii_alnum(peek(s, 0)) || peek(s, 0) == '_')
        s->at++;
    struct slice name = slice_of(s->bytes.at + name_at, s->at - name_at), value;
    bool known = variable(s, name, &value);
    if (first == '.' && !known) {
        fail(s, HAPROXY_FAULT_VARIABLE, name_at);
        return;
    }
    if (brace && peek(s, 0) == '[') {
        if (peek(s, 1) != '*' || peek(s, 2) != ']') {
            fail(s, HAPROXY_FAULT_EXPAND, s->at);
            return;
        }
        s->at += 3;
        known = false; /* it may become several words */
    }
    bool otherwise = false;
    if (brace) {
        size_t from = s->at;
        while (s->at < s->end && s->bytes.at[s->at] != '}' && peek(s, 0) &&
               s->bytes.at[from] == '-')
            s->at++;
        if (peek(s, 0) != '}') {
            fail(s, HAPROXY_FAULT_BRACE, brace);
            return;
        }
        if (s->at > from && (!known || !value.at)) {
            value = slice_of(s->bytes.at + from + 1, s->at - from - 1);
            otherwise = true;
        }
        s->at++;
    }
    s->unknown |= !known;
    /* A default value is what most installations run with; nothing at all would hide the name. */
    put_text(s, known || otherwise ? value : slice_of(s->bytes.at + whole, s->at - whole));
}

static void split_quote(struct splitter *s, bool *open)
{
    begin(s);
    if (own_text(s)) {
        if (!*open)
            s->quote_at = s->at;
        *open = !*open;
    }
    s->at++;
}

static void split_one(struct splitter *s, char c)
{
    bool quoted = s->single || s->twofold;
    if (ascii_space(c) && !quoted) {
        finish(s);
        s->at++;
    } else if (c == '"' && !s->single)
        split_quote(s, &s->twofold);
    else if (c == '\'' && !s->twofold)
        split_quote(s, &s->single);
    else {
        begin(s);
        if (c == '\\' && !s->single)
            split_backslash(s);
        else if (c == '$' && s->twofold)
            split_variable(s);
        else {
            if (s->text)
                put(s, c);
            else
                s->length++;
            s->at++;
        }
    }
}

enum haproxy_fault haproxy_split(struct slice bytes, size_t start, size_t end,
                                 const struct haproxy_environment *environment, struct arena *arena,
                                 struct haproxy_word *words, size_t *count, size_t *fault_at)
{
    struct splitter s = {.bytes = bytes,
                         .at = start,
                         .end = end,
                         .environment = environment,
                         .arena = arena,
                         .words = words};
    while (s.at < s.end && s.fault == HAPROXY_FAULT_NONE) {
        char c = bytes.at[s.at];
        /* A carriage return ends the line even inside quotes, as it does for HAProxy. */
        if (c == '\0' || c == '\r' || c == '\n' || (c == '#' && !s.single && !s.twofold))
            break;
        split_one(&s, c);
    }
    if (s.single || s.twofold)
        fail(&s, HAPROXY_FAULT_QUOTE, s.quote_at);
    finish(&s);
    *count = s.count;
    *fault_at = s.fault_at;
    return s.fault;
}
