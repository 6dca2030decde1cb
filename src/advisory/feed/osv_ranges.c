#include "advisory/feed/osv_ranges.h"

/* Version "0" is before all others. */
static bool is_first(struct slice version)
{
    return slice_equal_str(version, "0");
}

static bool all_valid(const struct osv_event *events, size_t count,
                      const struct version_scheme *order)
{
    for (size_t i = 0; i < count; i++)
        if (!is_first(events[i].version) && !version_valid(order, events[i].version))
            return false;
    return true;
}

static int compare_events(const struct osv_event *a, const struct osv_event *b,
                          const struct version_scheme *scheme)
{
    bool x = is_first(a->version), y = is_first(b->version);
    int order = 0;
    if (x || y)
        order = y - x;
    else
        version_compare(scheme, a->version, b->version, &order);
    if (order)
        return order;
    /* At one version: it opens before it closes as "last affected", and closes as "fixed" before it
       opens again. */
    static const int rank[] = {[OSV_FIXED] = 0, [OSV_INTRODUCED] = 1, [OSV_LAST_AFFECTED] = 2};
    return rank[a->kind] != rank[b->kind] ? rank[a->kind] - rank[b->kind]
                                          : (a->number > b->number) - (a->number < b->number);
}

/* Few events, nearly in order. */
static void sort_events(struct osv_event *events, size_t count, const struct version_scheme *order)
{
    for (size_t i = 1; i < count; i++) {
        struct osv_event event = events[i];
        size_t to = i;
        for (; to > 0 && compare_events(&events[to - 1], &event, order) > 0; to--)
            events[to] = events[to - 1];
        events[to] = event;
    }
}

bool osv_ranges(struct osv_event *events, size_t event_count, const struct version_scheme *order,
                struct arena *arena, struct version_range **ranges, size_t *count, size_t *room,
                struct error *err)
{
    struct version_range range = {0};
    bool open = false;
    if (order && event_count <= 10000 && all_valid(events, event_count, order))
        sort_events(events, event_count, order);
    for (size_t i = 0; i < event_count; i++) {
        const struct osv_event *event = &events[i];
        if (event->kind == OSV_INTRODUCED) {
            if (!open)
                range.introduced = is_first(event->version) ? (struct slice){0} : event->version;
            open = true;
            continue;
        }
        if (!open)
            continue;
        if (event->kind == OSV_FIXED)
            range.fixed = event->version;
        else
            range.last = event->version;
        if (!ARENA_PUSH(arena, *ranges, *count, *room, range))
            return arena_error(err);
        range = (struct version_range){0};
        open = false;
    }
    if (open && !ARENA_PUSH(arena, *ranges, *count, *room, range))
        return arena_error(err);
    return true;
}
