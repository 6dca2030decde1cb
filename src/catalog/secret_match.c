/* Runs the steps of a pattern where its keyword stands; see secret_pattern.h. */
#include "base/ascii.h"
#include "catalog/secret_table.h"

enum { TRY_WORK_MAX = 40000 }; /* of one place: a private key takes 4,000, a token 50 */

struct run {
    struct slice bytes;
    uint64_t work;
    size_t start, end; /* of the value */
    bool marked;
};

static size_t run_bytes(struct run *run, const struct secret_step *step, size_t at)
{
    const struct secret_set *set = &secret_sets[step->set];
    size_t most = run->bytes.len - at < step->most ? run->bytes.len - at : step->most, count = 0;
    while (count < most && secret_set_has(set, run->bytes.at[at + count]))
        count++;
    run->work -= count + 1 < run->work ? count + 1 : run->work;
    return count;
}

/* Whether the steps from `step` on match from `at` on; *last is the end then. Recursion is as deep
   as a pattern has choices: under 200. */
static bool run_from(struct run *run, size_t step, size_t at, size_t *last)
{
    for (;;) {
        const struct secret_step *now = &secret_steps[step];
        if (!run->work)
            return false;
        run->work--;
        switch ((enum secret_step_kind)now->kind) {
        case SECRET_END:
            *last = at;
            return true;
        case SECRET_GO:
            step = now->to;
            continue;
        case SECRET_VALUE:
            run->start = at;
            run->marked = true;
            step++;
            continue;
        case SECRET_VALUE_END:
            run->end = at;
            step++;
            continue;
        case SECRET_EITHER:
            if (run_from(run, step + 1, at, last))
                return true;
            step = now->to;
            continue;
        case SECRET_BYTES:
            break;
        }
        size_t count = run_bytes(run, now, at);
        if (count < now->least)
            return false;
        for (; count > now->least; count--)
            if (run_from(run, step + 1, at + count, last))
                return true;
        at += count;
        step++;
    }
}

/* The n of "\n" is no letter of a word, nor is the 0 of "%20". */
static bool is_escape(struct slice bytes, size_t at)
{
    char c = bytes.at[at];
    if (at >= 1 && bytes.at[at - 1] == '\\' && (c == 'n' || c == 'r' || c == 't'))
        return true;
    return at >= 2 && bytes.at[at - 2] == '%';
}

static bool edge_left(struct slice bytes, size_t at)
{
    return at == 0 || !ascii_alnum(bytes.at[at - 1]) || is_escape(bytes, at - 1);
}

static bool edge_right(struct slice bytes, size_t at)
{
    return at >= bytes.len || (!ascii_alnum(bytes.at[at]) && bytes.at[at] != '_');
}

/* The bytes before the keyword that belong to it; false: fewer than there must be. */
static bool run_back(const struct secret_row *row, struct slice bytes, size_t *first)
{
    size_t count = 0;
    while (count < row->before_most && count < *first &&
           secret_set_has(&secret_sets[row->before_set], bytes.at[*first - count - 1]))
        count++;
    *first -= count;
    return count >= row->before_least;
}

bool secret_match_at(const struct secret_row *row, struct slice bytes, size_t keyword, size_t at,
                     uint64_t *work, struct secret_place *place)
{
    struct run run = {.bytes = bytes, .work = *work < TRY_WORK_MAX ? *work : TRY_WORK_MAX};
    uint64_t begun = run.work;
    size_t first = keyword, last;
    if (!run_back(row, bytes, &first) || (row->left && !edge_left(bytes, first)))
        return false;
    bool matched = run_from(&run, row->first, at, &last);
    *work -= begun - run.work;
    if (!matched || (row->right && !edge_right(bytes, last)))
        return false;
    *place = (struct secret_place){run.marked ? run.start : first, run.marked ? run.end : last,
                                   first, last};
    return true;
}
