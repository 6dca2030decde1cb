/* plimsoll exceptions list|unused|expiring|import|export */
#include <inttypes.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "base/terminal.h"
#include "cli/command_rows.h"
#include "cli/exceptions_append.h"
#include "cli/scan_call.h"
#include "scan/exceptions_import.h"

enum { IMPORT_SIZE_MAX = 16 << 20 };

static const struct option list_options[] = {SCAN_EXCEPTIONS_OPTION, {NULL}};

static const struct option expiring_options[] = {
    {.name = "days",
     .type = OPTION_INT,
     .argument = "N",
     .standard = "30",
     .low = 0,
     .high = 36500,
     .prose = "Those that end within so many days, and those that have ended."},
    SCAN_EXCEPTIONS_OPTION,
    {NULL},
};

static const struct option unused_options[] = {SCAN_EXCEPTIONS_OPTION, SCAN_INPUT_OPTIONS, {NULL}};

static const struct option export_options[] = {
    {.name = "format",
     .letter = 'f',
     .type = OPTION_CHOICE,
     .argument = "FORMAT",
     .standard = "openvex",
     .choices = "openvex yaml",
     .prose = "openvex: OpenVEX 0.2.0, each exception a not_affected with its reason; yaml: our "
              "own form."},
    SCAN_EXCEPTIONS_OPTION,
    {NULL},
};

static bool load(struct invocation *call, struct exceptions *exceptions, struct error *err)
{
    const char *path = scan_call_exceptions(call);
    if (!path)
        return error_set(err, ERROR_NOT_FOUND,
                         "there is no %s here or in a folder above; --exceptions names another",
                         EXCEPTIONS_FILE);
    return exceptions_load(path, call->arena, exceptions, err);
}

static void put_field(const char *name, struct slice value)
{
    if (!value.len)
        return;
    printf("  %s ", name);
    terminal_put(stdout, value);
}

static void put_exception(const struct exception *exception, int64_t now)
{
    int64_t days = exception_days_left(exception, now);
    terminal_style(stdout, STYLE_BOLD);
    terminal_put(stdout, exception->id.len ? exception->id : exception->rule);
    terminal_style(stdout, STYLE_PLAIN);
    put_field("package", exception->package);
    put_field("image", exception->image);
    put_field("path", exception->path);
    put_field("owner", exception->owner);
    put_field("expires", exception->expires);
    if (days < 0)
        fputs(" (expired)", stdout);
    else if (days != INT64_MAX)
        printf(" (%" PRId64 " days)", days);
    fputs("\n    ", stdout);
    terminal_put(stdout, exception->reason);
    terminal_style(stdout, STYLE_DIM);
    fputs("\n    ", stdout);
    terminal_put(stdout, exception->location);
    terminal_style(stdout, STYLE_PLAIN);
    putchar('\n');
}

static bool run_list(struct invocation *call, struct error *err)
{
    struct exceptions exceptions;
    if (!load(call, &exceptions, err))
        return false;
    for (size_t i = 0; i < exceptions.count; i++)
        put_exception(&exceptions.items[i], clock_now());
    return true;
}

static bool run_expiring(struct invocation *call, struct error *err)
{
    struct exceptions exceptions;
    if (!load(call, &exceptions, err))
        return false;
    for (size_t i = 0; i < exceptions.count; i++)
        if (exception_days_left(&exceptions.items[i], clock_now()) <= option_number(call, "days"))
            put_exception(&exceptions.items[i], clock_now());
    return true;
}

/* Adds the uses that one image makes of the exceptions. */
static bool count_uses(struct invocation *call, const char *image, struct exceptions *exceptions,
                       struct error *err)
{
    struct scan_options options;
    struct scan scan CLEANUP_SCAN = {.store = NULL};
    struct arena arena CLEANUP_ARENA;
    arena_init(&arena, (size_t)1 << 30);
    if (!scan_call_options(call, &image, 1, &options, err))
        return false;
    bool fine = scan_run(&scan, &options, &arena, err);
    progress_clear();
    if (fine)
        exceptions_apply(exceptions, clock_now(), &scan.result);
    scan_done(&scan); /* before its arena */
    return fine;
}

static bool run_unused(struct invocation *call, struct error *err)
{
    struct exceptions exceptions;
    if (!load(call, &exceptions, err))
        return false;
    for (size_t i = 0; i < call->operand_count; i++)
        if (!count_uses(call, call->operands[i], &exceptions, err))
            return false;
    for (size_t i = 0; i < exceptions.count; i++)
        if (exceptions.items[i].id.len && !exceptions.items[i].uses)
            put_exception(&exceptions.items[i], clock_now());
    return true;
}

static bool run_export(struct invocation *call, struct error *err)
{
    struct exceptions exceptions;
    if (!load(call, &exceptions, err))
        return false;
    if (slice_equal_str(slice_str(option_text(call, "format")), "yaml"))
        return exceptions_write_yaml(&exceptions, stdout, err);
    return exceptions_write_openvex(&exceptions, clock_now(), stdout, err);
}

static bool run_import(struct invocation *call, struct error *err)
{
    struct slice bytes;
    struct imported imported;
    const char *from = call->operands[0];
    const char *to = scan_call_exceptions(call);
    if (!to)
        to = EXCEPTIONS_FILE;
    if (!file_read(from, IMPORT_SIZE_MAX, call->arena, &bytes, err) ||
        !exceptions_import(bytes, from, call->arena, &imported, err))
        return false;
    for (size_t i = 0; i < imported.note_count; i++)
        log_warning("%.*s: %.*s", SLICE_ARG(imported.notes[i].path),
                    SLICE_ARG(imported.notes[i].text));
    if (!imported.exceptions.count)
        return error_set(err, ERROR_FORMAT,
                         "%s: no exception in it can be taken over; plimsoll reads .trivyignore, "
                         ".trivyignore.yaml, .grype.yaml and OpenVEX",
                         from);
    if (!exceptions_append(to, &imported.exceptions, call->arena, err))
        return false;
    printf("%zu exception%s imported into ", imported.exceptions.count,
           imported.exceptions.count == 1 ? "" : "s");
    terminal_put(stdout, slice_str(to));
    printf(", %zu left out\n", imported.note_count);
    return true;
}

static const struct command list = {
    .name = "list",
    .summary = "show all exceptions",
    .options = list_options,
    .run = run_list,
};

static const struct command expiring = {
    .name = "expiring",
    .summary = "show exceptions that end soon or have ended",
    .options = expiring_options,
    .run = run_expiring,
};

static const struct command unused = {
    .name = "unused",
    .summary = "show exceptions that match no finding of these images",
    .operands = "IMAGE…",
    .options = unused_options,
    .least = 1,
    .most = 1000,
    .run = run_unused,
};

static const struct command import = {
    .name = "import",
    .summary = "take over .trivyignore, .trivyignore.yaml, .grype.yaml or OpenVEX",
    .operands = "FILE",
    .prose = "Appends to the exceptions file, which is made when there is none. What cannot be "
             "said in our form without excepting more than the file does is left out and named.",
    .options = list_options,
    .least = 1,
    .most = 1,
    .run = run_import,
};

static const struct command export = {
    .name = "export",
    .summary = "write exceptions as OpenVEX",
    .options = export_options,
    .run = run_export,
};

static const struct command *const exceptions_commands[] = {&list,   &expiring, &unused,
                                                            &import, &export,   NULL};

static const struct command_example examples[] = {
    {"plimsoll exceptions expiring --days 14", "what to look at again soon"},
    {"plimsoll exceptions unused app.tar", "what can be deleted"},
    {"plimsoll exceptions import .trivyignore", "take over another scanner's file"},
    {"plimsoll exceptions export > app.openvex.json", "for programs that read OpenVEX"},
    {NULL, NULL},
};

const struct command command_exceptions = {
    .name = "exceptions",
    .summary = "look after accepted findings",
    .prose = "Exceptions stand in plimsoll.exceptions.yaml: a list of id or rule, package, image, "
             "path, reason, owner, expires. A finding that is excepted stays visible with its "
             "reason; an exception that has expired counts no more and is named.",
    .examples = examples,
    .commands = exceptions_commands,
};
