#include "base/fresh.h"
#include "cli/command.h"
#include "image/unpack.h"
#include "scan/child.h"
#include "ship/size/reader.h"

static int read_layers(struct slice job)
{
    static const struct child_question *const questions[] = {&size_question, &sbom_question};
    return child_job_run(job, questions, sizeof questions / sizeof *questions);
}

/* What this program is started for by itself: work on hostile bytes, in memory without secrets. */
static const struct fresh_entry entries[] = {{CHILD_ENTRY, read_layers},
                                             {UNPACK_ENTRY, unpack_run}};

int main(int argc, char **argv)
{
    int status;
    if (fresh_main(argc, argv, entries, sizeof entries / sizeof *entries, &status))
        return status;
    return command_main(argc, argv);
}
