#include "model.h"

#include <stddef.h>

const struct recipe recipes[MANIFESTS] = {
    {.blobs = {0, 2}, .blob_count = 2, .subject = NONE},
    {.blobs = {1, 2, 3}, .blob_count = 3, .subject = NONE},
    {.blobs = {0, 3, 4}, .blob_count = 3, .subject = NONE},
    {.children = {0, 1}, .child_count = 2, .subject = NONE},
    {.blobs = {5, 6}, .blob_count = 2, .subject = 0},
};

void model_init(struct model *model, double grace)
{
    model->event = 1;
    model->grace = grace;
    model->overflow = false;
    for (int r = 0; r < REPOSITORIES; r++) {
        model->repositories[r].count = 0;
        for (int m = 0; m < MANIFESTS; m++)
            model->manifests[r][m].count = 0;
        for (int t = 0; t < TAGS; t++)
            model->tags[r][t].count = 0;
        for (int b = 0; b < BLOBS; b++)
            model->blobs[r][b].count = model->blobs[r][b].taken.count = 0;
        history_end(model, &model->repositories[r],
                    history_begin(model, &model->repositories[r], ABSENT), HAPPENED);
        for (int m = 0; m < MANIFESTS; m++)
            history_end(model, &model->manifests[r][m],
                        history_begin(model, &model->manifests[r][m], ABSENT), HAPPENED);
        for (int t = 0; t < TAGS; t++)
            history_end(model, &model->tags[r][t], history_begin(model, &model->tags[r][t], NONE),
                        HAPPENED);
    }
}

uint64_t model_event(struct model *model)
{
    return ++model->event;
}

unsigned history_begin(struct model *model, struct history *history, int value)
{
    if (history->count == WRITES_MAX) {
        model->overflow = true;
        history->count--;
    }
    history->writes[history->count] = (struct write){
        .start = model_event(model), .end = GOING, .value = value, .outcome = PERHAPS};
    return history->count++;
}

void history_end(struct model *model, struct history *history, unsigned write, enum outcome outcome)
{
    history->writes[write].end = model_event(model);
    history->writes[write].outcome = outcome;
}

/* Whether something certainly happened after `write` had ended and before `start`. */
static bool is_overwritten(const struct history *history, const struct write *write, uint64_t start)
{
    for (unsigned i = 0; i < history->count; i++) {
        const struct write *other = &history->writes[i];
        if (other->outcome == HAPPENED && other->start > write->end && other->end < start)
            return true;
    }
    return false;
}

bool history_explains(const struct model *model, const struct history *history, int value,
                      uint64_t start)
{
    for (unsigned i = 0; i < history->count; i++) {
        const struct write *write = &history->writes[i];
        if (write->value == value && write->outcome != NOT_HAPPENED &&
            !is_overwritten(history, write, start))
            return true;
    }
    return model->overflow;
}

/* Whether anything else may have happened from when `write` began until now. */
static bool is_disturbed(const struct history *history, const struct write *write)
{
    for (unsigned i = 0; i < history->count; i++) {
        const struct write *other = &history->writes[i];
        if (other->value != write->value && other->outcome != NOT_HAPPENED &&
            other->end > write->start)
            return true;
    }
    return false;
}

bool history_is_certain(const struct model *model, const struct history *history, int value,
                        uint64_t start)
{
    for (unsigned i = 0; i < history->count && !model->overflow; i++) {
        const struct write *write = &history->writes[i];
        if (write->value == value && write->outcome == HAPPENED && write->end < start &&
            !is_disturbed(history, write))
            return true;
    }
    return false;
}

void promise_told(struct model *model, struct promises *promises, uint64_t start, double now)
{
    if (promises->count == WRITES_MAX) {
        model->overflow = true;
        return;
    }
    promises->told[promises->count++] =
        (struct promise){.start = start, .end = model_event(model), .until = now + model->grace};
}

bool promise_holds(const struct model *model, const struct promises *promises, uint64_t start,
                   double now)
{
    for (unsigned i = 0; i < promises->count && !model->overflow; i++) {
        const struct promise *promise = &promises->told[i];
        bool holds = promise->end < start && now < promise->until;
        for (unsigned j = 0; j < promises->taken.count; j++)
            if (promises->taken.writes[j].outcome != NOT_HAPPENED &&
                promises->taken.writes[j].end > promise->start)
                holds = false;
        if (holds)
            return true;
    }
    return false;
}

bool model_blob_is_safe(const struct model *model, int repository, int blob, uint64_t start,
                        double now)
{
    if (promise_holds(model, &model->blobs[repository][blob], start, now))
        return true;
    for (int m = 0; m < MANIFESTS; m++)
        for (int i = 0; i < recipes[m].blob_count; i++)
            if (recipes[m].blobs[i] == blob &&
                history_is_certain(model, &model->manifests[repository][m], PRESENT, start))
                return true;
    return false;
}
