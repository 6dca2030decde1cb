/* plimsoll version compare SCHEME [FILE] */
#include "base/file.h"
#include "cli/command_rows.h"
#include "version/version.h"

enum { WORDS_OF_PAIR = 2 };

/* A and B of "A B"; false when the line has not just two words. */
static bool split_pair(struct slice line, struct slice pair[WORDS_OF_PAIR])
{
    size_t count = 0;
    for (size_t end; (line = slice_trim(line)).len; line = slice_from(line, end)) {
        for (end = 0; end < line.len && line.at[end] != ' ' && line.at[end] != '\t'; end++)
            ;
        if (count == WORDS_OF_PAIR)
            return false;
        pair[count++] = slice_upto(line, end);
    }
    return count == WORDS_OF_PAIR;
}

static const char *answer(const struct version_scheme *scheme, struct slice line)
{
    struct slice pair[WORDS_OF_PAIR];
    int order;
    if (!split_pair(line, pair) || !version_compare(scheme, pair[0], pair[1], &order))
        return "invalid";
    return order < 0 ? "<" : order > 0 ? ">" : "=";
}

static bool unknown_scheme(const char *name, struct arena *arena, struct error *err)
{
    struct slice names = SLICE("");
    for (size_t i = 0; version_schemes[i]; i++)
        arena_list(arena, &names, ", ", "%s", version_schemes[i]->name);
    return error_set(err, ERROR_USAGE, "there is no order \"%s\"; there is %.*s", name,
                     SLICE_ARG(names));
}

static bool run_compare(struct invocation *call, struct error *err)
{
    const struct version_scheme *scheme = version_scheme_find(slice_str(call->operands[0]));
    if (!scheme)
        return unknown_scheme(call->operands[0], call->arena, err);
    FILE *input = stdin;
    CLEANUP_FILE FILE *opened = NULL;
    if (call->operand_count > 1 && !slice_equal_str(slice_str(call->operands[1]), "-")) {
        input = opened = fopen(call->operands[1], "re");
        if (!opened)
            return error_errno(err, "opening %s", call->operands[1]);
    }
    char *line = NULL;
    size_t room = 0;
    for (ssize_t length; (length = getline(&line, &room, input)) >= 0;)
        puts(answer(scheme, slice_of(line, (size_t)length)));
    free(line);
    return !ferror(input) || error_errno(err, "reading versions");
}

static const struct command_example compare_examples[] = {
    {"echo 1.1.1s-r0 1.1.1t-r0 | plimsoll version compare apk", "writes <"},
    {"plimsoll version compare deb pairs.txt", "pairs from a file"},
    {NULL, NULL},
};

static const struct command compare = {
    .name = "compare",
    .summary = "compare pairs of versions in the order of a packaging world",
    .operands = "SCHEME [FILE]",
    .prose = "Reads pairs of versions, \"A B\" a line, from FILE or standard input, and writes "
             "<, =, > or invalid for each, a line for a line.\n\nSCHEME is one of: apk (Alpine, "
             "Wolfi), deb, rpm, semver (Semantic Versioning 2.0), pep440 (Python), maven, gem, "
             "go, npm, nuget, packagist (Composer), generic (plain dotted versions of programs).",
    .examples = compare_examples,
    .least = 1,
    .most = 2,
    .run = run_compare,
};

static const struct command *const version_commands[] = {&compare, NULL};

const struct command command_version = {
    .name = "version",
    .summary = "compare versions as package managers do",
    .examples = compare_examples,
    .commands = version_commands,
};
