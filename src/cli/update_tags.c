/* plimsoll update tags: names and times, as the registry tells them. */
#include <stdlib.h>

#include "base/json.h"
#include "base/log.h"
#include "base/terminal.h"
#include "cli/update_call.h"
#include "update/tag_version.h"

/* Registries that tell no times: the highest version first, then names. */
static int by_version(const void *one, const void *other)
{
    const struct listed_tag *a = one, *b = other;
    struct tag_version x, y;
    bool is = tag_version_parse(a->name, &x) == TAG_IS_VERSION;
    bool too = tag_version_parse(b->name, &y) == TAG_IS_VERSION;
    if (is != too)
        return is ? -1 : 1;
    int order = is ? tag_version_compare(&y, &x) : 0;
    return order ? order : slice_compare(a->name, b->name);
}

static bool tells_times(const struct tag_listing *listing)
{
    for (size_t i = 0; i < listing->count; i++)
        if (listing->tags[i].updated.len)
            return true;
    return false;
}

static void put_tag(struct json_writer *json, const struct listed_tag *tag)
{
    json_begin_object(json);
    json_field(json, "name", tag->name);
    json_name(json, "last_updated");
    if (tag->updated.len)
        json_put_string(json, tag->updated);
    else
        json_put_null(json);
}

/* A line a tag, of the guide's {name, last_updated}. */
static void write_lines(const struct tag_listing *listing)
{
    for (size_t i = 0; i < listing->count; i++) {
        struct json_writer json;
        json_writer_init(&json, stdout, 0);
        put_tag(&json, &listing->tags[i]);
        json_end_object(&json);
        putchar('\n');
    }
}

static void write_json(const struct tag_listing *listing, struct slice name)
{
    struct json_writer json;
    json_writer_init(&json, stdout, 2);
    json_begin_object(&json);
    json_field(&json, "schema", SLICE("plimsoll/update-tags/1"));
    json_field(&json, "repository", name);
    json_field(&json, "host", listing->host);
    json_field_text(&json, "asked", listing->asked_at);
    json_name(&json, "tags");
    json_begin_array(&json);
    for (size_t i = 0; i < listing->count; i++) {
        put_tag(&json, &listing->tags[i]);
        json_field_text(&json, "digest", listing->tags[i].digest);
        if (listing->tags[i].size)
            json_field_int(&json, "size", (int64_t)listing->tags[i].size);
        json_end_object(&json);
    }
    json_end_array(&json);
    json_end_object(&json);
}

static void write_table(const struct tag_listing *listing)
{
    unsigned width = 4;
    for (size_t i = 0; i < listing->count; i++)
        if (terminal_columns(listing->tags[i].name) > width)
            width = terminal_columns(listing->tags[i].name);
    printf("%-*s  LAST UPDATED\n", (int)width, "NAME");
    for (size_t i = 0; i < listing->count; i++) {
        terminal_put(stdout, listing->tags[i].name);
        printf("%*s", (int)(width - terminal_columns(listing->tags[i].name)) + 2, "");
        struct slice updated = listing->tags[i].updated;
        terminal_put(stdout, updated.len ? updated : SLICE("-"));
        putchar('\n');
    }
}

static bool run(struct invocation *call, struct error *err)
{
    struct reference reference;
    struct tag_listing listing;
    struct tag_list_options options = update_call_tags(call);
    const char *format = option_text(call, "format");
    size_t last = (size_t)option_number(call, "last");
    if (!reference_parse(slice_str(call->operands[0]), call->arena, &reference, err))
        return false;
    options.most = slice_equal_str(reference.host, "docker.io") ? last : 0;
    if (!tag_list_fetch(&reference, &options, call->arena, &listing, err))
        return false;
    if (listing.problem.len)
        log_warning("%.*s", SLICE_ARG(listing.problem));
    if (listing.count && !tells_times(&listing))
        qsort(listing.tags, listing.count, sizeof *listing.tags, by_version);
    if (last && listing.count > last)
        listing.count = last;
    if (strcmp(format, "jsonl") == 0)
        write_lines(&listing);
    else if (strcmp(format, "json") == 0)
        write_json(&listing, reference.repository);
    else
        write_table(&listing);
    return true;
}

static const struct option options[] = {
    {.name = "last",
     .type = OPTION_INT,
     .argument = "N",
     .standard = "10",
     .low = 0,
     .high = TAG_LIST_TAGS_MAX,
     .prose = "So many of the newest; 0: all."},
    UPDATE_ASK_OPTIONS,
    {.name = "format",
     .type = OPTION_CHOICE,
     .argument = "FORMAT",
     .standard = "table",
     .choices = "table json jsonl",
     .prose = "How it is written; jsonl is a line {\"name\", \"last_updated\"} a tag."},
    {NULL},
};

static const struct command_example examples[] = {
    {"plimsoll update tags haproxy --last 5", "the five that were pushed last"},
    {"plimsoll update tags nginx --last 5 --format jsonl", "as curl and jq print them"},
    {"plimsoll update tags localhost:5000/app", "of any registry: the highest versions first"},
    {NULL, NULL},
};

const struct command command_update_tags = {
    .name = "tags",
    .summary = "the newest tags of an image",
    .operands = "IMAGE",
    .prose = "Asks Docker Hub's API, or the registry that the name says. Registries other than "
             "Docker Hub tell no times: the highest versions come first there, and last_updated "
             "is null.",
    .options = options,
    .examples = examples,
    .least = 1,
    .most = 1,
    .run = run,
};
