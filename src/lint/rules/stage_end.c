#include "lint/rules/stage_end.h"

const struct instruction *stage_tail(const struct dockerfile_check *check,
                                     const struct stage *stage)
{
    const struct instruction *instructions = check->dockerfile->instructions;
    size_t i = stage->last - 1;
    while (i > stage->first && (instructions[i].keyword == KEYWORD_CMD ||
                                instructions[i].keyword == KEYWORD_ENTRYPOINT))
        i--;
    return &instructions[i];
}
