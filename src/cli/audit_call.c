/* See audit_call.h. */
#include "cli/audit_call.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/terminal.h"
#include "base/threads.h"
#include "cli/configuration.h"
#include "cli/scan_call.h"
#include "ship/audit/dockerfile_base.h"

/* ---- the gate ---- */

static bool parse_gate(struct audit_gate *gate, struct slice text, struct error *err)
{
    while (text.len) {
        enum severity severity;
        struct slice word = slice_trim(slice_cut(&text, ','));
        if (slice_equal_str(word, "overdue"))
            gate->overdue = true;
        else if (slice_equal_str(word, "new"))
            gate->is_new = true;
        else if (slice_equal_str(word, "rebuild"))
            gate->rebuild = true;
        else if (slice_equal_str(word, "exceptions"))
            gate->exceptions = true;
        else if (slice_equal_str(word, "kev"))
            gate->kev = true;
        else if (slice_equal_str(word, "any"))
            for (int i = 0; i < AUDIT_SEVERITIES; i++)
                gate->severities[i] = true;
        else if (word.len && severity_parse(word, &severity))
            for (int i = (int)severity; i < AUDIT_SEVERITIES; i++)
                gate->severities[i] = true;
        else
            return error_set(err, ERROR_USAGE,
                             "--fail-on: \"%.*s\" is none of overdue, new, rebuild, exceptions, "
                             "kev, any, critical, high, medium, low",
                             SLICE_ARG(slice_upto(word, 40)));
    }
    return true;
}

size_t audit_gate_count(const struct audit_gate *gate, const struct audit *audit)
{
    size_t count = (gate->overdue ? audit->overdue : 0) + (gate->is_new ? audit->new_count : 0) +
                   (gate->rebuild ? audit->rebuilds : 0);
    for (size_t i = 0; i < AUDIT_SEVERITIES; i++)
        count += gate->severities[i] ? audit->by_severity[i] : 0;
    for (size_t i = 0; gate->exceptions && i < audit->exception_count; i++)
        count += audit->exceptions[i].days_left < 0;
    for (size_t i = 0; gate->kev && i < audit->count; i++)
        for (size_t j = 0; j < audit->repositories[i].finding_count; j++)
            count += audit->repositories[i].findings[j].kev &&
                     !audit->repositories[i].findings[j].excepted;
    return count;
}

/* ---- what plimsoll.yaml says ---- */

static bool read_project(struct invocation *call, struct audit_call *audit, struct error *err)
{
    const char *path = NULL;
    struct yaml_node *tree = NULL;
    static const enum severity levels[PROJECT_LEVELS] = {
        [PROJECT_CRITICAL] = SEVERITY_CRITICAL,
        [PROJECT_HIGH] = SEVERITY_HIGH,
        [PROJECT_MEDIUM] = SEVERITY_MEDIUM,
        [PROJECT_LOW] = SEVERITY_LOW,
    };
    audit_deadlines_default(audit->deadlines);
    if (call->configuration &&
        !configuration_read(call->configuration, call->arena, &path, &tree, err))
        return false;
    if (!project_read(path, tree, call->arena, &audit->project, err))
        return false;
    for (int i = 0; i < PROJECT_LEVELS; i++)
        audit->deadlines[levels[i]] = audit->project.audit.deadlines[i];
    audit->options.registry = audit->project.registry;
    return true;
}

static bool read_deadlines(struct invocation *call, struct audit_call *audit, struct error *err)
{
    const struct option_value *given = option_value(call, "deadline");
    for (size_t i = 0; i < given->count; i++)
        for (struct slice rest = slice_str(given->items[i]); rest.len;)
            if (!audit_deadline_parse(slice_cut(&rest, ','), audit->deadlines, err))
                return error_add(err, "--deadline");
    return true;
}

/* What image each repository of plimsoll.yaml is built on. A Dockerfile that cannot be read is the
   business of `lint`: here its base is not known then. */
static bool read_bases(struct invocation *call, struct audit_call *audit, struct error *err)
{
    const struct project *project = &audit->project;
    struct audit_known_base *bases =
        arena_array(call->arena, project->image_count + 1, sizeof *bases);
    if (!bases)
        return arena_error(err);
    audit->options.known_bases = bases;
    for (size_t i = 0; i < project->image_count; i++) {
        const struct project_image *image = &project->images[i];
        struct error why = {.kind = ERROR_NONE};
        struct slice base;
        if (!dockerfile_base(image->dockerfile, image->target, call->arena, &base, &why))
            log_warning("the base of %.*s is not known: %s", SLICE_ARG(image->name), why.text);
        else if (base.len)
            bases[audit->options.known_base_count++] =
                (struct audit_known_base){image->repository, base};
    }
    return true;
}

/* ---- names ---- */

static bool add_name(struct audit_call *audit, size_t *room, struct slice name, struct arena *arena,
                     struct error *err)
{
    struct slice *names = (struct slice *)(uintptr_t)audit->options.names;
    bool fine = ARENA_PUSH(arena, names, audit->options.name_count, *room, name);
    audit->options.names = names;
    return fine || arena_error(err);
}

/* A name of `images`, with a tag behind it or not, is its repository. */
static struct slice full_name(const struct project *project, struct slice name)
{
    const struct project_image *image = project_image_find(project, name);
    return image ? image->repository : name;
}

static bool read_names(struct invocation *call, struct audit_call *audit, struct error *err)
{
    size_t room = 0;
    const struct project *project = &audit->project;
    for (size_t i = 0; i < call->operand_count; i++) {
        struct slice name = slice_str(call->operands[i]);
        if (!add_name(audit, &room, audit->options.all ? name : full_name(project, name),
                      call->arena, err))
            return false;
    }
    if (audit->options.name_count || audit->options.all)
        return true;
    const struct project_words *listed = &project->audit.repositories;
    for (size_t i = 0; i < listed->count; i++)
        if (!add_name(audit, &room, full_name(project, listed->items[i]), call->arena, err))
            return false;
    for (size_t i = 0; !listed->count && i < project->image_count; i++)
        if (!add_name(audit, &room, project->images[i].repository, call->arena, err))
            return false;
    return audit->options.name_count ||
           error_set(err, ERROR_USAGE,
                     "which repositories? Name them, or set audit.repositories or images in "
                     "plimsoll.yaml; --all takes all of a registry");
}

/* ---- options ---- */

static void show_progress(void *context, size_t index, size_t count, struct slice name)
{
    (void)context;
    progress_show("auditing %zu of %zu: %.*s", index + 1, count, SLICE_ARG(slice_upto(name, 60)));
}

static void read_scan(struct invocation *call, struct audit_options *options)
{
    options->scan = (struct scan_options){
        .source = {.platform = slice_str(option_text(call, "platform")),
                   .plain_http = option_flag(call, "plain-http"),
                   .insecure = option_flag(call, "insecure")},
        .store = option_text(call, "db"),
        .cache = option_flag(call, "no-cache") ? NULL : option_text(call, "cache"),
        .cache_limit = (uint64_t)option_number(call, "cache-limit")};
    if (option_number(call, "jobs"))
        threads_set_limit((unsigned)option_number(call, "jobs"));
}

static void read_options(struct invocation *call, struct audit_options *options)
{
    struct slice api = slice_str(option_text(call, "api"));
    options->all = option_flag(call, "all");
    options->endpoint = option_text(call, "endpoint-url");
    options->region = option_text(call, "region");
    options->api = slice_equal_str(api, "ecr")        ? AUDIT_API_ECR
                   : slice_equal_str(api, "registry") ? AUDIT_API_REGISTRY
                                                      : AUDIT_API_AUTO;
    options->tag = slice_str(option_text(call, "tag"));
    options->registry_findings =
        slice_equal_str(slice_str(option_text(call, "findings")), "registry");
    options->bases = !option_flag(call, "no-bases");
    options->now = clock_now();
    options->expiring_days = (unsigned)option_number(call, "expiring-days");
    options->progress = show_progress;
}

static bool read_mail(struct invocation *call, struct audit_write_options *write, struct error *err)
{
    const struct option_value *given = option_value(call, "mail-to");
    struct slice *to = arena_array(call->arena, given->count + 1, sizeof *to);
    if (!to)
        return arena_error(err);
    write->mail_to = to;
    for (; write->mail_to_count < given->count; write->mail_to_count++) {
        to[write->mail_to_count] = slice_str(given->items[write->mail_to_count]);
        if (!audit_mail_check(to[write->mail_to_count], err))
            return error_add(err, "--mail-to");
    }
    write->mail_from = slice_str(option_text(call, "mail-from"));
    return !write->mail_from.len || audit_mail_check(write->mail_from, err) ||
           error_add(err, "--mail-from");
}

static bool read_times(struct invocation *call, struct audit_call *audit, struct error *err)
{
    const struct option_value *history = option_value(call, "history");
    const char *since = option_text(call, "since");
    audit->since = AUDIT_NEVER;
    audit->history = history->text;
    if (history->source == SOURCE_DEFAULT && audit->project.audit.history)
        audit->history = audit->project.audit.history;
    if (option_flag(call, "no-history"))
        audit->history = NULL;
    if (since && !clock_parse(slice_str(since), &audit->since))
        return error_set(err, ERROR_USAGE, "--since %s: a date, as 2026-11-23", since);
    return !since || audit->history ||
           error_set(err, ERROR_USAGE, "--since needs a history, and --no-history keeps none");
}

static bool read_exceptions(struct invocation *call, struct audit_call *audit, struct error *err)
{
    const char *path = scan_call_exceptions(call);
    if (!path)
        return true;
    audit->options.exceptions = &audit->exceptions;
    return exceptions_load(path, call->arena, &audit->exceptions, err);
}

bool audit_call_read(struct invocation *call, struct audit_call *audit, struct error *err)
{
    const struct option_value *gate = option_value(call, "fail-on");
    *audit = (struct audit_call){
        .write = {.all = option_flag(call, "full"), .width = terminal_width(stdout)}};
    for (size_t i = 0; i < gate->count; i++)
        if (!parse_gate(&audit->gate, slice_str(gate->items[i]), err))
            return false;
    read_options(call, &audit->options);
    read_scan(call, &audit->options);
    return read_project(call, audit, err) && read_deadlines(call, audit, err) &&
           read_names(call, audit, err) && read_mail(call, &audit->write, err) &&
           read_times(call, audit, err) && read_exceptions(call, audit, err) &&
           (!audit->options.bases || read_bases(call, audit, err));
}
