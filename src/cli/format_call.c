/* See format_call.h. */
#include "cli/format_call.h"

#include <stdlib.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/suggest.h"

static bool unknown(struct slice name, format_name names, struct arena *arena, struct error *err)
{
    struct suggestion suggestion = {.word = arena_string(arena, name)};
    struct slice all = SLICE("");
    for (size_t i = 0; suggestion.word && names(i); i++) {
        suggest_offer(&suggestion, names(i));
        arena_list(arena, &all, ", ", "%s", names(i));
    }
    return error_set(err, ERROR_USAGE, "there is no format \"%.*s\"; there are %.*s%s%s%s",
                     SLICE_ARG(slice_upto(name, 40)), SLICE_ARG(all),
                     suggestion.best ? "; did you mean " : "",
                     suggestion.best ? suggestion.best : "", suggestion.best ? "?" : "");
}

static bool target_read(const char *text, format_name names, struct arena *arena,
                        struct format_target *target, struct error *err)
{
    struct slice rest = slice_str(text);
    bool to_file = slice_find(rest, '=') < rest.len;
    struct slice name = slice_cut(&rest, '=');
    target->format = NULL;
    for (size_t i = 0; names(i) && !target->format; i++)
        if (slice_equal_str(name, names(i)))
            target->format = names(i);
    if (!target->format)
        return unknown(name, names, arena, err);
    if (to_file && !rest.len)
        return error_set(err, ERROR_USAGE, "--format %s: no file name", text);
    target->path = to_file && !slice_equal_str(rest, "-") ? arena_string(arena, rest) : NULL;
    return true;
}

/* Work of minutes should not end with a folder that is not there. What else may hinder is found
   when it is written. */
static bool target_can_be_written(const struct format_target *target, struct error *err)
{
    struct stat info;
    if (!target->path)
        return true;
    if (stat(target->path, &info) == 0)
        return !S_ISDIR(info.st_mode) ||
               error_set(err, ERROR_IO, "--format %s=%s: a folder, not a file", target->format,
                         target->path);
    struct slice path = slice_str(target->path);
    size_t slash = slice_find_last(path, '/');
    char folder[4096];
    snprintf(folder, sizeof folder, "%.*s", SLICE_ARG(slice_upto(path, slash ? slash : 1)));
    if (slash < path.len && stat(folder, &info) != 0)
        return error_errno(err, "--format %s=%s: %s", target->format, target->path, folder);
    return true;
}

bool format_call_read(struct invocation *call, format_name name, struct format_call *formats,
                      struct error *err)
{
    const struct option_value *given = option_value(call, "format");
    size_t to_stdout = 0;
    *formats = (struct format_call){.count = 0};
    for (size_t i = 0; i < given->count; i++) {
        if (formats->count == FORMAT_CALL_MAX)
            return error_set(err, ERROR_USAGE, "more than %d formats", FORMAT_CALL_MAX);
        struct format_target *target = &formats->targets[formats->count++];
        if (!target_read(given->items[i], name, call->arena, target, err) ||
            !target_can_be_written(target, err))
            return false;
        to_stdout += !target->path;
    }
    if (to_stdout > 1)
        return error_set(err, ERROR_USAGE,
                         "two formats for standard output; give one a file: --format json=FILE");
    return true;
}

void format_call_only_files(struct format_call *formats)
{
    size_t kept = 0;
    for (size_t i = 0; i < formats->count; i++)
        if (formats->targets[i].path)
            formats->targets[kept++] = formats->targets[i];
    formats->count = kept;
}

/* A device or a pipe: written as it is. A rename would put a file in its place. */
static bool target_is_special(const char *path)
{
    struct stat info;
    return stat(path, &info) == 0 && !S_ISREG(info.st_mode);
}

static bool write_special(const struct format_target *target, format_write write, void *context,
                          struct error *err)
{
    FILE *file CLEANUP_FILE = fopen(target->path, "we");
    if (!file)
        return error_errno(err, "opening %s", target->path);
    return write(context, target->format, file, err) || error_add(err, "%s", target->path);
}

static bool write_file(const struct format_target *target, format_write write, void *context,
                       struct error *err)
{
    if (target_is_special(target->path))
        return write_special(target, write, context, err);
    char *bytes = NULL;
    size_t size = 0;
    FILE *memory = open_memstream(&bytes, &size);
    if (!memory)
        return error_errno(err, "writing %s", target->path);
    bool fine = write(context, target->format, memory, err);
    if (fclose(memory) != 0 && fine)
        fine = error_errno(err, "writing %s", target->path);
    fine = fine && file_write(target->path, slice_of(bytes, size), err);
    free(bytes);
    return fine;
}

bool format_call_write(const struct format_call *formats, format_write write, void *context,
                       struct error *err)
{
    for (size_t i = 0; i < formats->count; i++) {
        const struct format_target *target = &formats->targets[i];
        if (!(target->path ? write_file(target, write, context, err)
                           : write(context, target->format, stdout, err)))
            return false;
    }
    return true;
}
