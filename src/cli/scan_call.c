/* See scan_call.h. */
#include "cli/scan_call.h"

#include <unistd.h>

#include "base/file.h"
#include "base/terminal.h"
#include "base/threads.h"

#define PURLS_SIZE_MAX ((size_t)16 << 20)

static void show_progress(void *context, size_t done, size_t count)
{
    (void)context;
    progress_show("reading layers: %zu of %zu", done, count);
}

static bool is_purl(struct slice text)
{
    return slice_starts(text, SLICE("pkg:"));
}

static bool add_purl(struct scan_options *options, struct arena *arena, size_t *room,
                     struct slice purl, struct error *err)
{
    return ARENA_PUSH(arena, options->purls, options->purl_count, *room, purl) || arena_error(err);
}

/* A purl a line; empty lines and those that begin with # are passed over. */
static bool read_purls(const char *path, struct arena *arena, struct scan_options *options,
                       size_t *room, struct error *err)
{
    struct slice bytes;
    bool read = slice_equal_str(slice_str(path), "-")
                    ? file_read_fd(STDIN_FILENO, PURLS_SIZE_MAX, arena, &bytes, err)
                    : file_read(path, PURLS_SIZE_MAX, arena, &bytes, err);
    if (!read)
        return error_add(err, "--purls");
    for (unsigned number = 1; bytes.len; number++) {
        struct slice line = slice_trim(slice_cut_line(&bytes));
        if (!line.len || line.at[0] == '#')
            continue;
        if (!is_purl(line))
            return error_set(err, ERROR_FORMAT, "%s:%u: not a package URL (pkg:…)", path, number);
        if (!add_purl(options, arena, room, line, err))
            return false;
    }
    return options->purl_count || error_set(err, ERROR_FORMAT, "%s: no package URL in it", path);
}

static bool take_operands(const char *const *operands, size_t count, struct arena *arena,
                          struct scan_options *options, size_t *room, struct error *err)
{
    for (size_t i = 0; i < count; i++) {
        if (is_purl(slice_str(operands[i]))) {
            if (!add_purl(options, arena, room, slice_str(operands[i]), err))
                return false;
        } else if (options->input)
            return error_set(err, ERROR_USAGE, "one image at a time: %s, %s", options->input,
                             operands[i]);
        else
            options->input = operands[i];
    }
    if (options->input && options->purl_count)
        return error_set(err, ERROR_USAGE, "an image or package URLs, not both");
    return true;
}

bool scan_call_options(struct invocation *call, const char *const *operands, size_t count,
                       struct scan_options *options, struct error *err)
{
    size_t room = 0;
    const char *purls = option_text(call, "purls");
    *options = (struct scan_options){
        .source = {.platform = slice_str(option_text(call, "platform")),
                   .tag = slice_str(option_text(call, "tag")),
                   .plain_http = option_flag(call, "plain-http"),
                   .insecure = option_flag(call, "insecure"),
                   .offline = option_flag(call, "offline")},
        .store = option_text(call, "db"),
        .cache = option_flag(call, "no-cache") ? NULL : option_text(call, "cache"),
        .cache_limit = (uint64_t)option_number(call, "cache-limit"),
        .broker = {.progress = show_progress}};
    if (!take_operands(operands, count, call->arena, options, &room, err) ||
        (purls && !read_purls(purls, call->arena, options, &room, err)))
        return false;
    if ((!options->input || !*options->input) && !options->purl_count)
        return error_set(err, ERROR_USAGE, "no image is given");
    if (options->input && options->purl_count)
        return error_set(err, ERROR_USAGE, "an image or package URLs, not both");
    if (option_number(call, "jobs"))
        threads_set_limit((unsigned)option_number(call, "jobs"));
    return true;
}

const char *scan_call_exceptions(struct invocation *call)
{
    const char *given = option_text(call, "exceptions");
    if (given)
        return given;
    if (call->configuration) {
        struct slice path = slice_str(call->configuration);
        size_t slash = slice_find_last(path, '/');
        struct slice folder = slash < path.len ? slice_upto(path, slash ? slash : 1) : SLICE(".");
        struct slice beside =
            arena_printf(call->arena, "%.*s/%s", SLICE_ARG(folder), EXCEPTIONS_FILE);
        if (beside.at && access(beside.at, F_OK) == 0)
            return beside.at;
    }
    char folder[4096];
    return getcwd(folder, sizeof folder) ? exceptions_find(folder, call->arena) : NULL;
}
