/*
 * What a configuration means: "AND" joins what is vulnerable with what it must run on or with. A
 * match inside such a join keeps the other side as its platform, so that a program for Windows is
 * no finding on Linux, and a module no finding without its host.
 */
#include "advisory/feed/nvd_record.h"

#include "advisory/feed/window.h"
#include "advisory/match.h"
#include "base/json.h"

enum { SCRATCH_BUDGET = 256 * 1024 * 1024, JOINED_MAX = 32 };

struct reading {
    struct json_reader json;
    struct arena *arena;
    struct nvd_record *record;
    bool failed; /* the budget is spent */
};

/* Members of `matches` that one side of a join holds. */
struct side {
    size_t from, to;
};

/* All matches of one configuration, vulnerable or not, and its sides. */
struct configuration {
    struct cpe_match *matches;
    size_t count, room;
    struct side sides[JOINED_MAX];
    size_t side_count;
};

static void read_rating(struct reading *reading, struct slice source)
{
    struct fact_rating rating = {.source = source};
    enum severity severity = SEVERITY_UNKNOWN;
    struct slice member, word;
    if (!json_enter_object(&reading->json))
        return;
    while (json_member(&reading->json, &member)) {
        if (slice_equal_str(member, "version"))
            json_string(&reading->json, &rating.version);
        else if (slice_equal_str(member, "vectorString"))
            json_string(&reading->json, &rating.vector);
        else if (slice_equal_str(member, "baseScore"))
            json_number(&reading->json, &rating.score);
        else if (slice_equal_str(member, "baseSeverity") && json_string(&reading->json, &word))
            severity_parse(word, &severity);
    }
    rating.severity = (uint8_t)severity;
    struct nvd_record *record = reading->record;
    if (rating.vector.len && !ARENA_PUSH(reading->arena, record->ratings, record->rating_count,
                                         record->rating_room, rating))
        reading->failed = true;
}

/* {"baseMetricV3": {"cvssV3": RATING}, "baseMetricV2": {"cvssV2": RATING}} */
static void read_impact(struct reading *reading)
{
    struct slice member, inner;
    if (!json_enter_object(&reading->json))
        return;
    while (json_member(&reading->json, &member)) {
        if (!json_enter_object(&reading->json))
            continue;
        while (json_member(&reading->json, &inner))
            if (slice_starts(inner, SLICE("cvssV")))
                read_rating(reading, SLICE("nvd"));
    }
}

/* {"source": "nvd@nist.gov", "type": "Primary", "cvssData": RATING} */
static void read_metric(struct reading *reading)
{
    struct slice member, source = SLICE("nvd");
    if (!json_enter_object(&reading->json))
        return;
    while (json_member(&reading->json, &member)) {
        if (slice_equal_str(member, "source")) {
            json_string(&reading->json, &source);
            if (slice_equal_str(source, "nvd@nist.gov"))
                source = SLICE("nvd");
        } else if (slice_equal_str(member, "cvssData"))
            read_rating(reading, source);
    }
}

/* {"cvssMetricV31": [METRIC…], …} */
static void read_metrics(struct reading *reading)
{
    struct slice member;
    if (!json_enter_object(&reading->json))
        return;
    while (json_member(&reading->json, &member)) {
        if (!slice_starts(member, SLICE("cvssMetricV")) || !json_enter_array(&reading->json))
            continue;
        while (json_more(&reading->json))
            read_metric(reading);
    }
}

static void read_match(struct reading *reading, struct configuration *configuration)
{
    struct cpe_match match = {0};
    struct slice member, uri = {0};
    struct json_reader *json = &reading->json;
    const struct {
        const char *name;
        struct slice *value;
    } texts[] = {
        {"criteria", &uri},
        {"cpe23Uri", &uri},
        {"versionStartIncluding", &match.start_including},
        {"versionStartExcluding", &match.start_excluding},
        {"versionEndIncluding", &match.end_including},
        {"versionEndExcluding", &match.end_excluding},
    };
    if (!json_enter_object(json))
        return;
    while (json_member(json, &member)) {
        if (slice_equal_str(member, "vulnerable"))
            json_bool(json, &match.vulnerable);
        for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
            if (slice_equal_str(member, texts[i].name)) {
                json_string(json, texts[i].value);
                break;
            }
    }
    if (cpe_parse(uri, reading->arena, &match) &&
        !ARENA_PUSH(reading->arena, configuration->matches, configuration->count,
                    configuration->room, match))
        reading->failed = true;
}

static void end_side(struct configuration *configuration, size_t from)
{
    if (configuration->count > from && configuration->side_count < JOINED_MAX)
        configuration->sides[configuration->side_count++] =
            (struct side){from, configuration->count};
}

/* A node with its matches is one side; joined by AND in itself, each match is one. Children
   (of 1.1) are sides of their own. */
static void read_node(struct reading *reading, struct configuration *configuration, bool *join)
{
    struct slice member, operator= {0};
    size_t from = configuration->count, sides = configuration->side_count;
    bool negated = false, ignored = false, has_children = false;
    struct json_reader *json = &reading->json;
    if (!json_enter_object(json))
        return;
    while (json_member(json, &member)) {
        if (slice_equal_str(member, "operator"))
            json_string(json, &operator);
        else if (slice_equal_str(member, "negate"))
            json_bool(json, &negated);
        else if ((slice_equal_str(member, "cpeMatch") || slice_equal_str(member, "cpe_match")) &&
                 json_enter_array(json)) {
            while (json_more(json))
                read_match(reading, configuration);
        } else if (slice_equal_str(member, "children") && json->nest[0] && json->depth < 32 &&
                   json_enter_array(json)) {
            while (json_more(json)) {
                has_children = true;
                read_node(reading, configuration, &ignored);
            }
            from = has_children ? configuration->count : from;
        }
    }
    bool and = slice_equal_str(operator, "AND");
    *join |= and;
    if (and&&!has_children)
        for (size_t i = from; i < configuration->count; i++)
            if (configuration->side_count < JOINED_MAX)
                configuration->sides[configuration->side_count++] = (struct side){i, i + 1};
    if (!and || has_children)
        end_side(configuration, from);
    if (negated) {
        configuration->count = from < configuration->count ? from : configuration->count;
        configuration->side_count = sides;
    }
}

/* What one match of another side asks for; empty: what a Linux container has. */
static struct slice platform_of(const struct cpe_match *other, struct arena *arena)
{
    if (other->part == 'h')
        return SLICE("hardware");
    if (other->part == 'a')
        return arena_printf(arena, "%.*s:%.*s", SLICE_ARG(other->vendor),
                            SLICE_ARG(other->product));
    if (slice_equal_str(other->vendor, "microsoft"))
        return SLICE("windows");
    if (slice_equal_str(other->vendor, "apple"))
        return SLICE("macos");
    if (slice_equal_str(other->product, "android"))
        return SLICE("android");
    return (struct slice){0};
}

/* The sides that `match` does not stand on: each must be met by one of its matches. */
static struct slice needed_platform(const struct configuration *configuration, size_t match,
                                    struct arena *arena)
{
    for (size_t s = 0; s < configuration->side_count; s++) {
        struct side side = configuration->sides[s];
        struct slice needed = {0};
        if (match >= side.from && match < side.to)
            continue;
        for (size_t i = side.from; i < side.to; i++) {
            struct slice one = platform_of(&configuration->matches[i], arena);
            if (one.len == 0) {
                needed = one;
                break;
            }
            needed = needed.len ? needed : one;
        }
        if (needed.len)
            return needed;
    }
    return (struct slice){0};
}

static void take_configuration(struct reading *reading, struct configuration *configuration,
                               bool join)
{
    struct nvd_record *record = reading->record;
    for (size_t i = 0; i < configuration->count; i++) {
        struct cpe_match *match = &configuration->matches[i];
        if (!match->vulnerable)
            continue;
        if (join)
            match->platform = needed_platform(configuration, i, reading->arena);
        if (!ARENA_PUSH(reading->arena, record->matches, record->match_count, record->match_room,
                        *match))
            reading->failed = true;
    }
}

static struct configuration *new_configuration(struct reading *reading)
{
    struct configuration *configuration = arena_new(reading->arena, struct configuration);
    reading->failed |= !configuration;
    return configuration;
}

/* 1.1: {"nodes": [NODE…]}, each node a configuration. */
static void read_nodes_11(struct reading *reading)
{
    struct slice member;
    if (!json_enter_object(&reading->json))
        return;
    while (json_member(&reading->json, &member)) {
        if (!slice_equal_str(member, "nodes") || !json_enter_array(&reading->json))
            continue;
        while (json_more(&reading->json)) {
            struct configuration *configuration = new_configuration(reading);
            bool join = false;
            if (!configuration)
                return;
            read_node(reading, configuration, &join);
            take_configuration(reading, configuration, join);
        }
    }
}

/* 2.0: [{"operator": "AND", "nodes": [NODE…]}…], each element a configuration. */
static void read_configurations(struct reading *reading)
{
    struct slice member, operator;
    struct json_reader *json = &reading->json;
    if (!json_enter_array(json))
        return;
    while (json_more(json)) {
        struct configuration *configuration = new_configuration(reading);
        bool join = false;
        if (!configuration)
            return;
        if (!json_enter_object(json))
            continue;
        while (json_member(json, &member)) {
            if (slice_equal_str(member, "operator") && json_string(json, &operator))
                join |= slice_equal_str(operator, "AND");
            else if (slice_equal_str(member, "nodes") && json_enter_array(json))
                while (json_more(json))
                    read_node(reading, configuration, &join);
        }
        take_configuration(reading, configuration, join);
    }
}

/* [{"lang": "en", "value": TEXT}…] */
static void read_descriptions(struct reading *reading)
{
    struct slice member, language, value;
    struct json_reader *json = &reading->json;
    if (!json_enter_array(json))
        return;
    while (json_more(json)) {
        language = value = (struct slice){0};
        if (!json_enter_object(json))
            continue;
        while (json_member(json, &member)) {
            if (slice_equal_str(member, "lang"))
                json_string(json, &language);
            else if (slice_equal_str(member, "value"))
                json_string(json, &value);
        }
        if (slice_equal_str(language, "en") && reading->record->description.len == 0)
            reading->record->description = value;
    }
}

/* 1.1 wraps what 2.0 has plain: {"CVE_data_meta": {"ID": …}}, {"description_data": […]} */
static void read_wrapped(struct reading *reading)
{
    struct slice member;
    if (!json_enter_object(&reading->json))
        return;
    while (json_member(&reading->json, &member)) {
        if (slice_equal_str(member, "ID"))
            json_string(&reading->json, &reading->record->id);
        else if (slice_equal_str(member, "description_data"))
            read_descriptions(reading);
    }
}

static void read_cve(struct reading *reading)
{
    struct slice member, status;
    struct nvd_record *record = reading->record;
    struct json_reader *json = &reading->json;
    if (!json_enter_object(json))
        return;
    while (json_member(json, &member)) {
        if (slice_equal_str(member, "id"))
            json_string(json, &record->id);
        else if (slice_equal_str(member, "published"))
            json_string(json, &record->published);
        else if (slice_equal_str(member, "lastModified"))
            json_string(json, &record->modified);
        else if (slice_equal_str(member, "vulnStatus") && json_string(json, &status))
            record->rejected = slice_equal_str(status, "Rejected");
        else if (slice_equal_str(member, "descriptions"))
            read_descriptions(reading);
        else if (slice_equal_str(member, "metrics"))
            read_metrics(reading);
        else if (slice_equal_str(member, "configurations"))
            read_configurations(reading);
        else if (slice_equal_str(member, "CVE_data_meta") || slice_equal_str(member, "description"))
            read_wrapped(reading);
    }
}

/* One element of "vulnerabilities" or "CVE_Items"; all is in `arena` or the element. */
static bool read_record(struct slice element, struct arena *arena, struct nvd_record *record,
                        struct error *err)
{
    struct reading reading = {.arena = arena, .record = record};
    struct slice member;
    *record = (struct nvd_record){0};
    json_reader_init(&reading.json, element, arena);
    if (json_enter_object(&reading.json))
        while (json_member(&reading.json, &member)) {
            if (slice_equal_str(member, "cve"))
                read_cve(&reading);
            else if (slice_equal_str(member, "configurations"))
                read_nodes_11(&reading);
            else if (slice_equal_str(member, "impact"))
                read_impact(&reading);
            else if (slice_equal_str(member, "publishedDate"))
                json_string(&reading.json, &record->published);
            else if (slice_equal_str(member, "lastModifiedDate"))
                json_string(&reading.json, &record->modified);
        }
    if (!json_finish(&reading.json, err))
        return false;
    if (reading.failed)
        return arena_error(err);
    record->rejected |= slice_starts(record->description, SLICE("** REJECT")) ||
                        slice_starts(record->description, SLICE("Rejected reason:"));
    return record->id.len || error_set(err, ERROR_FORMAT, "a record has no CVE id");
}

bool nvd_each(struct feed_input *input,
              bool (*each)(void *context, const struct nvd_record *record, struct arena *arena,
                           struct error *err),
              void *context, struct error *err)
{
    static const char *const names[] = {"vulnerabilities", "CVE_Items", NULL};
    CLEANUP_WINDOW struct window window = {0};
    CLEANUP_ARENA struct arena scratch;
    const char *found;
    struct slice element;
    struct nvd_record record;
    bool ok = true;
    arena_init(&scratch, SCRATCH_BUDGET);
    if (!window_open(&window, input, err) || !window_find_array(&window, names, &found, err))
        return false;
    while (ok && window_element(&window, &element, err)) {
        arena_reset(&scratch);
        ok = read_record(element, &scratch, &record, err) && each(context, &record, &scratch, err);
    }
    return ok && err->kind == ERROR_NONE;
}
