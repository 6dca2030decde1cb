/* What BuildKit refuses once it has parsed (frontend/dockerfile/instructions), in our words. */
#include "base/ascii.h"
#include "lint/dockerfile/parse.h"

static struct slice needs(const struct instruction *instruction, const char *what,
                          struct arena *arena)
{
    return arena_printf(arena, "%s needs %s", dockerfile_keyword_name(instruction->keyword), what);
}

static struct slice check_copy(const struct instruction *instruction, struct arena *arena)
{
    size_t count = instruction->argument_count;
    if (count < 2)
        return needs(instruction, "a source and a destination", arena);
    struct slice problem = validate_flags(instruction, arena);
    if (problem.len || !problem.at)
        return problem;
    if (heredoc_is_word(instruction->arguments[count - 1], arena))
        return needs(instruction, "a destination behind the heredoc", arena);
    return SLICE("");
}

static bool is_stage_name(struct slice name)
{
    /* U+212A and U+0130 are k and i in lower case. */
    for (size_t i = 0; i < name.len; i++) {
        struct slice rest = slice_from(name, i);
        if (slice_starts(rest, SLICE("\xE2\x84\xAA"))) {
            i += 2;
        } else if (slice_starts(rest, SLICE("\xC4\xB0"))) {
            i++;
        } else if (!ascii_alpha(name.at[i]) &&
                   (i == 0 || (!ascii_digit(name.at[i]) && !ascii_among(name.at[i], "-_."))))
            return false;
    }
    return name.len && !memchr(name.at, 0, name.len);
}

static struct slice check_from(const struct instruction *instruction, struct arena *arena)
{
    const struct slice *arguments = instruction->arguments;
    size_t count = instruction->argument_count;
    bool named = count == 3 && slice_equal_nocase(arguments[1], SLICE("as"));
    if (!named && count != 1)
        return SLICE("FROM is written FROM image or FROM image AS name");
    if (named && !is_stage_name(arguments[2]))
        return arena_printf(arena,
                            "\"%.*s\" cannot name a stage: a letter, then letters, digits, "
                            "- _ and . only",
                            SLICE_ARG(arguments[2]));
    return validate_flags(instruction, arena);
}

static struct slice check_healthcheck(const struct instruction *instruction, struct arena *arena)
{
    size_t count = instruction->argument_count;
    if (!count)
        return needs(instruction, "CMD and a command, or NONE", arena);
    struct slice kind = instruction->arguments[0];
    if (slice_equal_nocase(kind, SLICE("NONE")))
        return count > 1 ? SLICE("HEALTHCHECK NONE takes no arguments") : SLICE("");
    /* In BuildKit's order: names of flags, the kind, values of flags; the first is what it says. */
    struct slice problem = validate_flags(instruction, arena);
    if (problem.len || !problem.at)
        return problem;
    if (!slice_equal_nocase(kind, SLICE("CMD")))
        return arena_printf(arena, "HEALTHCHECK takes CMD or NONE, not \"%.*s\"", SLICE_ARG(kind));
    return count > 1 ? SLICE("") : SLICE("HEALTHCHECK CMD needs a command");
}

static struct slice check_onbuild(const struct instruction *instruction, struct arena *arena)
{
    if (!instruction->onbuild)
        return needs(instruction, "an instruction", arena);
    struct slice problem = validate_flags(instruction, arena);
    if (problem.len || !problem.at)
        return problem;
    switch (instruction->onbuild->keyword) {
    case KEYWORD_ONBUILD:
        return SLICE("ONBUILD ONBUILD is not allowed");
    case KEYWORD_FROM:
    case KEYWORD_MAINTAINER:
        return arena_printf(arena, "%s is not allowed behind ONBUILD",
                            dockerfile_keyword_name(instruction->onbuild->keyword));
    default:
        return SLICE("");
    }
}

static struct slice check_pairs(const struct instruction *instruction, struct arena *arena)
{
    struct slice problem = validate_flags(instruction, arena);
    if (problem.len || !problem.at)
        return problem;
    if (!instruction->argument_count)
        return needs(instruction, "name=value", arena);
    for (size_t i = 0; i < instruction->argument_count; i += 2)
        if (!instruction->arguments[i].len)
            return needs(instruction, "a name in front of =", arena);
    return SLICE("");
}

static struct slice check_arg(const struct instruction *instruction, struct arena *arena)
{
    if (!instruction->argument_count)
        return needs(instruction, "a name, or name=value", arena);
    for (size_t i = 0; i < instruction->argument_count; i++)
        if (instruction->arguments[i].at[0] == '=')
            return needs(instruction, "a name in front of =", arena);
    return SLICE("");
}

static struct slice check_volume(const struct instruction *instruction, struct arena *arena)
{
    if (!instruction->argument_count)
        return needs(instruction, "a path", arena);
    struct slice problem = validate_flags(instruction, arena);
    if (problem.len || !problem.at)
        return problem;
    for (size_t i = 0; i < instruction->argument_count; i++)
        if (!space_trim(instruction->arguments[i]).len)
            return SLICE("VOLUME has an empty path");
    return SLICE("");
}

static struct slice check_shell(const struct instruction *instruction, struct arena *arena)
{
    struct slice problem = validate_flags(instruction, arena);
    if (problem.len || !problem.at)
        return problem;
    if (!instruction->argument_count || !instruction->json)
        return needs(instruction, "a JSON list: SHELL [\"/bin/bash\", \"-c\"]", arena);
    return SLICE("");
}

static struct slice check(const struct instruction *instruction, struct arena *arena)
{
    switch (instruction->keyword) {
    case KEYWORD_ADD:
    case KEYWORD_COPY:
        return check_copy(instruction, arena);
    case KEYWORD_FROM:
        return check_from(instruction, arena);
    case KEYWORD_HEALTHCHECK:
        return check_healthcheck(instruction, arena);
    case KEYWORD_ONBUILD:
        return check_onbuild(instruction, arena);
    case KEYWORD_ENV:
    case KEYWORD_LABEL:
        return check_pairs(instruction, arena);
    case KEYWORD_ARG: /* flags are not looked at */
        return check_arg(instruction, arena);
    case KEYWORD_VOLUME:
        return check_volume(instruction, arena);
    case KEYWORD_SHELL:
        return check_shell(instruction, arena);
    case KEYWORD_STOPSIGNAL: /* nor are they here */
        return instruction->argument_count ? SLICE("") : needs(instruction, "a signal", arena);
    case KEYWORD_EXPOSE:
    case KEYWORD_MAINTAINER:
    case KEYWORD_USER:
    case KEYWORD_WORKDIR:
        if (!instruction->argument_count)
            return needs(instruction, "an argument", arena);
        return validate_flags(instruction, arena);
    case KEYWORD_CMD:
    case KEYWORD_ENTRYPOINT:
    case KEYWORD_RUN:
        return validate_flags(instruction, arena);
    case KEYWORD_UNKNOWN:
    case KEYWORDS:
        break;
    }
    return arena_printf(arena, "unknown instruction \"%.*s\"", SLICE_ARG(instruction->word));
}

bool instruction_validate(struct instruction *instruction, struct arena *arena)
{
    for (; instruction; instruction = instruction->onbuild) {
        instruction->problem = check(instruction, arena);
        if (!instruction->problem.at)
            return false;
    }
    return true;
}
