/* "Dockerfile comments document critical configuration": what decides how a container runs stands
   below a comment, its own or that of its paragraph. */
#include "lint/comply/comply.h"

static bool is_critical(enum dockerfile_keyword keyword)
{
    return keyword == KEYWORD_USER || keyword == KEYWORD_EXPOSE || keyword == KEYWORD_VOLUME ||
           keyword == KEYWORD_HEALTHCHECK || keyword == KEYWORD_ENTRYPOINT ||
           keyword == KEYWORD_CMD;
}

static bool is_commented(const struct dockerfile *dockerfile, size_t index)
{
    const struct instruction *each = &dockerfile->instructions[index];
    for (size_t i = 0; i < dockerfile->comment_count; i++)
        if (dockerfile->comments[i].inside == each)
            return true;
    for (;; each--, index--) {
        if (each->comment_line)
            return true;
        if (!index || each[-1].end_line + 1 != each->start_line)
            return false;
    }
}

void comply_judge_comments(struct comply *comply, struct comply_row *row)
{
    size_t critical = 0, without = 0;
    const struct instruction *first = NULL;
    if (!comply->model.stage_count) {
        comply_say(comply, row, COMPLY_OPEN, "no Dockerfile was given that could be read");
        comply_todo(comply, row, "give it: -f Dockerfile");
        return;
    }
    const struct stage *stage = &comply->model.stages[comply->model.stage_count - 1];
    for (size_t i = stage->first; i < stage->last; i++) {
        const struct instruction *each = &comply->parsed.instructions[i];
        if (!is_critical(each->keyword))
            continue;
        critical++;
        if (!is_commented(&comply->parsed, i) && !without++)
            first = each;
    }
    if (without) {
        comply_say(comply, row, COMPLY_FAIL,
                   "%zu of %zu have no comment, the first in line %u: %.*s", without, critical,
                   first->start_line, SLICE_ARG(slice_upto(first->text, 60)));
        comply_todo(comply, row, "say in a line above it why it is so");
    } else
        comply_say(comply, row, COMPLY_PASS,
                   "%zu instructions decide how it runs; each stands below "
                   "a comment",
                   critical);
}
