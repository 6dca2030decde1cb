/* Which flags an instruction may have, and what may stand in them (BuildKit's instructions). */
#include "lint/dockerfile/parse.h"

enum flag_type { FLAG_SWITCH, FLAG_TEXT, FLAG_LIST };

static const struct {
    const char *name;
    enum flag_type type;
    unsigned keywords;
} rows[] = {
    {"chown", FLAG_TEXT, KEYWORD_BIT(KEYWORD_ADD) | KEYWORD_BIT(KEYWORD_COPY)},
    {"chmod", FLAG_TEXT, KEYWORD_BIT(KEYWORD_ADD) | KEYWORD_BIT(KEYWORD_COPY)},
    {"link", FLAG_SWITCH, KEYWORD_BIT(KEYWORD_ADD) | KEYWORD_BIT(KEYWORD_COPY)},
    {"exclude", FLAG_LIST, KEYWORD_BIT(KEYWORD_ADD) | KEYWORD_BIT(KEYWORD_COPY)},
    {"keep-git-dir", FLAG_SWITCH, KEYWORD_BIT(KEYWORD_ADD)},
    {"checksum", FLAG_TEXT, KEYWORD_BIT(KEYWORD_ADD)},
    {"unpack", FLAG_SWITCH, KEYWORD_BIT(KEYWORD_ADD)},
    {"from", FLAG_TEXT, KEYWORD_BIT(KEYWORD_COPY)},
    {"parents", FLAG_SWITCH, KEYWORD_BIT(KEYWORD_COPY)},
    {"platform", FLAG_TEXT, KEYWORD_BIT(KEYWORD_FROM)},
    {"mount", FLAG_LIST, KEYWORD_BIT(KEYWORD_RUN)},
    {"network", FLAG_TEXT, KEYWORD_BIT(KEYWORD_RUN)},
    {"security", FLAG_TEXT, KEYWORD_BIT(KEYWORD_RUN)},
    {"device", FLAG_LIST, KEYWORD_BIT(KEYWORD_RUN)},
    {"interval", FLAG_TEXT, KEYWORD_BIT(KEYWORD_HEALTHCHECK)},
    {"timeout", FLAG_TEXT, KEYWORD_BIT(KEYWORD_HEALTHCHECK)},
    {"start-period", FLAG_TEXT, KEYWORD_BIT(KEYWORD_HEALTHCHECK)},
    {"start-interval", FLAG_TEXT, KEYWORD_BIT(KEYWORD_HEALTHCHECK)},
    {"retries", FLAG_TEXT, KEYWORD_BIT(KEYWORD_HEALTHCHECK)},
};
enum { ROWS = sizeof rows / sizeof *rows };

static size_t row_of(struct slice name)
{
    size_t i = 0;
    while (i < ROWS && !slice_equal_str(name, rows[i].name))
        i++;
    return i;
}

static struct slice unknown(const struct instruction *instruction, size_t row, struct slice name,
                            struct arena *arena)
{
    const char *keyword = dockerfile_keyword_name(instruction->keyword);
    for (enum dockerfile_keyword i = KEYWORD_ADD; row < ROWS && i < KEYWORDS; i++)
        if (rows[row].keywords & KEYWORD_BIT(i))
            return arena_printf(arena, "%s has no flag --%s; it is one of %s", keyword,
                                rows[row].name, dockerfile_keyword_name(i));
    return arena_printf(arena, "%s has no flag --%.*s", keyword, SLICE_ARG(name));
}

static struct slice check_flag(const struct instruction *instruction,
                               const struct dockerfile_flag *flag, unsigned *seen,
                               struct arena *arena)
{
    size_t row = row_of(flag->name);
    if (row == ROWS || !(rows[row].keywords & KEYWORD_BIT(instruction->keyword)))
        return unknown(instruction, row, flag->name, arena);
    bool again = *seen & 1u << row;
    *seen |= 1u << row;
    if (again && rows[row].type != FLAG_LIST)
        return arena_printf(arena, "the flag --%s stands there twice", rows[row].name);
    if (rows[row].type != FLAG_SWITCH)
        return flag->has_value ? SLICE("")
                               : arena_printf(arena, "the flag --%s needs a value: --%s=…",
                                              rows[row].name, rows[row].name);
    bool fits = !flag->has_value || slice_equal_nocase(flag->text, SLICE("true")) ||
                slice_equal_nocase(flag->text, SLICE("false"));
    return fits ? SLICE("")
                : arena_printf(arena, "the flag --%s is true or false, not \"%.*s\"",
                               rows[row].name, SLICE_ARG(flag->text));
}

static struct slice check_interval(const struct dockerfile_flag *flag, struct arena *arena)
{
    int64_t nanoseconds = 0;
    if (!flag->text.len)
        return SLICE("");
    if (!duration_parse(flag->text, &nanoseconds))
        return arena_printf(arena,
                            "--%.*s=%.*s is no duration; write a number and a unit, as in 30s",
                            SLICE_ARG(flag->name), SLICE_ARG(flag->text));
    if (nanoseconds && nanoseconds < 1000000)
        return arena_printf(arena, "--%.*s=%.*s is shorter than 1ms", SLICE_ARG(flag->name),
                            SLICE_ARG(flag->text));
    return SLICE("");
}

static struct slice check_retries(const struct dockerfile_flag *flag, struct arena *arena)
{
    struct slice digits = flag->text;
    uint64_t value = 0;
    if (!digits.len)
        return SLICE("");
    bool negative = digits.at[0] == '-';
    if (negative || digits.at[0] == '+')
        digits = slice_from(digits, 1);
    if (slice_u64(digits, &value) && value <= INT32_MAX && !(negative && value))
        return SLICE("");
    return arena_printf(arena, "--retries=%.*s is no number from 0 on", SLICE_ARG(flag->text));
}

static struct slice check_value(const struct dockerfile_flag *flag, struct arena *arena)
{
    struct slice text = flag->text;
    if (slice_equal_str(flag->name, "network") && !lint_has_word(SLICE("default none host"), text))
        return arena_printf(arena, "--network is default, none or host, not \"%.*s\"",
                            SLICE_ARG(text));
    if (slice_equal_str(flag->name, "security") && !lint_has_word(SLICE("insecure sandbox"), text))
        return arena_printf(arena, "--security is sandbox or insecure, not \"%.*s\"",
                            SLICE_ARG(text));
    if (slice_equal_str(flag->name, "mount"))
        return validate_mount(text, arena);
    if (slice_equal_str(flag->name, "device"))
        return validate_device(text, arena);
    if (slice_equal_str(flag->name, "retries"))
        return check_retries(flag, arena);
    return SLICE("");
}

struct slice validate_flags(const struct instruction *instruction, struct arena *arena)
{
    unsigned seen = 0;
    for (size_t i = 0; i < instruction->flag_count; i++) {
        struct slice problem = check_flag(instruction, &instruction->flags[i], &seen, arena);
        if (problem.len || !problem.at)
            return problem;
    }
    for (size_t i = 0; i < instruction->flag_count; i++) {
        const struct dockerfile_flag *flag = &instruction->flags[i];
        bool interval =
            instruction->keyword == KEYWORD_HEALTHCHECK && !slice_equal_str(flag->name, "retries");
        struct slice problem = interval ? check_interval(flag, arena) : check_value(flag, arena);
        if (problem.len || !problem.at)
            return problem;
    }
    return SLICE("");
}
