/* plimsoll comply --image IMAGE -f DOCKERFILE [CONFIGURATION…] */
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "base/terminal.h"
#include "cli/command_rows.h"
#include "cli/comply_ask.h"
#include "cli/format_call.h"
#include "cli/scan_call.h"
#include "report/comply_report.h"

static const struct option options[] = {
    {.name = "image",
     .type = OPTION_STRING,
     .argument = "IMAGE",
     .prose = "The image to look into: all that `scan` takes."},
    {.name = "file",
     .letter = 'f',
     .type = OPTION_STRING,
     .argument = "DOCKERFILE",
     .prose = "The Dockerfile it is built from. Configuration that it copies (*.cfg, *.conf) is "
              "read, too, to find what answers the health check."},
    {.name = "list",
     .type = OPTION_WORDS,
     .argument = "LISTS",
     .standard = "guide",
     .key = "comply.list",
     .choices = "guide cis",
     .prose = "Which lists: the image compliance checklist (guide), the CIS Docker Benchmark's "
              "section 4 (cis)."},
    {.name = "format",
     .letter = 'o',
     .type = OPTION_LIST,
     .argument = "FORMAT[=FILE]",
     .standard = "table",
     .key = "comply.format",
     .prose = "How to write it: table, json, markdown (a checklist), html; to FILE or standard "
              "output. May be given several times."},
    {.name = "answer",
     .type = OPTION_LIST,
     .argument = "ROW=YES|NO",
     .prose = "Record the answer to a row that a machine cannot know; needs --by. May be given "
              "several times."},
    {.name = "by",
     .type = OPTION_STRING,
     .argument = "NAME",
     .variable = "PLIMSOLL_BY",
     .prose = "Who answers."},
    {.name = "note",
     .type = OPTION_STRING,
     .argument = "TEXT",
     .prose = "Recorded with the answer."},
    {.name = "answers",
     .type = OPTION_STRING,
     .argument = "FILE",
     .standard = COMPLY_ANSWERS_FILE,
     .variable = "PLIMSOLL_ANSWERS",
     .key = "comply.answers",
     .prose = "Where answers are recorded. An answer holds for one image, by the digest of its "
              "configuration."},
    {.name = "review-days",
     .type = OPTION_INT,
     .argument = "DAYS",
     .standard = "31",
     .key = "comply.review-days",
     .low = 1,
     .high = 3660,
     .prose = "An answer that is older does not count."},
    {.name = "attestation",
     .type = OPTION_LIST,
     .argument = "FILE",
     .prose = "An in-toto statement (or a DSSE envelope with one) that this image passed its "
              "tests: predicate test-result, result PASSED. Its signature is not verified here."},
    {.name = "trusted",
     .type = OPTION_LIST,
     .argument = "PATTERN",
     .standard = "docker.io/library/*",
     .key = "comply.trusted",
     .prose = "Repositories of base images that are official and trusted: * within a part, ** "
              "across them."},
    {.name = "push-tag",
     .type = OPTION_STRING,
     .argument = "TAG",
     .prose = "The tag under which it will be pushed; without it the one it has."},
    SCAN_EXCEPTIONS_OPTION,
    SCAN_INPUT_OPTIONS,
    {NULL},
};

struct compliance {
    struct comply_options options;
    struct scan scan;
    struct lint_result lint;
    struct comply_answers answers;
    struct comply comply;
};

static const char *format_at(size_t index)
{
    return comply_forms[index].name;
}

static bool write_form(void *context, const char *format, FILE *file, struct error *err)
{
    for (const struct comply_form *form = comply_forms; form->name; form++)
        if (strcmp(form->name, format) == 0)
            form->write(context, file);
    return fflush(file) == 0 || error_errno(err, "writing");
}

static bool scan_image(struct invocation *call, struct compliance *all, struct error *err)
{
    const char *image = option_text(call, "image");
    struct scan_options scan_options;
    if (!image)
        return true;
    if (!scan_call_options(call, &image, 1, &scan_options, err))
        return false;
    scan_options.exceptions = scan_call_exceptions(call);
    scan_options.secrets = true;
    bool fine = scan_run(&all->scan, &scan_options, call->arena, err);
    progress_clear();
    all->options.scan = &all->scan;
    return fine || error_add(err, "--image");
}

/* What the Dockerfile copies, where it can be found: from the working folder, which is the usual
   build context, or beside the Dockerfile. */
static bool add_configurations(struct invocation *call, const char *dockerfile, const char **paths,
                               size_t *count, size_t most, struct error *err)
{
    struct slice bytes, *found, folder = slice_str(dockerfile);
    size_t found_count;
    struct lint_file file;
    folder = slice_upto(
        folder, slice_find_last(folder, '/') < folder.len ? slice_find_last(folder, '/') + 1 : 0);
    if (!lint_read(slice_str(dockerfile), call->arena, &bytes, err))
        return false;
    if (!lint_file_init(&file, slice_str(dockerfile), bytes, LINT_DOCKERFILE, call->arena))
        return arena_error(err);
    if (!comply_configurations(&file, call->arena, &found, &found_count, err))
        return false;
    for (size_t i = 0; i < found_count && *count < most; i++) {
        const char *here = arena_string(call->arena, found[i]);
        const char *beside =
            arena_printf(call->arena, "%.*s%.*s", SLICE_ARG(folder), SLICE_ARG(found[i])).at;
        if (!here || !beside)
            return arena_error(err);
        if (access(here, R_OK) == 0)
            paths[(*count)++] = here;
        else if (access(beside, R_OK) == 0)
            paths[(*count)++] = beside;
    }
    return true;
}

static bool lint_files(struct invocation *call, struct compliance *all, struct error *err)
{
    const char *dockerfile = option_text(call, "file");
    size_t count = 0, most = call->operand_count + 100;
    const char **paths = arena_array(call->arena, most + 1, sizeof *paths);
    if (!paths)
        return arena_error(err);
    if (dockerfile)
        paths[count++] = dockerfile;
    for (size_t i = 0; i < call->operand_count; i++)
        paths[count++] = call->operands[i];
    if (dockerfile && !call->operand_count &&
        !add_configurations(call, dockerfile, paths, &count, most, err))
        return false;
    if (!count)
        return true;
    struct lint_options lint = {.paths = paths,
                                .path_count = count,
                                .dockerfile = dockerfile,
                                .offline = option_flag(call, "offline"),
                                .without_shellcheck = true,
                                .without_context = true,
                                .exceptions = scan_call_exceptions(call)};
    all->options.lint = &all->lint;
    if (!lint_run(&lint, call->arena, &all->lint, err))
        return false;
    for (size_t i = 0; i < all->lint.report.note_count; i++) {
        const struct lint_note *note = &all->lint.report.notes[i];
        log_warning("%.*s%s%.*s", SLICE_ARG(note->path), note->path.len ? ": " : "",
                    SLICE_ARG(note->text));
    }
    return true;
}

static bool read_options(struct invocation *call, struct compliance *all, struct error *err)
{
    const struct option_value *trusted = option_value(call, "trusted");
    const struct option_value *lists = option_value(call, "list");
    const struct option_value *attestations = option_value(call, "attestation");
    struct comply_options *to = &all->options;
    if (!option_text(call, "image") && !option_text(call, "file"))
        return error_set(err, ERROR_USAGE, "nothing to look at: give --image, -f, or both");
    if (slice_equal_str(slice_str(option_text(call, "file")), "-")) /* it is read twice */
        return error_set(err, ERROR_USAGE, "-f: a file is wanted, not standard input");
    to->trusted = arena_array(call->arena, trusted->count + 1, sizeof *to->trusted);
    if (!to->trusted)
        return arena_error(err);
    for (size_t i = 0; i < trusted->count; i++)
        to->trusted[to->trusted_count++] = slice_str(trusted->items[i]);
    to->lists = lists->items;
    to->list_count = lists->count;
    to->attestations = attestations->items;
    to->attestation_count = attestations->count;
    to->tag = slice_str(option_text(call, "push-tag"));
    to->review_days = (unsigned)option_number(call, "review-days");
    to->answers = &all->answers;
    to->now = clock_now();
    return comply_answers_read(option_text(call, "answers"), call->arena, &all->answers, err);
}

static bool look(struct invocation *call, struct compliance *all, struct error *err)
{
    if (!comply_ask_check(call, err) || !read_options(call, all, err) ||
        !scan_image(call, all, err) || !lint_files(call, all, err) ||
        !comply_run(&all->options, call->arena, &all->comply, err))
        return false;
    size_t recorded = 0;
    if (!comply_ask_people(call, &all->comply, &recorded, err))
        return false;
    return !recorded ||
           (comply_answers_read(option_text(call, "answers"), call->arena, &all->answers, err) &&
            comply_run(&all->options, call->arena, &all->comply, err));
}

static void compliance_done(struct compliance *all)
{
    scan_done(&all->scan);
}

static bool run(struct invocation *call, struct error *err)
{
    struct compliance all __attribute__((cleanup(compliance_done))) = {.options = {.scan = NULL}};
    struct format_call formats;
    if (!format_call_read(call, format_at, &formats, err) || !look(call, &all, err) ||
        !format_call_write(&formats, write_form, &all.comply, err))
        return false;
    if (comply_missing(&all.comply))
        call->exit_code = 1;
    return true;
}

static const struct command_example examples[] = {
    {"plimsoll comply --image app.tar -f docker/Dockerfile.haproxy",
     "the checklist, before pushing to production"},
    {"plimsoll comply --image app.tar -f Dockerfile --answer tested=yes --by 'Ann Example'",
     "record what only a person knows"},
    {"plimsoll comply --image app.tar -f Dockerfile --format markdown=checklist.md",
     "the checklist as a file"},
    {"plimsoll comply --image app.tar -f Dockerfile --list guide,cis", "CIS section 4 as well"},
    {NULL, NULL},
};

const struct command command_comply = {
    .name = "comply",
    .summary = "go through the compliance checklist: each row proven or asked",
    .operands = "[CONFIGURATION…]",
    .prose =
        "Looks into the image and its Dockerfile and says of each row of the checklist how it was "
        "proven, or what is missing. What a machine cannot know (was it tested in staging?) is "
        "asked at a terminal, or answered by --answer; it is recorded with who and when, and never "
        "assumed.\n\nCONFIGURATION are files of nginx and HAProxy in which the health check's "
        "endpoint is looked for; without them those that the Dockerfile copies.\n\nEnds with 1 "
        "when a row fails or nobody has answered it.",
    .options = options,
    .examples = examples,
    .least = 0,
    .most = 100,
    .run = run,
};
