#include "registry/ops/metrics.h"

#include <dirent.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "base/hash.h"

enum { ROWS = 512, NUMBERS = 128, CLASSES = 6, BOUNDS = 12 };

static const double bounds[BOUNDS] = {0.0001, 0.0005, 0.001, 0.005, 0.01, 0.05,
                                      0.1,    0.5,    1,     5,     30,   120};

/* One pair of API and operation. `operation` is set last: then the row is there. */
struct row {
    const char *api;
    const char *_Atomic operation;
    atomic_ullong statuses[CLASSES], buckets[BOUNDS + 1], microseconds, in, out;
};

struct number {
    const char *_Atomic name;
    const char *help;
    atomic_llong value;
};

struct metrics {
    pthread_mutex_t lock; /* of adding rows and numbers */
    time_t started;
    struct row rows[ROWS]; /* open addressing; never full: the last place is for all others */
    unsigned row_count;
    struct number numbers[NUMBERS];
};

struct metrics *metrics_new(void)
{
    struct metrics *metrics = calloc(1, sizeof *metrics);
    if (!metrics)
        return NULL;
    pthread_mutex_init(&metrics->lock, NULL);
    metrics->started = time(NULL);
    return metrics;
}

void metrics_free(struct metrics *metrics)
{
    if (!metrics)
        return;
    pthread_mutex_destroy(&metrics->lock);
    free(metrics);
}

static bool row_is(const struct row *row, const char *name, const char *api, const char *operation)
{
    return (name == operation && row->api == api) ||
           (strcmp(name, operation) == 0 && strcmp(row->api, api) == 0);
}

/* The row's place, or the empty one where it belongs. */
static struct row *row_place(struct metrics *metrics, const char *api, const char *operation)
{
    size_t at = hash64(slice_str(operation)) % ROWS;
    for (;; at = (at + 1) % ROWS) {
        struct row *row = &metrics->rows[at];
        const char *name = atomic_load_explicit(&row->operation, memory_order_acquire);
        if (!name || row_is(row, name, api, operation))
            return row;
    }
}

static struct row *row_add(struct metrics *metrics, const char *api, const char *operation)
{
    pthread_mutex_lock(&metrics->lock);
    if (metrics->row_count >= ROWS / 2) /* cannot be, unless names are made up */
        operation = "other", api = "other";
    struct row *row = row_place(metrics, api, operation);
    if (!row->operation) {
        row->api = api;
        metrics->row_count++;
        atomic_store_explicit(&row->operation, operation, memory_order_release);
    }
    pthread_mutex_unlock(&metrics->lock);
    return row;
}

static void add(atomic_ullong *to, uint64_t value)
{
    if (value)
        atomic_fetch_add_explicit(to, value, memory_order_relaxed);
}

void metrics_request(struct metrics *metrics, const char *api, const char *operation, int status,
                     double seconds, uint64_t in, uint64_t out)
{
    struct row *row = row_place(metrics, api, operation);
    unsigned bucket = 0, class = status >= 100 && status < 600 ? (unsigned)status / 100 : 0;
    if (!atomic_load_explicit(&row->operation, memory_order_acquire))
        row = row_add(metrics, api, operation);
    while (bucket < BOUNDS && seconds > bounds[bucket])
        bucket++;
    add(&row->statuses[class], 1);
    add(&row->buckets[bucket], 1);
    add(&row->microseconds, seconds > 0 ? (uint64_t)(seconds * 1e6) : 0);
    add(&row->in, in);
    add(&row->out, out);
}

atomic_llong *metrics_number(struct metrics *metrics, const char *name, const char *help)
{
    static atomic_llong nowhere;
    atomic_llong *value = &nowhere;
    if (!metrics)
        return value;
    pthread_mutex_lock(&metrics->lock);
    for (size_t i = 0; i < NUMBERS; i++) {
        struct number *number = &metrics->numbers[i];
        if (!number->name) {
            number->help = help;
            number->name = name;
        } else if (strcmp(number->name, name) != 0) {
            continue;
        }
        value = &number->value;
        break;
    }
    pthread_mutex_unlock(&metrics->lock);
    return value;
}

static void head(FILE *to, const char *name, const char *type, const char *help)
{
    fprintf(to, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

static void put_requests(FILE *to, const struct row *row)
{
    static const char *const classes[CLASSES] = {"none", "1xx", "2xx", "3xx", "4xx", "5xx"};
    for (unsigned i = 0; i < CLASSES; i++)
        if (row->statuses[i])
            fprintf(to, "plimsoll_requests_total{api=\"%s\",operation=\"%s\",status=\"%s\"} %llu\n",
                    row->api, row->operation, classes[i], row->statuses[i]);
}

static void put_seconds(FILE *to, const struct row *row)
{
    unsigned long long count = 0;
    for (unsigned i = 0; i <= BOUNDS; i++) {
        count += row->buckets[i];
        fprintf(to, "plimsoll_request_seconds_bucket{api=\"%s\",operation=\"%s\",le=\"", row->api,
                row->operation);
        if (i < BOUNDS)
            fprintf(to, "%g\"} %llu\n", bounds[i], count);
        else
            fprintf(to, "+Inf\"} %llu\n", count);
    }
    fprintf(to, "plimsoll_request_seconds_sum{api=\"%s\",operation=\"%s\"} %.6f\n", row->api,
            row->operation, (double)row->microseconds / 1e6);
    fprintf(to, "plimsoll_request_seconds_count{api=\"%s\",operation=\"%s\"} %llu\n", row->api,
            row->operation, count);
}

static void put_received(FILE *to, const struct row *row)
{
    fprintf(to, "plimsoll_received_bytes_total{api=\"%s\",operation=\"%s\"} %llu\n", row->api,
            row->operation, row->in);
}

static void put_sent(FILE *to, const struct row *row)
{
    fprintf(to, "plimsoll_sent_bytes_total{api=\"%s\",operation=\"%s\"} %llu\n", row->api,
            row->operation, row->out);
}

static void put_rows(struct metrics *metrics, FILE *to)
{
    static const struct {
        const char *name, *type, *help;
        void (*put)(FILE *to, const struct row *row);
    } families[] = {
        {"plimsoll_requests_total", "counter", "Finished requests.", put_requests},
        {"plimsoll_request_seconds", "histogram", "From the head of a request to its end.",
         put_seconds},
        {"plimsoll_received_bytes_total", "counter", "Bytes of bodies that came.", put_received},
        {"plimsoll_sent_bytes_total", "counter", "Bytes of bodies that went.", put_sent},
    };
    for (size_t f = 0; f < sizeof families / sizeof families[0]; f++) {
        head(to, families[f].name, families[f].type, families[f].help);
        for (size_t i = 0; i < ROWS; i++)
            if (atomic_load_explicit(&metrics->rows[i].operation, memory_order_acquire))
                families[f].put(to, &metrics->rows[i]);
    }
}

static void put_one(FILE *to, const char *name, const char *help, long long value)
{
    struct slice text = slice_str(name);
    head(to, name, slice_ends(text, SLICE("_total")) ? "counter" : "gauge", help);
    fprintf(to, "%s %lld\n", name, value);
}

static void put_server(FILE *to, const struct server_stats *server)
{
    put_one(to, "plimsoll_connections_total", "Connections that came.",
            (long long)server->connections);
    put_one(to, "plimsoll_connections_open", "Connections open now.",
            (long long)server->connections_open);
    put_one(to, "plimsoll_connections_refused_total", "Connections over a limit.",
            (long long)server->refused);
    put_one(to, "plimsoll_connections_slow_total", "Connections ended for being too slow.",
            (long long)server->slow);
}

static long long open_descriptors(void)
{
    long long count = 0;
    DIR *folder = opendir("/proc/self/fd");
    while (folder && readdir(folder))
        count++;
    if (folder)
        closedir(folder);
    return count > 3 ? count - 3 : 0; /* without ".", ".." and the folder itself */
}

static long long resident_bytes(void)
{
    long long size = 0, resident = 0;
    FILE *file = fopen("/proc/self/statm", "re");
    if (!file)
        return 0;
    if (fscanf(file, "%lld %lld", &size, &resident) != 2)
        resident = 0;
    fclose(file);
    return resident * sysconf(_SC_PAGESIZE);
}

static void put_process(FILE *to, time_t started)
{
    struct timespec used = {0};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
    head(to, "process_cpu_seconds_total", "counter", "Processor time.");
    fprintf(to, "process_cpu_seconds_total %.3f\n",
            (double)used.tv_sec + (double)used.tv_nsec / 1e9);
    put_one(to, "process_resident_memory_bytes", "Resident memory.", resident_bytes());
    put_one(to, "process_open_fds", "Open descriptors.", open_descriptors());
    put_one(to, "process_start_time_seconds", "Start, seconds since 1970.", (long long)started);
    head(to, "plimsoll_build_info", "gauge", "The version, as a label.");
    fprintf(to, "plimsoll_build_info{version=\"%s\"} 1\n", PLIMSOLL_VERSION);
}

struct slice metrics_text(struct metrics *metrics, const struct server_stats *server,
                          struct arena *arena)
{
    char *text = NULL;
    size_t len = 0;
    FILE *to = open_memstream(&text, &len);
    if (!to)
        return (struct slice){0};
    put_rows(metrics, to);
    if (server)
        put_server(to, server);
    put_process(to, metrics->started);
    for (size_t i = 0; i < NUMBERS && metrics->numbers[i].name; i++)
        put_one(to, metrics->numbers[i].name, metrics->numbers[i].help, metrics->numbers[i].value);
    bool whole = fclose(to) == 0;
    struct slice copy = whole ? arena_copy(arena, slice_of(text, len)) : (struct slice){0};
    free(text);
    return copy;
}
