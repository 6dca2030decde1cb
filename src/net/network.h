#pragma once
/*
 * Networks of addresses, "10.0.0.0/8" or "2001:db8::/32"; a mere address is a network of one. IPv4
 * is kept as the mapped addresses of IPv6 (RFC 4291 section 2.5.5.2), so the two compare. Input is
 * hostile. Any thread may call.
 */
#include "base/slice.h"

struct network {
    uint8_t bytes[16];
    unsigned bits; /* of those 128 that count */
};

/* False for what is no network. Bits of the address beyond the network's are let be. */
bool network_parse(struct slice text, struct network *network);
/* False also for what is no address. */
bool network_holds(const struct network *network, struct slice address);

enum { NETWORK_ADDRESS_MAX = 46 }; /* INET6_ADDRSTRLEN */
/* The address as it is usually written, mapped ones as IPv4; false when it is none. */
bool network_address(struct slice text, char address[NETWORK_ADDRESS_MAX]);
