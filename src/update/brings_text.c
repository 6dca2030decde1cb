/* What an update brings, as Markdown. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "report/markdown_text.h"
#include "update/brings.h"

enum { SHOWN_MAX = 50, TEXT_MAX = 60000, VALUE_MAX = 300 };

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

static void put_size(FILE *file, const struct update_brings *brings)
{
    if (!brings->size_before || !brings->size_after)
        return;
    double before = (double)brings->size_before / 1e6, after = (double)brings->size_after / 1e6;
    fprintf(file, "Size: %.1f MB → %.1f MB (%+.1f MB).\n", before, after, after - before);
}

static void put_known(FILE *file, const struct update_brings *brings)
{
    if (brings->updated.len) {
        fputs("Last updated: ", file);
        markdown_put(file, brings->updated);
        fputs(".\n", file);
    }
    if (brings->digest.len) {
        fputs("Digest: ", file);
        markdown_put(file, brings->digest);
        fputs(".\n", file);
    }
    if (brings->why_not.len) {
        fputs("The images could not be compared: ", file);
        markdown_put(file, brings->why_not);
        fputs(".\n", file);
    }
}

static void put_all(FILE *file, const struct update_brings *brings)
{
    put_known(file, brings);
    if (!brings->looked)
        return;
    put_size(file, brings);
    fprintf(file, "Vulnerabilities: %zu fixed, %zu new, %zu in both.\n", brings->fixed.count,
            brings->fresh.count, brings->kept);
    put_list(file, "Fixed", "| id | severity | package |\n|---|---|---|", &brings->fixed, true);
    put_list(file, "New", "| id | severity | package |\n|---|---|---|", &brings->fresh, true);
    put_list(file, "Settings", "| what | before | after |\n|---|---|---|", &brings->settings,
             false);
    put_list(file, "Packages", "| package | before | after |\n|---|---|---|", &brings->packages,
             false);
    if (!brings->packages.count && !brings->settings.count)
        fputs("Packages and settings are the same.\n", file);
}

bool brings_markdown(const struct update_brings *brings, struct arena *arena, struct slice *text,
                     struct error *err)
{
    char *bytes = NULL;
    size_t length = 0;
    FILE *file = open_memstream(&bytes, &length);
    if (!file)
        return error_errno(err, "writing a summary");
    put_all(file, brings);
    if (fclose(file) != 0) {
        free(bytes);
        return error_errno(err, "writing a summary");
    }
    *text = arena_copy(arena, slice_of(bytes, length < TEXT_MAX ? length : TEXT_MAX));
    free(bytes);
    return text->at || arena_error(err);
}

struct slice brings_summary(const struct update_brings *brings, struct arena *arena)
{
    if (!brings->looked)
        return SLICE("");
    return arena_printf(arena,
                        "%zu vulnerabilities fixed, %zu new; %zu packages and %zu settings "
                        "changed; %+.1f MB",
                        brings->fixed.count, brings->fresh.count, brings->packages.count,
                        brings->settings.count,
                        ((double)brings->size_after - (double)brings->size_before) / 1e6);
}
