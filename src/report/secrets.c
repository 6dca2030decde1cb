/* Secrets for people: in the table, and in Markdown. */
#include "report/secrets.h"

#include "report/markdown_text.h"
#include "report/summary.h"
#include "report/table_groups.h"

const char *secret_place_name(enum secret_place_kind in)
{
    static const char *const names[] = {"file", "environment", "label", "command", "history"};
    return names[in];
}

struct slice secret_place_text(const struct scan_secret *secret, struct arena *arena)
{
    static const char *const words[] = {"", "environment variable ", "label ", "", "history: "};
    if (secret->in == SECRET_IN_FILE)
        return arena_printf(arena, "%.*s:%u", SLICE_ARG(secret->place), secret->line);
    return arena_printf(arena, "%s%.*s", words[secret->in], SLICE_ARG(secret->place));
}

struct slice secret_deleted_text(const struct scan_secret *secret)
{
    return secret->deleted ? SLICE("deleted in a later layer, but still in the image")
                           : (struct slice){"", 0};
}

size_t secrets_counted(const struct scan_result *result)
{
    size_t count = 0;
    for (size_t i = 0; i < result->secret_count; i++)
        count += !result->secrets[i].suppressed && !result->secrets[i].in_baseline;
    return count;
}

struct scan_finding secret_judgement(const struct scan_secret *secret)
{
    return (struct scan_finding){.suppressed = secret->suppressed,
                                 .in_baseline = secret->in_baseline,
                                 .reason = secret->reason,
                                 .owner = secret->owner,
                                 .reviewed = secret->reviewed,
                                 .expires = secret->expires,
                                 .exception_source = secret->exception_source};
}

/* The first of a kind tells what to do about all of it. */
static bool is_first_of_kind(const struct scan_result *result, size_t index)
{
    for (size_t i = 0; i < index; i++)
        if (result->secrets[i].kind == result->secrets[index].kind &&
            result->secrets[i].suppressed == result->secrets[index].suppressed)
            return false;
    return true;
}

static void table_put_secret(struct line *line, const struct scan_secret *secret, bool first,
                             struct arena *arena)
{
    line_print(line, "%*s", TABLE_INDENT, "");
    line_styled(line, table_severity_style(secret->severity),
                slice_str(severity_label(secret->severity)));
    line_pad(line, TABLE_COLUMN_ID);
    line_put(line, slice_str(secret->kind->title));
    line_print(line, "  ");
    line_put(line, secret->hint);
    line_end(line);
    struct slice place = secret_place_text(secret, arena);
    if (secret->layer && secret->in == SECRET_IN_FILE)
        place = arena_printf(arena, "%.*s, layer %zu", SLICE_ARG(place), secret->layer_index + 1);
    line_wrap(line, TABLE_COLUMN_ID, place);
    if (secret->deleted)
        line_wrap(line, TABLE_COLUMN_ID, secret_deleted_text(secret));
    if (secret->suppressed)
        line_wrap(line, TABLE_COLUMN_ID,
                  arena_printf(arena, "suppressed: %.*s", SLICE_ARG(secret->reason)));
    else if (first)
        line_wrap(line, TABLE_COLUMN_ID, slice_str(secret->kind->advice));
}

void table_put_secrets(struct line *line, const struct scan_result *result, struct arena *arena)
{
    if (!result->secret_count)
        return;
    line_end(line);
    line_styled(line, STYLE_BOLD, SLICE("Secrets"));
    line_end(line);
    for (size_t i = 0; i < result->secret_count; i++)
        table_put_secret(line, &result->secrets[i], is_first_of_kind(result, i), arena);
}

static void markdown_put_secret(FILE *file, const struct scan_secret *secret, struct arena *arena)
{
    fprintf(file, "| %s | ", severity_label(secret->severity));
    markdown_put(file, slice_str(secret->kind->title));
    fputs(" | ", file);
    markdown_put(file, secret_place_text(secret, arena));
    if (secret->deleted)
        fputs("; ", file);
    markdown_put(file, secret_deleted_text(secret));
    fputs(" | ", file);
    markdown_put(file, secret->hint);
    fputs(" | ", file);
    if (secret->suppressed)
        fputs("suppressed: ", file);
    markdown_put(file, secret->suppressed ? secret->reason : slice_str(secret->kind->advice));
    fputs(" |\n", file);
}

void markdown_put_secrets(FILE *file, const struct scan_result *result, struct arena *arena)
{
    if (!result->secrets_searched)
        return;
    if (!result->secret_count) {
        fputs("No secrets were found.\n\n", file);
        return;
    }
    fputs("### Secrets\n\n| severity | secret | where | value | what to do |\n"
          "|---|---|---|---|---|\n",
          file);
    for (size_t i = 0; i < result->secret_count; i++)
        markdown_put_secret(file, &result->secrets[i], arena);
    fputc('\n', file);
}
