#include <unistd.h>

#include "ship/test/parts.h"

#include "arena.h"
#include "test.h"

static struct error err;
static struct ship_rewrite rewrite;
static struct ship_copies copies;
static unsigned next_port;

static unsigned port(void *context)
{
    (void)context;
    return ++next_port;
}

static struct slice given(bool nginx, const char *text)
{
    static const struct ship_port sites[] = {{8080, 9001, false}};
    static struct lint_file file;
    struct slice result = {"", 0};
    next_port = 7000;
    rewrite = (struct ship_rewrite){.arena = &arena,
                                    .folder = "/w",
                                    .copies = &copies,
                                    .sites = sites,
                                    .site_count = 1,
                                    .free_port = port,
                                    .certificate = "/w/test.pem",
                                    .image = SLICE("web"),
                                    .part = true};
    assert_true(lint_file_init(&file, SLICE("x"), slice_str(text), LINT_NGINX, &arena));
    bool fine = nginx ? ship_rewrite_nginx(&rewrite, &file, &result, &err)
                      : ship_rewrite_haproxy(&rewrite, &file, &result, &err);
    if (!fine)
        fail_msg("%s", err.text);
    return result;
}

static void gives(bool nginx, const char *text, const char *expected)
{
    struct slice got = given(nginx, text);
    if (!slice_equal_str(got, expected))
        fail_msg("%s\ngives\n%.*s\nnot\n%s", text, SLICE_ARG(got), expected);
}

static bool noted(const char *text)
{
    for (size_t i = 0; i < rewrite.note_count; i++)
        if (strstr(rewrite.notes[i].at, text))
            return true;
    return false;
}

#define HTTP(inside) "events {}\nhttp {\n" inside "\n}\n"

static void nginx_listens_elsewhere(void **state)
{
    (void)state;
    gives(true, HTTP("server { listen 80; listen [::]:80 ipv6only=on; }"),
          HTTP("server { listen 127.0.0.1:7001;  }"));
    gives(true, HTTP("server { listen *:8443 ssl default_server; } server { listen 8443 ssl; }"),
          HTTP("server { listen 127.0.0.1:7001 ssl default_server; } "
               "server { listen 127.0.0.1:7001 ssl; }"));
    assert_int_equal(rewrite.port_count, 1);
    assert_true(rewrite.ports[0].tls);
    assert_int_equal(rewrite.ports[0].from, 8443);
    gives(true, HTTP("server { root /nowhere; }"),
          HTTP("server { listen 127.0.0.1:7001; root /w/page; }"));
    gives(true, HTTP("server { listen 443 quic; listen 192.0.2.1; }"),
          HTTP("server {  listen 127.0.0.1:7001; }"));
    assert_true(noted("HTTP/3"));
}

static void nginx_serves_what_is_copied(void **state)
{
    (void)state;
    struct ship_copy items[] = {
        {.image = SLICE("/usr/share/nginx/html"), .local = SLICE("/usr"), .folder = true}};
    copies = (struct ship_copies){.items = items, .count = 1};
    gives(true, HTTP("server { listen 80; root /usr/share/nginx/html; }"),
          HTTP("server { listen 127.0.0.1:7001; root \"/usr\"; }"));
    gives(true, HTTP("server { listen 80; location /a/ { alias /usr/share/nginx/html/lib/; } }"),
          HTTP("server { listen 127.0.0.1:7001; location /a/ { alias \"/usr/lib/\"; } }"));
    assert_int_equal(rewrite.prefix_count, 1);
    assert_true(slice_equal_str(rewrite.prefixes[0], "/a/"));
    copies = (struct ship_copies){0};
}

static void nginx_is_nobody_and_writes_at_home(void **state)
{
    (void)state;
    gives(true,
          "user nginx;\npid /run/nginx.pid;\nerror_log /var/log/nginx/error.log warn;\n"
          "events {}\nhttp { access_log /dev/stdout; proxy_temp_path /tmp/proxy; }\n",
          "\n\nerror_log /w/own_var_log_nginx_error.log warn;\n"
          "events {}\nhttp { access_log /dev/stdout; proxy_temp_path /w/own_tmp_proxy; }\n");
    gives(true, HTTP("access_log syslog:server=192.0.2.1;"), HTTP(""));
    assert_true(noted("syslog"));
}

static void nginx_asks_what_stands_behind(void **state)
{
    (void)state;
    gives(true,
          HTTP("upstream app { server app:8080; } server { listen 80;\n"
               "location / { proxy_pass http://app; } location /b { proxy_pass "
               "http://far.example:99/x; } location /c { proxy_pass http://$host; } }"),
          HTTP("upstream app { server 127.0.0.1:9001; } server { listen 127.0.0.1:7001;\n"
               "location / { proxy_pass http://app; } location /b { proxy_pass "
               "http://127.0.0.1:1/x; } location /c { proxy_pass http://$host; } }"));
    assert_true(noted("nothing stands in for far.example:99"));
}

static void nginx_uris_are_no_paths(void **state)
{
    (void)state;
    const char *same = HTTP("server_tokens off; server { listen 127.0.0.1:7001; try_files "
                            "/usr/share/x =404; error_page 404 /etc/nginx; rewrite ^ /usr last; }");
    gives(true, same, same);
}

static void nginx_headers_are_remembered(void **state)
{
    (void)state;
    given(true, HTTP("add_header X-Frame-Options DENY always; add_header X-Mine 1;\n"
                     "add_header \"content-security-policy\" \"default-src 'self'\";"));
    assert_int_equal(rewrite.header_count, 2);
    assert_true(slice_equal_str(rewrite.headers[1], "Content-Security-Policy"));
}

static void nginx_certificates_and_includes(void **state)
{
    (void)state;
    struct ship_copy items[] = {
        {.image = SLICE("/etc/nginx/conf.d/a.conf"), .local = SLICE("/x/a.conf"), .written = true}};
    copies = (struct ship_copies){.items = items, .count = 1};
    gives(true,
          HTTP("include conf.d/*.conf; include /etc/nginx/none.d/*.conf;\n"
               "include /etc/nginx/no-such-file; ssl_certificate /etc/ssl/a.pem;\n"
               "ssl_certificate_key /etc/ssl/a.key; ssl_dhparam /etc/ssl/none.pem;"),
          HTTP("include /w/root/etc/nginx/conf.d/*.conf; include "
               "/w/root/etc/nginx/none.d/*.conf;\n ssl_certificate /w/test.pem;\n"
               "ssl_certificate_key /w/test.pem; "));
    assert_true(noted("no-such-file"));
    assert_true(noted("a certificate of the test"));
    copies = (struct ship_copies){0};
}

static void a_part_of_nginx_gets_the_rest_around_it(void **state)
{
    (void)state;
    static struct lint_file file;
    struct slice text;
    given(true, "events {}");
    rewrite.part = false;
    rewrite.edit_count = 0;
    assert_true(lint_file_init(&file, SLICE("default.conf"), SLICE("server { listen 7001; }\n"),
                               LINT_NGINX, &arena));
    assert_true(ship_rewrite_nginx(&rewrite, &file, &text, &err));
    assert_true(slice_search(text, SLICE("http {\n")) < text.len);
    assert_int_equal(slice_starts(text, SLICE("user root;\n")), geteuid() == 0);
}

static void broken_nginx_is_refused(void **state)
{
    (void)state;
    static struct lint_file file;
    struct slice text;
    given(true, "events {}");
    assert_true(
        lint_file_init(&file, SLICE("n.conf"), SLICE("http { server {"), LINT_NGINX, &arena));
    assert_false(ship_rewrite_nginx(&rewrite, &file, &text, &err));
    assert_int_equal(err.kind, ERROR_FORMAT);
}

static void haproxy_listens_elsewhere(void **state)
{
    (void)state;
    gives(false, "frontend a\n    bind :8080\n    bind *:8081,:8082 name x\n",
          "frontend a\n    bind 127.0.0.1:7001\n    bind 127.0.0.1:7002 name x\n");
    gives(false, "frontend a\n    bind [::]:443 v4v6 ssl crt /c.pem alpn h2 ca-file /ca.pem\n",
          "frontend a\n    bind 127.0.0.1:7001  ssl crt /w/test.pem alpn h2 \n");
    assert_true(rewrite.ports[0].tls);
    gives(false, "frontend a\n    bind quic4@:443 ssl crt /c.pem\n    bind fd@3\n",
          "frontend a\n    # left out by the test\n    # left out by the test\n");
    gives(false, "frontend a\n    bind :80 accept-proxy interface eth0\n",
          "frontend a\n    bind 127.0.0.1:7001  \n");
    assert_true(noted("PROXY protocol"));
}

static void haproxy_without_a_certificate_is_plain(void **state)
{
    (void)state;
    static struct lint_file file;
    struct slice text;
    given(false, "global\n");
    rewrite.certificate = NULL;
    rewrite.edit_count = 0;
    assert_true(lint_file_init(&file, SLICE("h"),
                               SLICE("frontend a\n    bind :443 ssl crt /c.pem alpn h2\n"),
                               LINT_HAPROXY, &arena));
    assert_true(ship_rewrite_haproxy(&rewrite, &file, &text, &err));
    assert_true(slice_equal_str(text, "frontend a\n    bind 127.0.0.1:7001   \n"));
    assert_true(noted("without TLS"));
}

static void haproxy_is_nobody(void **state)
{
    (void)state;
    gives(false,
          "global\n    chroot /var/lib\n    user x\n    daemon\n    stats socket /run/h.sock\n"
          "    log 192.0.2.1 local0\n    log stdout format raw local0\ndefaults\n    log global\n",
          "global\n    # left out by the test\n    # left out by the test\n"
          "    # left out by the test\n    # left out by the test\n"
          "    # left out by the test\n    log stdout format raw local0\ndefaults\n"
          "    log global\n");
}

static void haproxy_asks_what_stands_behind(void **state)
{
    (void)state;
    gives(false,
          "backend b\n    server n nginx:8080 check init-addr none\n"
          "    server f far.example:443 ssl verify none sni str(x) check\n"
          "    server-template t 3 app:99 check\n",
          "backend b\n    server n 127.0.0.1:9001 check init-addr none\n"
          "    server f 127.0.0.1:1    check\n    server-template t 3 127.0.0.1:1 check\n");
    assert_true(noted("nothing stands in for far.example:443"));
    assert_true(noted("TLS to what stands behind it"));
}

static void haproxy_headers_and_files(void **state)
{
    (void)state;
    struct ship_copy items[] = {
        {.image = SLICE("/etc/lists"), .local = SLICE("/usr"), .folder = true}};
    copies = (struct ship_copies){.items = items, .count = 1};
    gives(false,
          "frontend a\n    acl x src -f /etc/lists/lib\n    errorfile 503 /none/none.http\n"
          "    http-response set-header X-Frame-Options DENY\n"
          "    http-after-response set-header strict-transport-security max-age=1\n"
          "    http-request set-header Referrer-Policy x\n",
          "frontend a\n    acl x src -f /usr/lib\n    # left out by the test\n"
          "    http-response set-header X-Frame-Options DENY\n"
          "    http-after-response set-header strict-transport-security max-age=1\n"
          "    http-request set-header Referrer-Policy x\n");
    assert_int_equal(rewrite.header_count, 2);
    assert_true(noted("/none/none.http"));
    copies = (struct ship_copies){0};
}

static void edits_that_overlap_are_left_out(void **state)
{
    (void)state;
    struct slice text;
    given(false, "global\n");
    rewrite.edit_count = 0;
    ship_rewrite_edit(&rewrite, 3, 5, SLICE("X"));
    ship_rewrite_edit(&rewrite, 0, 1, SLICE(""));
    ship_rewrite_edit(&rewrite, 4, 6, SLICE("Y"));
    ship_rewrite_edit(&rewrite, 9, 99, SLICE("Z"));
    assert_true(ship_rewrite_finish(&rewrite, SLICE("abcdefgh"), &text, &err));
    assert_true(slice_equal_str(text, "bcXfgh"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nginx_listens_elsewhere),
        cmocka_unit_test(nginx_serves_what_is_copied),
        cmocka_unit_test(nginx_is_nobody_and_writes_at_home),
        cmocka_unit_test(nginx_asks_what_stands_behind),
        cmocka_unit_test(nginx_uris_are_no_paths),
        cmocka_unit_test(nginx_headers_are_remembered),
        cmocka_unit_test(nginx_certificates_and_includes),
        cmocka_unit_test(a_part_of_nginx_gets_the_rest_around_it),
        cmocka_unit_test(broken_nginx_is_refused),
        cmocka_unit_test(haproxy_listens_elsewhere),
        cmocka_unit_test(haproxy_without_a_certificate_is_plain),
        cmocka_unit_test(haproxy_is_nobody),
        cmocka_unit_test(haproxy_asks_what_stands_behind),
        cmocka_unit_test(haproxy_headers_and_files),
        cmocka_unit_test(edits_that_overlap_are_left_out),
    };
    return cmocka_run_group_tests(tests, test_arena_open, test_arena_close);
}
