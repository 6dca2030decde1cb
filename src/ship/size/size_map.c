#include "ship/size/size_map.h"

#include <stdlib.h>

#include "image/path.h"
#include "report/html_text.h"
#include "ship/size/size_report.h"
#include "ship/size/treemap.h"

/* Boxes that nobody could see are put together; a page of more than so many is slow. */
enum { BOXES_MAX = 4000, DEPTH_MAX = 8, KIDS_MAX = 400 };
#define LEAST_SHARE 0.0004
/* What the page shows it in, about: for how square boxes are. A folder's name takes its head. */
#define MAP_WIDTH  1100.0
#define MAP_HEIGHT 640.0
#define MAP_HEAD   17.0

struct box {
    struct slice name, path;
    uint64_t bytes;
    const struct size_node *node; /* NULL: several small ones, or what is not seen */
    const char *style;
};

struct map {
    FILE *file;
    struct arena *arena;
    uint64_t whole;
    size_t boxes;
    bool failed;
};

static int box_compare(const void *a, const void *b)
{
    const struct box *x = a, *y = b;
    if (x->bytes != y->bytes)
        return x->bytes > y->bytes ? -1 : 1;
    return slice_compare(x->name, y->name);
}

static const char *style_of(const struct size_node *node)
{
    if (node->child)
        return "f";
    return node->file && node->file->kind ? "w" : "";
}

/* The children worth a box of their own, the largest first, and one for all the others. */
static size_t gather(struct map *map, const struct size_node *node, struct box **made)
{
    size_t count = 0, room = 0, small = 0;
    uint64_t rest = 0;
    *made = NULL;
    for (const struct size_node *child = node->child; child; child = child->next) {
        if (!child->bytes)
            continue;
        struct box box = {path_base(child->path), child->path, child->bytes, child,
                          style_of(child)};
        if ((double)child->bytes < (double)map->whole * LEAST_SHARE) {
            rest += child->bytes;
            small++;
        } else if (!ARENA_PUSH(map->arena, *made, count, room, box)) {
            map->failed = true;
            return 0;
        }
    }
    if (count)
        qsort(*made, count, sizeof **made, box_compare);
    for (; count > KIDS_MAX; count--, small++)
        rest += (*made)[count - 1].bytes;
    if (small) {
        struct box box = {arena_printf(map->arena, "%zu smaller", small), node->path, rest, NULL,
                          ""};
        if (!box.name.at || !ARENA_PUSH(map->arena, *made, count, room, box)) {
            map->failed = true;
            return 0;
        }
        qsort(*made, count, sizeof **made, box_compare);
    }
    return count;
}

static void put_boxes(struct map *map, const struct box *boxes, size_t count,
                      struct treemap_rect within, unsigned depth);

static void put_box(struct map *map, const struct box *box, struct treemap_rect within,
                    struct treemap_rect rect, unsigned depth)
{
    FILE *file = map->file;
    struct box *kids = NULL;
    fprintf(file,
            "<div class=\"b %s\" role=\"treeitem\" tabindex=\"-1\" "
            "style=\"left:%.3f%%;top:%.3f%%;width:%.3f%%;height:%.3f%%\" aria-label=\"",
            box->style, 100 * (rect.x - within.x) / within.width,
            100 * (rect.y - within.y) / within.height, 100 * rect.width / within.width,
            100 * rect.height / within.height);
    html_put(file, box->node ? box->path : box->name);
    fprintf(file, ", %s, %.1f %%%s\"><span>", size_text(box->bytes).at,
            100 * (double)box->bytes / (double)map->whole,
            *box->style == 'w' ? ", need not be there" : "");
    html_put(file, box->name);
    fprintf(file, " %s</span>", size_text(box->bytes).at);
    struct treemap_rect inside = {0, 0, rect.width - 4, rect.height - MAP_HEAD - 2};
    size_t count = 0;
    if (box->node && box->node->child && depth < DEPTH_MAX && inside.width > 8 &&
        inside.height > 8 && map->boxes < BOXES_MAX)
        count = gather(map, box->node, &kids);
    if (count) {
        fputs("<div role=\"group\">\n", file);
        put_boxes(map, kids, count, inside, depth + 1);
        fputs("</div>", file);
    }
    fputs("</div>\n", file);
}

static void put_boxes(struct map *map, const struct box *boxes, size_t count,
                      struct treemap_rect within, unsigned depth)
{
    double *values = arena_array(map->arena, count, sizeof *values);
    struct treemap_rect *rects = arena_array(map->arena, count, sizeof *rects);
    if (!values || !rects) {
        map->failed = true;
        return;
    }
    for (size_t i = 0; i < count; i++)
        values[i] = (double)boxes[i].bytes;
    treemap_cut(values, count, within, rects);
    map->boxes += count;
    for (size_t i = 0; i < count && !map->failed; i++)
        put_box(map, &boxes[i], within, rects[i], depth);
}

/* What later layers hide is a box at the top, beside the folders. */
static uint64_t unseen(const struct size_result *result)
{
    uint64_t bytes = 0;
    for (size_t i = 0; i < result->layer_count; i++)
        bytes += result->layers[i].hidden;
    return bytes;
}

bool size_map_write(const struct size_result *result, FILE *file, struct error *err)
{
    struct arena arena CLEANUP_ARENA;
    arena_init(&arena, (size_t)256 << 20);
    uint64_t hidden = unseen(result);
    struct map map = {file, &arena, result->files.root->bytes + hidden, 0, false};
    struct box *boxes, all[KIDS_MAX + 2];
    if (!map.whole)
        return true;
    size_t count = gather(&map, result->files.root, &boxes);
    if (count) /* KIDS_MAX and one for all smaller ones at most */
        memcpy(all, boxes, count * sizeof *all);
    if (hidden)
        all[count++] = (struct box){SLICE("deleted or replaced"), SLICE(""), hidden, NULL, "u"};
    qsort(all, count, sizeof *all, box_compare);
    put_boxes(&map, all, count, (struct treemap_rect){0, 0, MAP_WIDTH, MAP_HEIGHT}, 0);
    return map.failed ? arena_error(err) : true;
}
