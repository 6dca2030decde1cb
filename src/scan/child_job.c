/*
 * The job of a child that is a fresh process (base/fresh.h), which shares no memory with the
 * broker. In the machine's own order, since both ends are one program; it comes from the broker,
 * which is trusted, so that what is checked here is only that it is one.
 *
 *   struct job_head, then `count` of struct job_layer
 */
#include "scan/child.h"

#include "base/threads.h"

enum { JOB_MAGIC = 0x424f4a53, JOB_QUESTION_MAX = 16 };

struct job_head {
    uint32_t magic;
    int32_t answers;
    uint64_t count;
    uint32_t secrets, threads;
    char question[JOB_QUESTION_MAX]; /* empty: the catalogue's */
};

struct job_layer {
    uint64_t index, size, offset;
    int32_t fd;
    uint8_t pipe, folder;
    uint8_t unused[2];
};

bool child_job_encode(const struct child_job *job, struct arena *arena, struct slice *bytes,
                      struct error *err)
{
    char *to = arena_alloc(arena, sizeof(struct job_head) + job->count * sizeof(struct job_layer));
    if (!to)
        return arena_error(err);
    struct job_head head = {.magic = JOB_MAGIC,
                            .answers = job->answers,
                            .count = job->count,
                            .secrets = job->secrets,
                            .threads = threads_limit()};
    const char *question = job->question ? job->question->name : "";
    memcpy(head.question, question, strnlen(question, sizeof head.question - 1));
    memcpy(to, &head, sizeof head);
    for (size_t i = 0; i < job->count; i++) {
        const struct child_layer *layer = &job->layers[i];
        struct job_layer told = {.index = layer->index,
                                 .size = layer->layer->size,
                                 .offset = layer->layer->offset,
                                 .fd = layer->fd,
                                 .pipe = layer->pipe,
                                 .folder = strcmp(layer->image->kind, "folder") == 0};
        memcpy(to + sizeof head + i * sizeof told, &told, sizeof told);
    }
    *bytes = slice_of(to, sizeof head + job->count * sizeof(struct job_layer));
    return true;
}

struct job_made {
    struct image image;
    struct layer layer;
};

static bool job_take_layers(struct slice bytes, size_t count, struct child_layer *layers,
                            struct job_made *made)
{
    if (!layers || !made || bytes.len != count * sizeof(struct job_layer))
        return false;
    for (size_t i = 0; i < count; i++) {
        struct job_layer told;
        memcpy(&told, bytes.at + i * sizeof told, sizeof told);
        made[i].image.kind = told.folder ? "folder" : "layer";
        made[i].layer = (struct layer){
            .size = told.size, .offset = told.offset, .fd = told.pipe ? -1 : told.fd};
        layers[i] = (struct child_layer){.index = told.index,
                                         .image = &made[i].image,
                                         .layer = &made[i].layer,
                                         .fd = told.fd,
                                         .pipe = told.pipe};
    }
    return true;
}

int child_job_run(struct slice bytes, const struct child_question *const *questions, size_t count)
{
    struct arena arena CLEANUP_ARENA;
    struct job_head head;
    arena_init(&arena, bytes.len * 16 + 4096);
    if (bytes.len < sizeof head)
        return 1;
    memcpy(&head, bytes.at, sizeof head);
    struct child_layer *layers = arena_array(&arena, head.count, sizeof *layers);
    struct job_made *made = arena_array(&arena, head.count, sizeof *made);
    if (head.magic != JOB_MAGIC ||
        !job_take_layers(slice_from(bytes, sizeof head), head.count, layers, made))
        return 1;
    struct child_job job = {layers, head.count, head.answers, head.secrets, NULL};
    for (size_t i = 0; i < count; i++)
        if (strncmp(head.question, questions[i]->name, sizeof head.question) == 0)
            job.question = questions[i];
    if (head.question[0] && !job.question)
        return 1;
    threads_set_limit(head.threads);
    child_main(&job);
    return 0;
}
