#pragma once
/*
 * Squarified treemaps: a rectangle is cut into pieces whose areas are as the values, as square as
 * can be. Source: M. Bruls, K. Huizing, J. van Wijk, "Squarified Treemaps", 2000. Pure computation.
 */
#include <stddef.h>

struct treemap_rect {
    double x, y, width, height;
};

/* `values` descend and are positive; `rects` has `count` places. */
void treemap_cut(const double *values, size_t count, struct treemap_rect within,
                 struct treemap_rect *rects);
