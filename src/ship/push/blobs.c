/* Blobs to a registry, a few at a time, each by the thread that takes it. See contents.h. */
#include <pthread.h>

#include "base/threads.h"
#include "ship/push/contents.h"

enum { ASK_ARENA = 1 << 20 };

struct sending {
    struct destination *destination;
    const struct push_contents *contents;
    const struct push_options *options;
    pthread_mutex_t lock; /* of all below */
    size_t next;
    uint64_t *sent; /* of each blob */
    struct push_progress now;
    struct push_result *result;
    bool failed;
    struct error error;
};

/* One blob's share in the progress. */
struct share {
    struct sending *sending;
    size_t index;
};

static void tell(struct sending *sending)
{
    if (sending->options->progress)
        sending->options->progress(sending->options->context, &sending->now);
}

static void on_progress(void *context, uint64_t sent)
{
    const struct share *share = context;
    struct sending *sending = share->sending;
    pthread_mutex_lock(&sending->lock);
    sending->now.bytes += sent - sending->sent[share->index]; /* may go back */
    sending->sent[share->index] = sent;
    tell(sending);
    pthread_mutex_unlock(&sending->lock);
}

static void count(struct sending *sending, size_t index, struct push_count *of)
{
    uint64_t size = sending->contents->blobs[index].size;
    pthread_mutex_lock(&sending->lock);
    of->blobs++;
    of->bytes += size;
    sending->now.blobs++;
    sending->now.bytes += size - sending->sent[index];
    sending->sent[index] = size;
    tell(sending);
    pthread_mutex_unlock(&sending->lock);
}

static bool mount(const struct sending *sending, const struct registry_link *link,
                  const struct push_blob *blob, bool *mounted, struct arena *arena,
                  struct error *err)
{
    *mounted = false;
    return !sending->options->mount_from.len ||
           registry_blob_mount(link, &blob->digest, sending->options->mount_from, mounted, arena,
                               err);
}

static bool send_bytes(struct sending *sending, const struct registry_link *link, size_t index,
                       struct error *err)
{
    struct blob_reader reader;
    struct share share = {sending, index};
    const struct push_blob *blob = &sending->contents->blobs[index];
    struct registry_sending how = {.context = &share, .progress = on_progress};
    struct registry_blob_source source = {&reader, blob_reader_read, blob->size};
    blob_reader_init(&reader, sending->contents, blob);
    bool fine = registry_blob_send(link, &blob->digest, &source, &how, err);
    blob_reader_done(&reader);
    return fine;
}

static bool send_one(struct sending *sending, const struct registry_link *link, size_t index,
                     struct error *err)
{
    CLEANUP_ARENA struct arena arena = {.limit = ASK_ARENA};
    bool has, mounted;
    struct push_result *result = sending->result;
    const struct push_blob *blob = &sending->contents->blobs[index];
    if (!registry_blob_has(link, &blob->digest, &has, &arena, err))
        return false;
    if (has) {
        count(sending, index, &result->there);
        return true;
    }
    if (!mount(sending, link, blob, &mounted, &arena, err))
        return false;
    if (!mounted && !send_bytes(sending, link, index, err))
        return false;
    count(sending, index, mounted ? &result->mounted : &result->sent);
    return true;
}

/* The next blob; false when there is none, or another thread has failed. */
static bool take_next(struct sending *sending, size_t *index)
{
    pthread_mutex_lock(&sending->lock);
    bool taken = !sending->failed && sending->next < sending->contents->blob_count;
    *index = sending->next;
    sending->next += taken;
    pthread_mutex_unlock(&sending->lock);
    return taken;
}

static void lane(void *context, size_t number)
{
    struct sending *sending = context;
    size_t index;
    CLEANUP_LINK struct registry_link link = destination_link(sending->destination);
    (void)number;
    while (take_next(sending, &index)) {
        struct error err = {0};
        if (send_one(sending, &link, index, &err))
            continue;
        pthread_mutex_lock(&sending->lock);
        if (!sending->failed)
            sending->error = err;
        sending->failed = true;
        pthread_mutex_unlock(&sending->lock);
    }
}

bool blobs_send(struct destination *destination, const struct push_contents *contents,
                const struct push_options *options, struct push_result *result, struct error *err)
{
    CLEANUP_ARENA struct arena arena = {.limit = 16 << 20};
    struct sending sending = {.destination = destination,
                              .contents = contents,
                              .options = options,
                              .result = result,
                              .lock = PTHREAD_MUTEX_INITIALIZER,
                              .now = {.all_blobs = contents->blob_count}};
    unsigned lanes = options->at_once ? options->at_once : PUSH_AT_ONCE;
    if (lanes > contents->blob_count)
        lanes = (unsigned)contents->blob_count;
    sending.sent = arena_array(&arena, contents->blob_count + 1, sizeof *sending.sent);
    if (!sending.sent)
        return arena_error(err);
    for (size_t i = 0; i < contents->blob_count; i++)
        sending.now.all += contents->blobs[i].size;
    threads_run_waiting(lanes, lanes, lane, &sending);
    if (sending.failed)
        *err = sending.error;
    return !sending.failed;
}
