#include "registry/ops/event.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/hmac.h"
#include "image/document.h"

/* Text of the journal is UTF-8 (it was JSON); what is not is left out rather than sent wrong. */
static void put(json_t *object, const char *name, struct slice value)
{
    if (value.len)
        json_object_set_new(object, name, json_stringn(value.at, value.len));
}

static void make_id(const struct journal_entry *entry, char id[EVENT_ID_MAX])
{
    char text[512];
    struct hmac hash;
    int len = snprintf(
        text, sizeof text, "%llu %.6f %.*s %.*s", (unsigned long long)entry->sequence, entry->when,
        SLICE_ARG(slice_upto(entry->digest, 150)), SLICE_ARG(slice_upto(entry->request, 64)));
    sha256_bytes(slice_of(text, (size_t)len), &hash);
    const uint8_t *b = hash.bytes;
    snprintf(id, EVENT_ID_MAX,
             "%02x%02x%02x%02x-%02x%02x-8%01x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x", b[0], b[1],
             b[2], b[3], b[4], b[5], b[6] & 15, b[7], (b[8] & 0x3f) | 0x80, b[9], b[10], b[11],
             b[12], b[13], b[14], b[15]);
}

static struct slice time_text(const struct journal_entry *entry, struct arena *arena)
{
    return clock_format((int64_t)entry->when, arena);
}

static json_t *detail_of(const struct journal_entry *entry)
{
    struct error ignored;
    return entry->detail.len ? document_parse(entry->detail, &ignored) : NULL;
}

static json_t *cloud_data(const struct journal_entry *entry)
{
    json_t *data = json_object(), *detail = detail_of(entry);
    put(data, "action", entry->action);
    put(data, "account", entry->account);
    put(data, "region", entry->region);
    put(data, "repository", entry->repository);
    put(data, "digest", entry->digest);
    put(data, "tag", entry->tag);
    put(data, "mediaType", entry->media_type);
    put(data, "who", entry->who);
    put(data, "arn", entry->arn);
    put(data, "address", entry->address);
    put(data, "request", entry->request);
    put(data, "why", entry->why);
    if (detail)
        json_object_set_new(data, "detail", detail);
    return data;
}

static struct slice subject_of(const struct journal_entry *entry, struct arena *arena)
{
    if (entry->tag.len)
        return arena_printf(arena, "%.*s:%.*s", SLICE_ARG(entry->repository),
                            SLICE_ARG(entry->tag));
    if (entry->digest.len)
        return arena_printf(arena, "%.*s@%.*s", SLICE_ARG(entry->repository),
                            SLICE_ARG(entry->digest));
    return entry->repository;
}

static json_t *cloud_event(const struct journal_entry *entry, const char *id, struct arena *arena)
{
    json_t *event = json_object();
    struct scope scope = {entry->account, entry->region, entry->repository};
    put(event, "specversion", SLICE("1.0"));
    put(event, "id", slice_str(id));
    put(event, "source",
        entry->repository.len ? scope_arn(&scope, arena)
                              : arena_printf(arena, "arn:aws:ecr:%.*s:%.*s:registry",
                                             SLICE_ARG(entry->region), SLICE_ARG(entry->account)));
    put(event, "type", arena_printf(arena, "plimsoll.registry.%.*s", SLICE_ARG(entry->action)));
    put(event, "subject", subject_of(entry, arena));
    put(event, "time", time_text(entry, arena));
    put(event, "datacontenttype", SLICE("application/json"));
    json_object_set_new(event, "data", cloud_data(entry));
    return event;
}

/* What the action is in ECR's words; NULL: no event there. */
static const char *ecr_action(const struct journal_entry *entry)
{
    static const struct {
        const char *ours, *theirs;
    } rows[] = {{"PutImage", "PUSH"},      {"TagImage", "PUSH"},     {"RestoreImage", "PUSH"},
                {"DeleteImage", "DELETE"}, {"UntagImage", "DELETE"}, {"ExpireImage", "DELETE"}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (slice_equal_str(entry->action, rows[i].ours))
            return rows[i].theirs;
    return NULL;
}

static json_t *action_detail(const struct journal_entry *entry, const char *action)
{
    json_t *detail = json_object();
    put(detail, "result", SLICE("SUCCESS"));
    put(detail, "repository-name", entry->repository);
    put(detail, "image-digest", entry->digest);
    put(detail, "action-type", slice_str(action));
    put(detail, "image-tag", entry->tag);
    put(detail, "manifest-media-type", entry->media_type);
    return detail;
}

/* Counts that are 0 are left out, as there. */
static json_t *counts_of(const json_t *detail)
{
    json_t *counts = json_object(), *value;
    const char *name;
    json_object_foreach(json_object_get(detail, "finding-severity-counts"), name, value)
    {
        if (json_integer_value(value) > 0)
            json_object_set(counts, name, value);
    }
    return counts;
}

static json_t *scan_detail(const struct journal_entry *entry, const struct slice *tags,
                           size_t tag_count)
{
    CLEANUP_JSON json_t *from = detail_of(entry);
    json_t *detail = json_object(), *list = json_array();
    struct slice status = document_view(json_object_get(from, "scan-status"));
    put(detail, "scan-status", status.len ? status : SLICE("COMPLETE"));
    put(detail, "repository-name", entry->repository);
    json_object_set_new(detail, "finding-severity-counts", counts_of(from));
    put(detail, "image-digest", entry->digest);
    for (size_t i = 0; i < tag_count; i++)
        json_array_append_new(list, json_stringn(tags[i].at, tags[i].len));
    json_object_set_new(detail, "image-tags", list);
    return detail;
}

/* NULL: no event of ECR's. */
static json_t *bridge_event(const struct journal_entry *entry, const struct slice *tags,
                            size_t tag_count, const char *id, struct arena *arena)
{
    struct scope scope = {entry->account, entry->region, entry->repository};
    const char *action = ecr_action(entry);
    bool scan = slice_equal_str(entry->action, "ScanImage");
    if (!action && !scan)
        return NULL;
    json_t *event = json_object(), *resources = json_array();
    put(event, "version", SLICE("0"));
    put(event, "id", slice_str(id));
    put(event, "detail-type", scan ? SLICE("ECR Image Scan") : SLICE("ECR Image Action"));
    put(event, "source", SLICE("aws.ecr"));
    put(event, "account", entry->account);
    put(event, "time", time_text(entry, arena));
    put(event, "region", entry->region);
    struct slice arn = scope_arn(&scope, arena);
    if (scan && arn.at)
        json_array_append_new(resources, json_stringn(arn.at, arn.len));
    json_object_set_new(event, "resources", resources);
    json_object_set_new(event, "detail",
                        scan ? scan_detail(entry, tags, tag_count) : action_detail(entry, action));
    return event;
}

bool event_make(const struct journal_entry *entry, const struct slice *tags, size_t tag_count,
                enum hook_format format, struct arena *arena, struct event *event,
                struct error *err)
{
    *event = (struct event){0};
    make_id(entry, event->id);
    event->content_type = format == HOOK_CLOUDEVENTS
                              ? SLICE("application/cloudevents+json; charset=utf-8")
                              : SLICE("application/json");
    CLEANUP_JSON json_t *made = format == HOOK_CLOUDEVENTS
                                    ? cloud_event(entry, event->id, arena)
                                    : bridge_event(entry, tags, tag_count, event->id, arena);
    if (!made)
        return true;
    char *text = json_dumps(made, JSON_COMPACT);
    if (text)
        event->body = arena_copy(arena, slice_str(text));
    free(text);
    return event->body.at ? true : arena_error(err);
}
