/* What an update brings, as Markdown. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "report/markdown_text.h"
#include "update/brings.h"

enum { SHOWN_MAX = 25, TEXT_MAX = 60000, VALUE_MAX = 300, DATE = 10 };

static void put_cell(FILE *file, struct slice text)
{
    fputs("| ", file);
    markdown_put(file, slice_upto(text, VALUE_MAX));
    fputs(text.len > VALUE_MAX ? "… " : " ", file);
}

static void put_list(FILE *file, const char *title, const char *head,
                     const struct brings_differences *list, bool severity)
{
    if (!list->count)
        return;
    fprintf(file, "\n**%s** (%zu)\n\n%s\n", title, list->count, head);
    for (size_t i = 0; i < list->count && i < SHOWN_MAX; i++) {
        const struct brings_difference *one = &list->items[i];
        put_cell(file, one->name);
        if (severity) {
            fprintf(file, "| %s ", severity_name(one->severity));
            put_cell(file, one->before.len ? one->before : one->after);
        } else {
            put_cell(file, one->before);
            put_cell(file, one->after);
        }
        fputs("|\n", file);
    }
    if (list->count > SHOWN_MAX)
        fprintf(file, "\n… and %zu more.\n", list->count - SHOWN_MAX);
}

/* "12.3 MB", "656 B"; a sign for differences. */
static void put_bytes(FILE *file, double bytes, bool sign)
{
    static const char *const units[] = {"B", "kB", "MB", "GB"};
    size_t unit = 0;
    for (; (bytes >= 999.95 || bytes <= -999.95) && unit < 3; unit++)
        bytes /= 1000;
    fprintf(file, sign ? "%+.*f %s" : "%.*f %s", unit ? 1 : 0, bytes, units[unit]);
}

static void put_size(FILE *file, const struct update_brings *brings)
{
    if (!brings->size_before || !brings->size_after)
        return;
    fputs("- Size: ", file);
    put_bytes(file, (double)brings->size_before, false);
    fputs(" → ", file);
    put_bytes(file, (double)brings->size_after, false);
    fputs(" (", file);
    put_bytes(file, (double)brings->size_after - (double)brings->size_before, true);
    fputs(").\n", file);
}

/* "365 fixed (35 critical, 210 high)" */
static void put_count(FILE *file, const struct brings_differences *list, const char *what)
{
    size_t counts[SEVERITY_CRITICAL + 1] = {0};
    bool any = false;
    fprintf(file, "%zu %s", list->count, what);
    for (size_t i = 0; i < list->count; i++)
        counts[list->items[i].severity]++;
    for (size_t level = SEVERITY_CRITICAL + 1; level-- > 0;) {
        if (counts[level])
            fprintf(file, "%s%zu %s", any ? ", " : " (", counts[level],
                    severity_name((enum severity)level));
        any |= counts[level] > 0;
    }
    fputs(any ? ")" : "", file);
}

/* Of all places where an image was looked for the registry's answer alone: what engines and paths
   this machine has is nobody's business who reads a pull request. */
static struct slice without_places(struct slice why)
{
    struct slice word = SLICE("registry: ");
    size_t at = slice_search(why, word);
    return at < why.len ? slice_from(why, at + word.len) : why;
}

static void put_known(FILE *file, const struct update_brings *brings)
{
    if (brings->also.len) {
        fputs("- Note: ", file);
        markdown_put(file, brings->also);
        fputs(".\n", file);
    }
    if (brings->updated.len) {
        fputs("- Last updated: ", file);
        markdown_put(file, slice_upto(brings->updated, DATE));
        fputs(".\n", file);
    }
    if (brings->link.len)
        fprintf(file, "- [The tag at its registry](%.*s)\n", SLICE_ARG(brings->link));
    if (brings->digest.len) {
        fputs("- Digest: ", file);
        markdown_put(file, brings->digest);
        fputs(".\n", file);
    }
    if (brings->why_not.len) {
        fputs("- The images could not be compared: ", file);
        markdown_put(file, without_places(brings->why_not));
        fputs(".\n", file);
    }
}

static void put_all(FILE *file, const struct update_brings *brings)
{
    put_known(file, brings);
    if (!brings->looked)
        return;
    put_size(file, brings);
    fputs("- Vulnerabilities: ", file);
    put_count(file, &brings->fixed, "fixed");
    fputs(", ", file);
    put_count(file, &brings->fresh, "new");
    fprintf(file, ", %zu in both.\n", brings->kept);
    put_list(file, "New", "| id | severity | package |\n|---|---|---|", &brings->fresh, true);
    put_list(file, "Fixed", "| id | severity | package |\n|---|---|---|", &brings->fixed, true);
    put_list(file, "Settings", "| what | before | after |\n|---|---|---|", &brings->settings,
             false);
    put_list(file, "Packages", "| package | before | after |\n|---|---|---|", &brings->packages,
             false);
    if (!brings->packages.count && !brings->settings.count)
        fputs("- Packages and settings are the same.\n", file);
}

/* What `write` writes, in the arena. */
static bool written(void (*write)(FILE *file, const struct update_brings *brings),
                    const struct update_brings *brings, struct arena *arena, struct slice *text,
                    struct error *err)
{
    char *bytes = NULL;
    size_t length = 0;
    FILE *file = open_memstream(&bytes, &length);
    if (!file)
        return error_errno(err, "writing a summary");
    write(file, brings);
    if (fclose(file) != 0) {
        free(bytes);
        return error_errno(err, "writing a summary");
    }
    *text = arena_copy(arena, slice_of(bytes, length < TEXT_MAX ? length : TEXT_MAX));
    free(bytes);
    return text->at || arena_error(err);
}

bool brings_markdown(const struct update_brings *brings, struct arena *arena, struct slice *text,
                     struct error *err)
{
    return written(put_all, brings, arena, text, err);
}

static void put_summary(FILE *file, const struct update_brings *brings)
{
    put_count(file, &brings->fixed, "vulnerabilities fixed");
    fputs(", ", file);
    put_count(file, &brings->fresh, "new");
    fprintf(file, "; %zu packages and %zu settings changed; ", brings->packages.count,
            brings->settings.count);
    put_bytes(file, (double)brings->size_after - (double)brings->size_before, true);
}

bool brings_summary(const struct update_brings *brings, struct arena *arena, struct slice *text,
                    struct error *err)
{
    *text = (struct slice){"", 0};
    return !brings->looked || written(put_summary, brings, arena, text, err);
}
