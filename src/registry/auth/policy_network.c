/* Addresses and networks of conditions. */
#include <arpa/inet.h>

#include "registry/auth/policy_parts.h"

enum { IPV6_BITS = 128, IPV4_BITS = 32, MAPPED = IPV6_BITS - IPV4_BITS };

static bool parse_address(struct slice text, uint8_t bytes[16], unsigned *bits)
{
    char copy[INET6_ADDRSTRLEN];
    struct in_addr four;
    if (text.len == 0 || text.len >= sizeof copy || memchr(text.at, '\0', text.len))
        return false;
    memcpy(copy, text.at, text.len);
    copy[text.len] = '\0';
    if (inet_pton(AF_INET, copy, &four) == 1) {
        memset(bytes, 0, 10);
        bytes[10] = bytes[11] = 0xff;
        memcpy(bytes + 12, &four, sizeof four);
        *bits = IPV4_BITS;
        return true;
    }
    *bits = IPV6_BITS;
    return inet_pton(AF_INET6, copy, bytes) == 1;
}

bool policy_network_parse(struct slice text, struct policy_network *network)
{
    struct slice address = slice_cut(&text, '/');
    uint64_t bits;
    unsigned most;
    if (!parse_address(address, network->bytes, &most))
        return false;
    bits = most;
    if (text.at && text.at > address.at + address.len && (!slice_u64(text, &bits) || bits > most))
        return false;
    network->bits = (unsigned)bits + (most == IPV4_BITS ? MAPPED : 0);
    return true;
}

bool policy_network_holds(const struct policy_network *network, struct slice address)
{
    uint8_t bytes[16];
    unsigned bits, whole = network->bits / 8, rest = network->bits % 8;
    if (!parse_address(address, bytes, &bits) || memcmp(bytes, network->bytes, whole) != 0)
        return false;
    return rest == 0 || ((bytes[whole] ^ network->bytes[whole]) >> (8 - rest)) == 0;
}
