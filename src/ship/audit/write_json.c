/* docs/schema/image-audit.json */
#include "base/clock.h"
#include "base/json.h"
#include "ship/audit/write.h"

struct writing {
    struct json_writer json;
    struct arena *arena;
    const struct audit *audit;
};

static void put_time(struct writing *to, const char *name, int64_t when)
{
    json_field(&to->json, name, clock_format(when, to->arena));
}

static void put_counts(struct writing *to, const size_t by_severity[AUDIT_SEVERITIES])
{
    json_name(&to->json, "by_severity");
    json_begin_object(&to->json);
    for (size_t i = AUDIT_SEVERITIES; i-- > 0;)
        json_field_int(&to->json, severity_name((enum severity)i), (int64_t)by_severity[i]);
    json_end_object(&to->json);
}

static void put_finding(struct writing *to, const struct audit_finding *finding)
{
    struct json_writer *json = &to->json;
    json_begin_object(json);
    json_field(json, "id", finding->id);
    json_field_text(json, "package", finding->package);
    json_field_text(json, "version", finding->version);
    json_field(json, "severity", slice_str(severity_name(finding->severity)));
    json_field_text(json, "fixed", finding->fixed);
    json_field_text(json, "title", finding->title);
    json_field_text(json, "url", finding->url);
    if (finding->kev)
        json_field_bool(json, "kev", true);
    put_time(to, "first_seen", finding->first_seen);
    if (finding->due != AUDIT_NEVER)
        put_time(to, "due", finding->due);
    json_field_bool(json, "new", finding->is_new);
    json_field_bool(json, "overdue", finding->overdue);
    if (finding->excepted) {
        json_name(json, "exception");
        json_begin_object(json);
        json_field(json, "reason", finding->reason);
        json_field_text(json, "owner", finding->owner);
        json_field_text(json, "expires", finding->expires);
        json_end_object(json);
    }
    json_end_object(json);
}

static void put_gone(struct writing *to, const struct audit_gone *gone)
{
    json_begin_object(&to->json);
    json_field(&to->json, "id", gone->id);
    json_field_text(&to->json, "package", gone->package);
    json_field(&to->json, "severity", slice_str(severity_name(gone->severity)));
    json_end_object(&to->json);
}

static void put_base(struct writing *to, const struct audit_base *base)
{
    static const char *const states[] = {
        [AUDIT_BASE_UNKNOWN] = "unknown",
        [AUDIT_BASE_CURRENT] = "current",
        [AUDIT_BASE_MOVED] = "moved",
        [AUDIT_BASE_UNREACHABLE] = "unreachable",
    };
    json_name(&to->json, "base");
    json_begin_object(&to->json);
    json_field(&to->json, "state", slice_str(states[base->state]));
    json_field_text(&to->json, "name", base->name);
    json_field_text(&to->json, "digest", base->digest);
    json_field_text(&to->json, "text", base->text);
    json_end_object(&to->json);
}

static void put_updates(struct writing *to, const struct audit_repository *repository)
{
    json_name(&to->json, "updates");
    json_begin_array(&to->json);
    for (size_t i = 0; i < repository->update_count; i++) {
        const struct audit_update *update = &repository->updates[i];
        json_begin_object(&to->json);
        json_field(&to->json, "packages", update->names);
        json_field(&to->json, "from", update->from);
        json_field(&to->json, "to", update->to);
        json_field_int(&to->json, "mends", (int64_t)update->mends);
        json_field_bool(&to->json, "in_base", update->in_base);
        json_end_object(&to->json);
    }
    json_end_array(&to->json);
}

static void put_what_is_in(struct writing *to, const struct audit_repository *repository)
{
    struct json_writer *json = &to->json;
    json_field_text(json, "digest", repository->digest);
    json_field_text(json, "pushed", repository->pushed);
    json_field_text(json, "chosen", repository->chosen);
    json_field_bool(json, "partial", repository->partial);
    json_field_bool(json, "first", repository->first);
    if (repository->compared)
        put_time(to, "compared", repository->compared);
    put_counts(to, repository->by_severity);
    json_field_int(json, "total", (int64_t)repository->total);
    json_field_int(json, "fixable", (int64_t)repository->fixable);
    json_field_int(json, "excepted", (int64_t)repository->excepted);
    json_field_int(json, "new", (int64_t)repository->new_count);
    json_field_int(json, "overdue", (int64_t)repository->overdue);
    json_field_int(json, "exploited", (int64_t)repository->exploited);
    json_field_bool(json, "rebuild", audit_rebuild(repository));
    put_base(to, &repository->base);
    put_updates(to, repository);
    json_name(json, "findings");
    json_begin_array(json);
    for (size_t i = 0; i < repository->finding_count; i++)
        put_finding(to, &repository->findings[i]);
    json_end_array(json);
    json_name(json, "gone");
    json_begin_array(json);
    for (size_t i = 0; i < repository->gone_count; i++)
        put_gone(to, &repository->gone[i]);
    json_end_array(json);
    json_field_strings(json, "notes", repository->notes, repository->note_count);
}

static void put_repository(struct writing *to, const struct audit_repository *repository)
{
    json_begin_object(&to->json);
    json_field(&to->json, "name", repository->name);
    json_field_text(&to->json, "tag", repository->tag);
    json_field_text(&to->json, "error", repository->error);
    if (!repository->error.len)
        put_what_is_in(to, repository);
    json_end_object(&to->json);
}

static void put_exception(struct writing *to, const struct audit_exception *exception)
{
    struct json_writer *json = &to->json;
    json_begin_object(json);
    json_field(json, "id", exception->id);
    json_field_text(json, "package", exception->package);
    json_field_text(json, "image", exception->image);
    json_field_text(json, "owner", exception->owner);
    json_field(json, "expires", exception->expires);
    json_field_int(json, "days_left", exception->days_left);
    json_field(json, "reason", exception->reason);
    json_field(json, "location", exception->location);
    json_end_object(json);
}

static void put_lists(struct writing *to)
{
    const struct audit *audit = to->audit;
    struct json_writer *json = &to->json;
    json_name(json, "repositories");
    json_begin_array(json);
    for (size_t i = 0; i < audit->count; i++)
        put_repository(to, &audit->repositories[i]);
    json_end_array(json);
    json_name(json, "exceptions");
    json_begin_array(json);
    for (size_t i = 0; i < audit->exception_count; i++)
        put_exception(to, &audit->exceptions[i]);
    json_end_array(json);
    json_name(json, "trend");
    json_begin_array(json);
    for (size_t i = 0; i < audit->trend_count; i++) {
        json_begin_object(json);
        put_time(to, "time", audit->trend[i].when);
        put_counts(to, audit->trend[i].by_severity);
        json_field_int(json, "overdue", (int64_t)audit->trend[i].overdue);
        json_end_object(json);
    }
    json_end_array(json);
    json_field_strings(json, "notes", audit->notes, audit->note_count);
}

bool audit_write_json(const struct audit *audit, const struct audit_write_options *options,
                      struct arena *arena, FILE *file, struct error *err)
{
    (void)options, (void)err;
    struct writing to = {.arena = arena, .audit = audit};
    struct json_writer *json = &to.json;
    json_writer_init(json, file, 2);
    json_begin_object(json);
    json_field(json, "schema", SLICE("plimsoll/image-audit/1"));
    put_time(&to, "time", audit->when);
    if (audit->previous)
        put_time(&to, "previous", audit->previous);
    json_field_text(json, "history", audit->history);
    json_field_text(json, "database", audit->database);
    json_name(json, "deadlines");
    json_begin_object(json);
    for (size_t i = AUDIT_SEVERITIES; i-- > 0;)
        if (audit->deadlines[i] >= 0)
            json_field_int(json, severity_name((enum severity)i), audit->deadlines[i]);
    json_end_object(json);
    put_counts(&to, audit->by_severity);
    json_field_int(json, "total", (int64_t)audit->total);
    json_field_int(json, "fixable", (int64_t)audit->fixable);
    json_field_int(json, "excepted", (int64_t)audit->excepted);
    json_field_int(json, "new", (int64_t)audit->new_count);
    json_field_int(json, "gone", (int64_t)audit->gone_count);
    json_field_int(json, "overdue", (int64_t)audit->overdue);
    json_field_int(json, "exploited", (int64_t)audit->exploited);
    json_field_int(json, "rebuilds", (int64_t)audit->rebuilds);
    json_field_int(json, "failed", (int64_t)audit->failed);
    put_lists(&to);
    json_end_object(json);
    return true;
}
