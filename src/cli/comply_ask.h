#pragma once
/* What a machine cannot know: answers from --answer, or from the person at the terminal. */
#include "cli/command.h"
#include "lint/comply/comply.h"

/* What --answer and --by say, before anything is looked at; so that a mistake in the second answer
   does not leave the first one recorded. */
bool comply_ask_check(struct invocation *call, struct error *err);
/* Records answers in the file of --answers; `recorded` counts them. */
bool comply_ask_people(struct invocation *call, const struct comply *comply, size_t *recorded,
                       struct error *err);
