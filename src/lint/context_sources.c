/* What .dockerignore leaves in the build context, and which COPY takes it into the image. */
#include "lint/context_look.h"

struct slice context_path(struct context_look *look, struct slice folder, struct slice name)
{
    if (!folder.len || slice_equal_str(folder, "."))
        return name;
    const char *between = slice_ends(folder, SLICE("/")) ? "" : "/";
    return arena_printf(look->arena, "%.*s%s%.*s", SLICE_ARG(folder), between, SLICE_ARG(name));
}

/* Cleaned once, since each file of interest is compared with all. */
static bool add_source(struct context_look *look, size_t place,
                       const struct instruction *instruction, struct slice written)
{
    struct slice clean = dockerignore_clean(written, look->arena);
    struct context_source source = {clean, place, instruction};
    if (!clean.at)
        return false;
    if (slice_find(clean, '$') < clean.len || table_get(&look->seen_sources, clean))
        return true;
    if (look->source_count == SOURCES_MAX) {
        look->cut = true;
        return true;
    }
    /* The same source in another Dockerfile may have another .dockerignore. */
    if (look->dockerfiles == 1 && !table_put(&look->seen_sources, clean, look))
        return false;
    return ARENA_PUSH(look->arena, look->sources, look->source_count, look->source_room, source);
}

static bool add_sources(struct context_look *look, size_t place)
{
    const struct dockerfile *dockerfile = look->options->dockerfiles[place].dockerfile;
    for (size_t i = 0; dockerfile && i < dockerfile->count; i++) {
        const struct instruction *instruction = &dockerfile->instructions[i];
        if ((instruction->keyword != KEYWORD_COPY && instruction->keyword != KEYWORD_ADD) ||
            instruction_flag(instruction, "from"))
            continue;
        for (size_t j = 0; j + 1 < instruction->argument_count; j++)
            if (!add_source(look, place, instruction, instruction->arguments[j]))
                return false;
    }
    return true;
}

/* Whether a COPY's source takes a path of the context: itself, or a folder that it is in. */
static bool source_takes(struct slice source, struct slice path)
{
    if (slice_equal_str(source, "."))
        return true;
    for (size_t i = 0; i <= path.len; i++)
        if ((i == path.len || path.at[i] == '/') &&
            dockerignore_pattern_matches(source, slice_upto(path, i)))
            return true;
    return false;
}

static struct slice taken_by(struct context_look *look, size_t place, struct slice path)
{
    for (size_t i = 0; i < look->source_count; i++) {
        const struct context_source *source = &look->sources[i];
        if (source->place == place && source_takes(source->text, path))
            return arena_printf(
                look->arena, "%s in %.*s:%u", dockerfile_keyword_name(source->instruction->keyword),
                SLICE_ARG(look->options->dockerfiles[place].path), source->instruction->start_line);
    }
    return (struct slice){NULL, 0};
}

struct context_fate context_fate(struct context_look *look, struct slice path)
{
    struct context_fate fate = {false, {NULL, 0}};
    for (size_t i = 0; i < look->dockerfiles && !fate.by.len; i++) {
        if (dockerignore_match(&look->ignores[i], path))
            continue;
        fate.in_context = true;
        fate.by = taken_by(look, i, path);
    }
    return fate;
}

bool context_prepare(struct context_look *look)
{
    for (size_t i = 0; i < look->dockerfiles; i++) {
        struct dockerignore *ignore = &look->ignores[i];
        struct error err = {0};
        struct slice folder = look->options->folder;
        if (!dockerignore_open(folder, look->options->dockerfiles[i].path, look->arena, ignore,
                               &err)) {
            lint_note(look->report, context_path(look, folder, SLICE(".dockerignore")), "%s",
                      err.text);
            *ignore = (struct dockerignore){0};
        }
        bool again = i && slice_equal(ignore->path, look->ignores[0].path);
        if (ignore->bad_line && look->wanted[SYNTAX] && !again) {
            struct lint_finding *finding =
                lint_add_path(look->report, &context_rules[SYNTAX], ignore->path,
                              "the pattern in line %u is none: a [ without ], a \\ at the end, or "
                              "! alone; the build ends with that",
                              ignore->bad_line);
            if (finding)
                finding->line = ignore->bad_line;
        }
    }
    for (size_t i = 0; i < look->dockerfiles; i++)
        look->report->failed |= !add_sources(look, i);
    return !look->report->failed;
}
