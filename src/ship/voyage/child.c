/*
 * See steps.h. lint and scan run as processes of their own: a scan forks its jailed child before
 * any thread may have started, and beside the threads of a push or of curl that could not be kept;
 * each also takes its settings (lint.*, scan.*, the environment) just as it does when a person
 * types it, so that ship says no to nothing that the command by itself lets pass.
 */
#include "base/shell_word.h"
#include "ship/voyage/steps.h"

void words_add(struct voyage_words *words, const char *word)
{
    const char *end = NULL;
    if (!word || !ARENA_PUSH(words->arena, words->argv, words->count, words->room, word) ||
        !ARENA_PUSH(words->arena, words->argv, words->count, words->room, end))
        words->failed = true;
    else
        words->count--;
}

void words_begin(struct voyage_words *words, const struct voyage_job *job, const char *command)
{
    *words = (struct voyage_words){.arena = job->arena};
    words_add(words, job->options->program);
    words_add(words, command);
    for (const char *const *word = job->options->program_words; word && *word; word++)
        words_add(words, *word);
}

struct slice words_line(const struct voyage_words *words)
{
    struct slice line = SLICE("plimsoll");
    for (size_t i = 1; !words->failed && i < words->count && line.at; i++) {
        struct slice word = shell_word(slice_str(words->argv[i]), words->arena);
        line = word.at ? arena_printf(words->arena, "%.*s %.*s", SLICE_ARG(line), SLICE_ARG(word))
                       : word;
    }
    return words->failed ? (struct slice){NULL, 0} : line;
}

/* What it failed with, "plimsoll: …", without its warnings; else the last line that it said. */
static struct slice last_words(struct slice errors)
{
    struct slice last = SLICE("it said nothing"), why = SLICE("");
    while (errors.len) {
        struct slice line = slice_trim(slice_cut_line(&errors));
        if (line.len)
            last = line;
        if (slice_starts(line, SLICE("plimsoll: ")) &&
            !slice_starts(line, SLICE("plimsoll: warning: ")))
            why = slice_from(line, strlen("plimsoll: "));
    }
    return why.len ? why : last;
}

bool words_run(const struct voyage_words *words, struct voyage_job *job, int *exit_code,
               struct error *err)
{
    struct process_result result;
    if (words->failed)
        return arena_error(err);
    struct process_options options = {.argv = words->argv, .context = job, .line = voyage_line};
    if (!process_run(&options, job->arena, &result, err))
        return false;
    *exit_code = result.exit_code;
    if (result.exit_code <= 1)
        return true;
    struct slice last = last_words(result.errors);
    return error_set(err, result.signal ? ERROR_INTERNAL : ERROR_IO, "%.*s", SLICE_ARG(last));
}
