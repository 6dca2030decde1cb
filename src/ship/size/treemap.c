#include "ship/size/treemap.h"

/* The worst ratio of sides in a row of values from `least` to `most` and sum `sum` along a side. */
static double worst(double most, double least, double sum, double side)
{
    double wide = side * side * most / (sum * sum), narrow = sum * sum / (side * side * least);
    return wide > narrow ? wide : narrow;
}

/* How many of the values stand best in one row along `side`; their sum in *sum. Areas, not values.
 */
static size_t row_length(const double *values, size_t count, double scale, double side, double *sum)
{
    size_t taken = 1;
    double row = values[0] * scale, best = worst(row, row, row, side);
    for (; taken < count; taken++) {
        double next = values[taken] * scale;
        double ratio = worst(values[0] * scale, next, row + next, side);
        if (ratio > best)
            break;
        best = ratio;
        row += next;
    }
    *sum = row;
    return taken;
}

/* A row along the shorter side of what is left; the rest is cut off. */
static void row_place(const double *values, size_t count, double scale, double sum,
                      struct treemap_rect *left, struct treemap_rect *rects)
{
    int upright = left->width >= left->height; /* the row stands at the left edge */
    double side = upright ? left->height : left->width, thick = sum / side, at = 0;
    for (size_t i = 0; i < count; i++) {
        double len = values[i] * scale / thick;
        rects[i] = upright ? (struct treemap_rect){left->x, left->y + at, thick, len}
                           : (struct treemap_rect){left->x + at, left->y, len, thick};
        at += len;
    }
    if (upright) {
        left->x += thick;
        left->width -= thick;
    } else {
        left->y += thick;
        left->height -= thick;
    }
}

void treemap_cut(const double *values, size_t count, struct treemap_rect within,
                 struct treemap_rect *rects)
{
    double total = 0, sum;
    for (size_t i = 0; i < count; i++) {
        total += values[i];
        rects[i] = (struct treemap_rect){within.x, within.y, 0, 0};
    }
    if (total <= 0 || within.width <= 0 || within.height <= 0)
        return;
    double scale = within.width * within.height / total;
    for (size_t at = 0; at < count;) {
        double side = within.width < within.height ? within.width : within.height;
        if (side <= 1e-9 || values[at] <= 0)
            return;
        size_t taken = row_length(values + at, count - at, scale, side, &sum);
        row_place(values + at, taken, scale, sum, &within, rects + at);
        at += taken;
    }
}
