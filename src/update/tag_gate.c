#include "update/tag_gate.h"

#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "base/clock.h"

enum { HOSTS_MAX = 64, HOST_LENGTH_MAX = 256, DAY = 24 * 60 * 60, STEP_MS = 50 };

struct closed_host {
    char name[HOST_LENGTH_MAX];
    size_t length;
    double until; /* clock_monotonic */
};

struct tag_list_gate {
    pthread_mutex_t lock;
    struct closed_host hosts[HOSTS_MAX];
    size_t count;
};

struct tag_list_gate *tag_list_gate_new(void)
{
    struct tag_list_gate *gate = calloc(1, sizeof *gate);
    if (gate)
        pthread_mutex_init(&gate->lock, NULL);
    return gate;
}

void tag_list_gate_free(struct tag_list_gate *gate)
{
    if (gate)
        pthread_mutex_destroy(&gate->lock);
    free(gate);
}

/* Of a length or a moment, whichever it is. */
static bool seconds_of(struct slice value, int64_t now, unsigned *seconds)
{
    enum { MOMENT_LEAST = 1000000000 };
    uint64_t number;
    value = slice_trim(slice_upto(value, slice_find(value, ';')));
    if (!slice_u64(value, &number))
        return false;
    if (number >= MOMENT_LEAST)
        number = number > (uint64_t)now ? number - (uint64_t)now : 0;
    *seconds = number > DAY ? DAY : (unsigned)number;
    return true;
}

bool tag_gate_wait(const struct http_headers *headers, int64_t now, unsigned *seconds)
{
    static const char *const names[] = {"Retry-After", "X-Retry-After", "RateLimit-Reset",
                                        "X-RateLimit-Reset"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct slice value = http_header_get(headers, names[i]);
        if (value.len &&
            (seconds_of(value, now, seconds) || http_retry_after(value, (time_t)now, seconds)))
            return true;
    }
    return false;
}

bool tag_gate_is_spent(const struct http_headers *headers)
{
    struct slice left = http_header_get(headers, "RateLimit-Remaining");
    uint64_t number;
    if (!left.len)
        left = http_header_get(headers, "X-RateLimit-Remaining");
    return left.len && slice_u64(slice_trim(slice_upto(left, slice_find(left, ';'))), &number) &&
           !number;
}

static struct closed_host *find(struct tag_list_gate *gate, struct slice host)
{
    for (size_t i = 0; i < gate->count; i++)
        if (slice_equal(slice_of(gate->hosts[i].name, gate->hosts[i].length), host))
            return &gate->hosts[i];
    return NULL;
}

static double rest_of(struct tag_list_gate *gate, struct slice host)
{
    pthread_mutex_lock(&gate->lock);
    const struct closed_host *closed = find(gate, host);
    double rest = closed ? closed->until - clock_monotonic() : 0;
    pthread_mutex_unlock(&gate->lock);
    return rest;
}

static bool refuse(struct slice host, double rest, struct error *err)
{
    CLEANUP_ARENA struct arena arena = {.limit = 4096};
    struct slice until = clock_format((int64_t)time(NULL) + (int64_t)rest + 1, &arena);
    return error_set(err, ERROR_NETWORK,
                     "%.*s: too many requests, asked to wait until %.*s (%.0f s); wait with "
                     "--wait %.0f, log in, or use --offline",
                     SLICE_ARG(host), SLICE_ARG(until), rest, rest + 1);
}

bool tag_gate_pass(struct tag_list_gate *gate, struct slice host, unsigned wait_max,
                   struct error *err)
{
    double rest = rest_of(gate, host);
    if (rest > wait_max)
        return refuse(host, rest, err);
    while (rest > 0) {
        struct timespec step = {.tv_nsec = STEP_MS * 1000000L};
        nanosleep(&step, NULL);
        rest = rest_of(gate, host);
    }
    return true;
}

void tag_gate_close(struct tag_list_gate *gate, struct slice host, unsigned seconds)
{
    if (host.len > HOST_LENGTH_MAX)
        return;
    pthread_mutex_lock(&gate->lock);
    struct closed_host *closed = find(gate, host);
    if (!closed && gate->count < HOSTS_MAX) {
        closed = &gate->hosts[gate->count++];
        memcpy(closed->name, host.at, host.len);
        closed->length = host.len;
    }
    if (closed)
        closed->until = clock_monotonic() + seconds;
    pthread_mutex_unlock(&gate->lock);
}
