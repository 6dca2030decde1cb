#pragma once
/* What a machine cannot know: answers from --answer, or from the person at the terminal. */
#include "cli/command.h"
#include "lint/comply/comply.h"

/* Records answers in the file of --answers; `recorded` counts them. */
bool comply_ask_people(struct invocation *call, const struct comply *comply, size_t *recorded,
                       struct error *err);
