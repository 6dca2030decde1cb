/*
 * Uploads. In meta an upload is a row (whose it is and when it was last heard of), on the disk a
 * file; what has arrived is the file's size, whatever happened since. In memory is the state of the
 * hash, so that a client that sends in pieces costs no second reading.
 */
#include "registry/core/upload_state.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "image/document.h"
#include "registry/core/codec.h"
#include "registry/core/codec_json.h"
#include "registry/core/parts.h"

bool upload_unknown(struct failure *failure)
{
    return failure_set(failure, FAILURE_UPLOAD_UNKNOWN, "there is no such upload");
}

/* ---- in memory ---- */

static struct upload *find(struct registry_state *state, struct slice scope, struct slice id)
{
    for (struct upload *upload = state->uploads; upload; upload = upload->next)
        if (slice_equal_str(id, upload->id) && slice_equal(scope, upload->scope))
            return upload;
    return NULL;
}

bool upload_is_active(struct registry *registry, struct slice scope, struct slice id)
{
    bool active = false;
    pthread_mutex_lock(&registry->state->uploads_lock);
    for (struct upload *at = registry->state->uploads; at && !active; at = at->next)
        active = slice_equal_str(id, at->id) && (!scope.len || slice_equal(scope, at->scope));
    pthread_mutex_unlock(&registry->state->uploads_lock);
    return active;
}

static void unlink_upload(struct registry_state *state, struct upload *upload)
{
    for (struct upload **at = &state->uploads; *at; at = &(*at)->next)
        if (*at == upload) {
            *at = upload->next;
            state->upload_count--;
            return;
        }
}

/* What is used of a quota counts at the end: the blob may be there already, and then takes nothing.
   Before that, only what no quota could ever hold is refused. */
static uint64_t smaller_quota(const struct registry_limits *limits)
{
    uint64_t repository = limits->repository_max ? limits->repository_max : UINT64_MAX;
    uint64_t account = limits->account_max ? limits->account_max : UINT64_MAX;
    return repository < account ? repository : account;
}

static struct upload *upload_new(struct registry *registry, struct slice scope, struct slice id)
{
    struct upload *upload = calloc(1, sizeof *upload + scope.len);
    if (!upload)
        return NULL;
    upload->registry = registry;
    upload->file = -1;
    upload->taken = true;
    upload->limit = registry->limits.blob_max;
    upload->quota = smaller_quota(&registry->limits);
    memcpy(upload->id, id.at, id.len);
    memcpy(upload + 1, scope.at, scope.len);
    upload->scope = slice_of(upload + 1, scope.len);
    sha256_init(&upload->hash);
    return upload;
}

/* The taps hear of an end once, and only of what they heard begin. */
static void tell_end(struct upload *upload, const struct digest *digest)
{
    struct registry *registry = upload->registry;
    if (!upload->started)
        return;
    upload->started = false;
    for (size_t i = 0; i < registry->tap_count; i++)
        if (registry->taps[i].upload_ended)
            registry->taps[i].upload_ended(registry->taps[i].context, upload->id, digest,
                                           upload->size);
}

/* Takes it from the list and forgets it; the file stays. */
void upload_drop(struct upload *upload, const struct digest *digest)
{
    struct registry *registry = upload->registry;
    pthread_mutex_lock(&registry->state->uploads_lock);
    unlink_upload(registry->state, upload);
    pthread_mutex_unlock(&registry->state->uploads_lock);
    tell_end(upload, digest);
    if (upload->file >= 0)
        upload_file_close(registry->blobs, upload->file);
    sha256_done(&upload->hash);
    free(upload);
}

/* One that nobody has and that paused longest ago goes when there are too many. */
static struct upload *find_paused(struct registry_state *state, double before)
{
    struct upload *oldest = NULL;
    for (struct upload *upload = state->uploads; upload; upload = upload->next)
        if (!upload->taken && upload->paused < before &&
            (!oldest || upload->paused < oldest->paused))
            oldest = upload;
    if (oldest)
        oldest->taken = true;
    return oldest;
}

void uploads_tick(struct registry *registry, bool all)
{
    struct registry_state *state = registry->state;
    double now = registry->world->ops->monotonic(registry->world);
    for (;;) {
        pthread_mutex_lock(&state->uploads_lock);
        bool crowded = all || state->upload_count > UPLOADS_IN_MEMORY;
        struct upload *upload = find_paused(state, crowded ? now + 1 : now - UPLOAD_PAUSE_SECONDS);
        pthread_mutex_unlock(&state->uploads_lock);
        if (!upload)
            return;
        upload_drop(upload, NULL);
    }
}

/* Already there and free: taken. FAILURE_UPLOAD_BUSY; *upload NULL when it is not in memory, and
   then a new one, taken, stands in the list, so that nobody else begins to read it. */
static bool claim(struct registry *registry, struct slice scope, struct slice id,
                  struct upload **upload, bool *fresh, struct failure *failure)
{
    struct registry_state *state = registry->state;
    bool busy = false;
    pthread_mutex_lock(&state->uploads_lock);
    *upload = find(state, scope, id);
    *fresh = !*upload;
    if (*upload) {
        busy = (*upload)->taken;
        (*upload)->taken = true;
    } else if ((*upload = upload_new(registry, scope, id))) {
        (*upload)->next = state->uploads;
        state->uploads = *upload;
        state->upload_count++;
    }
    pthread_mutex_unlock(&state->uploads_lock);
    if (busy)
        return failure_set(failure, FAILURE_UPLOAD_BUSY, "another request writes to this upload");
    return *upload || failure_memory(failure);
}

/* ---- begin ---- */

static bool make_id(struct registry *registry, char id[UPLOAD_ID_MAX], struct failure *failure)
{
    unsigned char b[16];
    struct error err;
    if (!registry->world->ops->random(registry->world, b, sizeof b, &err))
        return failure_of(failure, &err);
    b[6] = (unsigned char)((b[6] & 0x0f) | 0x40); /* RFC 9562: version 4, variant 10 */
    b[8] = (unsigned char)((b[8] & 0x3f) | 0x80);
    snprintf(id, UPLOAD_ID_MAX,
             "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x", b[0], b[1],
             b[2], b[3], b[4], b[5], b[6], b[7], b[8], b[9], b[10], b[11], b[12], b[13], b[14],
             b[15]);
    return true;
}

static bool put_row(struct change *change, struct slice id, struct failure *failure)
{
    json_t *object = json_object();
    codec_put_time(object, "heard", registry_time_late(change->registry));
    codec_put_text(object, "who", change->who->name);
    struct slice value = codec_dump(object, &change->arena);
    if (!value.at)
        return failure_memory(failure);
    return row_put(change, ROW_UPLOAD, id, value, failure);
}

double upload_heard(struct slice value)
{
    struct error err;
    CLEANUP_JSON json_t *object = document_parse(value, &err);
    return codec_time(object, "heard");
}

bool upload_start(struct registry *registry, const struct scope *scope, const struct caller *who,
                  char id[UPLOAD_ID_MAX], struct failure *failure)
{
    CLEANUP_CHANGE struct change change = {0};
    uint64_t open;
    *failure = (struct failure){0};
    if (!make_id(registry, id, failure) ||
        !change_begin(&change, registry, scope, true, who, failure) ||
        !repository_need(&change, NULL, failure) ||
        !counter_get(&change, change.at, "uploads", &open, failure))
        return false;
    if (open >= registry->limits.uploads_max)
        return failure_set(failure, FAILURE_LIMIT,
                           "the repository has %zu uploads under way, and no more are allowed",
                           registry->limits.uploads_max);
    return put_row(&change, slice_str(id), failure) &&
           counter_add(&change, change.at, "uploads", 1, failure) &&
           change_commit(&change, failure);
}

/* ---- take ---- */

static bool hash_again(struct upload *upload, struct error *err)
{
    struct world *world = upload->registry->world;
    char *piece = malloc(UPLOAD_PIECE);
    bool ok = piece || arena_error(err);
    for (uint64_t at = 0; ok && at < upload->size;) {
        size_t got = 0;
        ok = world->ops->read(world, upload->file, at, piece, UPLOAD_PIECE, &got, err);
        if (ok && !got)
            ok = error_set(err, ERROR_IO, "the upload's file ends early");
        if (ok)
            sha256_add(&upload->hash, piece, got);
        at += got;
    }
    free(piece);
    return ok;
}

static void tell_start(struct upload *upload)
{
    struct registry *registry = upload->registry;
    upload->started = true;
    for (size_t i = 0; i < registry->tap_count; i++)
        if (registry->taps[i].upload_started)
            registry->taps[i].upload_started(registry->taps[i].context, upload->id, upload->file,
                                             upload->size, (struct slice){0});
}

static bool open_fresh(struct upload *upload, struct failure *failure)
{
    struct error err;
    upload->file = upload_file_open(upload->registry->blobs, upload->id, &upload->size, &err);
    if (upload->file < 0 || !hash_again(upload, &err))
        return failure_of(failure, &err);
    return true;
}

/* Whether it is known. `stale`: it was last heard of so long ago that
   the row should say so again. */
static bool know(struct upload *upload, const struct scope *scope, bool *stale,
                 struct failure *failure)
{
    CLEANUP_CHANGE struct change view = {0};
    struct slice value;
    bool found;
    if (!change_begin(&view, upload->registry, scope, false, NULL, failure) ||
        !row_get(&view, ROW_UPLOAD, slice_str(upload->id), &value, &found, failure))
        return false;
    if (!found)
        return upload_unknown(failure);
    double age = registry_time_late(upload->registry) - upload_heard(value);
    *stale = age > upload->registry->limits.upload_seconds / 8.0;
    return true;
}

static bool tell_heard(struct upload *upload, const struct scope *scope, struct failure *failure)
{
    CLEANUP_CHANGE struct change change = {0};
    struct slice value;
    bool found;
    if (!change_begin(&change, upload->registry, scope, true, NULL, failure) ||
        !row_get(&change, ROW_UPLOAD, slice_str(upload->id), &value, &found, failure))
        return false;
    if (!found)
        return upload_unknown(failure);
    return put_row(&change, slice_str(upload->id), failure) && change_commit(&change, failure);
}

static bool id_is_valid(struct slice id)
{
    for (size_t i = 0; i < id.len; i++) {
        char c = id.at[i];
        if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || c == '-'))
            return false;
    }
    return id.len > 0 && id.len < UPLOAD_ID_MAX;
}

bool upload_take(struct registry *registry, const struct scope *scope, struct slice id,
                 struct upload **upload, struct failure *failure)
{
    CLEANUP_ARENA struct arena arena;
    struct upload *taken;
    bool fresh, stale = false;
    *failure = (struct failure){0};
    arena_init(&arena, 1 << 20);
    struct slice at = scope_text(scope, &arena);
    if (!at.at)
        return failure_memory(failure);
    if (!id_is_valid(id))
        return upload_unknown(failure);
    if (!claim(registry, at, id, &taken, &fresh, failure))
        return false;
    if (!know(taken, scope, &stale, failure) || (stale && !tell_heard(taken, scope, failure)) ||
        (fresh && !open_fresh(taken, failure))) {
        if (fresh)
            upload_drop(taken, NULL);
        else
            upload_release(taken);
        return false;
    }
    if (!taken->started && taken->size)
        tell_start(taken);
    *upload = taken;
    return true;
}

uint64_t upload_size(const struct upload *upload)
{
    return upload->size;
}

/* ---- bytes ---- */

static bool check_size(const struct upload *upload, size_t more, struct failure *failure)
{
    if (more > upload->limit || upload->size > upload->limit - more)
        return failure_set(failure, FAILURE_TOO_LARGE, "a blob may have at most %" PRIu64 " bytes",
                           upload->limit);
    if (more > upload->quota || upload->size > upload->quota - more)
        return failure_set(failure, FAILURE_QUOTA,
                           "the blob is larger than the quota of the repository or its account");
    return true;
}

bool upload_append(struct upload *upload, struct slice bytes, struct failure *failure)
{
    struct registry *registry = upload->registry;
    struct error err;
    *failure = (struct failure){0};
    if (!bytes.len)
        return true;
    if (!check_size(upload, bytes.len, failure))
        return false;
    if (!upload_file_append(registry->blobs, upload->file, upload->size, bytes, &err)) {
        upload->torn = true;
        return failure_of(failure, &err);
    }
    sha256_add(&upload->hash, bytes.at, bytes.len);
    bool first = !upload->started;
    upload->size += bytes.len;
    upload->started = true;
    for (size_t i = 0; i < registry->tap_count; i++) {
        const struct registry_taps *tap = &registry->taps[i];
        if (first && tap->upload_started)
            tap->upload_started(tap->context, upload->id, upload->file, upload->size, bytes);
        else if (!first && tap->upload_grew)
            tap->upload_grew(tap->context, upload->id, upload->size);
    }
    return true;
}

bool upload_digest(const struct upload *upload, struct digest *digest)
{
    struct sha256 copy = upload->hash;
    sha256_finish(&copy, digest);
    sha256_done(&copy);
    return true;
}

void upload_release(struct upload *upload)
{
    if (!upload)
        return;
    struct registry *registry = upload->registry;
    if (upload->torn) { /* the next to take it reads the file again */
        upload_drop(upload, NULL);
        return;
    }
    pthread_mutex_lock(&registry->state->uploads_lock);
    upload->paused = registry->world->ops->monotonic(registry->world);
    upload->taken = false;
    pthread_mutex_unlock(&registry->state->uploads_lock);
}
