#include <fcntl.h>
#include <unistd.h>

#include "advisory/store_fault.h"
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

/* In a signal handler. */
static void tell_of_damage(const char *folder)
{
    const char *const parts[] = {"plimsoll: the advisory database in ", folder,
                                 " is damaged; remove its folder and run plimsoll db update\n"};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (write(STDERR_FILENO, parts[i], strlen(parts[i])) < 0)
            break;
    _exit(error_exit_code(ERROR_FORMAT));
}

/* Who closed our output (`>&-`) is told that it cannot be written; what we open next, a database
   even, must not take its number and be written over. */
static void hold_standard(void)
{
    for (int fd = 0; fd <= STDERR_FILENO; fd++)
        if (fcntl(fd, F_GETFD) < 0)
            (void)!open("/dev/null", O_RDONLY); /* the lowest free number: this one */
}

int main(int argc, char **argv)
{
    int status;
    if (fresh_main(argc, argv, entries, sizeof entries / sizeof *entries, &status))
        return status;
    hold_standard();
    store_fault_guard(tell_of_damage);
    return command_main(argc, argv);
}
