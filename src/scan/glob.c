/* See glob.h. Backtracks to the last star only (a `*` that the rest fits behind is never worth
   revisiting), but with separators a `**` must be remembered beside it: at worst length × length.
 */
#include "scan/glob.h"

struct star {
    size_t pattern, text; /* where to go on: behind the star, and at which character */
    bool set, all;        /* all: takes separators, too */
};

static bool star_retry(struct star *star, struct slice text, char separator, size_t *p, size_t *t)
{
    if (!star->set || star->text >= text.len)
        return false;
    if (!star->all && separator && text.at[star->text] == separator)
        return false;
    star->text++;
    *p = star->pattern;
    *t = star->text;
    return true;
}

static size_t glob_star(struct slice pattern, size_t p, size_t t, struct star *star,
                        struct star *wide)
{
    bool all = p + 1 < pattern.len && pattern.at[p + 1] == '*';
    p += all ? 2 : 1;
    *star = (struct star){p, t, true, all};
    if (all)
        *wide = *star;
    return p;
}

bool glob_match(struct slice pattern, struct slice text, char separator)
{
    struct star star = {0}, wide = {0};
    size_t p = 0, t = 0;
    for (;;) {
        if (p < pattern.len && pattern.at[p] == '*') {
            p = glob_star(pattern, p, t, &star, &wide);
            continue;
        }
        if (p == pattern.len && t == text.len)
            return true;
        if (p < pattern.len && t < text.len &&
            (pattern.at[p] == text.at[t] ||
             (pattern.at[p] == '?' && !(separator && text.at[t] == separator)))) {
            p++;
            t++;
            continue;
        }
        if (star_retry(&star, text, separator, &p, &t))
            continue;
        if (!star_retry(&wide, text, separator, &p, &t))
            return false;
        star = wide;
    }
}
