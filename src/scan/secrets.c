/*
 * Secrets of the layers and of the image's configuration into the result. What the configuration
 * says is read here in the broker: it is small, and it was parsed here anyway.
 */
#include <stdlib.h>

#include "base/table.h"
#include "scan/merge.h"
#include "scan/pipeline_parts.h"

enum { SECRETS_MAX = 5000 };

struct search {
    struct scan *scan;
    struct secret_searcher *searcher;
    const struct image *image;
    struct table known;  /* what several platforms and instructions say alike */
    struct table values; /* of the environment: the history has them again */
    bool failed;
    /* The text at hand: */
    struct scan_secret found;
    struct slice text;
    size_t masked_to; /* of `text` */
    struct slice masked;
};

static void add(struct search *search, const struct scan_secret *secret)
{
    struct scan *scan = search->scan;
    struct scan_result *result = &scan->result;
    struct slice key =
        arena_printf(scan->arena, "%s\n%d\n%.*s\n%u\n%.*s\n%s", secret->kind->id, (int)secret->in,
                     SLICE_ARG(secret->place), secret->line, SLICE_ARG(secret->hint),
                     secret->layer ? secret->layer->diff_id.text : "");
    if (key.at && table_get(&search->known, key))
        return;
    if (result->secret_count == SECRETS_MAX)
        return;
    if (!key.at || !table_put(&search->known, key, search) ||
        !ARENA_PUSH(scan->arena, result->secrets, result->secret_count, scan->secret_room, *secret))
        search->failed = true;
}

static void fill(struct search *search, struct scan_secret *secret, const struct secret_kind *kind,
                 struct slice hint)
{
    secret->kind = kind;
    severity_parse(slice_str(kind->severity), &secret->severity);
    secret->hint = arena_copy(search->scan->arena, hint);
    search->failed |= !secret->hint.at;
}

static void add_layers(struct search *search, const struct scan_image *image)
{
    for (size_t i = 0; i < image->secret_count && !search->failed; i++) {
        const struct merged_secret *merged = &image->secrets[i];
        struct scan_secret secret = {.in = SECRET_IN_FILE,
                                     .place = merged->secret->path,
                                     .line = merged->secret->line,
                                     .layer = &image->image->layers[merged->layer],
                                     .layer_index = merged->layer,
                                     .deleted = merged->hidden};
        fill(search, &secret, secret_kind_find(merged->secret->kind), merged->secret->hint);
        add(search, &secret);
    }
}

/* "NAME=value" of ENV and LABEL. */
static void add_assignment(struct search *search, enum secret_place_kind in, struct slice text)
{
    struct slice value = text, name = slice_cut(&value, '=');
    struct secret_match match;
    const struct secret_kind *kind = secret_of_assignment(search->searcher, name, value, &match);
    if (!kind)
        return;
    struct scan_secret secret = {.in = in, .place = name};
    fill(search, &secret, kind, slice_str(match.hint));
    add(search, &secret);
    struct slice exact = slice_upto(slice_from(value, match.start), match.end - match.start);
    search->failed |= !table_put(&search->values, exact, search);
}

static bool take_masked(void *context, const struct secret_match *match)
{
    struct search *search = context;
    struct slice exact =
        slice_upto(slice_from(search->text, match->start), match->end - match->start);
    struct slice between =
        slice_upto(slice_from(search->text, search->masked_to), match->start - search->masked_to);
    search->masked = arena_printf(search->scan->arena, "%.*s%.*s%s", SLICE_ARG(search->masked),
                                  SLICE_ARG(between), match->hint);
    search->masked_to = match->end;
    if (table_get(&search->values, exact))
        return true;
    struct scan_secret secret = search->found;
    fill(search, &secret, match->kind, slice_str(match->hint));
    add(search, &secret);
    return !search->failed;
}

/* Searches a text as if it were an environment file, and masks what is found in it. */
static struct slice search_text(struct search *search, struct slice text)
{
    search->text = text;
    search->masked = (struct slice){"", 0};
    search->masked_to = 0;
    secret_search(search->searcher, SLICE(".env"), text, take_masked, search);
    if (!search->masked_to)
        return text;
    struct slice masked = arena_printf(search->scan->arena, "%.*s%.*s", SLICE_ARG(search->masked),
                                       SLICE_ARG(slice_from(text, search->masked_to)));
    search->failed |= !masked.at;
    return masked.at ? masked : (struct slice){"", 0};
}

static const struct layer *layer_of(const struct image *image, struct slice created_by,
                                    size_t *index)
{
    for (size_t i = 0; i < image->layer_count; i++)
        if (slice_equal(image->layers[i].created_by, created_by)) {
            *index = i;
            return &image->layers[i];
        }
    return NULL;
}

/* The place is named by the masked text's beginning. */
static void search_history(struct search *search, struct image *image)
{
    for (size_t i = 0; i < image->history_count && !search->failed; i++) {
        struct slice text = image->history[i].created_by;
        size_t index = 0;
        const struct layer *layer = layer_of(image, text, &index);
        size_t before = search->scan->result.secret_count;
        search->found = (struct scan_secret){
            .in = SECRET_IN_HISTORY,
            .layer = layer,
            .layer_index = index,
            .place = arena_printf(search->scan->arena, "instruction %zu", i + 1)};
        image->history[i].created_by = search_text(search, text);
        for (size_t s = before; s < search->scan->result.secret_count; s++)
            search->scan->result.secrets[s].place =
                arena_printf(search->scan->arena, "%.*s",
                             SLICE_ARG(slice_upto(image->history[i].created_by, 100)));
        for (size_t l = 0; l < image->layer_count; l++)
            if (slice_equal(image->layers[l].created_by, text))
                image->layers[l].created_by = image->history[i].created_by;
    }
}

static void search_words(struct search *search, const struct slice *words, size_t count,
                         const char *place)
{
    search->found = (struct scan_secret){.in = SECRET_IN_COMMAND, .place = slice_str(place)};
    for (size_t i = 0; i < count && !search->failed; i++)
        search_text(search, words[i]);
}

static void search_image(struct search *search, struct image *image)
{
    search->image = image;
    table_init(&search->values, search->scan->arena);
    for (size_t i = 0; i < image->env_count && !search->failed; i++)
        add_assignment(search, SECRET_IN_ENVIRONMENT, image->env[i]);
    for (size_t i = 0; i < image->label_count && !search->failed; i++)
        add_assignment(search, SECRET_IN_LABEL, image->labels[i]);
    search_words(search, image->entrypoint, image->entrypoint_count, "ENTRYPOINT");
    search_words(search, image->cmd, image->cmd_count, "CMD");
    search_words(search, image->healthcheck, image->healthcheck_count, "HEALTHCHECK");
    search_history(search, image);
}

static int secret_compare(const void *a, const void *b)
{
    const struct scan_secret *x = a, *y = b;
    if (x->severity != y->severity)
        return x->severity > y->severity ? -1 : 1;
    if (x->in != y->in)
        return x->in < y->in ? -1 : 1;
    int order = slice_compare(x->place, y->place);
    if (order)
        return order;
    if (x->line != y->line)
        return x->line < y->line ? -1 : 1;
    order = strcmp(x->kind->id, y->kind->id);
    return order ? order : slice_compare(x->hint, y->hint);
}

bool scan_secrets(struct scan *scan, struct error *err)
{
    struct search search = {.scan = scan, .searcher = secret_searcher_new()};
    table_init(&search.known, scan->arena);
    if (!search.searcher)
        return arena_error(err);
    scan->result.secrets_searched = true;
    for (size_t i = 0; i < scan->image_count && !search.failed; i++)
        add_layers(&search, &scan->images[i]);
    for (size_t i = 0; i < scan->list.count && !search.failed; i++)
        search_image(&search, &scan->list.images[i]);
    if (scan->list.count)
        scan->result.image = scan->list.images[0]; /* with what was masked */
    if (scan->result.secret_count)
        qsort(scan->result.secrets, scan->result.secret_count, sizeof *scan->result.secrets,
              secret_compare);
    secret_searcher_free(search.searcher);
    return search.failed ? arena_error(err) : true;
}
