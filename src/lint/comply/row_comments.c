/* "Dockerfile comments document critical configuration": what decides how a container runs stands
   below a comment, its own or that of its paragraph, as the rule uncommented-configuration asks. */
#include "lint/comply/comply.h"
#include "lint/rules/comments.h"

void comply_judge_comments(struct comply *comply, struct comply_row *row)
{
    size_t without = 0;
    const struct instruction *first = NULL, *each;
    if (!comply->model.stage_count) {
        comply_say(comply, row, COMPLY_OPEN, "no Dockerfile was given that could be read");
        comply_todo(comply, row, "give it: -f Dockerfile");
        return;
    }
    const struct stage *stage = &comply->model.stages[comply->model.stage_count - 1];
    struct comments_missing missing = {
        .dockerfile = &comply->parsed, .next = stage->first, .last = stage->last};
    while ((each = comments_next_missing(&missing)))
        if (!without++)
            first = each;
    if (without) {
        comply_say(comply, row, COMPLY_FAIL, "%zu of %zu have no comment, the first in line %u: %s",
                   without, missing.critical, first->start_line,
                   dockerfile_keyword_name(first->keyword));
        comply_todo(comply, row,
                    "say in a line above it why it is so; plimsoll lint --only "
                    "uncommented-configuration tells all of them");
    } else
        comply_say(comply, row, COMPLY_PASS,
                   "%zu instructions decide how it runs; each stands below "
                   "a comment",
                   missing.critical);
}
