/* plimsoll check DATA */
#include <inttypes.h>

#include "base/clock.h"
#include "base/terminal.h"
#include "cli/command_rows.h"
#include "registry/core/check.h"
#include "registry/data_folder.h"

static const struct option options[] = {
    {.name = "repair", .prose = "Put right what can be, and say what is lost."},
    {.name = "quick", .prose = "Do not read blobs: look whether they are there, with their size."},
    {NULL},
};

static void print_finding(void *context, enum check_word word, struct slice text)
{
    static const char *const words[] = {[CHECK_WRONG] = "wrong ",
                                        [CHECK_MENDED] = "mended",
                                        [CHECK_LOST] = "lost  ",
                                        [CHECK_NOTE] = "note  "};
    (void)context;
    progress_clear();
    printf("%s  ", words[word]);
    terminal_put(stdout, text);
    putchar('\n');
}

static void show_progress(void *context, uint64_t done, uint64_t all)
{
    (void)context;
    progress_show("reading: %" PRIu64 " of %" PRIu64 " blobs", done, all);
}

static void print_summary(const struct check_report *report, double seconds)
{
    printf("%" PRIu64 " repositories, %" PRIu64 " manifests, %" PRIu64 " tags, %" PRIu64
           " blobs of %" PRIu64 " bytes in %.1f s: ",
           report->repositories, report->manifests, report->tags, report->blobs, report->bytes,
           seconds);
    if (!report->wrong && !report->mended && !report->lost)
        puts("all is as it should be");
    else
        printf("%" PRIu64 " wrong, %" PRIu64 " mended, %" PRIu64 " lost\n", report->wrong,
               report->mended, report->lost);
}

static bool run(struct invocation *call, struct error *err)
{
    CLEANUP_DATA_FOLDER struct data_folder folder = {.lock = -1};
    struct check_report report;
    struct check_options what = {.repair = option_flag(call, "repair"),
                                 .quick = option_flag(call, "quick"),
                                 .tell = print_finding,
                                 .progress = show_progress};
    double start = clock_monotonic();
    enum data_folder_use use =
        what.repair ? DATA_FOLDER_VISIT : data_folder_look(call->operands[0]);
    if (!data_folder_open(&folder, call->operands[0], use, NULL, err) ||
        !check_run(&folder.registry, &what, &report, err))
        return error_add(err, "checking %s", call->operands[0]);
    progress_clear();
    print_summary(&report, clock_monotonic() - start);
    call->exit_code = report.wrong || report.lost ? 1 : 0;
    return true;
}

static const struct command_example examples[] = {
    {"plimsoll check plimsoll-data", "after a crash of the disk, and now and then"},
    {"plimsoll check plimsoll-data --repair",
     "put right what can be; exit 1 when something is lost"},
    {NULL, NULL},
};

const struct command command_check = {
    .name = "check",
    .summary = "verify a registry's data folder: digests, references, counters",
    .operands = "DATA",
    .prose =
        "Reads every blob of the data folder of plimsoll serve and compares it with its digest, "
        "and every row of the metadata with the rows that it must agree with. The server may be "
        "running.\n\nA blob that is missing or damaged is lost; --repair takes it out of its "
        "repositories, so that pushing the images named brings it back. Exit code 1 says that "
        "something is wrong or lost, 3 that the folder could not be read.",
    .options = options,
    .examples = examples,
    .least = 1,
    .most = 1,
    .run = run,
};
