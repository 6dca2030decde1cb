#pragma once
/* Where lines are added that belong at the end of a stage. */
#include "lint/rules/rule_words.h"

/* The last instruction of the stage that is neither CMD nor ENTRYPOINT: new lines stand behind it,
   so that what starts stays last. */
const struct instruction *stage_tail(const struct dockerfile_check *check,
                                     const struct stage *stage);
