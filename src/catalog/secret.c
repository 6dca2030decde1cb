/*
 * Searches: keywords (all at once) → the pattern of each row where its keyword stands → checks of
 * the value → overlaps settled → told in order. Start and end are known because patterns run from a
 * keyword on; and they are the same on every processor, whoever looks for the keywords.
 */
#include "catalog/secret.h"

#include <stdlib.h>

#include "base/ascii.h"
#include "catalog/secret_table.h"

enum {
    FOUND_MAX = 256, /* in one search: a file with more has been told of enough */
    ROWS_MAX = 512,
    WORK_LEAST = 65536, /* steps of patterns; */
    WORK_A_BYTE = 64,   /* real files take less than one a byte */
    NAME_MAX_LEN = 64,
    ASSIGN_WORK = 64,
    BUFFER_SIZE = 8192,
};

struct found {
    const struct secret_row *row;
    size_t start, end;
};

struct secret_searcher {
    struct literal_engine *engine; /* NULL: keyword by keyword */
    struct slice bytes;
    struct secret_path path;
    bool skip[ROWS_MAX];
    bool assignments; /* path and skip are those of ".env": values in Dockerfiles come by tens */
    uint64_t work;
    struct found found[FOUND_MAX];
    size_t count;
    char buffer[BUFFER_SIZE]; /* "name=value" */
};

struct secret_searcher *secret_searcher_new(void)
{
    struct secret_searcher *searcher = calloc(1, sizeof *searcher);
    if (searcher && secret_row_count <= ROWS_MAX) {
        searcher->engine = literal_engine_new(LITERALS_SECRETS);
        return searcher;
    }
    free(searcher);
    return NULL;
}

void secret_searcher_free(struct secret_searcher *searcher)
{
    if (!searcher)
        return;
    literal_engine_free(searcher->engine);
    explicit_bzero(searcher->buffer, sizeof searcher->buffer);
    free(searcher);
}

static void add_found(struct secret_searcher *searcher, const struct secret_row *row, size_t start,
                      size_t end)
{
    while (start < end && ascii_space(searcher->bytes.at[start]))
        start++;
    while (start < end && ascii_space(searcher->bytes.at[end - 1]))
        end--;
    if (searcher->count < FOUND_MAX && start < end)
        searcher->found[searcher->count++] = (struct found){row, start, end};
}

static bool in_name(char c)
{
    return ascii_alnum(c) || c == '_' || c == '-' || c == '.';
}

/* The name around or before `at`, as far as one reaches. */
static struct slice name_around(struct slice bytes, size_t from, size_t to)
{
    size_t start = from, end = to;
    while (start > 0 && from - start < NAME_MAX_LEN && in_name(bytes.at[start - 1]))
        start--;
    while (end < bytes.len && end - to < NAME_MAX_LEN && in_name(bytes.at[end]))
        end++;
    return slice_of(bytes.at + start, end - start);
}

static size_t skip_blanks(struct slice bytes, size_t at)
{
    while (at < bytes.len && (bytes.at[at] == ' ' || bytes.at[at] == '\t'))
        at++;
    return at;
}

static bool byte_is(struct slice bytes, size_t at, char c)
{
    return at < bytes.len && bytes.at[at] == c;
}

static bool is_quote(struct slice bytes, size_t at)
{
    return byte_is(bytes, at, '"') || byte_is(bytes, at, '\'') || byte_is(bytes, at, '`');
}

/* Names and values in members of their own: key="ApiKey" value="…", or name: X, then value: … on
   the next line, as Kubernetes writes them. The place behind "value"; 0: it is not so. */
static size_t value_word_end(struct slice bytes, size_t at)
{
    size_t limit = at + 60;
    at += is_quote(bytes, at);
    at += byte_is(bytes, at, ',');
    while (at < bytes.len && at < limit && ascii_space(bytes.at[at]))
        at++;
    at += is_quote(bytes, at);
    struct slice word = slice_upto(slice_from(bytes, at), 5);
    if (!slice_equal_nocase(word, SLICE("value")))
        return 0;
    return at + 5;
}

/* Behind a name: =, :, :=, =>, or the > of <password>; 0: something else ("==", "::"). */
static size_t separator_end(struct slice bytes, size_t at)
{
    if (is_quote(bytes, at))
        at++;
    if (byte_is(bytes, at, ']'))
        at++;
    at = skip_blanks(bytes, at);
    if (byte_is(bytes, at, '>'))
        return at + 1;
    bool colon = byte_is(bytes, at, ':');
    if (!colon && !byte_is(bytes, at, '='))
        return 0;
    at++;
    if (byte_is(bytes, at, '=') && colon)
        return at + 1;
    if (byte_is(bytes, at, '>') && !colon)
        return at + 1;
    return byte_is(bytes, at, '=') || byte_is(bytes, at, '~') || byte_is(bytes, at, ':') ? 0 : at;
}

/* Where the value that begins at `at` ends; `quote` 0: it is bare. */
static size_t value_end(struct slice bytes, size_t at, char quote)
{
    static const struct slice bare_ends = {" \t\r\n\"'`;,<>&|(){}[]", 20};
    size_t end = at;
    while (end < bytes.len && end - at < 2048) {
        char c = bytes.at[end];
        if (quote ? c == quote || c == '\n' : slice_find(bare_ends, c) < bare_ends.len)
            break;
        end++;
    }
    return end;
}

/* A keyword such as "token" in a name: is a value given to it here? */
static void look_at_assignment(struct secret_searcher *searcher, size_t start, size_t end)
{
    struct slice bytes = searcher->bytes;
    const struct secret_path *path = &searcher->path;
    struct slice name = name_around(bytes, start, end);
    if (name.at - bytes.at >= 2 && name.at[-1] == ':' && name.at[-2] == ':')
        return; /* "AWS::IAM::AccessKey": a type */
    size_t behind = (size_t)(name.at - bytes.at) + name.len;
    size_t word = value_word_end(bytes, behind);
    size_t at = separator_end(bytes, word ? word : behind);
    searcher->work -= searcher->work < ASSIGN_WORK ? searcher->work : ASSIGN_WORK;
    if (!at || !searcher->work)
        return;
    at = skip_blanks(bytes, at);
    bool quoted = is_quote(bytes, at);
    if (!quoted && !path->settings)
        return;
    at += quoted;
    size_t stop = value_end(bytes, at, quoted ? bytes.at[at - 1] : 0);
    struct slice value = slice_of(bytes.at + at, stop - at);
    if (quoted ? !is_quote(bytes, stop)
               : stop < bytes.len && slice_find(SLICE("({["), bytes.at[stop]) < 3)
        return; /* cut off, or a call */
    const struct secret_row *row = secret_generic_row(name);
    if (row && secret_value_likely(name, value, !path->environment))
        add_found(searcher, row, at, stop);
}

/* datadog_api_key = …: what stands before the value must speak of a key. */
static bool name_speaks(struct slice bytes, const struct secret_place *place)
{
    static const char *const words[] = {"key", "token", "secret", "pass",
                                        "pwd", "auth",  "cred",   NULL};
    struct slice name = name_around(bytes, place->first, place->first);
    size_t from = (size_t)(name.at - bytes.at);
    for (size_t w = 0; words[w]; w++) {
        struct slice word = slice_str(words[w]);
        for (size_t i = from; i + word.len <= place->start; i++)
            if (slice_equal_nocase(slice_of(bytes.at + i, word.len), word))
                return true;
    }
    return false;
}

static void try_row(struct secret_searcher *searcher, const struct secret_row *row, size_t start,
                    size_t end)
{
    struct secret_place place;
    if (row->check == SECRET_CHECK_ASSIGN) {
        look_at_assignment(searcher, start, end);
        return;
    }
    if (!secret_match_at(row, searcher->bytes, start, end, &searcher->work, &place) ||
        (row->named && !name_speaks(searcher->bytes, &place)))
        return;
    struct slice value = slice_of(searcher->bytes.at + place.start, place.end - place.start);
    if (secret_check_value(row, value))
        add_found(searcher, row, place.start, place.end);
}

static void hit(void *context, size_t keyword, size_t end)
{
    struct secret_searcher *searcher = context;
    const struct secret_keyword *found = &secret_keywords[keyword];
    if (!searcher->skip[found->row] && searcher->count < FOUND_MAX && searcher->work)
        try_row(searcher, &secret_rows[found->row], end - found->len, end);
}

/* Rows that have no keyword look at each line of their own few paths. */
static void search_lines(struct secret_searcher *searcher, const struct secret_row *row)
{
    struct slice rest = searcher->bytes;
    while (rest.len && searcher->count < FOUND_MAX && searcher->work) {
        size_t at = searcher->bytes.len - rest.len;
        try_row(searcher, row, at, at);
        slice_cut(&rest, '\n');
    }
}

static bool row_has_keyword(size_t row)
{
    for (size_t i = 0; i < secret_keyword_count; i++)
        if (secret_keywords[i].row == row)
            return true;
    return false;
}

static bool row_is_skipped(const struct secret_row *row, struct slice path,
                           const struct secret_path *judged)
{
    if (row->paths && !secret_path_is_one_of(path, row->paths))
        return true;
    if (judged->library && judged->test)
        return true;
    if (row->check == SECRET_CHECK_ASSIGN && !judged->settings && !judged->source)
        return true;
    return (row->loose || row->check == SECRET_CHECK_ASSIGN) && (judged->library || judged->test);
}

static int rank(const struct secret_row *row)
{
    return row->check == SECRET_CHECK_ASSIGN ? 2 : row->loose ? 1 : 0;
}

static int found_compare(const void *a, const void *b)
{
    const struct found *x = a, *y = b;
    if (x->start != y->start)
        return x->start < y->start ? -1 : 1;
    if (rank(x->row) != rank(y->row))
        return rank(x->row) - rank(y->row);
    if (x->end != y->end)
        return x->end > y->end ? -1 : 1;
    return x->row < y->row ? -1 : x->row > y->row;
}

/* Of those that overlap the one whose kind knows most; sorted by place. */
static void settle_overlaps(struct secret_searcher *searcher)
{
    size_t kept = 0;
    qsort(searcher->found, searcher->count, sizeof *searcher->found, found_compare);
    for (size_t i = 0; i < searcher->count; i++) {
        struct found *now = &searcher->found[i];
        struct found *last = kept ? &searcher->found[kept - 1] : NULL;
        if (!last || now->start >= last->end)
            searcher->found[kept++] = *now;
        else if (rank(now->row) < rank(last->row))
            *last = *now;
    }
    searcher->count = kept;
}

static void choose_rows(struct secret_searcher *searcher, struct slice path)
{
    secret_path_judge(path, &searcher->path);
    for (size_t i = 0; i < secret_row_count; i++) {
        const struct secret_row *row = &secret_rows[i];
        searcher->skip[i] = row_is_skipped(row, path, &searcher->path);
    }
}

static void search_all_lines(struct secret_searcher *searcher)
{
    for (size_t i = 0; i < secret_row_count; i++)
        if (secret_rows[i].paths && !searcher->skip[i] && !row_has_keyword(i))
            search_lines(searcher, &secret_rows[i]);
}

static void collect(struct secret_searcher *searcher, struct slice path, struct slice bytes)
{
    searcher->bytes = bytes;
    searcher->count = 0;
    searcher->work = WORK_LEAST + WORK_A_BYTE * (uint64_t)bytes.len;
    bool assignments = slice_equal(path, SLICE(".env"));
    if (!assignments || !searcher->assignments)
        choose_rows(searcher, path);
    searcher->assignments = assignments;
    search_all_lines(searcher);
    if (searcher->engine)
        literal_engine_scan(searcher->engine, bytes, hit, searcher);
    else
        secret_plain_scan(bytes, hit, searcher);
    settle_overlaps(searcher);
}

static struct secret_match match_of(const struct secret_searcher *searcher,
                                    const struct found *found, unsigned line)
{
    struct secret_match match = {&found->row->kind, found->start, found->end, line, ""};
    secret_mask(slice_of(searcher->bytes.at + found->start, found->end - found->start), match.hint);
    return match;
}

void secret_search(struct secret_searcher *searcher, struct slice path, struct slice bytes,
                   secret_found tell, void *context)
{
    unsigned line = 1;
    size_t at = 0;
    if (!bytes.len)
        return;
    collect(searcher, path, bytes);
    for (size_t i = 0; i < searcher->count; i++) {
        for (; at < searcher->found[i].start; at++)
            line += bytes.at[at] == '\n';
        struct secret_match match = match_of(searcher, &searcher->found[i], line);
        if (!tell(context, &match))
            return;
    }
}

/* As `name=value` in an environment file, so that kinds that go by the name find it, too. */
static bool search_assignment(struct secret_searcher *searcher, struct slice name,
                              struct slice value, struct secret_match *match)
{
    size_t before = name.len + 1;
    if (before + value.len > BUFFER_SIZE)
        return false;
    memcpy(searcher->buffer, name.at, name.len);
    searcher->buffer[name.len] = '=';
    memcpy(searcher->buffer + before, value.at, value.len);
    collect(searcher, SLICE(".env"), slice_of(searcher->buffer, before + value.len));
    for (size_t i = 0; i < searcher->count; i++)
        if (searcher->found[i].start >= before && rank(searcher->found[i].row) < 2) {
            *match = match_of(searcher, &searcher->found[i], 1);
            match->start -= before;
            match->end -= before;
            return true;
        }
    return false;
}

const struct secret_kind *secret_of_assignment(struct secret_searcher *searcher, struct slice name,
                                               struct slice value, struct secret_match *match)
{
    if (!value.len || !name.len)
        return NULL;
    name = slice_from(name, name.len > 256 ? name.len - 256 : 0);
    bool found = search_assignment(searcher, name, value, match);
    explicit_bzero(searcher->buffer, sizeof searcher->buffer);
    if (found)
        return match->kind;
    const struct secret_row *row = secret_generic_row(name);
    if (!row || !secret_value_likely(name, value, false))
        return NULL;
    *match = (struct secret_match){&row->kind, 0, value.len, 1, ""};
    secret_mask(value, match->hint);
    return &row->kind;
}
