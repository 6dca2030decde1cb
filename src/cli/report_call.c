/* See report_call.h. */
#include "cli/report_call.h"

#include <stdlib.h>
#include <sys/stat.h>

#include "base/file.h"

static bool target_read(const char *text, struct arena *arena, struct report_target *target,
                        struct error *err)
{
    struct slice rest = slice_str(text);
    bool to_file = slice_find(rest, '=') < rest.len;
    struct slice name = slice_cut(&rest, '=');
    target->format = report_format_find(name);
    if (!target->format) {
        struct slice names = {"", 0};
        for (const struct report_format *format = report_formats; format->name; format++)
            names = arena_printf(arena, "%.*s%s%s", SLICE_ARG(names), names.len ? ", " : "",
                                 format->name);
        return error_set(err, ERROR_USAGE, "there is no format \"%.*s\"; there are %.*s",
                         SLICE_ARG(slice_upto(name, 40)), SLICE_ARG(names));
    }
    if (to_file && !rest.len)
        return error_set(err, ERROR_USAGE, "--format %s: no file name", text);
    target->path = to_file && !slice_equal_str(rest, "-") ? arena_string(arena, rest) : NULL;
    return true;
}

/* A scan of minutes should not end with a folder that is not there. What else may hinder is found
   when it is written. */
static bool target_can_be_written(const struct report_target *target, struct error *err)
{
    struct stat info;
    if (!target->path)
        return true;
    if (stat(target->path, &info) == 0)
        return !S_ISDIR(info.st_mode) ||
               error_set(err, ERROR_IO, "--format %s=%s: a folder, not a file",
                         target->format->name, target->path);
    struct slice path = slice_str(target->path);
    size_t slash = slice_find_last(path, '/');
    char folder[4096];
    snprintf(folder, sizeof folder, "%.*s", SLICE_ARG(slice_upto(path, slash ? slash : 1)));
    if (slash < path.len && stat(folder, &info) != 0)
        return error_errno(err, "--format %s=%s: %s", target->format->name, target->path, folder);
    return true;
}

bool report_call_read(struct invocation *call, struct report_call *reports, struct error *err)
{
    const struct option_value *formats = option_value(call, "format");
    size_t to_stdout = 0;
    *reports = (struct report_call){.count = 0};
    for (size_t i = 0; i < formats->count; i++) {
        if (reports->count == REPORT_CALL_MAX)
            return error_set(err, ERROR_USAGE, "more than %d formats", REPORT_CALL_MAX);
        struct report_target *target = &reports->targets[reports->count++];
        if (!target_read(formats->items[i], call->arena, target, err))
            return false;
        if (!target_can_be_written(target, err))
            return false;
        to_stdout += !target->path;
    }
    if (to_stdout > 1)
        return error_set(err, ERROR_USAGE,
                         "two formats for standard output; give one a file: --format json=FILE");
    return true;
}

/* A device or a pipe: written as it is. A rename would put a file in its place. */
static bool target_is_special(const char *path)
{
    struct stat info;
    return stat(path, &info) == 0 && !S_ISREG(info.st_mode);
}

static bool target_write_special(const struct report_target *target,
                                 const struct scan_result *result,
                                 const struct report_options *options, struct error *err)
{
    FILE *file CLEANUP_FILE = fopen(target->path, "we");
    if (!file)
        return error_errno(err, "opening %s", target->path);
    return report_write(slice_str(target->format->name), result, options, file, err) ||
           error_add(err, "%s", target->path);
}

static bool target_write_file(const struct report_target *target, const struct scan_result *result,
                              const struct report_options *options, struct error *err)
{
    if (target_is_special(target->path))
        return target_write_special(target, result, options, err);
    char *bytes = NULL;
    size_t size = 0;
    FILE *memory = open_memstream(&bytes, &size);
    if (!memory)
        return error_errno(err, "writing %s", target->path);
    bool fine = report_write(slice_str(target->format->name), result, options, memory, err);
    if (fclose(memory) != 0 && fine)
        fine = error_errno(err, "writing %s", target->path);
    fine = fine && file_write(target->path, slice_of(bytes, size), err);
    free(bytes);
    return fine;
}

bool report_call_write(const struct report_call *reports, const struct scan_result *result,
                       bool all, struct error *err)
{
    struct report_options options = {.all = all};
    for (size_t i = 0; i < reports->count; i++) {
        const struct report_target *target = &reports->targets[i];
        bool fine = target->path ? target_write_file(target, result, &options, err)
                                 : report_write(slice_str(target->format->name), result, &options,
                                                stdout, err);
        if (!fine)
            return false;
    }
    return true;
}
