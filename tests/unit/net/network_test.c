#include "net/network.h"

#include "test.h"

static bool holds(const char *network, const char *address)
{
    struct network parsed;
    assert_true(network_parse(slice_str(network), &parsed));
    return network_holds(&parsed, slice_str(address));
}

static void networks_hold_addresses(void **state)
{
    (void)state;
    assert_true(holds("10.0.0.0/8", "10.255.0.1"));
    assert_false(holds("10.0.0.0/8", "11.0.0.1"));
    assert_true(holds("192.0.2.7", "192.0.2.7"));
    assert_false(holds("192.0.2.7", "192.0.2.6"));
    assert_true(holds("192.0.2.128/25", "192.0.2.200"));
    assert_false(holds("192.0.2.128/25", "192.0.2.100"));
    assert_true(holds("10.0.0.0/8", "::ffff:10.0.0.1"));
    assert_true(holds("2001:db8::/33", "2001:db8:7fff::1"));
    assert_false(holds("2001:db8::/33", "2001:db8:8000::1"));
    assert_false(holds("::/0", ""));
    assert_false(holds("::/0", "x"));
    assert_true(holds("::/0", "10.0.0.1"));
    assert_false(holds("0.0.0.0/0", "2001:db8::1"));
}

static void what_is_no_network(void **state)
{
    static const char *const wrong[] = {"",           "10.0.0.0/33", "10.0.0.0/",    "10.0.0.0/-1",
                                        "10.0.0",     "::/129",      "10.0.0.0/8/8", "localhost",
                                        "fe80::1%lo", " 10.0.0.1",   "10.0.0.0/8x"};
    struct network network;
    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        if (network_parse(slice_str(wrong[i]), &network))
            fail_msg("'%s' was taken", wrong[i]);
    assert_false(network_parse(SLICE("10.0.0.1\0"), &network));
}

static void addresses_are_written_one_way(void **state)
{
    char address[NETWORK_ADDRESS_MAX];
    (void)state;
    assert_true(network_address(SLICE("::ffff:192.0.2.7"), address));
    assert_string_equal(address, "192.0.2.7");
    assert_true(network_address(SLICE("2001:DB8:0:0::1"), address));
    assert_string_equal(address, "2001:db8::1");
    assert_false(network_address(SLICE("unknown"), address));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(networks_hold_addresses),
        cmocka_unit_test(what_is_no_network),
        cmocka_unit_test(addresses_are_written_one_way),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
