/* A remedy for people (table, markdown) and programs (json, docs/schema/remedy.json). */
#include "base/json.h"
#include "report/diff.h"
#include "report/markdown_text.h"
#include "report/summary.h"
#include "report/table_groups.h"
#include "report/table_parts.h"
#include "ship/remedy/remedy.h"

static bool has_edit(const struct remedy *remedy)
{
    return remedy->dockerfile && !slice_equal(remedy->before, remedy->after);
}

static bool has_rebuild(const struct remedy *remedy)
{
    return remedy->plan_count > 0;
}

static struct slice build_command(const struct remedy *remedy, struct arena *arena)
{
    if (!remedy->dockerfile)
        return arena_printf(arena, "docker build --pull -t %.*s .", SLICE_ARG(remedy->image));
    return arena_printf(arena, "docker build --pull -t %.*s -f %s %s", SLICE_ARG(remedy->image),
                        remedy->dockerfile, remedy->context);
}

static struct slice scan_command(const struct remedy *remedy, struct arena *arena)
{
    return arena_printf(arena, "plimsoll scan %.*s --fail-on %s", SLICE_ARG(remedy->image),
                        severity_name(remedy->severity));
}

/* ---- table ---- */

struct table_out {
    struct line line;
    const struct remedy *remedy;
    struct arena *arena;
};

static void heading(struct table_out *out, const char *text)
{
    line_end(&out->line);
    line_styled(&out->line, STYLE_BOLD, slice_str(text));
    line_end(&out->line);
}

static void put_step(struct table_out *out, const struct remedy_step *step)
{
    struct line *line = &out->line;
    line_print(line, "  ");
    line_put(line, step->title);
    line_print(line, " mends %zu of %zu", step->count, out->remedy->count);
    if (step->place)
        line_styled(line, STYLE_GREEN,
                    arena_printf(out->arena, "  step %zu of the plan", step->place));
    if (step->note.len) {
        line_print(line, "  (");
        line_put(line, step->note);
        line_print(line, ")");
    }
    line_end(line);
}

static void put_rest(struct table_out *out)
{
    const struct remedy *remedy = out->remedy;
    struct line *line = &out->line;
    if (remedy->mended < remedy->count)
        heading(out, "Nothing mends");
    for (size_t i = 0; i < remedy->count; i++) {
        const struct remedy_finding *finding = &remedy->findings[i];
        if (finding->step)
            continue;
        line_pad(line, 2);
        line_styled(line, table_severity_style(finding->severity),
                    slice_str(severity_label(finding->severity)));
        line_pad(line, TABLE_COLUMN_ID);
        line_put(line, finding->id);
        line_print(line, "  ");
        line_put(line, finding->package);
        line_print(line, " ");
        line_put(line, finding->version);
        if (finding->fixed.len) {
            line_print(line, "  (");
            line_put(line, finding->fixed);
            line_print(line, " is in no base and no update that was found)");
        }
        line_end(line);
    }
    if (remedy->drafts.count && !remedy->drafts.items[0].owner.len) {
        line_print(line, "  accepted for now? The same with --draft-exceptions "
                         "plimsoll.exceptions.yaml --owner NAME writes them down, with an end");
        line_end(line);
    }
}

static void put_commands(struct table_out *out)
{
    if (!has_rebuild(out->remedy))
        return;
    heading(out, "Then");
    line_print(&out->line, "  ");
    line_put(&out->line, build_command(out->remedy, out->arena));
    line_end(&out->line);
    line_print(&out->line, "  ");
    line_put(&out->line, scan_command(out->remedy, out->arena));
    line_end(&out->line);
}

static void put_head(struct table_out *out)
{
    const struct remedy *remedy = out->remedy;
    struct line *line = &out->line;
    line_styled(line, STYLE_BOLD, remedy->image);
    line_print(line, ": %zu finding%s of severity %s or worse", remedy->count,
               remedy->count == 1 ? "" : "s", severity_name(remedy->severity));
    if (remedy->count)
        line_print(line, "; the plan mends %zu", remedy->mended);
    line_end(line);
    if (remedy->base.len) {
        line_print(line, "built on ");
        line_put(line, remedy->base);
        line_print(line, ", ");
        line_put(line, remedy->base_how);
        line_end(line);
    }
}

static bool write_table(const struct remedy *remedy, unsigned width, struct arena *arena,
                        FILE *file, struct error *err)
{
    struct table_out out = {
        .line = {.file = file, .width = width}, .remedy = remedy, .arena = arena};
    put_head(&out);
    if (remedy->step_count)
        heading(&out, "What mends");
    for (size_t i = 0; i < remedy->step_count; i++)
        put_step(&out, &remedy->steps[i]);
    put_rest(&out);
    if (remedy->edit_problem.len) {
        heading(&out, "The Dockerfile is left alone");
        line_wrap(&out.line, 2, remedy->edit_problem);
    }
    if (has_edit(remedy)) {
        heading(&out, "Edit");
        if (!diff_write(slice_str(remedy->dockerfile), remedy->before, remedy->after, file, err))
            return false;
    }
    put_commands(&out);
    if (remedy->note_count)
        heading(&out, "Notes");
    for (size_t i = 0; i < remedy->note_count; i++)
        line_wrap(&out.line, 2, remedy->notes[i]);
    return true;
}

/* ---- json ---- */

static void put_json_finding(struct json_writer *json, const struct remedy_finding *finding)
{
    json_begin_object(json);
    json_field(json, "id", finding->id);
    json_field(json, "package", finding->package);
    json_field(json, "version", finding->version);
    json_field(json, "severity", slice_str(severity_name(finding->severity)));
    json_field_text(json, "fixed", finding->fixed);
    json_field(json, "state", slice_str(fix_state_name(finding->state)));
    json_field_int(json, "step", (int64_t)finding->step);
    json_end_object(json);
}

static void put_json_step(struct json_writer *json, const struct remedy_step *step)
{
    static const char *const kinds[] = {"rebuild", "base", "packages", "other"};
    json_begin_object(json);
    json_field(json, "kind", slice_str(kinds[step->kind]));
    json_field(json, "title", step->title);
    json_field_text(json, "command", step->command);
    json_field_text(json, "tag", step->tag);
    json_field_text(json, "note", step->note);
    json_field_int(json, "mends", (int64_t)step->count);
    json_field_int(json, "adds", (int64_t)step->adds);
    json_field_int(json, "place", (int64_t)step->place);
    json_end_object(json);
}

static void put_json_draft(struct json_writer *json, const struct exception *draft)
{
    json_begin_object(json);
    json_field(json, "id", draft->id);
    json_field(json, "package", draft->package);
    json_field(json, "reason", draft->reason);
    json_field_text(json, "owner", draft->owner);
    json_field(json, "expires", draft->expires);
    json_end_object(json);
}

static void put_json_lists(struct json_writer *json, const struct remedy *remedy)
{
    json_name(json, "findings");
    json_begin_array(json);
    for (size_t i = 0; i < remedy->count; i++)
        put_json_finding(json, &remedy->findings[i]);
    json_end_array(json);
    json_name(json, "steps");
    json_begin_array(json);
    for (size_t i = 0; i < remedy->step_count; i++)
        put_json_step(json, &remedy->steps[i]);
    json_end_array(json);
    json_name(json, "drafts");
    json_begin_array(json);
    for (size_t i = 0; i < remedy->drafts.count; i++)
        put_json_draft(json, &remedy->drafts.items[i]);
    json_end_array(json);
    json_field_strings(json, "notes", remedy->notes, remedy->note_count);
}

static bool write_json(const struct remedy *remedy, unsigned width, struct arena *arena, FILE *file,
                       struct error *err)
{
    (void)width, (void)err;
    struct json_writer json;
    json_writer_init(&json, file, 2);
    json_begin_object(&json);
    json_field(&json, "schema", SLICE("plimsoll/remedy/1"));
    json_field(&json, "image", remedy->image);
    json_field_text(&json, "distribution", remedy->distribution);
    json_field(&json, "severity", slice_str(severity_name(remedy->severity)));
    json_field_text(&json, "base", remedy->base);
    json_field_int(&json, "total", (int64_t)remedy->count);
    json_field_int(&json, "mended", (int64_t)remedy->mended);
    json_field_int(&json, "ignored", (int64_t)remedy->ignored);
    put_json_lists(&json, remedy);
    if (remedy->dockerfile) {
        json_field(&json, "dockerfile", slice_str(remedy->dockerfile));
        json_field_text(&json, "edit_problem", remedy->edit_problem);
        if (has_edit(remedy))
            json_field(&json, "edited", remedy->after);
    }
    if (has_rebuild(remedy)) {
        json_name(&json, "commands");
        json_begin_array(&json);
        json_put_string(&json, build_command(remedy, arena));
        json_put_string(&json, scan_command(remedy, arena));
        json_end_array(&json);
    }
    json_end_object(&json);
    return true;
}

/* ---- markdown ---- */

static bool write_markdown(const struct remedy *remedy, unsigned width, struct arena *arena,
                           FILE *file, struct error *err)
{
    (void)width;
    fputs("## Remedy for ", file);
    markdown_put(file, remedy->image);
    fprintf(file, "\n\n%zu findings of severity %s or worse; the plan mends %zu.\n\n",
            remedy->count, severity_name(remedy->severity), remedy->mended);
    for (size_t i = 0; i < remedy->step_count; i++) {
        const struct remedy_step *step = &remedy->steps[i];
        fprintf(file, "- %s", step->place ? "**" : "");
        markdown_put(file, step->title);
        fprintf(file, "%s mends %zu of %zu", step->place ? "**" : "", step->count, remedy->count);
        fputs(step->note.len ? " (" : "", file);
        markdown_put(file, step->note);
        fputs(step->note.len ? ")\n" : "\n", file);
    }
    if (remedy->mended < remedy->count)
        fputs("\n### Nothing mends\n\n", file);
    for (size_t i = 0; i < remedy->count; i++) {
        if (remedy->findings[i].step)
            continue;
        fprintf(file, "- %s ", severity_label(remedy->findings[i].severity));
        markdown_put(file, remedy->findings[i].id);
        fputs(" in ", file);
        markdown_put(file, remedy->findings[i].package);
        fputc('\n', file);
    }
    if (has_edit(remedy)) {
        fputs("\n```diff\n", file);
        if (!diff_write(slice_str(remedy->dockerfile), remedy->before, remedy->after, file, err))
            return false;
        fputs("```\n", file);
    }
    if (has_rebuild(remedy)) {
        struct slice build = build_command(remedy, arena), scan = scan_command(remedy, arena);
        fprintf(file, "\n```\n%.*s\n%.*s\n```\n", SLICE_ARG(build), SLICE_ARG(scan));
    }
    return true;
}

bool remedy_write(const char *format, const struct remedy *remedy, unsigned width, FILE *file,
                  struct error *err)
{
    struct arena arena CLEANUP_ARENA;
    arena_init(&arena, (size_t)256 << 20);
    struct slice name = slice_str(format);
    bool fine = slice_equal_str(name, "json") ? write_json(remedy, width, &arena, file, err)
                : slice_equal_str(name, "markdown")
                    ? write_markdown(remedy, width, &arena, file, err)
                    : write_table(remedy, width, &arena, file, err);
    return fine && ((fflush(file) == 0 && !ferror(file)) ||
                    error_errno(err, "writing the remedy as %s", format));
}
