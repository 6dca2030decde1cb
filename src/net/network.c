/* See network.h. */
#include "net/network.h"

#include <arpa/inet.h>

enum { IPV6_BITS = 128, IPV4_BITS = 32, MAPPED = IPV6_BITS - IPV4_BITS };
_Static_assert((int)NETWORK_ADDRESS_MAX == INET6_ADDRSTRLEN, "the room that inet_ntop asks for");

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

bool network_parse(struct slice text, struct network *network)
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

bool network_holds(const struct network *network, struct slice address)
{
    uint8_t bytes[16];
    unsigned bits, whole = network->bits / 8, rest = network->bits % 8;
    if (!parse_address(address, bytes, &bits) || memcmp(bytes, network->bytes, whole) != 0)
        return false;
    return rest == 0 || ((bytes[whole] ^ network->bytes[whole]) >> (8 - rest)) == 0;
}

bool network_address(struct slice text, char address[NETWORK_ADDRESS_MAX])
{
    uint8_t bytes[16];
    unsigned bits;
    if (!parse_address(text, bytes, &bits))
        return false;
    struct in6_addr six;
    memcpy(&six, bytes, sizeof six);
    return IN6_IS_ADDR_V4MAPPED(&six)
               ? inet_ntop(AF_INET, bytes + 12, address, NETWORK_ADDRESS_MAX) != NULL
               : inet_ntop(AF_INET6, bytes, address, NETWORK_ADDRESS_MAX) != NULL;
}
