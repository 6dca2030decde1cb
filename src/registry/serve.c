/* See serve.h. The order matters: the nursery is forked while nothing is there that it must not
   see; the parts are made from below upwards and ended from above downwards. */
#include "registry/serve.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <time.h>

#include "base/clock.h"
#include "registry/bootstrap.h"
#include "registry/core/collect.h"
#include "registry/data_folder.h"
#include "registry/expire.h"
#include "registry/front.h"
#include "registry/mirror/mirror.h"
#include "registry/ops/events.h"
#include "registry/ops/metrics.h"
#include "registry/retention.h"

enum { JOURNAL_SECONDS = 3600 };

struct serving {
    const struct serve_options *options;
    struct arena arena;
    struct data_folder folder;
    struct node node;
    struct front *front;
    struct server *server;
    struct serve_credentials made;
    bool first;
    pthread_t keeper;
    bool keeper_runs;
    atomic_bool stop;
};

static void tell(const struct serving *serving, const char *what, const struct error *err)
{
    char text[sizeof err->text + 100];
    snprintf(text, sizeof text, "%s: %s", what, err->text);
    if (serving->options->tell)
        serving->options->tell(serving->options->context, text);
}

static bool open_registry(struct serving *serving, struct error *err)
{
    const struct serve_options *options = serving->options;
    struct node *node = &serving->node;
    if (!data_folder_open(&serving->folder, options->data, DATA_FOLDER_SERVE, &options->limits,
                          err))
        return false;
    node->options = options->node;
    node->registry = &serving->folder.registry;
    return auth_open(&node->auth, node->registry, &options->auth, err) &&
           inspect_open(&node->inspect, node->registry, &options->inspect, err) &&
           mirror_open(&node->mirror, node, err);
}

/* Where it listens, when nobody said how the world calls it. */
static bool name_address(struct serving *serving, struct error *err)
{
    struct slice *url = &serving->node.options.public_url;
    const struct server_options *server = &serving->options->server;
    if (url->len)
        return true;
    struct slice address = slice_str(server->listen[0]);
    struct slice host = slice_upto(address, slice_find_last(address, ':'));
    if (!host.len || slice_equal_str(host, "0.0.0.0") || slice_equal_str(host, "[::]"))
        host = SLICE("127.0.0.1");
    *url = arena_printf(&serving->arena, "%s://%.*s:%u", server->certificate ? "https" : "http",
                        SLICE_ARG(host), server_port(serving->server));
    return url->at || arena_error(err);
}

static bool listen_for_requests(struct serving *serving, struct error *err)
{
    struct server_options options = serving->options->server;
    struct front_options front = {
        .node = &serving->node,
        .access_log = serving->options->access_log,
        .rate = serving->options->rate,
        .server = (const struct server *const *)&serving->server,
    };
    serving->node.metrics = metrics_new();
    if (!serving->node.metrics)
        return error_set(err, ERROR_LIMIT, "out of memory");
    if (serving->node.inspect)
        inspect_measure(serving->node.inspect, serving->node.metrics);
    if (!events_open(&serving->node.events, serving->node.registry, serving->node.metrics, err) ||
        !front_new(&serving->front, &front, err))
        return false;
    options.handler = front_handler(serving->front);
    options.tell = serving->options->tell;
    options.hold = true;
    return server_start(&serving->server, &options, err) && name_address(serving, err);
}

/* What is done again and again, each after its own time; 0 seconds: never. */
struct chore {
    const char *name;
    unsigned seconds;
    bool (*run)(struct serving *serving, struct error *err);
    double last;
};

static bool tick(struct serving *serving, struct error *err)
{
    return registry_tick(serving->node.registry, err);
}

static bool expire(struct serving *serving, struct error *err)
{
    struct expire_report report = {0};
    return expire_all(serving->node.registry, &serving->stop, &report, err);
}

static bool collect(struct serving *serving, struct error *err)
{
    struct collect_report report = {0};
    return collect_run(serving->node.registry, 0, &serving->stop, &report, err);
}

static bool orphans(struct serving *serving, struct error *err)
{
    struct collect_report report = {0};
    return collect_orphans(serving->node.registry, &serving->stop, &report, err);
}

static bool shorten_journal(struct serving *serving, struct error *err)
{
    struct retention_report report;
    return retention_run(serving->node.registry, serving->options->journal_days, &serving->stop,
                         &report, err);
}

/* The thread that keeps house. */
static void *keep_house(void *argument)
{
    struct serving *serving = argument;
    const struct serve_options *options = serving->options;
    struct chore chores[] = {
        {"housekeeping", 1, tick},
        {"lifecycle policies", options->lifecycle_seconds, expire},
        {"collection", options->collect_seconds, collect},
        {"looking for files without an owner", options->collect_seconds * 24, orphans},
        {"the journal", options->journal_days ? JOURNAL_SECONDS : 0, shorten_journal},
    };
    size_t count = sizeof chores / sizeof *chores;
    struct error err;
    for (size_t i = 0; i < count; i++)
        chores[i].last = clock_monotonic();
    while (!serving->stop) {
        nanosleep(&(struct timespec){0, 250 * 1000 * 1000}, NULL);
        for (size_t i = 0; i < count && !serving->stop; i++) {
            double now = clock_monotonic();
            if (chores[i].seconds == 0 || now - chores[i].last < chores[i].seconds)
                continue;
            chores[i].last = now;
            if (!chores[i].run(serving, &err))
                tell(serving, chores[i].name, &err);
        }
    }
    return NULL;
}

static bool start_keeper(struct serving *serving, struct error *err)
{
    errno = pthread_create(&serving->keeper, NULL, keep_house, serving);
    serving->keeper_runs = errno == 0;
    return serving->keeper_runs || error_errno(err, "starting a thread");
}

static void serving_done(struct serving *serving)
{
    unsigned seconds = serving->options->stop_seconds;
    if (serving->server)
        server_stop(serving->server, seconds);
    serving->stop = true;
    if (serving->keeper_runs)
        pthread_join(serving->keeper, NULL);
    mirror_stop(serving->node.mirror);
    inspect_close(serving->node.inspect, seconds);
    /* Nothing comes any more; uploads that are dropped below have nobody left to tell. */
    serving->folder.registry.tap_count = 0;
    events_close(serving->node.events);
    mirror_close(serving->node.mirror); /* until now scans told it of the journal */
    server_free(serving->server);
    front_free(serving->front);
    metrics_free(serving->node.metrics);
    auth_close(serving->node.auth);
    data_folder_close(&serving->folder);
    arena_done(&serving->arena);
}

static void signals_to_wait_for(sigset_t *signals)
{
    sigemptyset(signals);
    sigaddset(signals, SIGINT);
    sigaddset(signals, SIGTERM);
}

static bool serve(struct serving *serving, const sigset_t *signals, struct error *err)
{
    const struct serve_options *options = serving->options;
    if (!open_registry(serving, err) || !listen_for_requests(serving, err) ||
        !start_keeper(serving, err))
        return false;
    char *url = arena_string(&serving->arena, serving->node.options.public_url);
    if (!url)
        return arena_error(err);
    /* The first user is made when nothing can fail any more, since its password is told once, and
       before anybody is answered: until now clients could connect, and wait. */
    if (!bootstrap(serving->folder.meta, serving->folder.world, options, &serving->arena,
                   &serving->made, &serving->first, err))
        return false;
    server_go(serving->server);
    options->ready(options->context, url, serving->first ? &serving->made : NULL);
    int signal_number;
    while (sigwait(signals, &signal_number) != 0)
        ;
    return true;
}

bool serve_run(const struct serve_options *options, struct error *err)
{
    sigset_t signals;
    /* The parts that are never made stay NULL, which all of the closing functions take. */
    struct serving serving = {.options = options, .folder.lock = -1};
    if (!inspect_nursery_start(err))
        return false;
    signals_to_wait_for(&signals);
    signal(SIGPIPE, SIG_IGN);
    pthread_sigmask(SIG_BLOCK, &signals, NULL);
    arena_init(&serving.arena, (size_t)16 << 20);
    bool served = serve(&serving, &signals, err);
    serving_done(&serving);
    inspect_nursery_stop();
    return served;
}
