/*
 * Which folder a Dockerfile is built with, and what lies in that (context.h).
 *
 * `docker build -f docker/Dockerfile .` and `docker build docker` are both usual, and the file does
 * not say which; what it copies does: the folder that has more of that is taken.
 */
#include <unistd.h>

#include "lint/context.h"
#include "lint/run_parts.h"

enum { SOURCES_MAX = 100 }; /* looked for, of one Dockerfile */

static bool is_plain(struct slice word)
{
    for (size_t i = 0; i < word.len; i++)
        if (word.at[i] && strchr("*?[]$\\\"'", word.at[i]))
            return false;
    return word.len && !slice_equal_str(word, ".") && !slice_equal_str(word, "./") &&
           slice_search(word, SLICE("://")) == word.len;
}

static bool is_there(struct run *run, struct slice folder, struct slice source)
{
    struct slice path =
        arena_printf(&run->scratch, "%.*s/%.*s", SLICE_ARG(folder), SLICE_ARG(source));
    return path.at && access(path.at, F_OK) == 0;
}

/* How many sources of COPY and ADD are in each of two folders. */
static void count_sources(struct run *run, const struct dockerfile *dockerfile,
                          const struct slice folders[2], size_t counts[2])
{
    size_t left = SOURCES_MAX;
    for (size_t i = 0; i < dockerfile->count; i++) {
        const struct instruction *instruction = &dockerfile->instructions[i];
        if ((instruction->keyword != KEYWORD_COPY && instruction->keyword != KEYWORD_ADD) ||
            instruction_flag(instruction, "from"))
            continue;
        for (size_t j = 0; j + 1 < instruction->argument_count && left; j++) {
            struct slice source = instruction->arguments[j];
            if (!is_plain(source))
                continue;
            left--;
            for (size_t k = 0; k < 2; k++)
                counts[k] += is_there(run, folders[k], source);
        }
    }
}

struct slice run_context_folder(struct run *run, const struct run_file *file,
                                const struct dockerfile *dockerfile)
{
    size_t slash = slice_find_last(file->file.path, '/'), counts[2] = {0, 0};
    bool standard_input = slice_equal_str(file->file.path, "-");
    if (run->options->context)
        return slice_str(run->options->context);
    if (standard_input)
        return (struct slice){NULL, 0};
    if (slash >= file->file.path.len)
        return SLICE(".");
    struct slice own = slice_upto(file->file.path, slash ? slash : 1);
    struct slice here = path_absolute(SLICE("."), run->arena);
    bool below = here.len > 1 && slice_starts(file->absolute, here) &&
                 file->absolute.len > here.len && file->absolute.at[here.len] == '/';
    if (!below) /* of another project */
        return own;
    const struct slice folders[2] = {own, SLICE(".")};
    count_sources(run, dockerfile, folders, counts);
    return counts[1] > counts[0] ? folders[1] : own;
}

static bool enabled(void *context, const struct lint_rule *rule)
{
    return run_enabled(context, rule);
}

/* All Dockerfiles of the folder of files[first], from there on; they are parsed once more, since
   what was parsed before is gone. */
static bool look_around(struct run *run, size_t first, struct error *err)
{
    struct slice folder = run->files[first]->context;
    struct context_dockerfile *dockerfiles = NULL;
    size_t count = 0, room = 0;
    arena_reset(&run->scratch);
    for (size_t i = first; i < run->file_count; i++) {
        struct run_file *file = run->files[i];
        if (file->context_done || !slice_equal(file->context, folder))
            continue;
        file->context_done = true;
        unsigned line;
        struct error ignored;
        struct dockerfile *parsed = arena_new(&run->scratch, struct dockerfile);
        if (parsed && !dockerfile_parse(&file->file, &run->scratch, parsed, &line, &ignored))
            parsed = NULL;
        struct context_dockerfile one = {file->file.path, parsed};
        if (!ARENA_PUSH(&run->scratch, dockerfiles, count, room, one))
            return arena_error(err);
    }
    struct context_options options = {
        .folder = folder, .dockerfiles = dockerfiles, .dockerfile_count = count};
    return context_lint(&options, enabled, run->files[first], &run->result->report, run->arena,
                        err);
}

bool run_contexts(struct run *run, struct error *err)
{
    for (size_t i = 0; i < run->file_count; i++)
        if (run->files[i]->context.len && !run->files[i]->context_done && !look_around(run, i, err))
            return false;
    return true;
}
