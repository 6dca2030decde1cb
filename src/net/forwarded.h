#pragma once
/*
 * Who really asks, when proxies stand in between: each appends the address that it was asked from.
 *
 *   X-Forwarded-For: 192.0.2.7, 10.0.0.5     (of no standard; addresses, perhaps with ports)
 *   Forwarded: for=192.0.2.7;proto=https, for="[2001:db8::5]:4711"     (RFC 7239)
 *
 * Only the right end was written by somebody we know: from there to the left, as long as the hops
 * are proxies that are trusted, the next is believed. The first that is none is the client; what
 * stands to its left is the client's own invention. So both are read from their ends: nothing that
 * a client puts to the left can change how the rest is read. Any thread may call.
 */
#include "net/network.h"

struct forwarded_headers {
    struct slice x_for, forwarded, x_proto; /* all of that name, joined by commas; empty: none */
};

enum forwarded_word {
    FORWARDED_NOTHING,     /* nothing usable: the proxy itself is all that is known */
    FORWARDED_CLIENT,      /* `address` is the client's */
    FORWARDED_CONTRADICTS, /* the two headers name different clients: one of them is a lie */
};

struct forwarded {
    enum forwarded_word word;
    char address[NETWORK_ADDRESS_MAX];
    bool https; /* the client spoke TLS, says the proxy */
};

/* Ask only when the connection comes from a proxy that is trusted. */
struct forwarded forwarded_read(const struct forwarded_headers *headers,
                                const struct network *proxies, size_t count);
/* Whether one of the networks holds it. */
bool forwarded_trusts(const struct network *proxies, size_t count, struct slice address);
