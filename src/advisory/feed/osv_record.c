#include "advisory/feed/osv_record.h"

#include "advisory/feed/osv_ecosystem.h"
#include "advisory/feed/osv_ranges.h"
#include "advisory/match.h"
#include "base/ascii.h"
#include "base/json.h"

struct list {
    struct slice *items;
    size_t count, room;
};

struct record {
    struct arena *arena;
    struct feed_sink *sink;
    struct error *err;
    struct slice id, summary, details, published, modified, url, source;
    struct list aliases; /* other names of the same */
    struct list related; /* what a distribution's advisory mends */
    struct fact_rating *ratings;
    size_t rating_count, rating_room;
    enum severity severity;      /* the word of database_specific */
    struct json_reader affected; /* stands before the value */
    bool withdrawn, has_affected;
};

/* What one element of "affected" says. */
struct affected {
    struct slice ecosystem, name, note;
    struct version_range *ranges;
    size_t range_count, range_room;
    struct json_reader git_free, versions; /* stand before the values */
    bool has_ranges, has_versions;
};

static void read_texts(struct record *record, struct json_reader *json, struct list *list)
{
    struct slice text;
    if (!json_enter_array(json))
        return;
    while (json_more(json))
        if (json_string(json, &text) && text.len && !slice_equal(text, record->id))
            ARENA_PUSH(record->arena, list->items, list->count, list->room, text);
}

/* "CVSS:3.1/AV:N…" tells its version; a v2 vector has no head. */
static struct slice vector_version(struct slice vector)
{
    if (!slice_starts(vector, SLICE("CVSS:")))
        return SLICE("2.0");
    vector = slice_from(vector, 5);
    return slice_upto(vector, slice_find(vector, '/'));
}

static void add_rating(struct record *record, struct fact_rating rating)
{
    for (size_t i = 0; i < record->rating_count; i++)
        if (slice_equal(record->ratings[i].vector, rating.vector))
            return;
    ARENA_PUSH(record->arena, record->ratings, record->rating_count, record->rating_room, rating);
}

/* [{"type": "CVSS_V3", "score": VECTOR}]; Ubuntu's {"type": "Ubuntu", "score": "medium"}. */
static void read_severities(struct record *record, struct json_reader *json)
{
    struct slice member, type, score;
    if (!json_enter_array(json))
        return;
    while (json_more(json)) {
        type = score = (struct slice){0};
        if (!json_enter_object(json))
            continue;
        while (json_member(json, &member)) {
            if (slice_equal_str(member, "type"))
                json_string(json, &type);
            else if (slice_equal_str(member, "score"))
                json_string(json, &score);
        }
        if (slice_starts(type, SLICE("CVSS_V")) && score.len)
            add_rating(record,
                       (struct fact_rating){.version = vector_version(score), .vector = score});
        else if (score.len)
            severity_parse(score, &record->severity);
    }
}

static void read_references(struct record *record, struct json_reader *json)
{
    struct slice member, type, url;
    bool found = false;
    if (!json_enter_array(json))
        return;
    while (json_more(json)) {
        type = url = (struct slice){0};
        if (!json_enter_object(json))
            continue;
        while (json_member(json, &member)) {
            if (slice_equal_str(member, "type"))
                json_string(json, &type);
            else if (slice_equal_str(member, "url"))
                json_string(json, &url);
        }
        bool advisory = slice_equal_str(type, "ADVISORY");
        if (record->url.len == 0 || (advisory && !found))
            record->url = url;
        found |= advisory;
    }
}

static void read_specific(struct record *record, struct json_reader *json)
{
    struct slice member, text;
    if (!json_enter_object(json))
        return;
    while (json_member(json, &member))
        if (slice_equal_str(member, "severity") && json_string(json, &text))
            severity_parse(text, &record->severity);
}

static bool read_member(struct record *record, struct json_reader *json, struct slice member)
{
    const struct {
        const char *name;
        struct slice *value;
    } texts[] = {
        {"id", &record->id},
        {"summary", &record->summary},
        {"details", &record->details},
        {"published", &record->published},
        {"modified", &record->modified},
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (slice_equal_str(member, texts[i].name))
            return json_string(json, texts[i].value);
    if (slice_equal_str(member, "aliases"))
        read_texts(record, json, &record->aliases);
    else if (slice_equal_str(member, "related") || slice_equal_str(member, "upstream"))
        read_texts(record, json, &record->related);
    else if (slice_equal_str(member, "severity"))
        read_severities(record, json);
    else if (slice_equal_str(member, "references"))
        read_references(record, json);
    else if (slice_equal_str(member, "database_specific"))
        read_specific(record, json);
    else if (slice_equal_str(member, "withdrawn"))
        record->withdrawn = json_next(json) == JSON_STRING;
    else if (slice_equal_str(member, "affected")) {
        record->affected = *json;
        record->has_affected = true;
    }
    return true;
}

static bool read_events(struct record *record, struct json_reader *json,
                        const struct version_scheme *order, struct affected *affected)
{
    struct osv_event *events = NULL;
    size_t count = 0, room = 0;
    struct slice member, version;
    if (!json_enter_array(json))
        return true;
    while (json_more(json)) {
        if (!json_enter_object(json))
            continue;
        while (json_member(json, &member)) {
            bool introduced = slice_equal_str(member, "introduced");
            bool fixed = slice_equal_str(member, "fixed");
            if (!introduced && !fixed && !slice_equal_str(member, "last_affected"))
                continue;
            json_string(json, &version);
            struct osv_event event = {introduced ? OSV_INTRODUCED
                                      : fixed    ? OSV_FIXED
                                                 : OSV_LAST_AFFECTED,
                                      version, count};
            if (version.len && !ARENA_PUSH(record->arena, events, count, room, event))
                return arena_error(record->err);
        }
    }
    return osv_ranges(events, count, order, record->arena, &affected->ranges,
                      &affected->range_count, &affected->range_room, record->err);
}

/* The type may stand behind the events. */
static bool read_range(struct record *record, struct json_reader *json,
                       const struct version_scheme *order, struct affected *affected)
{
    struct slice member, type = {0};
    struct json_reader events = {0};
    if (!json_enter_object(json))
        return true;
    while (json_member(json, &member)) {
        if (slice_equal_str(member, "type"))
            json_string(json, &type);
        else if (slice_equal_str(member, "events"))
            events = *json;
    }
    if (slice_equal_str(type, "GIT") || events.document.len == 0)
        return true;
    return read_events(record, &events, order, affected);
}

static bool read_ranges(struct record *record, struct affected *affected,
                        const struct version_scheme *order)
{
    struct json_reader json = affected->git_free;
    if (!affected->has_ranges || !json_enter_array(&json))
        return true;
    while (json_more(&json))
        if (!read_range(record, &json, order, affected))
            return false;
    return true;
}

static bool read_versions(struct record *record, struct affected *affected)
{
    struct json_reader json = affected->versions;
    struct version_range range = {.exact = true};
    if (!affected->has_versions || affected->range_count || !json_enter_array(&json))
        return true;
    while (json_more(&json))
        if (json_string(&json, &range.introduced) &&
            !ARENA_PUSH(record->arena, affected->ranges, affected->range_count,
                        affected->range_room, range))
            return arena_error(record->err);
    return true;
}

static void read_package(struct json_reader *json, struct affected *affected)
{
    struct slice member;
    if (!json_enter_object(json))
        return;
    while (json_member(json, &member)) {
        if (slice_equal_str(member, "ecosystem"))
            json_string(json, &affected->ecosystem);
        else if (slice_equal_str(member, "name"))
            json_string(json, &affected->name);
    }
}

/* RustSec's "unmaintained", "notice", "unsound": no hole, but people want to know. */
static void read_informational(struct json_reader *json, struct affected *affected)
{
    struct slice member;
    if (!json_enter_object(json))
        return;
    while (json_member(json, &member))
        if (slice_equal_str(member, "informational"))
            json_string(json, &affected->note);
}

static void read_affected(struct record *record, struct json_reader *json,
                          struct affected *affected)
{
    struct slice member;
    while (json_member(json, &member)) {
        if (slice_equal_str(member, "package"))
            read_package(json, affected);
        else if (slice_equal_str(member, "ranges")) {
            affected->git_free = *json;
            affected->has_ranges = true;
        } else if (slice_equal_str(member, "versions")) {
            affected->versions = *json;
            affected->has_versions = true;
        } else if (slice_equal_str(member, "severity"))
            read_severities(record, json);
        else if (slice_equal_str(member, "database_specific"))
            read_informational(json, affected);
    }
}

static bool is_fixed(const struct affected *affected)
{
    for (size_t i = 0; i < affected->range_count; i++)
        if (affected->ranges[i].fixed.len)
            return true;
    return false;
}

/* One entry for each CVE that a distribution's advisory mends; without any, its own id. */
static bool put_distribution(struct record *record, struct slice scope, struct slice name,
                             struct advisory_entry *entry)
{
    bool any = false;
    const struct list *const lists[] = {&record->aliases, &record->related};
    entry->severity = (uint8_t)record->severity;
    entry->note = record->id;
    for (unsigned l = 0; l < 2; l++)
        for (size_t i = 0; i < lists[l]->count; i++) {
            entry->id = lists[l]->items[i];
            if (!slice_starts(entry->id, SLICE("CVE-")))
                continue;
            any = true;
            if (!sink_entry(record->sink, scope, name, entry, record->err))
                return false;
        }
    entry->id = record->id;
    return any || sink_entry(record->sink, scope, name, entry, record->err);
}

static bool put_affected(struct record *record, struct affected *affected)
{
    const struct osv_ecosystem *known = osv_ecosystem_find(affected->ecosystem);
    struct slice scope, name;
    if (affected->ecosystem.len == 0 || affected->name.len == 0)
        return true;
    if (!read_ranges(record, affected, known ? known->order : NULL) ||
        !read_versions(record, affected))
        return false;
    if (!osv_scope(affected->ecosystem, record->arena, &scope, record->err) ||
        !osv_name(known, affected->name, record->arena, &name, record->err))
        return false;
    struct advisory_entry entry = {.id = record->id,
                                   .aliases = record->aliases.items,
                                   .alias_count = record->aliases.count,
                                   .ranges = affected->ranges,
                                   .range_count = affected->range_count,
                                   .state = is_fixed(affected) ? FIX_FIXED : FIX_AFFECTED,
                                   .note = affected->note};
    if (affected->range_count == 0)
        return true;
    if (!known || !known->distribution)
        return sink_entry(record->sink, scope, name, &entry, record->err);
    entry.aliases = NULL;
    entry.alias_count = 0;
    return put_distribution(record, scope, name, &entry);
}

/* "Important: kernel security update" (AlmaLinux, Rocky Linux) */
static void severity_of_summary(struct record *record)
{
    size_t colon = slice_find(record->summary, ':');
    if (record->severity == SEVERITY_UNKNOWN && colon < record->summary.len)
        severity_parse(slice_upto(record->summary, colon), &record->severity);
}

/* Who rates: "GHSA-…" → "ghsa". */
static struct slice rating_source(struct slice id, struct arena *arena)
{
    struct slice prefix = slice_upto(id, slice_find(id, '-'));
    if (slice_equal_str(prefix, "BIT"))
        return SLICE("bitnami");
    if (slice_equal_str(prefix, "PYSEC"))
        return SLICE("pypa");
    struct slice copy = arena_copy(arena, prefix);
    for (char *c = (char *)(uintptr_t)copy.at; c && c < copy.at + copy.len; c++)
        *c = ascii_lower(*c);
    return copy;
}

static bool put_facts(struct record *record)
{
    struct slice source = rating_source(record->id, record->arena);
    if (record->severity != SEVERITY_UNKNOWN)
        ARENA_PUSH(record->arena, record->ratings, record->rating_count, record->rating_room,
                   ((struct fact_rating){.severity = (uint8_t)record->severity}));
    for (size_t i = 0; i < record->rating_count; i++)
        record->ratings[i].source = source;
    struct advisory_facts facts = {.title = record->summary,
                                   .description = record->details,
                                   .aliases = record->aliases.items,
                                   .alias_count = record->aliases.count,
                                   .ratings = record->ratings,
                                   .rating_count = record->rating_count,
                                   .published = slice_upto(record->published, 10),
                                   .url = record->url};
    if (facts.title.len)
        facts.description.len = 0; /* one of the two is enough */
    return sink_date(record->sink, record->modified, record->err) &&
           sink_facts(record->sink, record->id, &facts, record->err);
}

static bool put_record(struct record *record)
{
    struct json_reader json = record->affected;
    severity_of_summary(record);
    if (record->has_affected && json_enter_array(&json))
        while (json_more(&json)) {
            struct affected affected = {0};
            if (!json_enter_object(&json))
                continue;
            read_affected(record, &json, &affected);
            if (!put_affected(record, &affected))
                return false;
        }
    return put_facts(record);
}

bool osv_record_read(struct slice text, struct arena *arena, struct feed_sink *sink,
                     struct error *err)
{
    struct record record = {.arena = arena, .sink = sink, .err = err};
    struct json_reader json;
    struct slice member;
    json_reader_init(&json, text, arena);
    if (!json_enter_object(&json))
        return json_finish(&json, err) && error_set(err, ERROR_FORMAT, "not an OSV record");
    while (json_member(&json, &member))
        read_member(&record, &json, member);
    if (!json_finish(&json, err))
        return false;
    if (record.id.len == 0)
        return error_set(err, ERROR_FORMAT, "not an OSV record: it has no id");
    return record.withdrawn || put_record(&record);
}
