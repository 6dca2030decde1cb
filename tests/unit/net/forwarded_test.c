#include "net/forwarded.h"

#include "test.h"

/* Trusted: 10.0.0.0/8 and 2001:db8:1::/48. */
static struct forwarded read_all(const char *x_for, const char *forwarded, const char *proto)
{
    struct network proxies[2];
    struct forwarded_headers headers = {slice_str(x_for), slice_str(forwarded), slice_str(proto)};
    assert_true(network_parse(SLICE("10.0.0.0/8"), &proxies[0]));
    assert_true(network_parse(SLICE("2001:db8:1::/48"), &proxies[1]));
    return forwarded_read(&headers, proxies, 2);
}

static const struct {
    const char *header, *client; /* NULL: nothing usable */
} by_x_for[] = {
    {"192.0.2.7", "192.0.2.7"},
    {"192.0.2.7:4711", "192.0.2.7"},
    {"198.51.100.1, 192.0.2.7", "192.0.2.7"},        /* what the client invents is at the left */
    {"127.0.0.1, 192.0.2.7, 10.0.0.5", "192.0.2.7"}, /* two proxies of ours */
    {"10.9.9.9, 192.0.2.7 , 10.0.0.5", "192.0.2.7"}, /* it pretends to be one of ours */
    {"10.0.0.6,10.0.0.5", "10.0.0.6"},               /* all are ours: the first asked */
    {"garbage, 192.0.2.7", "192.0.2.7"},             /* unread */
    {"\"[,;, 192.0.2.7", "192.0.2.7"},               /* likewise */
    {"192.0.2.7, garbage", NULL},                    /* our proxy says what nobody understands */
    {"192.0.2.7, unknown, 10.0.0.5", "10.0.0.5"},    /* the last that is known */
    {"2001:db8::7", "2001:db8::7"},
    {"[2001:db8::7]:4711, 2001:db8:1::5", "2001:db8::7"},
    {"[2001:db8::7]", "2001:db8::7"},
    {"::ffff:192.0.2.7", "192.0.2.7"},
    {"192.0.2.7, , ,", "192.0.2.7"},
    {"[2001:db8::7", NULL},
    {"[2001:db8::7]x", NULL},
    {"192.0.2.7:", NULL},
    {"192.0.2.7:port", NULL},
    {", ,", NULL},
    {"", NULL},
};

static const struct {
    const char *header, *client;
    bool https;
} by_forwarded[] = {
    {"for=192.0.2.7", "192.0.2.7", false},
    {"For=192.0.2.7;Proto=https;by=10.0.0.1;host=\"a,b;c\"", "192.0.2.7", true},
    {"for=\"[2001:db8::7]:4711\";proto=\"https\"", "2001:db8::7", true},
    {"for=198.51.100.1, for=192.0.2.7;proto=http", "192.0.2.7", false},
    {"for=192.0.2.7;proto=https, for=10.0.0.5;proto=http", "192.0.2.7", true},
    {"for=\"192.0.2.9, for=192.0.2.7", "192.0.2.7", false}, /* an open quote swallows nothing */
    {"for=\"a\\\", for=192.0.2.7", "192.0.2.7", false},
    {"for=unknown", NULL, false},
    {"for=_hidden", NULL, false},
    {"for=unknown, for=10.0.0.5", "10.0.0.5", false},
    {"proto=https", NULL, false},
    {"192.0.2.7", NULL, false},
    {"for=\"192.0.2.7\\\"", NULL, false},
};

static void expect(const struct forwarded *read, const char *header, const char *client)
{
    if ((read->word == FORWARDED_CLIENT) != (client != NULL) ||
        (client && strcmp(read->address, client) != 0))
        fail_msg("'%s': %d '%s'", header, read->word, read->address);
}

static void the_first_that_is_not_trusted(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof by_x_for / sizeof *by_x_for; i++) {
        struct forwarded read = read_all(by_x_for[i].header, "", "");
        expect(&read, by_x_for[i].header, by_x_for[i].client);
        assert_false(read.https);
    }
    for (size_t i = 0; i < sizeof by_forwarded / sizeof *by_forwarded; i++) {
        struct forwarded read = read_all("", by_forwarded[i].header, "");
        expect(&read, by_forwarded[i].header, by_forwarded[i].client);
        assert_int_equal(read.https, by_forwarded[i].https);
    }
}

static void both_must_agree(void **state)
{
    (void)state;
    assert_int_equal(read_all("192.0.2.7", "for=192.0.2.7", "").word, FORWARDED_CLIENT);
    assert_int_equal(read_all("192.0.2.7", "for=192.0.2.8", "").word, FORWARDED_CONTRADICTS);
    assert_int_equal(read_all("192.0.2.7", "for=unknown", "").word, FORWARDED_CLIENT);
}

static void what_the_client_spoke(void **state)
{
    (void)state;
    assert_true(read_all("192.0.2.7", "", "https").https);
    assert_true(read_all("192.0.2.7", "", "http, HTTPS").https);
    assert_false(read_all("192.0.2.7", "", "https, http").https);
    assert_false(read_all("192.0.2.7", "", "").https);
    assert_false(read_all("192.0.2.7", "for=192.0.2.7;proto=https", "http").https);
    assert_true(read_all("", "", "https").https);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_that_is_not_trusted),
        cmocka_unit_test(both_must_agree),
        cmocka_unit_test(what_the_client_spoke),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
