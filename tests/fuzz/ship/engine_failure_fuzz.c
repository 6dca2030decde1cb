/* What an engine, or a RUN line under it, may print. */
#include "ship/engine/failure.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void within(struct slice part, struct slice whole)
{
    if (part.len && (part.at < whole.at || part.at + part.len > whole.at + whole.len))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct slice text = slice_of(data, size);
    enum ship_failure failure = ship_failure_find(text);
    if (failure >= SHIP_FAILURES || !ship_failure_kinds[failure].next)
        abort();
    within(ship_failure_step(text), text);
    within(ship_failure_reason(text, failure), text);
    return 0;
}
