#pragma once
/* Rate limits: what an answer says of until when a host wants to be left alone. For tag_list. */
#include "net/http.h"
#include "update/tag_list.h"

/*
 * Seconds from `now` (since 1970) to wait after a 429, or when nothing is left: Retry-After,
 * X-Retry-After, RateLimit-Reset, X-RateLimit-Reset, as seconds or as a time since 1970 (Docker Hub
 * sends the latter), at most a day. False when the answer does not say.
 */
bool tag_gate_wait(const struct http_headers *headers, int64_t now, unsigned *seconds);
/* RateLimit-Remaining or X-RateLimit-Remaining says 0 ("0;w=21600" as well). */
bool tag_gate_is_spent(const struct http_headers *headers);

/* Waits as long as `host` is closed; ERROR_NETWORK with until when, if that is over `wait_max`
   seconds. */
bool tag_gate_pass(struct tag_list_gate *gate, struct slice host, unsigned wait_max,
                   struct error *err);
/* `host` wants to be left alone for so long. */
void tag_gate_close(struct tag_list_gate *gate, struct slice host, unsigned seconds);
