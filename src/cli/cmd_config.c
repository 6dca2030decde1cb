/* plimsoll config parse FILE */
#include <glob.h>
#include <stdlib.h>

#include "cli/command_rows.h"
#include "lint/lint.h"

enum { CONFIG_INCLUDES_MAX = 10000 };

static const struct option parse_options[] = {
    {.name = "as",
     .type = OPTION_CHOICE,
     .argument = "KIND",
     .choices = "nginx haproxy",
     .prose = "What the file is. Without it: haproxy for names that end in .cfg, nginx for all "
              "others."},
    {.name = "target-version",
     .type = OPTION_STRING,
     .argument = "VERSION",
     .prose = "The version of nginx or HAProxy that will read the file, 1.22.1 for example. "
              "Without it: the newest."},
    {NULL},
};

/* Where relative includes begin: nginx takes the folder of the first file. */
struct includes {
    struct arena *arena;
    struct slice folder;
    enum lint_kind kind;
    size_t count;
};

static bool read_file(const char *path, enum lint_kind kind, struct arena *arena,
                      struct lint_file **file, struct error *err)
{
    struct slice bytes, name = arena_copy(arena, slice_str(path));
    *file = arena_new(arena, struct lint_file);
    if (!*file || !name.at)
        return arena_error(err);
    return lint_read(name, arena, &bytes, err) &&
           (lint_file_init(*file, name, bytes, kind, arena) || arena_error(err));
}

static bool add_found(struct includes *includes, const glob_t *found, struct lint_file ***files,
                      size_t *count, struct error *err)
{
    size_t room = 0;
    for (size_t i = 0; i < found->gl_pathc; i++) {
        struct lint_file *file;
        if (++includes->count > CONFIG_INCLUDES_MAX)
            return error_set(err, ERROR_LIMIT, "more than %d included files", CONFIG_INCLUDES_MAX);
        if (!read_file(found->gl_pathv[i], includes->kind, includes->arena, &file, err))
            return false;
        if (!ARENA_PUSH(includes->arena, *files, *count, room, file))
            return arena_error(err);
    }
    return true;
}

static bool include(void *context, const struct lint_file *from, struct slice pattern,
                    struct lint_file ***files, size_t *count, struct error *err)
{
    struct includes *includes = context;
    struct slice path = pattern;
    (void)from;
    *files = NULL;
    *count = 0;
    if (!slice_starts(pattern, SLICE("/")) && includes->folder.len)
        path = arena_printf(includes->arena, "%.*s/%.*s", SLICE_ARG(includes->folder),
                            SLICE_ARG(pattern));
    char *text = arena_string(includes->arena, path);
    if (!text)
        return arena_error(err);
    glob_t found = {.gl_pathc = 0};
    int status = glob(text, 0, NULL, &found);
    bool fine = status == 0 ? add_found(includes, &found, files, count, err)
                : status == GLOB_NOMATCH && strpbrk(text, "*?[")
                    ? true
                    : error_set(err, ERROR_NOT_FOUND, "there is no %s", text);
    globfree(&found);
    return fine;
}

static enum lint_kind kind_of(const struct invocation *call)
{
    const char *as = option_text(call, "as");
    if (as)
        return strcmp(as, "nginx") == 0 ? LINT_NGINX : LINT_HAPROXY;
    return slice_ends(slice_str(call->operands[0]), SLICE(".cfg")) ? LINT_HAPROXY : LINT_NGINX;
}

static bool run_parse(struct invocation *call, struct error *err)
{
    struct slice path = slice_str(call->operands[0]);
    size_t slash = slice_find_last(path, '/');
    enum lint_kind kind = kind_of(call);
    struct includes includes = {.arena = call->arena,
                                .folder = slash < path.len ? slice_upto(path, slash ? slash : 1)
                                                           : SLICE(""),
                                .kind = kind};
    struct proxy_options options = {.target_version =
                                        slice_str(option_text(call, "target-version")),
                                    .include = include,
                                    .context = &includes};
    struct lint_file *file;
    if (!read_file(call->operands[0], kind, call->arena, &file, err))
        return false;
    return kind == LINT_NGINX ? nginx_parse_json(file, &options, call->arena, stdout, err)
                              : haproxy_parse_json(file, &options, call->arena, stdout, err);
}

static const struct command_example parse_examples[] = {
    {"plimsoll config parse docker/nginx.conf", "the tree of directives, with what it includes"},
    {"plimsoll config parse --as nginx - <site.conf", "from standard input"},
    {NULL, NULL},
};

static const struct command parse = {
    .name = "parse",
    .summary = "write an nginx or HAProxy configuration as JSON",
    .operands = "FILE",
    .prose = "Reads FILE (- for standard input) and the files that it includes, and writes what "
             "stands there as JSON: for nginx the directives with their arguments, lines and "
             "blocks. What nginx -t or haproxy -c would refuse for its syntax is an error with "
             "file and line, and the exit code is 3.\n\nThe schemas are docs/schema/nginx.json "
             "and docs/schema/haproxy.json.",
    .options = parse_options,
    .examples = parse_examples,
    .least = 1,
    .most = 1,
    .run = run_parse,
};

static const struct command *const config_commands[] = {&parse, NULL};

static const struct command_example group_examples[] = {
    {"plimsoll config parse docker/nginx.conf", "its directives, with lines and columns"},
    {NULL, NULL},
};

const struct command command_config = {
    .name = "config",
    .summary = "look into configuration files of nginx and HAProxy",
    .examples = group_examples,
    .commands = config_commands,
};
