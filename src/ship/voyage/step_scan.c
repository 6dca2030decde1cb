/* The steps scan and gate: `plimsoll scan` of the saved image, first to know, then to judge. The
   gate scans again, which costs a merge since all layers are known by then: so an exception that
   was written since counts, and its semantics are those of `scan --fail-on`. */
#include "base/file.h"
#include "base/json.h"
#include "scan/policy.h"
#include "ship/voyage/input.h"
#include "ship/voyage/steps.h"

enum { SCAN_REPORT_MAX = 256 << 20, SCAN_NAMED = 3 };

static const char *report_path(const struct voyage_job *job, const char *name)
{
    return arena_printf(job->arena, "%s/%s.json", job->folder, name).at;
}

/* `gate` NULL: only to know. Before a build the source is where it will be. */
static void scan_words(struct voyage_job *job, const char *report, const char *gate,
                       struct voyage_words *words)
{
    words_begin(words, job, "scan");
    words_add(words, "--offline"); /* the image lies here */
    words_add(words, "--secrets");
    if (job->options->exceptions) {
        words_add(words, "--exceptions");
        words_add(words, job->options->exceptions);
    }
    if (gate) {
        words_add(words, "--fail-on");
        words_add(words, gate);
    }
    if (gate && (job->image->gate.ignore_unfixed || job->options->ignore_unfixed))
        words_add(words, "--ignore-unfixed");
    if (job->image->platforms.count > 1)
        words_add(words, "--all-platforms");
    words_add(words, "--format");
    words_add(words, "table");
    words_add(words, "--format");
    words_add(words, arena_printf(job->arena, "json=%s", report ? report : "").at);
    words_add(words, job->record.source.len
                         ? job->record.source.at
                         : arena_printf(job->arena, "oci:%s/saved/image", job->folder).at);
}

bool scan_step_tell(struct voyage_job *job, struct slice *lines, struct error *err)
{
    struct voyage_words words;
    scan_words(job, report_path(job, "scan"), NULL, &words);
    *lines = words_line(&words);
    return lines->at || arena_error(err);
}

/* What a report says: counts, and the worst of those that meet the gate. */
struct scan_told {
    int64_t counts[VOYAGE_LEVELS], suppressed, fixable;
    size_t secrets, met;
    struct slice named[SCAN_NAMED];
    size_t named_count;
    bool starter, partial; /* few advisories are known; part could not be read */
};

static void read_summary(struct json_reader *reader, struct scan_told *told)
{
    struct slice name;
    double number;
    if (!json_enter_object(reader))
        return;
    while (json_member(reader, &name)) {
        if (!json_number(reader, &number))
            continue;
        for (size_t i = 0; i < VOYAGE_LEVELS; i++)
            if (slice_equal_str(name, voyage_levels[i]))
                told->counts[i] = (int64_t)number;
        if (slice_equal_str(name, "suppressed"))
            told->suppressed = (int64_t)number;
        if (slice_equal_str(name, "fixable"))
            told->fixable = (int64_t)number;
    }
}

struct scan_one {
    struct slice id, package, version, fixed;
    struct finding finding; /* what a gate looks at */
    bool suppressed, in_baseline;
};

static void read_package(struct json_reader *reader, struct scan_one *one)
{
    struct slice name;
    if (!json_enter_object(reader))
        return;
    while (json_member(reader, &name))
        if (slice_equal_str(name, "name"))
            json_string(reader, &one->package);
        else if (slice_equal_str(name, "version"))
            json_string(reader, &one->version);
        else
            json_skip(reader);
}

/* The exception, or null. */
static void read_suppressed(struct json_reader *reader, bool *suppressed)
{
    struct slice name;
    *suppressed = json_enter_object(reader);
    while (*suppressed && json_member(reader, &name))
        json_skip(reader);
}

/* {"score": 0.1, "percentile": 0.2} or null. */
static void read_epss(struct json_reader *reader, double *score)
{
    struct slice name;
    if (!json_enter_object(reader))
        return;
    while (json_member(reader, &name))
        if (slice_equal_str(name, "score"))
            json_number(reader, score);
        else
            json_skip(reader);
}

static void read_severity(struct json_reader *reader, enum severity *severity)
{
    struct slice name;
    if (json_string(reader, &name))
        severity_parse(name, severity);
}

static void read_member(struct json_reader *reader, struct slice name, struct scan_one *one)
{
    if (slice_equal_str(name, "id"))
        json_string(reader, &one->id);
    else if (slice_equal_str(name, "fixed"))
        json_string(reader, &one->fixed);
    else if (slice_equal_str(name, "severity"))
        read_severity(reader, &one->finding.severity);
    else if (slice_equal_str(name, "kev"))
        json_bool(reader, &one->finding.kev);
    else if (slice_equal_str(name, "epss"))
        read_epss(reader, &one->finding.epss);
    else if (slice_equal_str(name, "suppressed"))
        read_suppressed(reader, &one->suppressed);
    else if (slice_equal_str(name, "in_baseline"))
        json_bool(reader, &one->in_baseline);
    else if (slice_equal_str(name, "package"))
        read_package(reader, one);
    else
        json_skip(reader);
}

static void read_finding(struct json_reader *reader, const struct policy *policy,
                         struct scan_told *told)
{
    struct scan_one one = {.finding = {.severity = SEVERITY_UNKNOWN, .epss = -1}};
    struct slice name;
    while (json_member(reader, &name))
        read_member(reader, name, &one);
    if (one.suppressed || one.in_baseline || !policy_meets(policy, &one.finding))
        return;
    told->met++;
    if (told->named_count == SCAN_NAMED)
        return;
    told->named[told->named_count++] =
        arena_printf(reader->arena, "%.*s in %.*s %.*s%s%.*s", SLICE_ARG(one.id),
                     SLICE_ARG(one.package), SLICE_ARG(one.version),
                     one.fixed.len ? ", fixed in " : ", no fix yet", SLICE_ARG(one.fixed));
}

static void read_secret(struct json_reader *reader, struct scan_told *told)
{
    struct slice name;
    bool suppressed = false;
    while (json_member(reader, &name))
        if (slice_equal_str(name, "suppressed"))
            read_suppressed(reader, &suppressed);
        else
            json_skip(reader);
    told->secrets += !suppressed;
}

static void read_database(struct json_reader *reader, struct scan_told *told)
{
    struct slice name;
    if (!json_enter_object(reader))
        return;
    while (json_member(reader, &name))
        if (slice_equal_str(name, "starter"))
            json_bool(reader, &told->starter);
        else
            json_skip(reader);
}

/* `gate`: whose findings are named; empty: none. */
static bool read_report(struct voyage_job *job, const char *path, struct slice gate,
                        struct scan_told *told, struct error *err)
{
    struct arena scratch CLEANUP_ARENA;
    struct slice bytes, name;
    struct json_reader reader;
    struct policy policy = {.term_count = 0};
    *told = (struct scan_told){.secrets = 0};
    if (!policy_parse(&policy, gate, err))
        return false;
    arena_init(&scratch, (size_t)SCAN_REPORT_MAX * 2);
    if (!file_read(path, SCAN_REPORT_MAX, &scratch, &bytes, err))
        return false;
    json_reader_init(&reader, bytes, &scratch);
    if (json_enter_object(&reader))
        while (json_member(&reader, &name)) {
            bool findings = slice_equal_str(name, "findings");
            if (slice_equal_str(name, "summary"))
                read_summary(&reader, told);
            else if (slice_equal_str(name, "database"))
                read_database(&reader, told);
            else if (slice_equal_str(name, "partial"))
                json_bool(&reader, &told->partial);
            else if (!findings && !slice_equal_str(name, "secrets"))
                json_skip(&reader);
            else if (json_enter_array(&reader))
                while (json_more(&reader))
                    if (json_enter_object(&reader)) {
                        if (findings)
                            read_finding(&reader, &policy, told);
                        else
                            read_secret(&reader, told);
                    }
        }
    if (!json_finish(&reader, err))
        return error_add(err, "%s", path);
    for (size_t i = 0; i < told->named_count; i++) /* they live in `scratch` */
        if (!(told->named[i] = arena_copy(job->arena, told->named[i])).at)
            return arena_error(err);
    return true;
}

/* "2 critical, 1 high, 1 secret; 3 excepted" */
static struct slice counts_text(const struct voyage_job *job, const struct scan_told *told)
{
    struct slice text = SLICE("");
    for (size_t i = 0; i < VOYAGE_LEVELS && text.at; i++)
        if (told->counts[i])
            arena_list(job->arena, &text, ", ", "%lld %s", (long long)told->counts[i],
                       voyage_levels[i]);
    if (told->secrets)
        arena_list(job->arena, &text, ", ", "%zu secret%s", told->secrets,
                   told->secrets > 1 ? "s" : "");
    return arena_printf(
        job->arena, "%s%s", text.len ? text.at : "no findings",
        told->suppressed
            ? arena_printf(job->arena, "; %lld excepted", (long long)told->suppressed).at
            : "");
}

/* A gate that knows next to nothing lets everything pass: that is not to be silent. */
static void warn(const struct voyage_job *job, const struct scan_told *told)
{
    const struct voyage_events *events = &job->options->events;
    if (events->note && told->starter)
        events->note(events->context,
                     SLICE("scanned with the starter database, which knows a few packages only; "
                           "`plimsoll db update` fetches the real one"));
    if (events->note && told->partial)
        events->note(events->context,
                     SLICE("part of the image could not be read; `plimsoll scan` says which"));
}

enum voyage_outcome scan_step_run(struct voyage_job *job, struct voyage_mark *mark,
                                  struct error *err)
{
    struct voyage_words words;
    struct scan_told told;
    int code;
    const char *report = report_path(job, "scan");
    scan_words(job, report, NULL, &words);
    /* 1: scan.fail-on of plimsoll.yaml or the environment; judging is the gate's. */
    if (!words_run(&words, job, &code, err) || !read_report(job, report, SLICE(""), &told, err))
        return VOYAGE_FAILED;
    memcpy(job->record.findings, told.counts, sizeof told.counts);
    job->record.suppressed = told.suppressed;
    job->record.scanned = true;
    warn(job, &told);
    struct slice counts = counts_text(job, &told);
    voyage_say(job, mark, "%s", counts.at);
    return VOYAGE_PASSED;
}

/* ---- gate ---- */

const char *gate_step_idle(const struct voyage_job *job)
{
    return voyage_gate(job).len ? NULL : "no gate: fail-on is empty for this image";
}

bool gate_step_tell(struct voyage_job *job, struct slice *lines, struct error *err)
{
    struct voyage_words words;
    scan_words(job, report_path(job, "gate"), voyage_gate(job).at, &words);
    *lines = words_line(&words);
    return lines->at || arena_error(err);
}

static void refuse(struct voyage_job *job, struct voyage_mark *mark, const char *gate,
                   const struct scan_told *told)
{
    struct slice counts = counts_text(job, told);
    struct slice names = arena_join(job->arena, told->named, told->named_count, "; ");
    const char *what =
        told->met
            ? arena_printf(job->arena, "%zu finding%s", told->met, told->met == 1 ? "" : "s").at
            : "secrets";
    voyage_say(job, mark, "%s at the gate %s%s%s%s; in all %s", what, gate, names.len ? ": " : "",
               names.len ? names.at : "", told->met > told->named_count ? "; …" : "", counts.at);
    struct slice command = voyage_command(job, VOYAGE_GATE);
    voyage_advise(
        job,
        "a base or package with the fix (`plimsoll remedy %.*s --file %s`), or an exception with "
        "reason and end in plimsoll.exceptions.yaml, then: %.*s",
        SLICE_ARG(job->record.source), job->image->dockerfile, SLICE_ARG(command));
}

enum voyage_outcome gate_step_run(struct voyage_job *job, struct voyage_mark *mark,
                                  struct error *err)
{
    struct voyage_words words;
    struct scan_told told;
    int code;
    const char *report = report_path(job, "gate");
    struct slice gate = voyage_gate(job);
    scan_words(job, report, gate.at, &words);
    if (!words_run(&words, job, &code, err) || !read_report(job, report, gate, &told, err))
        return VOYAGE_FAILED;
    memcpy(job->record.findings, told.counts, sizeof told.counts);
    job->record.suppressed = told.suppressed;
    job->record.gate = gate;
    if (code != 0) {
        refuse(job, mark, gate.at, &told);
        return VOYAGE_REFUSED;
    }
    voyage_say(job, mark, "nothing at %s%s%s", gate.at,
               voyage_gate_is_standard(job) ? " (the standard; gate.fail-on sets another)" : "",
               told.suppressed
                   ? arena_printf(job->arena, "; %lld excepted", (long long)told.suppressed).at
                   : "");
    return VOYAGE_PASSED;
}
