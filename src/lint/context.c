#include "lint/context.h"

#include <fcntl.h>

#include "base/file.h"
#include "lint/context_look.h"

bool context_lint(const struct context_options *options,
                  bool (*enabled)(void *context, const struct lint_rule *rule), void *context,
                  struct lint_report *report, struct arena *arena, struct error *err)
{
    __attribute__((cleanup(context_look_done))) struct context_look *look = NULL;
    char *path = arena_string(arena, options->folder);
    struct context_look *made = arena_new(arena, struct context_look);
    if (!made || !path)
        return arena_error(err);
    *made = (struct context_look){.options = options,
                                  .report = report,
                                  .arena = arena,
                                  .tracked = GIT_CALL_NONE,
                                  .removed = GIT_CALL_NONE};
    look = made;
    table_init(&look->told, arena);
    table_init(&look->seen_sources, arena);
    look->bytes = arena_alloc(arena, CONTEXT_FILE_MAX);
    if (!look->bytes)
        return arena_error(err);
    look->dockerfiles =
        options->dockerfile_count < DOCKERFILES_MAX ? options->dockerfile_count : DOCKERFILES_MAX;
    for (size_t i = 0; i < RULES; i++)
        look->wanted[i] = !enabled || enabled(context, &context_rules[i]);
    CLEANUP_FD int folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0) {
        lint_note(report, options->folder, "the build context cannot be read: %m");
        return !report->failed || arena_error(err);
    }
    context_ask_git(look);
    if (context_prepare(look)) {
        context_walk(look, folder);
        context_tell_gaps(look);
    }
    if (look->cut)
        lint_note(report, options->folder,
                  "the build context holds more than was looked at (%d files, %d folders deep, %d "
                  "sources of COPY)",
                  CONTEXT_ENTRIES_MAX, CONTEXT_DEPTH_MAX, SOURCES_MAX);
    context_look_at_git(look, folder);
    return !report->failed || arena_error(err);
}
