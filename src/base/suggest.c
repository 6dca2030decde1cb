#include "base/suggest.h"

#include "base/ascii.h"

enum { WORD_MAX = 40 };

static unsigned least(unsigned a, unsigned b, unsigned c)
{
    unsigned best = a < b ? a : b;
    return best < c ? best : c;
}

/* Optimal string alignment: insertions, deletions, changes, neighbours exchanged. */
static unsigned distance(struct slice a, struct slice b)
{
    unsigned rows[3][WORD_MAX + 1];
    for (unsigned j = 0; j <= b.len; j++)
        rows[0][j] = j;
    for (unsigned i = 1; i <= a.len; i++) {
        unsigned *row = rows[i % 3], *above = rows[(i + 2) % 3], *before = rows[(i + 1) % 3];
        row[0] = i;
        for (unsigned j = 1; j <= b.len; j++) {
            char x = ascii_lower(a.at[i - 1]), y = ascii_lower(b.at[j - 1]);
            row[j] = least(above[j] + 1, row[j - 1] + 1, above[j - 1] + (x != y));
            if (i > 1 && j > 1 && x == ascii_lower(b.at[j - 2]) && y == ascii_lower(a.at[i - 2]) &&
                before[j - 2] + 1 < row[j])
                row[j] = before[j - 2] + 1;
        }
    }
    return rows[a.len % 3][b.len];
}

void suggest_offer(struct suggestion *suggestion, const char *candidate)
{
    struct slice word = slice_str(suggestion->word), other = slice_str(candidate);
    if (word.len > WORD_MAX || other.len > WORD_MAX)
        return;
    unsigned near = (unsigned)word.len / 3;
    near = near < 1 ? 1 : near > 3 ? 3 : near;
    unsigned found = distance(word, other);
    if (found <= near && (!suggestion->best || found < suggestion->distance)) {
        suggestion->best = candidate;
        suggestion->distance = found;
    }
}
