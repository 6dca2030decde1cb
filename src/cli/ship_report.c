/* See ship_report.h. */
#include "cli/ship_report.h"

#include "base/json.h"
#include "base/terminal.h"

void ship_report_head(const struct voyage_job *job)
{
    struct slice release = job->release;
    terminal_style(stdout, STYLE_BOLD);
    terminal_put(stdout, job->image->name);
    terminal_style(stdout, STYLE_PLAIN);
    printf("  %s → ", job->image->dockerfile);
    terminal_put(stdout, job->image->repository);
    if (release.len)
        putchar(' ');
    terminal_put(stdout, release);
    putchar('\n');
}

static enum terminal_style style_of(enum voyage_outcome outcome)
{
    return outcome == VOYAGE_PASSED                                ? STYLE_GREEN
           : outcome == VOYAGE_REFUSED || outcome == VOYAGE_FAILED ? STYLE_RED
                                                                   : STYLE_DIM;
}

void ship_report_step(const struct voyage_job *job, enum voyage_step_id id, bool kept)
{
    const struct voyage_mark *mark = &job->record.steps[id];
    printf("  %-8s", voyage_step_name(id));
    terminal_style(stdout, kept ? STYLE_DIM : style_of(mark->outcome));
    printf("%-8s", kept ? "kept" : voyage_outcome_name(mark->outcome));
    terminal_style(stdout, STYLE_PLAIN);
    if (mark->outcome == VOYAGE_SKIPPED)
        printf("%8s  ", "");
    else
        printf("%6.1f s  ", mark->seconds);
    terminal_put(stdout, mark->outcome == VOYAGE_FAILED ? SLICE("could not be done") : mark->said);
    if (kept) {
        fputs(" (", stdout);
        terminal_put(stdout, mark->at);
        putchar(')');
    }
    putchar('\n');
    fflush(stdout);
}

/* ---- JSON ---- */

static void put_text(struct json_writer *json, const char *name, struct slice text)
{
    json_name(json, name);
    if (text.len)
        json_put_string(json, text);
    else
        json_put_null(json);
}

static void write_json(const struct voyage *voyage, const struct voyage_options *options)
{
    struct json_writer json;
    bool stopped = voyage->stopped_at < voyage->count;
    const struct voyage_job *job = stopped ? &voyage->jobs[voyage->stopped_at] : NULL;
    json_writer_init(&json, stdout, 2);
    json_begin_object(&json);
    json_field(&json, "schema", SLICE("plimsoll/ship/1"));
    put_text(&json, "release", options->release);
    json_field(&json, "outcome",
               stopped
                   ? slice_str(voyage_outcome_name(job->record.steps[voyage->stopped_in].outcome))
                   : SLICE("passed"));
    json_name(&json, "stopped");
    if (stopped) {
        json_begin_object(&json);
        json_field(&json, "image", job->image->name);
        json_field(&json, "step", slice_str(voyage_step_name(voyage->stopped_in)));
        json_field(&json, "said", job->record.steps[voyage->stopped_in].said);
        put_text(&json, "next", job->next);
        json_end_object(&json);
    } else
        json_put_null(&json);
    json_name(&json, "images");
    json_begin_array(&json);
    for (size_t i = 0; i < voyage->count; i++)
        voyage_record_put(&voyage->jobs[i].record, &json);
    json_end_array(&json);
    json_end_object(&json);
}

bool ship_report_end(struct invocation *call, const struct voyage *voyage,
                     const struct voyage_options *options, struct error *err)
{
    if (strcmp(option_text(call, "format"), "json") == 0)
        write_json(voyage, options);
    else if (voyage->stopped_at < voyage->count && voyage->jobs[voyage->stopped_at].next.len) {
        fputs("next: ", stdout);
        terminal_put(stdout, voyage->jobs[voyage->stopped_at].next);
        putchar('\n');
    }
    return fflush(stdout) == 0 || error_errno(err, "writing standard output");
}

/* ---- the plan ---- */

static void plan_step_table(const struct voyage_job *job, enum voyage_step_id id, const char *idle,
                            struct slice lines)
{
    bool kept = (job->kept & VOYAGE_BIT(id)) != 0;
    printf("  %-8s%s", voyage_step_name(id), voyage_steps[id].prose);
    if (kept || idle) {
        terminal_style(stdout, STYLE_DIM);
        printf(" — %s%s", idle ? "left out: " : "kept, done ", idle ? idle : "");
        if (kept)
            terminal_put(stdout, job->record.steps[id].at);
        terminal_style(stdout, STYLE_PLAIN);
    }
    putchar('\n');
    while (lines.len && !kept && !idle) {
        fputs("            ", stdout);
        terminal_put(stdout, slice_cut_line(&lines));
        putchar('\n');
    }
}

static void plan_step_json(struct json_writer *json, const struct voyage_job *job,
                           enum voyage_step_id id, const char *idle, struct slice lines)
{
    json_begin_object(json);
    json_field(json, "name", slice_str(voyage_step_name(id)));
    json_field(json, "does", slice_str(voyage_steps[id].prose));
    json_field_bool(json, "kept", (job->kept & VOYAGE_BIT(id)) != 0);
    put_text(json, "left_out", slice_str(idle));
    json_name(json, "commands");
    json_begin_array(json);
    while (lines.len)
        json_put_string(json, slice_cut_line(&lines));
    json_end_array(json);
    json_end_object(json);
}

/* `json` NULL: as a table. */
static bool plan_job(struct voyage_job *job, struct json_writer *json, struct error *err)
{
    for (size_t at = 0; at < VOYAGE_STEPS; at++) {
        enum voyage_step_id id = (enum voyage_step_id)at;
        struct slice lines = SLICE("");
        if (!voyage_comes_to(job->options, id))
            continue;
        const char *idle = voyage_idle(job, voyage_steps, id);
        bool told = idle || (job->kept & VOYAGE_BIT(id));
        if (!told && !voyage_steps[id].tell(job, &lines, err))
            return error_add(err, "%.*s: %s", SLICE_ARG(job->image->name), voyage_step_name(id));
        if (json)
            plan_step_json(json, job, id, idle, lines);
        else
            plan_step_table(job, id, idle, lines);
    }
    return true;
}

static bool plan_json(struct voyage *voyage, const struct voyage_options *options,
                      struct error *err)
{
    struct json_writer json;
    json_writer_init(&json, stdout, 2);
    json_begin_object(&json);
    json_field(&json, "schema", SLICE("plimsoll/ship-plan/1"));
    put_text(&json, "release", options->release);
    json_name(&json, "images");
    json_begin_array(&json);
    for (size_t i = 0; i < voyage->count; i++) {
        json_begin_object(&json);
        json_field(&json, "image", voyage->jobs[i].image->name);
        json_field(&json, "repository", voyage->jobs[i].image->repository);
        json_name(&json, "steps");
        json_begin_array(&json);
        if (!plan_job(&voyage->jobs[i], &json, err))
            return false;
        json_end_array(&json);
        json_end_object(&json);
    }
    json_end_array(&json);
    json_end_object(&json);
    return fflush(stdout) == 0 || error_errno(err, "writing standard output");
}

bool ship_report_plan(struct voyage *voyage, const struct voyage_options *options, bool json,
                      struct error *err)
{
    if (json)
        return plan_json(voyage, options, err);
    for (size_t i = 0; i < voyage->count; i++) {
        ship_report_head(&voyage->jobs[i]);
        if (!plan_job(&voyage->jobs[i], NULL, err))
            return false;
    }
    if (voyage->count > 1 && voyage_comes_to(options, VOYAGE_PUSH))
        puts("Nothing is tagged or pushed before all of them have passed their tests.");
    return fflush(stdout) == 0 || error_errno(err, "writing standard output");
}
