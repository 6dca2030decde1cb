/* What clients and proxies write into X-Forwarded-For, Forwarded and X-Forwarded-Proto, one a line.
   Whatever stands at the left, the hop that a trusted proxy appends at the right is found. */
#include <stdlib.h>

#include "net/forwarded.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
    if (!holds)
        abort();
}

/* The header with one more hop. */
static void check_appended(struct slice header, const char *hop, bool standard,
                           const struct network *proxies)
{
    char all[4096];
    struct forwarded read;
    const struct slice parts[] = {header, SLICE(", "), slice_str(hop)};
    size_t len = slice_join(all, sizeof all, parts, 3);
    if (len == SIZE_MAX)
        return;
    struct forwarded_headers headers = {.x_for = slice_of(all, standard ? 0 : len),
                                        .forwarded = slice_of(all, standard ? len : 0)};
    read = forwarded_read(&headers, proxies, 2);
    must(read.word == FORWARDED_CLIENT && strcmp(read.address, "192.0.2.7") == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct network proxies[2], network;
    struct slice rest = slice_of(data, size);
    char address[NETWORK_ADDRESS_MAX];
    must(network_parse(SLICE("10.0.0.0/8"), &proxies[0]));
    must(network_parse(SLICE("2001:db8::/32"), &proxies[1]));
    struct slice x_for = slice_cut_line(&rest), standard = slice_cut_line(&rest);
    struct forwarded_headers headers = {x_for, standard, slice_cut_line(&rest)};
    struct forwarded read = forwarded_read(&headers, proxies, 2);
    if (read.word != FORWARDED_NOTHING)
        must(network_address(slice_str(read.address), address) &&
             strcmp(address, read.address) == 0);
    check_appended(x_for, "192.0.2.7", false, proxies);
    check_appended(standard, "for=192.0.2.7;proto=https", true, proxies);
    if (network_parse(x_for, &network))
        must(network.bits <= 128);
    return 0;
}
