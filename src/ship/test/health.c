/* Asking until it answers. */
#include <poll.h>

#include "base/clock.h"
#include "net/http.h"
#include "ship/test/parts.h"

enum { ASK_SECONDS = 5, PAUSE_MS = 250, TELL_SECONDS = 5, BODY_KEPT = 1 << 20 };

static bool take_nothing(void *owner, struct slice bytes, struct error *err)
{
    size_t *seen = owner;
    *seen += bytes.len;
    return *seen <= BODY_KEPT || error_set(err, ERROR_LIMIT, "a body over %d bytes", BODY_KEPT);
}

bool ship_health_ask(struct slice url, unsigned seconds, struct arena *arena, int *status,
                     struct http_headers *headers, struct error *err)
{
    const struct http_options options = {
        .insecure = true, .attempts = 1, .connect_seconds = seconds, .stall_seconds = seconds};
    CLEANUP_HTTP struct http_client *client = http_client_new(&options);
    size_t seen = 0;
    struct http_request request = {.url = url, .sink = {.owner = &seen, .take = take_nothing}};
    struct http_response response;
    if (!client)
        return arena_error(err);
    if (!http_perform(client, &request, arena, &response, err))
        return false;
    *status = response.status;
    if (headers)
        *headers = response.headers;
    return true;
}

/* What was seen, for people; in the arena only when it is something new. */
static bool see(struct ship_test *test, struct ship_health *health, const char *text)
{
    if (!slice_equal_str(health->last, text))
        health->last = arena_copy(test->arena, slice_str(text));
    return health->last.at != NULL;
}

static bool ask_once(struct ship_test *test, struct ship_health *health)
{
    CLEANUP_ARENA struct arena scratch;
    arena_init(&scratch, 16 << 20);
    struct error why = {0};
    char number[16];
    int status = 0;
    bool answered = ship_health_ask(health->url, ASK_SECONDS, &scratch, &status, NULL, &why);
    health->status = status;
    snprintf(number, sizeof number, "%d", status);
    see(test, health, answered ? number : why.text);
    return answered && (health->any || (status >= 200 && status < 300));
}

static bool has_ended(struct ship_health *health)
{
    for (size_t i = 0; i < health->child_count; i++)
        if (process_ended(health->children[i], &health->ended))
            return true;
    return false;
}

bool ship_health_wait(struct ship_test *test, struct ship_health *health, struct error *err)
{
    double began = clock_monotonic(), told = began;
    health->ended = -1;
    for (;;) {
        bool fine = ask_once(test, health);
        double now = clock_monotonic();
        health->waited = now - began;
        if (fine)
            return true;
        if (process_signal_caught())
            return error_set(err, ERROR_IO, "interrupted while waiting for %.*s",
                             SLICE_ARG(health->url));
        if (health->waited >= test->seconds || has_ended(health))
            return false;
        if (now - told >= TELL_SECONDS) {
            ship_test_progress(test, "waiting for %.*s: %.*s (%.0f of %u s)",
                               SLICE_ARG(health->url), SLICE_ARG(health->last), health->waited,
                               test->seconds);
            told = now;
        }
        poll(NULL, 0, PAUSE_MS);
    }
}
