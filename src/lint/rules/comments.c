#include "lint/rules/comments.h"

static bool is_critical(enum dockerfile_keyword keyword)
{
    return keyword == KEYWORD_EXPOSE || keyword == KEYWORD_USER || keyword == KEYWORD_ENTRYPOINT ||
           keyword == KEYWORD_HEALTHCHECK || keyword == KEYWORD_VOLUME ||
           keyword == KEYWORD_STOPSIGNAL;
}

/* Comments stand in the order of their lines. */
static bool has_comment_inside(struct comments_missing *missing, const struct instruction *each)
{
    const struct dockerfile *dockerfile = missing->dockerfile;
    size_t *at = &missing->comment;
    while (*at < dockerfile->comment_count && dockerfile->comments[*at].line < each->start_line)
        ++*at;
    return *at < dockerfile->comment_count && dockerfile->comments[*at].line <= each->end_line;
}

const struct instruction *comments_next_missing(struct comments_missing *missing)
{
    while (missing->next < missing->last) {
        const struct instruction *each = &missing->dockerfile->instructions[missing->next++];
        /* A paragraph goes on without blank lines, and ends with a RUN. */
        bool goes_on = missing->before && missing->before->end_line + 1 == each->start_line &&
                       missing->before->keyword != KEYWORD_RUN;
        missing->before = each;
        missing->commented = each->comment_line || (missing->commented && goes_on);
        if (!is_critical(each->keyword))
            continue;
        missing->critical++;
        if (!missing->commented && !has_comment_inside(missing, each))
            return each;
    }
    return NULL;
}
