/* nginx and HAProxy for run.c: their includes are read here, and linted with them. */
#include <errno.h>
#include <glob.h>

#include "base/file.h"
#include "lint/run_parts.h"

enum { INCLUDED_MAX = 10000 };

struct include_call {
    struct run *run;
    struct run_file *main;
};

static struct slice folder_of(struct slice path)
{
    size_t slash = slice_find_last(path, '/');
    return slash < path.len ? slice_upto(path, slash ? slash : 1) : SLICE(".");
}

/*
 * Where an include stands: relative to the main file's folder, as nginx does it. An absolute path
 * is that of the image, not of this machine: conf.d of /etc/nginx is conf.d beside nginx.conf,
 * unless the main file itself is an installed one.
 */
static struct slice include_pattern(const struct include_call *call, struct slice pattern)
{
    static const char *const roots[] = {"/etc/nginx/", "/usr/local/nginx/conf/",
                                        "/usr/local/etc/haproxy/", "/etc/haproxy/",
                                        "/usr/local/openresty/nginx/conf/"};
    struct arena *arena = call->run->arena;
    struct slice folder = folder_of(call->main->file.path);
    if (!slice_starts(pattern, SLICE("/")))
        return arena_printf(arena, "%.*s/%.*s", SLICE_ARG(folder), SLICE_ARG(pattern));
    if (slice_starts(call->main->absolute, SLICE("/etc/")) ||
        slice_starts(call->main->absolute, SLICE("/usr/")))
        return pattern;
    for (size_t i = 0; i < sizeof roots / sizeof *roots; i++)
        if (slice_starts(pattern, slice_str(roots[i])))
            return arena_printf(arena, "%.*s/%.*s", SLICE_ARG(folder),
                                SLICE_ARG(slice_from(pattern, strlen(roots[i]))));
    return (struct slice){"", 0};
}

/* The file of a path, read once a run. */
static struct lint_file *include_file(struct run *run, const char *path, unsigned kind,
                                      struct error *err)
{
    struct slice name = arena_copy(run->arena, slice_str(path)), bytes;
    if (slice_starts(name, SLICE("./")))
        name = slice_from(name, 2);
    struct slice absolute = path_absolute(name, run->arena);
    struct run_file *file = absolute.at ? table_get(&run->included, absolute) : NULL;
    if (file)
        return &file->file;
    for (size_t i = 0; i < run->file_count; i++) /* it was named, too, and looked at before */
        if (slice_equal(run->files[i]->absolute, absolute))
            return &run->files[i]->file;
    if (run->included.count >= INCLUDED_MAX) {
        error_set(err, ERROR_LIMIT, "more than %d included files", INCLUDED_MAX);
        return NULL;
    }
    const struct lint_overlay *overlay = NULL;
    for (size_t i = 0; i < run->options->overlay_count; i++)
        if (slice_equal(run->options->overlays[i].path, name))
            overlay = &run->options->overlays[i];
    if (overlay)
        bytes = overlay->bytes;
    else if (!lint_read(name, run->arena, &bytes, err))
        return NULL;
    file = run_add_file(run, name, bytes, kind, err);
    if (!file)
        return NULL;
    file->run = run;
    ignore_read_proxy(&file->ignores, &file->file);
    if (!table_put(&run->included, absolute, file)) {
        arena_error(err);
        return NULL;
    }
    return &file->file;
}

static bool include(void *context, const struct lint_file *from, struct slice pattern,
                    struct lint_file ***files, size_t *count, struct error *err)
{
    (void)from;
    struct include_call *call = context;
    struct slice path = include_pattern(call, pattern);
    *files = NULL;
    *count = 0;
    if (!path.len)
        return error_set(err, ERROR_NOT_FOUND, "it is not among the files here");
    glob_t found = {.gl_pathc = 0};
    bool wild = strpbrk(path.at, "*?[") != NULL;
    int status = glob(path.at, 0, NULL, &found);
    size_t room = 0;
    bool fine = status == 0 || (status == GLOB_NOMATCH && wild);
    if (!fine)
        error_set(err, ERROR_NOT_FOUND, "there is no %s", path.at);
    for (size_t i = 0; status == 0 && fine && i < found.gl_pathc; i++) {
        struct lint_file *file =
            include_file(call->run, found.gl_pathv[i], call->main->file.kind, err);
        fine =
            file && (ARENA_PUSH(call->run->arena, *files, *count, room, file) || arena_error(err));
    }
    globfree(&found);
    return fine;
}

bool run_lint_proxy(struct run *run, struct run_file *file, struct error *err)
{
    struct include_call call = {run, file};
    size_t place = run->file_count - 1;
    bool standard_input = slice_equal_str(file->file.path, "-");
    struct proxy_options options = {.profile = file->settings->headers,
                                    .target_version = file->settings->target_version,
                                    .behind_tls = file->settings->behind_tls,
                                    .include = standard_input ? NULL : include,
                                    .context = &call};
    struct proxy_result *proxy = arena_new(run->arena, struct proxy_result);
    if (!proxy)
        return arena_error(err);
    proxy->headers.arena = run->arena;
    ignore_read_proxy(&file->ignores, &file->file);
    bool fine =
        file->file.kind == LINT_NGINX
            ? nginx_lint(&file->file, &options, &run->result->report, run->arena, proxy, err)
            : haproxy_lint(&file->file, &options, &run->result->report, run->arena, proxy, err);
    if (!fine && (err->kind == ERROR_FORMAT || err->kind == ERROR_LIMIT)) {
        run_parse_error(run, &file->file, 0, err);
        return true;
    }
    run->result->files[place].proxy = fine ? proxy : NULL;
    run->result->files[place].headers = options.profile;
    return fine;
}
