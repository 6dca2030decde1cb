#pragma once
/*
 * What is seen while images are shipped: the step under way with its time (on a terminal), each
 * step's line as it ends (table), output of what runs (--verbose; after a failure its last lines),
 * and all of it in --log.
 */
#include "cli/command.h"
#include "ship/voyage/voyage.h"

struct ship_watch;

/* Fills options->events and options->cancel, which a signal sets. */
bool ship_watch_new(struct invocation *call, struct ship_watch **watch,
                    struct voyage_options *options, struct error *err);
/* Ends it; `voyage` NULL: nothing was begun. False: the log could not be written. */
bool ship_watch_free(struct ship_watch *watch, const struct voyage *voyage, struct error *err);
