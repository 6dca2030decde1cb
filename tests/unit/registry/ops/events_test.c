/* Webhooks end to end: a registry, a hook, and a receiver that fails when it is told to. */
#include "registry/core/bed.h"

#include <jansson.h>
#include <pthread.h>
#include <time.h>

#include "net/server.h"
#include "registry/ops/events.h"

static struct bed bed;
BED_FIXTURES(bed, NULL)

static struct {
    struct server *server;
    atomic_int fail, gone, count;
    atomic_int hold; /* 1: the next that gets through is held; 2: it is, until 0 */
    pthread_mutex_t lock;
    char actions[64][40];
    char signature[100];
} receiver = {.lock = PTHREAD_MUTEX_INITIALIZER};

static void a_moment(void)
{
    nanosleep(&(struct timespec){.tv_nsec = 10000000}, NULL);
}

static enum server_plan begin(void *context, struct server_request *request,
                              struct server_response *response)
{
    (void)context, (void)request, (void)response;
    return SERVER_BODY;
}

static void run(void *context, struct server_request *request, struct server_response *response)
{
    (void)context;
    response->status = atomic_load(&receiver.gone) ? 410 : 503;
    if (atomic_load(&receiver.gone) || atomic_fetch_sub(&receiver.fail, 1) > 0)
        return;
    int next = 1;
    if (atomic_compare_exchange_strong(&receiver.hold, &next, 2))
        while (atomic_load(&receiver.hold))
            a_moment();
    json_t *event = json_loadb(request->body.at, request->body.len, 0, NULL);
    const char *action =
        json_string_value(json_object_get(json_object_get(event, "data"), "action"));
    pthread_mutex_lock(&receiver.lock);
    snprintf(receiver.actions[atomic_load(&receiver.count) % 64], sizeof receiver.actions[0], "%s",
             action ? action : "?");
    snprintf(receiver.signature, sizeof receiver.signature, "%.*s",
             SLICE_ARG(server_header(request, "X-Plimsoll-Signature")));
    pthread_mutex_unlock(&receiver.lock);
    atomic_fetch_add(&receiver.count, 1);
    json_decref(event);
    response->status = 204;
}

static void end(void *context, struct server_request *request, int status, uint64_t sent)
{
    (void)context, (void)request, (void)status, (void)sent;
}

static void receive(void)
{
    static const char *const listen[] = {"127.0.0.1:0"};
    struct server_options options = {
        .listen = listen, .listen_count = 1, .handler = {NULL, begin, NULL, NULL, run, end}};
    struct error err = {0};
    atomic_store(&receiver.fail, 0);
    atomic_store(&receiver.gone, 0);
    atomic_store(&receiver.count, 0);
    atomic_store(&receiver.hold, 0);
    bed_repository(&bed, "team/app", TAGS_MUTABLE);
    if (!server_start(&receiver.server, &options, &err))
        fail_msg("%s", err.text);
}

static void set_hook(const char *name, const char *more)
{
    char text[300], setting[64];
    snprintf(text, sizeof text, "{\"url\":\"http://127.0.0.1:%u/\",\"wait\":0.02%s}",
             server_port(receiver.server), more);
    snprintf(setting, sizeof setting, "webhook/%s", name);
    OK(&bed, setting_put(&bed.registry, &bed.scope, setting, slice_str(text), "PutWebhook", NULL,
                         &bed.failure));
}

static void happen(const char *action)
{
    struct error err = {0};
    struct journal_entry entry = {.action = slice_str(action)};
    assert_true(journal_tell(&bed.registry, &bed.scope, &entry, NULL, &err));
}

/* A hook begins at what comes after it was seen: its place is written down then. */
static bool has_begun(const char *name)
{
    CLEANUP_META struct meta_txn *txn = NULL;
    struct error err = {0};
    struct slice place, scope = scope_text(&bed.scope, &bed.arena);
    bool found = false;
    assert_true(meta_begin(bed.registry.meta, false, &txn, &err));
    assert_true(meta_get(txn, ROW_HOOK, scope, slice_str(name), &bed.arena, &place, &found, &err));
    return found;
}

static void wait_begun(const char *name)
{
    for (int i = 0; i < 6000 && !has_begun(name); i++)
        a_moment();
    assert_true(has_begun(name));
}

/* Time for what should not come. */
static void settle(void)
{
    nanosleep(&(struct timespec){.tv_nsec = 300000000}, NULL);
}

static void wait_for(int count)
{
    for (int i = 0; i < 6000 && atomic_load(&receiver.count) < count; i++)
        a_moment();
    settle();
    assert_int_equal(atomic_load(&receiver.count), count);
}

static size_t dead_count(void)
{
    struct dead_letter *letters;
    struct error err = {0};
    size_t count;
    assert_true(dead_list(&bed.registry, &bed.scope, &bed.arena, &letters, &count, &err));
    return count;
}

static void wait_dead(size_t count)
{
    for (int i = 0; i < 6000 && dead_count() != count; i++)
        a_moment();
    assert_int_equal(dead_count(), count);
}

static struct events *start(void)
{
    struct events *events;
    struct error err = {0};
    assert_true(events_open(&events, &bed.registry, NULL, &err));
    return events;
}

/* The registry forgets the taps of who ended; here one registry serves several in turn. */
static void stop(struct events *events)
{
    events_close(events);
    bed.registry.tap_count = 0;
}

static void delivers_in_order_and_tries_again(void **state)
{
    (void)state;
    receive();
    struct events *events = start();
    set_hook("a", ",\"secret\":\"s\",\"actions\":[\"Put*\"]");
    wait_begun("a");
    atomic_store(&receiver.fail, 3);
    happen("PutImage");
    happen("PullImage"); /* not wanted */
    happen("PutTwo");
    happen("PutThree");
    wait_for(3);
    assert_string_equal(receiver.actions[0], "PutImage");
    assert_string_equal(receiver.actions[1], "PutTwo");
    assert_string_equal(receiver.actions[2], "PutThree");
    assert_memory_equal(receiver.signature, "sha256=", 7);
    assert_int_equal(strlen(receiver.signature), 7 + 64);
    assert_int_equal(dead_count(), 0);
    stop(events);
    happen("PutWhileAway"); /* nothing is lost, and nothing comes twice */
    events = start();
    wait_for(4);
    assert_string_equal(receiver.actions[3], "PutWhileAway");
    stop(events);
    server_free(receiver.server);
}

static void gives_up_and_sends_again(void **state)
{
    struct error err = {0};
    size_t count;
    (void)state;
    receive();
    struct events *events = start();
    set_hook("a", ",\"attempts\":3,\"actions\":[\"Put*Image\"]");
    wait_begun("a");
    atomic_store(&receiver.fail, 1000);
    happen("PutOneImage");
    happen("PutTwoImage"); /* as many, although nothing gets through */
    wait_dead(2);
    assert_int_equal(1000 - atomic_load(&receiver.fail), 6);
    atomic_store(&receiver.fail, 0);
    happen("PutThreeImage"); /* life goes on */
    wait_for(1);
    assert_int_equal(dead_count(), 2);
    assert_true(dead_again(&bed.registry, &bed.scope, SLICE("a"), 0, &count, &err));
    assert_int_equal(count, 2);
    bed.registry.taps[0].changed(bed.registry.taps[0].context, SLICE("")); /* as the tick would */
    wait_for(3);
    assert_int_equal(dead_count(), 0);
    atomic_store(&receiver.gone, 1); /* 410: nobody is there any more */
    happen("PutFourImage");
    wait_dead(1);
    assert_true(dead_drop(&bed.registry, &bed.scope, SLICE(""), 0, &count, &err));
    assert_int_equal(count, 1);
    assert_int_equal(dead_count(), 0);
    stop(events);
    server_free(receiver.server);
}

/* A receiver that was away for days: what is old is not waited for again and again. */
static void what_is_old_has_one_try_while_nothing_gets_through(void **state)
{
    (void)state;
    receive();
    set_hook("a", ",\"attempts\":3,\"actions\":[\"Put*Image\"]");
    struct events *events = start();
    wait_begun("a");
    stop(events);
    happen("PutOneImage");
    happen("PutTwoImage");
    bed.world.now += 90000;
    happen("PutThreeImage");
    atomic_store(&receiver.fail, 1000);
    events = start();
    wait_dead(3);
    assert_int_equal(1000 - atomic_load(&receiver.fail), 3 + 1 + 3);
    stop(events);
    server_free(receiver.server);
}

static void a_hook_that_is_taken_away_is_silent(void **state)
{
    (void)state;
    receive();
    struct events *events = start();
    set_hook("b", ",\"actions\":[\"X*\"]");
    set_hook("a", ""); /* the last, as below */
    wait_begun("a");
    wait_begun("b");
    int before = atomic_load(&receiver.count);
    happen("PutImage");
    wait_for(before + 1);
    OK(&bed, setting_put(&bed.registry, &bed.scope, "webhook/a", SLICE(""), "DeleteWebhook", NULL,
                         &bed.failure));
    settle();
    before = atomic_load(&receiver.count);
    happen("PutImage");
    happen("XImage");
    wait_for(before + 1);
    stop(events);
    server_free(receiver.server);
}

/* What happens while a second try is under way is seen by another thread, which may not wait for
   that try's end, nor forget to tell its hook. */
static void nothing_that_comes_during_a_second_try_is_forgotten(void **state)
{
    (void)state;
    receive();
    struct events *events = start();
    set_hook("b", ",\"actions\":[\"X*\"]");
    set_hook("a", ",\"actions\":[\"Put*\"]"); /* the last: setting one is a PutWebhook */
    wait_begun("a");
    wait_begun("b");
    atomic_store(&receiver.fail, 1);
    atomic_store(&receiver.hold, 1);
    happen("PutOne");
    for (int i = 0; i < 6000 && atomic_load(&receiver.hold) != 2; i++)
        a_moment();
    happen("PutTwo");
    happen("XOne");
    wait_for(1); /* the other hook has the news */
    atomic_store(&receiver.hold, 0);
    wait_for(3);
    assert_string_equal(receiver.actions[0], "XOne");
    assert_string_equal(receiver.actions[1], "PutOne");
    assert_string_equal(receiver.actions[2], "PutTwo");
    stop(events);
    server_free(receiver.server);
}

/* A store that cannot be read for a while, as with a disk that fails. */
static const struct meta_ops *whole;
static atomic_bool broken;
static atomic_int refused;

static bool begin_or_not(struct meta *meta, bool write, struct meta_txn **txn, struct error *err)
{
    if (write || !atomic_load(&broken))
        return whole->begin(meta, write, txn, err);
    atomic_fetch_add(&refused, 1);
    return error_set(err, ERROR_IO, "the disk does not answer");
}

static void a_store_that_cannot_be_read_is_asked_again_without_haste(void **state)
{
    struct meta_ops ops;
    (void)state;
    receive();
    set_hook("hook", "");
    whole = bed.registry.meta->ops;
    ops = *whole;
    ops.begin = begin_or_not;
    bed.registry.meta->ops = &ops;
    atomic_store(&refused, 0);
    atomic_store(&broken, true);
    struct events *events = start();
    for (int i = 0; i < 6000 && atomic_load(&refused) == 0; i++)
        a_moment();
    settle();
    assert_in_range(atomic_load(&refused), 1, 20);
    atomic_store(&broken, false);
    wait_begun("hook");
    happen("PutImage");
    wait_for(1);
    stop(events);
    bed.registry.meta->ops = whole;
    server_free(receiver.server);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BOTH(delivers_in_order_and_tries_again),
        BOTH(gives_up_and_sends_again),
        BOTH(what_is_old_has_one_try_while_nothing_gets_through),
        BOTH(a_hook_that_is_taken_away_is_silent),
        BOTH(nothing_that_comes_during_a_second_try_is_forgotten),
        BOTH(a_store_that_cannot_be_read_is_asked_again_without_haste),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
