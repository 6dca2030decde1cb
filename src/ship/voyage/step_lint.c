/* The step lint: the Dockerfile and the configuration of nginx and HAProxy that it copies. */
#include "base/file.h"
#include "base/shell_word.h"
#include "image/document.h"
#include "ship/voyage/steps.h"

enum { LINT_REPORT_MAX = 64 << 20 };

static bool lint_words(struct voyage_job *job, const char *report, struct voyage_words *words,
                       struct error *err)
{
    struct voyage_sources sources;
    struct error unread;
    /* A Dockerfile that cannot be read or parsed is lint's to tell. */
    if (!voyage_sources_read(job, &sources, &unread))
        sources = (struct voyage_sources){.base_count = 0};
    words_begin(words, job, "lint");
    if (job->options->offline)
        words_add(words, "--offline");
    words_add(words, "--context");
    words_add(words, job->image->context);
    words_add(words, "--format");
    words_add(words, "table");
    if (report) {
        words_add(words, "--format");
        words_add(words, arena_printf(job->arena, "json=%s", report).at);
    }
    words_add(words, job->image->dockerfile);
    for (size_t i = 0; i < sources.configuration_count; i++)
        words_add(words, sources.configurations[i]);
    return !words->failed || arena_error(err);
}

bool lint_step_tell(struct voyage_job *job, struct slice *lines, struct error *err)
{
    struct voyage_words words;
    if (!lint_words(job, NULL, &words, err))
        return false;
    *lines = words_line(&words);
    return lines->at || arena_error(err);
}

/* "1 error, 2 warnings"; the first of the worst findings goes to `first`. */
static bool tell_report(struct voyage_job *job, const char *path, struct slice *counts,
                        struct slice *first, struct error *err)
{
    static const char *const names[] = {"error", "warning", "info", "style"};
    struct slice bytes;
    if (!file_read(path, LINT_REPORT_MAX, job->arena, &bytes, err))
        return false;
    CLEANUP_JSON json_t *tree = document_parse_large(bytes, LINT_REPORT_MAX, err);
    const json_t *finding, *findings = json_object_get(tree, "findings");
    size_t index, count[4] = {0}, worst = 4;
    *counts = *first = SLICE("");
    if (!tree)
        return error_add(err, "%s", path);
    json_array_foreach(findings, index, finding)
    {
        struct slice severity = document_view(json_object_get(finding, "severity"));
        if (json_is_true(json_object_get(finding, "suppressed")))
            continue;
        size_t at = 0;
        while (at < 3 && !slice_equal_str(severity, names[at]))
            at++;
        count[at]++;
        if (at < worst)
            *first = arena_printf(job->arena, "%.*s:%lld %.*s",
                                  SLICE_ARG(document_view(json_object_get(finding, "file"))),
                                  (long long)json_integer_value(json_object_get(finding, "line")),
                                  SLICE_ARG(document_view(json_object_get(finding, "rule"))));
        worst = at < worst ? at : worst;
    }
    for (size_t i = 0; i < 4; i++)
        if (count[i] && counts->at)
            arena_list(job->arena, counts, ", ", "%zu %s%s", count[i], names[i],
                       count[i] > 1 && i < 2 ? "s" : "");
    return (counts->at && first->at) || arena_error(err);
}

/* The files that were looked at, as one types them: they are the last words. */
static struct slice files_of(const struct voyage_words *words)
{
    struct slice text = SLICE("");
    for (size_t i = words->count; i-- > 0 && text.at;) {
        struct slice word = shell_word(slice_str(words->argv[i]), words->arena);
        if (slice_starts(slice_str(words->argv[i]), SLICE("json=")))
            break;
        text = arena_printf(words->arena, " %.*s%.*s", SLICE_ARG(word), SLICE_ARG(text));
    }
    return text;
}

enum voyage_outcome lint_step_run(struct voyage_job *job, struct voyage_mark *mark,
                                  struct error *err)
{
    struct voyage_words words;
    struct slice counts, first;
    int code;
    const char *report = arena_printf(job->arena, "%s/lint.json", job->folder).at;
    if (!report) {
        arena_error(err);
        return VOYAGE_FAILED;
    }
    if (!lint_words(job, report, &words, err) || !words_run(&words, job, &code, err) ||
        !tell_report(job, report, &counts, &first, err))
        return VOYAGE_FAILED;
    if (code == 0) {
        voyage_say(job, mark, "%s", counts.len ? counts.at : "nothing found");
        return VOYAGE_PASSED;
    }
    voyage_say(job, mark, "%s; first: %s", counts.at, first.at);
    struct slice files = files_of(&words);
    voyage_advise(
        job, "`plimsoll lint%.*s` shows them, --fix mends some; or lint.fail-on in plimsoll.yaml",
        SLICE_ARG(files));
    return VOYAGE_REFUSED;
}
