/* plimsoll ship [IMAGE…], ship init */
#include "cli/command_rows.h"
#include "cli/scan_call.h"
#include "cli/ship_call.h"
#include "cli/ship_init.h"
#include "scan/policy.h"

static const struct option options[] = {
    SHIP_RELEASE_OPTION,
    {.name = "from",
     .type = OPTION_CHOICE,
     .argument = "STEP",
     .choices = "lint login pull build scan gate test tag push deploy record",
     .prose = "Begin at this step, with what the last run has made: what stands before it must "
              "have passed for the same Dockerfile and context. Without it a run that was cut "
              "short in the last 24 hours is taken up where it ended; --from lint does all anew."},
    {.name = "to",
     .type = OPTION_CHOICE,
     .argument = "STEP",
     .choices = "lint pull build scan gate test",
     .prose = "End after this step: nothing is tagged or pushed, so that no login, registry or "
              "--release is needed. For pull requests; the next run goes on from it."},
    {.name = "skip",
     .type = OPTION_WORDS,
     .argument = "STEPS",
     .choices = "lint login pull test deploy",
     .prose = "Leave these out. The gate cannot be: see --fail-on, and exceptions."},
    {.name = "no-test", .prose = "The same as --skip test."},
    {.name = "no-deploy", .prose = "The same as --skip deploy."},
    {.name = "fail-on",
     .type = OPTION_LIST,
     .argument = "CONDITIONS",
     .variable = "PLIMSOLL_FAIL_ON",
     .key = "scan.fail-on",
     .prose = "What the gate says no to, as for `plimsoll scan`; none: to nothing. On the command "
              "line it counts for all images; else an image's gate.fail-on does, then scan.fail-on "
              "of plimsoll.yaml, and where nobody says anything critical,high."},
    {.name = "ignore-unfixed",
     .variable = "PLIMSOLL_IGNORE_UNFIXED",
     .key = "scan.ignore-unfixed",
     .prose = "The gate leaves out findings for which there is no fixed version yet."},
    SCAN_EXCEPTIONS_OPTION,
    {.name = "offline",
     .variable = "PLIMSOLL_OFFLINE",
     .prose = "Build on the bases that are here, and ask nobody about them."},
    SHIP_ATTACH_OPTIONS,
    SHIP_OPTIONS,
    {NULL},
};

static bool words_of(const struct option_value *value, struct arena *arena,
                     struct project_words *words, struct error *err)
{
    words->items = arena_array(arena, value->count + 1, sizeof *words->items);
    if (!words->items)
        return arena_error(err);
    for (size_t i = 0; i < value->count; i++)
        words->items[words->count++] = slice_str(value->items[i]);
    return true;
}

static bool read_gate(struct invocation *call, struct voyage_options *to, struct error *err)
{
    const struct option_value *value = option_value(call, "fail-on");
    struct policy policy = {.term_count = 0};
    struct project_words words = {.count = 0};
    if (!words_of(value, call->arena, &words, err))
        return false;
    for (size_t i = 0; i < words.count; i++)
        if (!slice_equal_str(words.items[i], "none") && !policy_parse(&policy, words.items[i], err))
            return error_add(err, "--fail-on");
    if (value->source == SOURCE_COMMAND_LINE)
        to->fail_on = words;
    else
        to->fail_on_standard = words;
    for (size_t i = 0; i < to->image_count; i++)
        for (size_t j = 0; j < to->images[i]->gate.fail_on.count; j++)
            if (!policy_parse(&policy, to->images[i]->gate.fail_on.items[j], err))
                return error_add(err, "%s line %u: gate.fail-on of %s",
                                 to->project->path ? to->project->path : PROJECT_FILE,
                                 to->images[i]->line, to->images[i]->name.at);
    return true;
}

/* What ends before the push needs nobody who lets us push. */
static bool read_last(struct invocation *call, struct voyage_options *to, struct error *err)
{
    const char *last = option_text(call, "to");
    enum voyage_step_id id = VOYAGE_RECORD;
    if (!last)
        return true;
    voyage_step_find(slice_str(last), &id);
    to->steps = (VOYAGE_BIT(id + 1) - 1) & ~VOYAGE_BIT(VOYAGE_LOGIN);
    if (to->skip & VOYAGE_BIT(id))
        return error_set(err, ERROR_USAGE, "end with %s and leave it out?", last);
    return (to->from ? to->first : VOYAGE_LINT) <= id ||
           error_set(err, ERROR_USAGE, "--from %s stands behind --to %s",
                     voyage_step_name(to->first), last);
}

static bool read_steps(struct invocation *call, struct voyage_options *to, struct error *err)
{
    const struct option_value *skip = option_value(call, "skip");
    const char *from = option_text(call, "from");
    enum voyage_step_id id = VOYAGE_LINT;
    for (size_t i = 0; i < skip->count; i++)
        if (voyage_step_find(slice_str(skip->items[i]), &id))
            to->skip |= VOYAGE_BIT(id);
    if (option_flag(call, "no-test"))
        to->skip |= VOYAGE_BIT(VOYAGE_TEST);
    if (option_flag(call, "no-deploy"))
        to->skip |= VOYAGE_BIT(VOYAGE_DEPLOY);
    if (!from)
        return read_last(call, to, err);
    to->from = true;
    voyage_step_find(slice_str(from), &to->first);
    if (to->skip & VOYAGE_BIT(to->first))
        return error_set(err, ERROR_USAGE, "begin at %s and leave it out?", from);
    return read_last(call, to, err);
}

static bool run(struct invocation *call, struct error *err)
{
    struct ship_call ship;
    if (!ship_call_read(call, !option_text(call, "to"), &ship, err) ||
        !read_steps(call, &ship.options, err) || !read_gate(call, &ship.options, err))
        return false;
    ship.options.exceptions = scan_call_exceptions(call);
    ship.options.ignore_unfixed = option_flag(call, "ignore-unfixed");
    ship.options.offline = option_flag(call, "offline");
    ship_call_attach(call, &ship);
    return ship_call_run(call, &ship, err);
}

static const struct command *const ship_commands[] = {&command_ship_init, NULL};

static const struct command_example examples[] = {
    {"plimsoll ship --release v1.0.0 --dry-run", "each step with its commands; nothing is changed"},
    {"plimsoll ship --release v1.0.0", "all images of plimsoll.yaml"},
    {"plimsoll ship react-app-haproxy --release v1.0.0 --log ship.log",
     "one image, with all output kept"},
    {"plimsoll ship react-app-haproxy --release v1.0.0 --from gate",
     "go on after an exception was written"},
    {"plimsoll ship --to test", "what a pull request is to pass; nothing is pushed"},
    {"plimsoll ship init", "plimsoll.yaml, and the repositories it names"},
    {NULL, NULL},
};

const struct command command_ship = {
    .name = "ship",
    .summary = "lint, build, scan, judge, test, tag, push and deploy images",
    .operands = "[IMAGE…]",
    .prose =
        "For each IMAGE of plimsoll.yaml (all, when none is named; the Dockerfiles of the working "
        "folder, when there is no plimsoll.yaml): lint, log in, pull fresh bases, build, scan, "
        "gate, test; then, when every image has passed, plan its tags, push, move the tags, run "
        "its deploy command, and keep a record.\n\nIt stops at the first step that says no or "
        "cannot be done, with what to do next. Whatever was done is in the record, and the next "
        "run with the same Dockerfile and context takes it up. Two runs for one repository do not "
        "happen at once.\n\nThe deploy command finds PLIMSOLL_IMAGE (repository and version), "
        "PLIMSOLL_DIGEST, PLIMSOLL_RELEASE, PLIMSOLL_REPOSITORY and PLIMSOLL_NAME in its "
        "environment.\n\nEnds with 0; with 1 when lint, the gate, a test or the plan of tags says "
        "no; 2 for wrong usage; 3 when a step could not be done.",
    .options = options,
    .examples = examples,
    .commands = ship_commands,
    .keys = "images tags registry",
    .least = 0,
    .most = PROJECT_IMAGES_MAX,
    .run = run,
};
