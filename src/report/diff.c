/*
 * See diff.h. Myers, "An O(ND) Difference Algorithm" (1986): the shortest way through the grid of
 * both texts' lines, with the front of each round kept for walking back. What begins and ends alike
 * is cut off before; texts that differ in more than ROUNDS_MAX lines are shown as one replacement.
 */
#include "report/diff.h"

#include "base/hash.h"
#include "base/terminal.h"

enum { ROUNDS_MAX = 2000, AROUND = 3 };
#define MEMORY_MAX ((size_t)512 << 20)

struct text {
    struct slice *lines; /* with their ends */
    uint64_t *hashes;
    size_t count;
};

/* One line of the result: kept, taken out, put in. */
struct step {
    char kind; /* ' ', '-', '+' */
    size_t before, after;
};

struct diff {
    struct arena arena;
    struct text a, b;
    struct step *steps; /* in the texts' order */
    size_t count, room;
};

static bool split(struct slice bytes, struct arena *arena, struct text *text)
{
    size_t count = 0;
    for (size_t i = 0; i < bytes.len; i++)
        count += bytes.at[i] == '\n' || i + 1 == bytes.len;
    text->lines = arena_array(arena, count + 1, sizeof *text->lines);
    text->hashes = arena_array(arena, count + 1, sizeof *text->hashes);
    if (!text->lines || !text->hashes)
        return false;
    while (bytes.len) {
        size_t end = slice_find(bytes, '\n');
        struct slice line = slice_upto(bytes, end < bytes.len ? end + 1 : end);
        text->hashes[text->count] = hash64(line);
        text->lines[text->count++] = line;
        bytes = slice_from(bytes, line.len);
    }
    return true;
}

static bool same(const struct diff *diff, size_t a, size_t b)
{
    return diff->a.hashes[a] == diff->b.hashes[b] &&
           slice_equal(diff->a.lines[a], diff->b.lines[b]);
}

static bool push(struct diff *diff, char kind, size_t before, size_t after)
{
    struct step step = {kind, before, after};
    return ARENA_PUSH(&diff->arena, diff->steps, diff->count, diff->room, step);
}

/* The middle of both texts, between what is alike at both ends. */
struct middle {
    long from_a, from_b, len_a, len_b;
};

/* fronts[d][k + d]: how far of `a` the best path of d edits has come on diagonal k. */
static long **find_fronts(struct diff *diff, const struct middle *m, long *rounds)
{
    long **fronts = arena_array(&diff->arena, ROUNDS_MAX + 1, sizeof *fronts);
    for (long d = 0; fronts && d <= ROUNDS_MAX; d++) {
        fronts[d] = arena_array(&diff->arena, (size_t)(2 * d + 1), sizeof **fronts);
        if (!fronts[d])
            return NULL;
        for (long k = -d; k <= d; k += 2) {
            const long *last = d ? fronts[d - 1] + (d - 1) : NULL;
            bool down = d && (k == -d || (k != d && last[k - 1] < last[k + 1]));
            long x = !d ? 0 : down ? last[k + 1] : last[k - 1] + 1;
            while (x < m->len_a && x - k < m->len_b && x - k >= 0 &&
                   same(diff, (size_t)(m->from_a + x), (size_t)(m->from_b + x - k)))
                x++;
            fronts[d][k + d] = x;
            if (x >= m->len_a && x - k >= m->len_b) {
                *rounds = d;
                return fronts;
            }
        }
    }
    return NULL;
}

/* Steps of the middle, from its end to its beginning. */
static bool walk_back(struct diff *diff, const struct middle *m, long **fronts, long d)
{
    long x = m->len_a, y = m->len_b;
    bool fine = true;
    for (; d > 0 && fine; d--) {
        const long *last = fronts[d - 1] + (d - 1);
        long k = x - y;
        bool down = k == -d || (k != d && last[k - 1] < last[k + 1]);
        long from_k = down ? k + 1 : k - 1, from_x = last[from_k], from_y = from_x - from_k;
        long edit_x = down ? from_x : from_x + 1, edit_y = down ? from_y + 1 : from_y;
        while (x > edit_x && y > edit_y && fine) {
            x--, y--;
            fine = push(diff, ' ', (size_t)(m->from_a + x), (size_t)(m->from_b + y));
        }
        fine = fine && push(diff, down ? '+' : '-', (size_t)(m->from_a + from_x),
                            (size_t)(m->from_b + from_y));
        x = from_x, y = from_y;
    }
    while (x > 0 && y > 0 && fine) {
        x--, y--;
        fine = push(diff, ' ', (size_t)(m->from_a + x), (size_t)(m->from_b + y));
    }
    return fine;
}

static bool replace_all(struct diff *diff, const struct middle *m)
{
    bool fine = true;
    for (long i = m->len_b; i-- > 0 && fine;)
        fine = push(diff, '+', (size_t)(m->from_a + m->len_a), (size_t)(m->from_b + i));
    for (long i = m->len_a; i-- > 0 && fine;)
        fine = push(diff, '-', (size_t)(m->from_a + i), (size_t)m->from_b);
    return fine;
}

static bool compare(struct diff *diff)
{
    size_t head = 0, tail = 0, a = diff->a.count, b = diff->b.count;
    while (head < a && head < b && same(diff, head, head))
        head++;
    while (tail < a - head && tail < b - head && same(diff, a - tail - 1, b - tail - 1))
        tail++;
    struct middle m = {(long)head, (long)head, (long)(a - head - tail), (long)(b - head - tail)};
    long rounds = 0;
    for (size_t i = 0; i < tail; i++)
        if (!push(diff, ' ', a - 1 - i, b - 1 - i))
            return false;
    long **fronts = find_fronts(diff, &m, &rounds);
    if (!(fronts ? walk_back(diff, &m, fronts, rounds) : replace_all(diff, &m)))
        return false;
    for (size_t i = head; i-- > 0;)
        if (!push(diff, ' ', i, i))
            return false;
    for (size_t i = 0; i < diff->count / 2; i++) {
        struct step swap = diff->steps[i];
        diff->steps[i] = diff->steps[diff->count - 1 - i];
        diff->steps[diff->count - 1 - i] = swap;
    }
    return true;
}

static void put_line(FILE *file, char kind, struct slice line)
{
    bool ended = slice_ends(line, SLICE("\n")), colour = terminal_has_colour(file);
    if (ended)
        line.len--;
    if (kind != ' ')
        terminal_style(file, kind == '-' ? STYLE_RED : STYLE_GREEN);
    fputc(kind, file);
    if (colour)
        terminal_put(file, line);
    else
        fwrite(line.at ? line.at : "", 1, line.len, file);
    if (kind != ' ')
        terminal_style(file, STYLE_PLAIN);
    fputs(ended ? "\n" : "\n\\ No newline at end of file\n", file);
}

/* "@@ -3,7 +3,8 @@"; a side of no lines names the line before it. */
static void put_range(FILE *file, char sign, size_t first, size_t count)
{
    fprintf(file, " %c%zu", sign, count ? first + 1 : first);
    if (count != 1)
        fprintf(file, ",%zu", count);
}

static void put_hunk(const struct diff *diff, size_t first, size_t end, FILE *file)
{
    size_t removed = 0, added = 0;
    for (size_t i = first; i < end; i++) {
        removed += diff->steps[i].kind != '+';
        added += diff->steps[i].kind != '-';
    }
    terminal_style(file, STYLE_BLUE);
    fputs("@@", file);
    put_range(file, '-', diff->steps[first].before, removed);
    put_range(file, '+', diff->steps[first].after, added);
    fputs(" @@", file);
    terminal_style(file, STYLE_PLAIN);
    fputc('\n', file);
    for (size_t i = first; i < end; i++) {
        const struct step *step = &diff->steps[i];
        put_line(file, step->kind,
                 step->kind == '+' ? diff->b.lines[step->after] : diff->a.lines[step->before]);
    }
}

static void put_name(FILE *file, const char *sign, const char *side, struct slice path)
{
    terminal_style(file, STYLE_BOLD);
    fputs(sign, file);
    if (!slice_starts(path, SLICE("/")))
        fputs(side, file);
    terminal_put(file, path);
    terminal_style(file, STYLE_PLAIN);
    fputc('\n', file);
}

static void put_hunks(const struct diff *diff, FILE *file)
{
    size_t at = 0;
    while (at < diff->count) {
        if (diff->steps[at].kind == ' ') {
            at++;
            continue;
        }
        size_t first = at > AROUND ? at - AROUND : 0, last = at, quiet = 0;
        for (; at < diff->count && quiet <= 2 * AROUND; at++) {
            quiet = diff->steps[at].kind == ' ' ? quiet + 1 : 0;
            if (!quiet)
                last = at;
        }
        size_t end = last + 1 + AROUND < diff->count ? last + 1 + AROUND : diff->count;
        put_hunk(diff, first, end, file);
        at = end;
    }
}

bool diff_write(struct slice path, struct slice before, struct slice after, FILE *file,
                struct error *err)
{
    struct diff diff = {.count = 0};
    if (slice_equal(before, after))
        return true;
    arena_init(&diff.arena, MEMORY_MAX);
    bool fine =
        split(before, &diff.arena, &diff.a) && split(after, &diff.arena, &diff.b) && compare(&diff);
    if (fine) {
        put_name(file, "--- ", "a/", path);
        put_name(file, "+++ ", "b/", path);
        put_hunks(&diff, file);
    }
    arena_done(&diff.arena);
    return fine || arena_error(err);
}
