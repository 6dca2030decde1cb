/* A remedy for people (table, markdown) and programs (json, docs/schema/remedy.json). */
#include "base/ascii.h"
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

/* As a word of a shell's command. */
static struct slice quoted(struct slice text, struct arena *arena)
{
    struct slice made = {"'", 1}, rest = text;
    bool plain = text.len > 0;
    for (size_t i = 0; i < text.len; i++)
        plain &= ascii_alnum(text.at[i]) || (text.at[i] && strchr("_@%+=:,./-", text.at[i]));
    if (plain)
        return text;
    while (rest.len) {
        struct slice piece = slice_cut(&rest, '\'');
        bool quote = piece.at + piece.len < text.at + text.len;
        made = arena_printf(arena, "%.*s%.*s%s", SLICE_ARG(made), SLICE_ARG(piece),
                            quote ? "'\\''" : "");
    }
    return arena_printf(arena, "%.*s'", SLICE_ARG(made));
}

static struct slice build_command(const struct remedy *remedy, struct arena *arena)
{
    struct slice image = quoted(remedy->image, arena);
    if (!remedy->dockerfile)
        return arena_printf(arena, "docker build --pull -t %.*s .", SLICE_ARG(image));
    struct slice file = quoted(slice_str(remedy->dockerfile), arena);
    struct slice context = quoted(slice_str(remedy->context), arena);
    return arena_printf(arena, "docker build --pull -t %.*s -f %.*s %.*s", SLICE_ARG(image),
                        SLICE_ARG(file), SLICE_ARG(context));
}

static struct slice scan_command(const struct remedy *remedy, struct arena *arena)
{
    return arena_printf(arena, "plimsoll scan %.*s --fail-on %s",
                        SLICE_ARG(quoted(remedy->image, arena)), severity_name(remedy->severity));
}

/* ---- table ---- */

enum { REST_MOST = 50 /* lines of what nothing mends */ };

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

/* "  step 1  mends 184 of 315  apk upgrade …": what is in no plan has no step. */
static void put_step(struct table_out *out, const struct remedy_step *step)
{
    enum { STEP = 11 };
    struct line *line = &out->line;
    struct slice title = step->title;
    struct slice all = arena_printf(out->arena, "%zu", out->remedy->count);
    if (step->note.len)
        title = arena_printf(out->arena, "%.*s  (%.*s)", SLICE_ARG(title), SLICE_ARG(step->note));
    if (step->place)
        line_styled(line, STYLE_GREEN, arena_printf(out->arena, "  step %zu", step->place));
    line_pad(line, STEP);
    line_print(line, "mends %*zu of %.*s", (int)all.len, step->count, SLICE_ARG(all));
    if (line->width && line->at + 2 + terminal_columns(title) > line->width) {
        line_end(line);
        line_wrap(line, STEP, title);
        return;
    }
    line_print(line, "  ");
    line_put(line, title);
    line_end(line);
}

static void put_rest(struct table_out *out)
{
    const struct remedy *remedy = out->remedy;
    struct line *line = &out->line;
    size_t put = 0;
    if (remedy->mended < remedy->count)
        heading(out, "Nothing mends");
    for (size_t i = 0; i < remedy->count; i++) {
        const struct remedy_finding *finding = &remedy->findings[i];
        if (finding->step || put++ >= REST_MOST)
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
        line_wrap(line, 2,
                  SLICE("accepted for now? The same with --draft-exceptions "
                        "plimsoll.exceptions.yaml --owner NAME writes them down, with an end"));
    }
}

/* A command is taken over whole: the terminal breaks it, and what is copied has no break. */
static void put_command(struct line *line, struct slice command)
{
    unsigned width = line->width;
    line->width = 0;
    line_print(line, "  ");
    line_put(line, command);
    line->width = width;
    line_end(line);
}

static void put_commands(struct table_out *out)
{
    if (!has_rebuild(out->remedy))
        return;
    heading(out, "Then");
    put_command(&out->line, build_command(out->remedy, out->arena));
    put_command(&out->line, scan_command(out->remedy, out->arena));
}

/* "315 findings of severity high or worse; the plan mends 300" */
static struct slice sum_text(const struct remedy *remedy, struct arena *arena)
{
    return arena_printf(
        arena, "%zu finding%s of severity %s or worse%s", remedy->count,
        remedy->count == 1 ? "" : "s", severity_name(remedy->severity),
        remedy->count ? arena_printf(arena, "; the plan mends %zu", remedy->mended).at : "");
}

static void put_head(struct table_out *out)
{
    const struct remedy *remedy = out->remedy;
    struct line *line = &out->line;
    struct slice sum = sum_text(remedy, out->arena);
    line_styled(line, STYLE_BOLD, remedy->image);
    line_print(line, ":");
    line_piece(line, 2, STYLE_PLAIN, arena_printf(out->arena, " %.*s", SLICE_ARG(sum)));
    line_end(line);
    if (remedy->base.len)
        line_wrap(line, 0,
                  arena_printf(out->arena, "built on %.*s, %.*s", SLICE_ARG(remedy->base),
                               SLICE_ARG(remedy->base_how)));
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

static void put_markdown_steps(const struct remedy *remedy, FILE *file)
{
    for (size_t i = 0; i < remedy->step_count; i++) {
        const struct remedy_step *step = &remedy->steps[i];
        fprintf(file, "- %s", step->place ? "**" : "");
        markdown_put(file, step->title);
        fprintf(file, "%s mends %zu of %zu", step->place ? "**" : "", step->count, remedy->count);
        fputs(step->note.len ? " (" : "", file);
        markdown_put(file, step->note);
        fputs(step->note.len ? ")\n" : "\n", file);
    }
}

static void put_markdown_rest(const struct remedy *remedy, FILE *file)
{
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
}

/* More backticks than the text has in a row, three at least: nothing in it ends the code. */
static int fence_of(struct slice text)
{
    int most = 2, run = 0;
    for (size_t i = 0; i < text.len; i++) {
        run = text.at[i] == '`' ? run + 1 : 0;
        most = run > most ? run : most;
    }
    return most + 1;
}

static void put_fence(FILE *file, int length, const char *language)
{
    while (length-- > 0)
        fputc('`', file);
    fprintf(file, "%s\n", language);
}

static bool put_markdown_edit(const struct remedy *remedy, FILE *file, struct error *err)
{
    int before = fence_of(remedy->before), after = fence_of(remedy->after);
    int fence = before > after ? before : after;
    fputc('\n', file);
    put_fence(file, fence, "diff");
    if (!diff_write(slice_str(remedy->dockerfile), remedy->before, remedy->after, file, err))
        return false;
    put_fence(file, fence, "");
    return true;
}

static bool write_markdown(const struct remedy *remedy, unsigned width, struct arena *arena,
                           FILE *file, struct error *err)
{
    (void)width;
    struct slice sum = sum_text(remedy, arena);
    fputs("## Remedy for ", file);
    markdown_put(file, remedy->image);
    fprintf(file, "\n\n%.*s.\n\n", SLICE_ARG(sum));
    if (remedy->base.len) {
        fputs("Built on ", file);
        markdown_put(file, remedy->base);
        fputs(", ", file);
        markdown_put(file, remedy->base_how);
        fputs(".\n\n", file);
    }
    put_markdown_steps(remedy, file);
    put_markdown_rest(remedy, file);
    if (remedy->edit_problem.len) {
        fputs("\nThe Dockerfile is left alone: ", file);
        markdown_put(file, remedy->edit_problem);
        fputs(".\n", file);
    }
    if (has_edit(remedy) && !put_markdown_edit(remedy, file, err))
        return false;
    if (has_rebuild(remedy)) {
        struct slice build = build_command(remedy, arena), scan = scan_command(remedy, arena);
        fprintf(file, "\n```sh\n%.*s\n%.*s\n```\n", SLICE_ARG(build), SLICE_ARG(scan));
    }
    for (size_t i = 0; i < remedy->note_count; i++) {
        fputs("\n> ", file);
        markdown_put(file, remedy->notes[i]);
        fputc('\n', file);
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
