#pragma once
/*
 * What becomes of an answer's headers under HAProxy's rules. For one way of being answered:
 *
 *   from a server      http-response of the backend, then of the frontend;
 *                      then http-after-response of both (2.2 and later)
 *   by HAProxy itself  http-after-response alone: of the frontend when no backend was chosen yet,
 *                      of the backend and the frontend afterwards
 *
 * In each, the rules of the section's `defaults` come before its own (once, when both inherit from
 * the same). A condition that cannot be decided makes the effect HEADER_CONDITIONAL.
 */
#include "lint/haproxy/haproxy.h"

enum { HAPROXY_EFFECTS_MAX = 200 }; /* of one answer: the rest is not looked at (`limited`) */

struct haproxy_answer {
    const struct haproxy_config *config;
    const struct haproxy_section *front,
        *back; /* back: NULL or the same as front when none other */
    struct haproxy_facts facts;
    bool from_server;
    struct header_effect *effects;
    size_t count, room;
    bool replaced; /* an http-response rule always puts an answer of HAProxy's own in its place */
    bool limited, failed;
};

void haproxy_answer_rules(struct haproxy_answer *answer);
/* The one that counts for a name (sent before not sent, certain before conditional); NULL: none. */
struct header_effect *haproxy_answer_find(const struct haproxy_answer *answer, struct slice name);
void haproxy_answer_put(struct haproxy_answer *answer, const struct header_effect *effect);
