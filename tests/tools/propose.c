/*
 * update --pr without what finds updates: changes are given, for the scenarios of the forges.
 *
 *     propose [-f FORGE] [-u URL] [-a CA] [-b BASE] [-w SECONDS] [-g] [-n] [-c] [NAME FROM TO
 * FILE]... propose -i … NAME TAG [ID,SEVERITY,PACKAGE,VERSION]...
 *
 * -g: grouped, -n: dry run, -c: complete, -i: an issue. FROM becomes TO in FILE, where it first
 * stands behind "NAME:". Prints "action number branch title | reason" a row.
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/file.h"
#include "update/forge/propose.h"

__attribute__((noreturn)) static void die(const struct error *err)
{
    fprintf(stderr, "%s\n", err->text);
    exit(error_exit_code(err->kind));
}

static struct update_change change_of(char **words, struct arena *arena)
{
    struct slice bytes = {0}, name = slice_str(words[0]), from = slice_str(words[1]);
    struct error err;
    struct update_edit *edit = arena_new(arena, struct update_edit);
    if (!edit)
        arena_error(&err);
    if (!edit || !file_read(words[3], 1 << 20, arena, &bytes, &err))
        die(&err);
    struct slice whole = arena_printf(arena, "%s:%s", words[0], words[1]);
    size_t at = slice_search(bytes, whole);
    size_t start = at < bytes.len ? at + name.len + 1 : slice_search(bytes, from);
    *edit = (struct update_edit){.path = slice_str(words[3]),
                                 .start = start,
                                 .end = start + from.len,
                                 .old_text = from,
                                 .new_text = slice_str(words[2])};
    return (struct update_change){.name = name,
                                  .from = from,
                                  .to = slice_str(words[2]),
                                  .summary = SLICE("Two **fixed** findings."),
                                  .edits = edit,
                                  .edit_count = 1};
}

static void print(const struct propose_result *result, bool dry)
{
    for (size_t i = 0; i < result->count; i++) {
        const struct propose_row *row = &result->rows[i];
        printf("%s %llu %.*s %.*s", propose_action_name(row->action, dry),
               (unsigned long long)row->number,
               SLICE_ARG(row->branch.len ? row->branch : SLICE("-")), SLICE_ARG(row->title));
        if (row->reason.len)
            printf(" | %.*s", SLICE_ARG(row->reason));
        putchar('\n');
    }
}

static bool run_pulls(char **words, size_t count, const struct propose_options *options,
                      struct arena *arena, struct propose_result *result, struct error *err)
{
    struct update_change *changes = arena_array(arena, count / 4 + 1, sizeof *changes);
    if (!changes)
        return arena_error(err);
    for (size_t i = 0; i + 4 <= count; i += 4)
        changes[i / 4] = change_of(words + i, arena);
    return propose_pulls(changes, count / 4, options, arena, result, err);
}

static bool run_issue(char **words, size_t count, const struct propose_options *options,
                      struct arena *arena, struct propose_result *result, struct error *err)
{
    struct unfixed_finding *findings = arena_array(arena, count + 1, sizeof *findings);
    if (!findings || count < 2)
        return arena_error(err);
    for (size_t i = 2; i < count; i++) {
        struct slice rest = slice_str(words[i]);
        struct unfixed_finding *finding = &findings[i - 2];
        finding->id = slice_cut(&rest, ',');
        finding->severity = slice_cut(&rest, ',');
        finding->package = slice_cut(&rest, ',');
        finding->version = rest;
        finding->url = arena_printf(arena, "https://cve.example/%.*s", SLICE_ARG(finding->id));
    }
    struct unfixed_image image = {slice_str(words[0]), slice_str(words[1]), findings, count - 2};
    return propose_issues(&image, 1, options, arena, result, err);
}

int main(int argc, char **argv)
{
    CLEANUP_ARENA struct arena arena;
    struct propose_options options = {.folder = ".", .remote = "origin"};
    struct propose_result result = {0};
    struct error err = {0};
    bool issue = false;
    for (int option; (option = getopt(argc, argv, "f:u:a:b:w:gnci")) != -1;) {
        uint64_t seconds = 0;
        options.forge = option == 'f' ? optarg : options.forge;
        options.forge_url = option == 'u' ? optarg : options.forge_url;
        options.ca_file = option == 'a' ? optarg : options.ca_file;
        options.base = option == 'b' ? optarg : options.base;
        options.group = options.group || option == 'g';
        options.dry_run = options.dry_run || option == 'n';
        options.complete = options.complete || option == 'c';
        issue = issue || option == 'i';
        if (option == 'w' && slice_u64(slice_str(optarg), &seconds))
            options.wait_max = (unsigned)seconds;
    }
    arena_init(&arena, 256u << 20);
    char **words = argv + optind;
    size_t count = (size_t)(argc - optind);
    bool fine = (issue ? run_issue : run_pulls)(words, count, &options, &arena, &result, &err);
    print(&result, options.dry_run);
    if (!fine)
        die(&err);
    return result.failed ? 3 : 0;
}
