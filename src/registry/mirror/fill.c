/*
 * Layers that nobody asked for yet: after the first pull of an image by its manifest, one thread
 * fetches what the image names, so that it is whole, can be scanned, and outlives its upstream.
 * The list is in memory: an image that was not finished goes on it again when it is pulled next.
 */
#include "base/log.h"
#include "registry/mirror/parts.h"

#include <stdio.h>
#include <stdlib.h>

static struct mirror_fill *take(struct mirror *mirror)
{
    pthread_mutex_lock(&mirror->lock);
    while (!mirror->fills && !atomic_load(&mirror->stop))
        pthread_cond_wait(&mirror->fill_wake, &mirror->lock);
    struct mirror_fill *fill = atomic_load(&mirror->stop) ? NULL : mirror->fills;
    if (fill) {
        mirror->fills = fill->next;
        if (!mirror->fills)
            mirror->fills_end = &mirror->fills;
        mirror->fill_count--;
    }
    pthread_mutex_unlock(&mirror->lock);
    return fill;
}

static void *fill_run(void *context)
{
    struct mirror *mirror = context;
    for (struct mirror_fill *fill; (fill = take(mirror)); free(fill)) {
        struct scope scope;
        struct failure failure = {0};
        if (scope_parse(slice_str(fill->scope), &scope) &&
            !mirror_bring_image(mirror, &scope, &fill->digest, &caller_mirror, &failure) &&
            !atomic_load(&mirror->stop))
            log_warning("%s@%s: layers could not be fetched: %s", fill->scope, fill->digest.text,
                        failure.text);
    }
    return NULL;
}

bool mirror_fill_start(struct mirror *mirror, struct error *err)
{
    int code = pthread_create(&mirror->filler, NULL, fill_run, mirror);
    mirror->filler_runs = code == 0;
    return code == 0 || error_set(err, ERROR_IO, "no thread for pull-through: %s", strerror(code));
}

void mirror_fill_stop(struct mirror *mirror)
{
    pthread_mutex_lock(&mirror->lock);
    pthread_cond_broadcast(&mirror->fill_wake);
    pthread_mutex_unlock(&mirror->lock);
    if (mirror->filler_runs)
        pthread_join(mirror->filler, NULL);
    mirror->filler_runs = false;
    while (mirror->fills) {
        struct mirror_fill *next = mirror->fills->next;
        free(mirror->fills);
        mirror->fills = next;
    }
    mirror->fills_end = &mirror->fills;
}

static bool is_listed(const struct mirror *mirror, const struct mirror_fill *fill)
{
    for (const struct mirror_fill *one = mirror->fills; one; one = one->next)
        if (digest_equal(&one->digest, &fill->digest) && strcmp(one->scope, fill->scope) == 0)
            return true;
    return false;
}

void mirror_fill_add(struct mirror *mirror, const struct scope *scope, const struct digest *digest)
{
    struct mirror_fill *fill = calloc(1, sizeof *fill);
    if (!fill)
        return;
    int len = snprintf(fill->scope, sizeof fill->scope, "%.*s/%.*s/%.*s", SLICE_ARG(scope->account),
                       SLICE_ARG(scope->region), SLICE_ARG(scope->repository));
    fill->digest = *digest;
    pthread_mutex_lock(&mirror->lock);
    if (len > 0 && (size_t)len < sizeof fill->scope && mirror->fill_count < FILLS_MAX &&
        !is_listed(mirror, fill)) {
        *mirror->fills_end = fill;
        mirror->fills_end = &fill->next;
        mirror->fill_count++;
        pthread_cond_signal(&mirror->fill_wake);
        fill = NULL;
    }
    pthread_mutex_unlock(&mirror->lock);
    free(fill);
}
