#include "test.h"

#include "net/url.h"

struct row {
    const char *text, *expected; /* NULL: refused */
};

static void check_text(struct slice got, const char *expected)
{
    assert_non_null(got.at);
    assert_int_equal(got.len, strlen(expected));
    assert_memory_equal(got.at, expected, got.len);
}

static void test_parse(void **state)
{
    static const struct row rows[] = {
        {"https://Example.ORG", "https://example.org/"},
        {"HTTP://a:80/x?y#z", "http://a/x?y"},
        {"https://a:443?q=1", "https://a/?q=1"},
        {"http://[::1]:5000/v2/", "http://[::1]:5000/v2/"},
        {"http://a/b/../c/./d", "http://a/c/d"},
        {"http://a/../../c/..", "http://a/"},
        {"http://a/b//c", "http://a/b//c"},
        {"http://a/b c\xc3\xa4", "http://a/b%20c%C3%A4"},
        {"http://user:p%40ss@a/b", "http://a/b"},
        {"http://a:/b", "http://a/b"},
        {"ftp://a/b", NULL},
        {"a/b", NULL},
        {"http://", NULL},
        {"http:///x", NULL},
        {"http://a:0/", NULL},
        {"http://a:65536/", NULL},
        {"http://a:5x/", NULL},
        {"http://a b/", NULL},
        {"http://a\r\nX: y/", NULL},
        {"http://a/\r\nX: y", NULL},
        {"http://[::1", NULL},
        {"http://[::1]x/", NULL},
        {"http://a\\@b/", NULL},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        CLEANUP_ARENA struct arena arena = {.limit = 1 << 20};
        struct error err = {0};
        struct url url;
        bool fine = url_parse(slice_str(rows[i].text), &arena, &url, &err);
        if (fine != (rows[i].expected != NULL))
            fail_msg("%s: %s", rows[i].text, fine ? "taken" : err.text);
        if (fine)
            check_text(url_text(&url, &arena), rows[i].expected);
    }
}

/* The examples of RFC 3986 section 5.4, as far as they are http. */
static void test_resolve(void **state)
{
    static const struct row rows[] = {
        {"g", "http://a/b/c/g"},      {"./g", "http://a/b/c/g"},
        {"g/", "http://a/b/c/g/"},    {"/g", "http://a/g"},
        {"//g", "http://g/"},         {"?y", "http://a/b/c/d;p?y"},
        {"g?y", "http://a/b/c/g?y"},  {"#s", "http://a/b/c/d;p?q"},
        {"g#s", "http://a/b/c/g"},    {";x", "http://a/b/c/;x"},
        {"", "http://a/b/c/d;p?q"},   {".", "http://a/b/c/"},
        {"./", "http://a/b/c/"},      {"..", "http://a/b/"},
        {"../", "http://a/b/"},       {"../g", "http://a/b/g"},
        {"../..", "http://a/"},       {"../../../g", "http://a/g"},
        {"/./g", "http://a/g"},       {"/../g", "http://a/g"},
        {"g.", "http://a/b/c/g."},    {"..g", "http://a/b/c/..g"},
        {"./../g", "http://a/b/g"},   {"g/./h", "http://a/b/c/g/h"},
        {"g/../h", "http://a/b/c/h"}, {"https://h:8/i", "https://h:8/i"},
        {"mailto:someone", NULL},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        CLEANUP_ARENA struct arena arena = {.limit = 1 << 20};
        struct error err = {0};
        struct url base, url;
        assert_true(url_parse(SLICE("http://a/b/c/d;p?q"), &arena, &base, &err));
        bool fine = url_resolve(&base, slice_str(rows[i].text), &arena, &url, &err);
        if (fine != (rows[i].expected != NULL))
            fail_msg("%s: %s", rows[i].text, fine ? "taken" : err.text);
        if (fine)
            check_text(url_text(&url, &arena), rows[i].expected);
    }
}

static void test_pieces(void **state)
{
    CLEANUP_ARENA struct arena arena = {.limit = 1 << 20};
    struct error err = {0};
    struct url url, other;
    (void)state;
    assert_true(url_parse(SLICE("https://u:p@h/x?token=secret"), &arena, &url, &err));
    check_text(url.user, "u:p");
    check_text(url_show(&url, &arena), "https://h/x");
    assert_true(url_query_add(&url, "scope", SLICE("a/b:pull,push"), &arena, &err));
    check_text(url.query, "token=secret&scope=a%2Fb%3Apull%2Cpush");
    check_text(url_decode(SLICE("a%2fb%zz%4"), &arena), "a/b%zz%4");
    assert_true(url_parse(SLICE("https://h:443/y"), &arena, &other, &err));
    assert_true(url_same_origin(&url, &other));
    assert_true(url_parse(SLICE("https://h:444/y"), &arena, &other, &err));
    assert_false(url_same_origin(&url, &other));
    assert_true(url_parse(SLICE("http://h:443/y"), &arena, &other, &err));
    assert_false(url_same_origin(&url, &other));
}

static void test_loopback(void **state)
{
    (void)state;
    assert_true(url_host_is_loopback(SLICE("localhost")));
    assert_true(url_host_is_loopback(SLICE("127.0.0.1")));
    assert_true(url_host_is_loopback(SLICE("127.9.9.255")));
    assert_true(url_host_is_loopback(SLICE("::1")));
    assert_false(url_host_is_loopback(SLICE("127.0.0.1.example.org")));
    assert_false(url_host_is_loopback(SLICE("127.example.org")));
    assert_false(url_host_is_loopback(SLICE("localhost.example.org")));
    assert_false(url_host_is_loopback(SLICE("128.0.0.1")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_parse),
        cmocka_unit_test(test_resolve),
        cmocka_unit_test(test_pieces),
        cmocka_unit_test(test_loopback),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
