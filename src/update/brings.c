#include "update/brings.h"

#include <stdlib.h>

/* ---- facts ---- */

static bool add(struct brings_items *items, struct arena *arena, struct slice name,
                struct slice value, enum severity severity, struct error *err)
{
    struct brings_item item = {arena_copy(arena, name), arena_copy(arena, value), severity};
    if (items->count == BRINGS_ITEMS_MAX)
        return error_set(err, ERROR_LIMIT, "over %d things to compare", BRINGS_ITEMS_MAX);
    return (item.name.at && item.value.at &&
            ARENA_PUSH(arena, items->items, items->count, items->room, item)) ||
           arena_error(err);
}

static bool add_words(struct brings_facts *facts, struct arena *arena, const char *name,
                      const struct slice *words, size_t count, struct error *err)
{
    struct slice text = arena_join(arena, words, count, " ");
    if (!text.at)
        return arena_error(err);
    return !text.len || add(&facts->settings, arena, slice_str(name), text, 0, err);
}

static bool add_settings(struct brings_facts *facts, const struct image *image, struct arena *arena,
                         struct error *err)
{
    for (size_t i = 0; i < image->env_count; i++) {
        struct slice value = image->env[i], name = slice_cut(&value, '=');
        name = arena_printf(arena, "ENV %.*s", SLICE_ARG(name));
        if (!name.at)
            return arena_error(err);
        if (!add(&facts->settings, arena, name, value, 0, err))
            return false;
    }
    return add_words(facts, arena, "USER", &image->user, image->user.len > 0, err) &&
           add_words(facts, arena, "WORKDIR", &image->workdir, image->workdir.len > 0, err) &&
           add_words(facts, arena, "ENTRYPOINT", image->entrypoint, image->entrypoint_count, err) &&
           add_words(facts, arena, "CMD", image->cmd, image->cmd_count, err) &&
           add_words(facts, arena, "EXPOSE", image->exposed_ports, image->exposed_port_count,
                     err) &&
           add_words(facts, arena, "VOLUME", image->volumes, image->volume_count, err) &&
           add_words(facts, arena, "HEALTHCHECK", image->healthcheck, image->healthcheck_count,
                     err);
}

static bool copy_result(const struct scan_result *result, struct arena *arena,
                        struct brings_facts *facts, struct error *err)
{
    const struct image *image = &result->image;
    const struct digest *digest =
        image->index_digest.text[0] ? &image->index_digest : &image->manifest_digest;
    for (size_t i = 0; i < result->package_count; i++) {
        const struct package *package = &result->packages[i].package;
        if (!add(&facts->packages, arena, package->name, package->version, 0, err))
            return false;
    }
    for (size_t i = 0; i < result->finding_count; i++) {
        const struct scan_finding *finding = &result->findings[i];
        if (!finding->suppressed &&
            !add(&facts->findings, arena, finding->finding.id, finding->finding.package->name,
                 finding->finding.severity, err))
            return false;
    }
    for (size_t i = 0; i < image->layer_count; i++)
        facts->size += image->layers[i].size < UINT64_MAX - facts->size ? image->layers[i].size : 0;
    facts->digest = arena_copy(arena, digest_slice(digest));
    return facts->digest.at ? add_settings(facts, image, arena, err) : arena_error(err);
}

/* Scans an image and copies what is to be compared. */
static bool read_facts(const char *image, const struct scan_options *options, struct arena *arena,
                       struct brings_facts *facts, struct error *err)
{
    enum { SCAN_BUDGET = 512 << 20 };
    CLEANUP_ARENA struct arena own;
    struct scan_options one = *options;
    struct scan scan;
    one.input = image;
    *facts = (struct brings_facts){0};
    arena_init(&own, SCAN_BUDGET);
    bool fine = scan_run(&scan, &one, &own, err) && copy_result(&scan.result, arena, facts, err);
    scan_done(&scan);
    return fine;
}

/* ---- comparing ---- */

static int by_name(const void *one, const void *other)
{
    const struct brings_item *a = one, *b = other;
    int order = slice_compare(a->name, b->name);
    return order ? order : slice_compare(a->value, b->value);
}

static void sort(struct brings_items *items)
{
    if (items->count)
        qsort(items->items, items->count, sizeof *items->items, by_name);
}

/* The items of one name, from `at` on; their distinct values, and the worst severity. */
static size_t take_name(const struct brings_items *items, size_t at, struct arena *arena,
                        struct slice *values, enum severity *severity)
{
    size_t first = at;
    *values = SLICE("");
    for (; at < items->count && slice_equal(items->items[at].name, items->items[first].name);
         at++) {
        const struct brings_item *item = &items->items[at];
        if (item->severity > *severity)
            *severity = item->severity;
        if (at > first && slice_equal(item->value, items->items[at - 1].value))
            continue;
        *values = at == first ? item->value
                              : arena_printf(arena, "%.*s, %.*s", SLICE_ARG(*values),
                                             SLICE_ARG(item->value));
    }
    return at;
}

/* Names of both, in order: calls with what each has, "" where it has none. */
typedef bool differ(struct update_brings *brings, struct arena *arena,
                    const struct brings_difference *difference);

static bool walk(struct brings_items *before, struct brings_items *after, struct arena *arena,
                 differ *take, struct update_brings *brings)
{
    size_t i = 0, j = 0;
    sort(before);
    sort(after);
    while (i < before->count || j < after->count) {
        struct brings_difference one = {.before = SLICE(""), .after = SLICE("")};
        int order = i == before->count ? 1
                    : j == after->count
                        ? -1
                        : slice_compare(before->items[i].name, after->items[j].name);
        one.name = order <= 0 ? before->items[i].name : after->items[j].name;
        if (order <= 0)
            i = take_name(before, i, arena, &one.before, &one.severity);
        if (order >= 0)
            j = take_name(after, j, arena, &one.after, &one.severity);
        if (!one.before.at || !one.after.at || !take(brings, arena, &one))
            return false;
    }
    return true;
}

static bool push(struct brings_differences *list, struct arena *arena,
                 const struct brings_difference *one)
{
    return ARENA_PUSH(arena, list->items, list->count, list->room, *one);
}

static bool take_package(struct update_brings *brings, struct arena *arena,
                         const struct brings_difference *one)
{
    return slice_equal(one->before, one->after) || push(&brings->packages, arena, one);
}

static bool take_setting(struct update_brings *brings, struct arena *arena,
                         const struct brings_difference *one)
{
    return slice_equal(one->before, one->after) || push(&brings->settings, arena, one);
}

static bool take_finding(struct update_brings *brings, struct arena *arena,
                         const struct brings_difference *one)
{
    if (one->before.len && one->after.len) {
        brings->kept++;
        return true;
    }
    return push(one->before.len ? &brings->fixed : &brings->fresh, arena, one);
}

static int by_severity(const void *one, const void *other)
{
    const struct brings_difference *a = one, *b = other;
    if (a->severity != b->severity)
        return a->severity > b->severity ? -1 : 1;
    return slice_compare(a->name, b->name);
}

static void sort_worst_first(struct brings_differences *list)
{
    if (list->count)
        qsort(list->items, list->count, sizeof *list->items, by_severity);
}

bool brings_compare(struct brings_facts *before, struct brings_facts *after, struct arena *arena,
                    struct update_brings *brings, struct error *err)
{
    brings->looked = true;
    brings->size_before = before->size;
    brings->size_after = after->size;
    if (after->digest.len)
        brings->digest = after->digest;
    if (!walk(&before->packages, &after->packages, arena, take_package, brings) ||
        !walk(&before->findings, &after->findings, arena, take_finding, brings) ||
        !walk(&before->settings, &after->settings, arena, take_setting, brings))
        return arena_error(err);
    sort_worst_first(&brings->fixed);
    sort_worst_first(&brings->fresh);
    return true;
}

bool update_look(const char *before, const char *after, const struct scan_options *options,
                 struct arena *arena, struct update_brings *brings, struct error *err)
{
    struct brings_facts old, new;
    struct error why = {0};
    if (!read_facts(before, options, arena, &old, &why) ||
        !read_facts(after, options, arena, &new, &why)) {
        brings->why_not = arena_copy(arena, slice_str(why.text));
        return brings->why_not.at || arena_error(err);
    }
    return brings_compare(&old, &new, arena, brings, err);
}
