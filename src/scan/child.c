/* See child.h. */
#include "scan/child.h"

void child_main(const struct child_job *job)
{
    (void)job;
}
