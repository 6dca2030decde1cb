/* Reading the lines of the history; see history.h. */
#include "base/clock.h"
#include "base/json.h"
#include "base/utf8.h"
#include "ship/audit/history.h"

enum { TEXT_MAX = 16 << 20 };

#define SCHEMA "plimsoll/audit-history/"

/* As JSON has it: names of packages are any bytes, and what was written is no longer what was read.
 */
static size_t add_text(char *to, struct slice text)
{
    size_t len = 0;
    while (text.len) {
        uint32_t code;
        bool fine = utf8_cut(&text, &code);
        len += utf8_put(to + len, fine ? code : UTF8_REPLACEMENT);
    }
    return len;
}

struct slice history_key(struct slice id, struct slice package, struct arena *arena)
{
    enum { GROWS = 3 }; /* a byte that is no UTF-8 becomes three */
    if (id.len > TEXT_MAX || package.len > TEXT_MAX)
        return (struct slice){NULL, 0};
    char *key = arena_alloc(arena, GROWS * (id.len + package.len) + 2);
    if (!key)
        return (struct slice){NULL, 0};
    size_t len = add_text(key, id);
    key[len++] = '\n';
    return slice_of(key, len + add_text(key + len, package));
}

const struct history_repository *history_find(const struct history *history, struct slice name)
{
    return table_get(&history->repositories, name);
}

/* ---- one line ---- */

struct read_finding {
    struct slice id, package;
    enum severity severity;
    int64_t first_seen;
    bool excepted;
};

struct read_repository {
    struct slice name, digest, error;
    struct read_finding *findings;
    size_t finding_count, finding_room;
    size_t by_severity[AUDIT_SEVERITIES];
    size_t overdue;
    bool has_findings, unchanged;
};

struct read_line {
    int64_t when;
    struct slice schema;
    struct read_repository *repositories;
    size_t count, room;
    struct arena *arena;
    bool failed; /* no memory, or too much */
};

static bool read_time(struct json_reader *json, int64_t *when)
{
    struct slice text;
    return json_string(json, &text) && clock_parse(text, when);
}

static bool read_finding(struct json_reader *json, struct read_finding *finding)
{
    struct slice name, text;
    *finding = (struct read_finding){.severity = SEVERITY_UNKNOWN};
    if (!json_enter_object(json))
        return false;
    while (json_member(json, &name)) {
        if (slice_equal_str(name, "id"))
            json_string(json, &finding->id);
        else if (slice_equal_str(name, "package"))
            json_string(json, &finding->package);
        else if (slice_equal_str(name, "severity")) {
            if (json_string(json, &text))
                severity_parse(text, &finding->severity);
        } else if (slice_equal_str(name, "first_seen"))
            read_time(json, &finding->first_seen);
        else if (slice_equal_str(name, "excepted"))
            json_bool(json, &finding->excepted);
        else
            json_skip(json);
    }
    return finding->id.len > 0;
}

static void read_findings(struct json_reader *json, struct read_line *line,
                          struct read_repository *repository)
{
    struct read_finding finding;
    repository->has_findings = true;
    if (!json_enter_array(json))
        return;
    while (json_more(json)) {
        if (!read_finding(json, &finding))
            continue;
        if (repository->finding_count >= HISTORY_FINDINGS_MAX ||
            !ARENA_PUSH(line->arena, repository->findings, repository->finding_count,
                        repository->finding_room, finding))
            line->failed = true;
        if (line->failed)
            return;
    }
}

static size_t read_number(struct json_reader *json)
{
    double value = 0;
    return json_number(json, &value) && value > 0 && value <= HISTORY_FINDINGS_MAX ? (size_t)value
                                                                                   : 0;
}

static void read_counts(struct json_reader *json, size_t by_severity[AUDIT_SEVERITIES])
{
    struct slice name;
    enum severity severity;
    if (!json_enter_object(json))
        return;
    while (json_member(json, &name)) {
        size_t count = read_number(json);
        if (severity_parse(name, &severity))
            by_severity[severity] = count;
    }
}

static void read_repository(struct json_reader *json, struct read_line *line)
{
    struct slice name;
    struct read_repository repository = {.overdue = 0};
    if (!json_enter_object(json))
        return;
    while (!line->failed && json_member(json, &name)) {
        if (slice_equal_str(name, "name"))
            json_string(json, &repository.name);
        else if (slice_equal_str(name, "digest"))
            json_string(json, &repository.digest);
        else if (slice_equal_str(name, "error"))
            json_string(json, &repository.error);
        else if (slice_equal_str(name, "unchanged"))
            json_bool(json, &repository.unchanged);
        else if (slice_equal_str(name, "overdue"))
            repository.overdue = read_number(json);
        else if (slice_equal_str(name, "counts"))
            read_counts(json, repository.by_severity);
        else if (slice_equal_str(name, "findings"))
            read_findings(json, line, &repository);
        else
            json_skip(json);
    }
    if (repository.name.len && line->count < AUDIT_REPOSITORIES_MAX && !line->failed)
        line->failed =
            !ARENA_PUSH(line->arena, line->repositories, line->count, line->room, repository);
}

/* False: no line of ours. */
static bool read_line(struct slice text, struct read_line *line)
{
    struct json_reader json;
    struct slice name;
    struct error err;
    json_reader_init(&json, text, line->arena);
    if (!json_enter_object(&json))
        return false;
    while (!line->failed && json_member(&json, &name)) {
        if (slice_equal_str(name, "schema"))
            json_string(&json, &line->schema);
        else if (slice_equal_str(name, "time"))
            read_time(&json, &line->when);
        else if (slice_equal_str(name, "repositories") && json_enter_array(&json)) {
            while (!line->failed && json_more(&json))
                read_repository(&json, line);
        } else
            json_skip(&json);
    }
    return json_finish(&json, &err) && line->when > 0 && slice_starts(line->schema, SLICE(SCHEMA));
}

/* ---- lines put together ---- */

static struct history_repository *repository_of(struct history *history, struct slice name)
{
    struct history_repository *repository = table_get(&history->repositories, name);
    if (repository)
        return repository;
    repository = arena_new(history->arena, struct history_repository);
    if (!repository)
        return NULL;
    repository->name = name;
    table_init(&repository->findings, history->arena);
    return table_put(&history->repositories, name, repository) ? repository : NULL;
}

static bool take_finding(struct history *history, struct history_repository *repository,
                         const struct read_finding *read, int64_t when)
{
    struct slice key = history_key(read->id, read->package, history->arena);
    if (!key.at)
        return false;
    struct history_finding *finding = table_get(&repository->findings, key);
    if (!finding) {
        finding = arena_new(history->arena, struct history_finding);
        if (!finding || !table_put(&repository->findings, key, finding))
            return false;
        *finding =
            (struct history_finding){.id = read->id, .package = read->package, .first_seen = when};
    }
    if (read->first_seen > 0 && read->first_seen < finding->first_seen)
        finding->first_seen = read->first_seen;
    finding->severity = read->severity;
    finding->excepted = read->excepted;
    finding->present = true;
    return true;
}

static bool take_findings(struct history *history, struct history_repository *repository,
                          const struct read_repository *read, int64_t when)
{
    for (size_t i = 0; i < repository->findings.count; i++)
        ((struct history_finding *)repository->findings.entries[i].value)->present = false;
    for (size_t i = 0; i < read->finding_count; i++)
        if (!take_finding(history, repository, &read->findings[i], when))
            return false;
    return true;
}

static bool take_point(struct history *history, const struct read_repository *read, int64_t when)
{
    struct history_point point = {.when = when, .name = read->name, .overdue = read->overdue};
    for (size_t i = 0; i < AUDIT_SEVERITIES; i++)
        point.by_severity[i] = read->by_severity[i];
    return ARENA_PUSH(history->arena, history->points, history->point_count, history->point_room,
                      point);
}

static bool take_repository(struct history *history, const struct read_repository *read,
                            int64_t when, int64_t since)
{
    if (read->error.len || (!read->has_findings && !read->unchanged))
        return true;
    struct history_repository *repository = repository_of(history, read->name);
    if (!repository || !take_point(history, read, when))
        return false;
    if (!read->unchanged && !take_findings(history, repository, read, when))
        return false;
    if (!repository->compared || when <= since) {
        repository->compared = when;
        for (size_t i = 0; i < repository->findings.count; i++) {
            struct history_finding *finding = repository->findings.entries[i].value;
            finding->before = finding->present;
        }
    }
    repository->audited = when;
    repository->digest = read->digest;
    return true;
}

static bool take_line(struct history *history, struct slice text, size_t number, int64_t since,
                      struct error *err)
{
    struct read_line line = {.arena = history->arena};
    bool ours = read_line(text, &line);
    if (line.failed)
        return arena_error(err) || error_add(err, "line %zu", number);
    if (!ours) {
        history->bad_line = history->bad_lines++ ? history->bad_line : number;
        return true;
    }
    if (!slice_equal_str(line.schema, SCHEMA "1"))
        return error_set(err, ERROR_UNSUPPORTED,
                         "line %zu is of %.*s, written by a later plimsoll: update this one, or "
                         "name another file by --history",
                         number, SLICE_ARG(slice_upto(line.schema, 60)));
    for (size_t i = 0; i < line.count; i++)
        if (!take_repository(history, &line.repositories[i], line.when, since))
            return arena_error(err);
    history->audits++;
    history->last = line.when > history->last ? line.when : history->last;
    return history->audits <= HISTORY_AUDITS_MAX ||
           error_set(err, ERROR_LIMIT, "more than %d audits; move the file away",
                     HISTORY_AUDITS_MAX);
}

/* Nothing is written to a file that somebody else keeps. One with a single audit is ours, whatever
   else was in the way; so is an empty one, and the beginning of a first line. */
static bool is_ours(const struct history *history, struct slice tail)
{
    struct slice opening = SLICE("{\"schema\":\"" SCHEMA);
    struct slice begun = slice_upto(tail, opening.len);
    return history->audits || (!history->bad_lines && slice_starts(opening, begun));
}

static bool refuse_foreign(struct error *err)
{
    return error_set(err, ERROR_FORMAT,
                     "there is no audit in it: it is another file, or damaged, and is left as it "
                     "is; name another by --history, or move it away");
}

bool history_parse(struct slice bytes, int64_t since, struct arena *arena, struct history *history,
                   struct error *err)
{
    *history = (struct history){.arena = arena};
    table_init(&history->repositories, arena);
    struct slice rest = bytes;
    for (size_t number = 1; rest.len; number++) {
        bool ends = slice_find(rest, '\n') < rest.len;
        struct slice line = slice_trim(slice_cut(&rest, '\n'));
        if (!ends) {
            history->truncated = true;
            break;
        }
        history->whole_size = bytes.len - rest.len;
        if (line.len && !take_line(history, line, number, since, err))
            return false;
    }
    return is_ours(history, slice_from(bytes, history->whole_size)) || refuse_foreign(err);
}
