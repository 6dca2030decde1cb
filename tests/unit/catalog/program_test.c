#include "catalog/program.h"
#include "catalog/program_search.h"
#include "fixture.h"

/*
 * A small shared library: header, a PT_LOAD of all, a PT_DYNAMIC with the soname, texts behind.
 *
 *   0 header | 64 two program headers | 176 three dynamic entries | 224 "\0soname\0" | 300 texts
 */
enum { DYNAMIC_AT = 176, NAME_AT = 224, TEXT_AT = 300, ROOM = 64 * 1024 };

static bool big_endian; /* what make_library makes */

static void put(char *at, uint64_t value, size_t size)
{
    for (size_t i = 0; i < size; i++)
        at[big_endian ? size - 1 - i : i] = (char)(value >> 8 * i);
}

static void put_segment(char *at, unsigned type, unsigned flags, uint64_t offset, uint64_t size)
{
    put(at, type, 4);
    put(at + 4, flags, 4);
    put(at + 8, offset, 8);
    put(at + 16, offset, 8);
    put(at + 32, size, 8);
    put(at + 40, size, 8);
}

static struct slice make_library(char *room, const char *soname, struct slice text)
{
    static const char head[] = {0x7f, 'E', 'L', 'F', 2, 1, 1};
    memset(room, 0, TEXT_AT);
    memcpy(room, head, sizeof head);
    room[5] = big_endian ? 2 : 1;
    put(room + 16, 3, 2);
    put(room + 32, 64, 8);
    put(room + 54, 56, 2);
    put(room + 56, 2, 2);
    put_segment(room + 64, 1, 4, 0, TEXT_AT + text.len);
    put_segment(room + 120, 2, 4, DYNAMIC_AT, 48);
    if (soname) {
        put(room + DYNAMIC_AT, 5, 8); /* DT_STRTAB */
        put(room + DYNAMIC_AT + 8, NAME_AT, 8);
        put(room + DYNAMIC_AT + 16, 14, 8); /* DT_SONAME */
        put(room + DYNAMIC_AT + 24, 1, 8);
        snprintf(room + NAME_AT + 1, TEXT_AT - NAME_AT - 1, "%s", soname);
    }
    memcpy(room + TEXT_AT, text.at, text.len);
    return slice_of(room, TEXT_AT + text.len);
}

static void scan(struct fixture *f, const char *path, struct slice bytes, size_t piece)
{
    struct program_scanner *scanner = program_scanner_new();
    assert_non_null(scanner);
    fixture_init(f);
    if (program_begin(scanner, slice_str(path), slice_upto(bytes, 4096), bytes.len)) {
        for (size_t at = 0; at < bytes.len; at += piece) {
            struct slice part = slice_upto(slice_from(bytes, at), piece);
            if (program_wants(scanner, at, part.len))
                program_feed(scanner, at, part);
        }
        program_end(scanner, &f->collector);
    }
    program_scanner_free(scanner);
}

struct expected {
    const char *soname;
    struct slice text;
    const char *name, *version; /* NULL: nothing is found */
};

#define TEXT(literal)                                                                              \
    {                                                                                              \
        "\0" literal, sizeof("\0" literal)                                                         \
    }

static const struct expected cases[] = {
    {NULL, TEXT("HAProxy version %s\0 version 3.3.14-1a2b3c4, released 2026/09/01"), "haproxy",
     "3.3.14"},
    {NULL, TEXT("HA-Proxy version %s\0 version 1.5.18, released 2016/05/10"), "haproxy", "1.5.18"},
    {NULL, TEXT("HAProxy version %s\0 version 3.4-dev5, released 2026/09/01"), "haproxy",
     "3.4-dev5"},
    {NULL, TEXT("HAProxy version %s\0 version %s, released 2026/09/01"), NULL, NULL},
    {NULL, TEXT("x version 3.3.14, released 2026/09/01"), NULL, NULL},
    {NULL, TEXT("nginx version: nginx/1.29.4\n"), "nginx", "1.29.4"},
    {NULL, TEXT("nginx version: nginx/1.29.4 (plus)\n"), "nginx", "1.29.4"},
    {NULL, TEXT("see nginx version: nginx/1.29.4\n"), NULL, NULL},
    {NULL, TEXT("nginx version: nginx/%s\n"), NULL, NULL},
    {"libcrypto.so.3", TEXT("OpenSSL 3.0.13 30 Jan 2024"), "openssl", "3.0.13"},
    {"libcrypto-0a1b2c3d.so.1.1", TEXT("OpenSSL 1.1.1w  11 Sep 2023"), "openssl", "1.1.1w"},
    {"libcrypto.so.10", TEXT("OpenSSL 1.0.2k-fips  26 Jan 2017"), "openssl", "1.0.2k"},
    {NULL, TEXT("OpenSSL 3.0.13 30 Jan 2024"), NULL, NULL}, /* nginx names what it was made with */
    {"libother.so.1", TEXT("OpenSSL 3.0.13 30 Jan 2024\0libcrypto.so.3"), NULL, NULL},
    {NULL, TEXT("OpenSSL 3.0.13 30 Jan 2024\0Invalid command '%s'; type \"help\" for a list.\n"),
     "openssl", "3.0.13"},
    {"libcrypto.so", TEXT("OpenSSL 1.1.1 (compatible; AWS-LC 1.48.0)"), "aws-lc", "1.48.0"},
    {"libcrypto.so", TEXT("OpenSSL 1.1.1 (compatible; BoringSSL)"), NULL, NULL},
    {"libcrypto.so.52", TEXT("LibreSSL 3.8.2"), "libressl", "3.8.2"},
    {NULL, TEXT("BusyBox v1.36.1 (2024-06-10 07:11:47 UTC)\0BusyBox is copyrighted by many"),
     "busybox", "1.36.1"},
    {NULL, TEXT("BusyBox v1.36.1 (2024-06-10 07:11:47 UTC)"), NULL, NULL},
    {NULL, TEXT("%.80s (%.80s) %.80s\0PYTHONHASHSEED\0003.11.9\0003.0.13"), "python", "3.11.9"},
    {NULL, TEXT("%.80s (%.80s) %.80s\0PYTHONHASHSEED\0/root/.pyenv/versions/3.12.1"), "python",
     "3.12.1"},
    {NULL, TEXT("%.80s (%.80s) %.80s\0PYTHONHASHSEED\0003.13.0rc2"), "python", "3.13.0rc2"},
    {NULL, TEXT("node.js/v20.11.1\0NODE_OPTIONS"), "node", "20.11.1"},
    {NULL, TEXT("\xff Go buildinf:\x08\x02\0\0\x08go1.26.8\x01z0123456789abcdefpath\tcmd/go\n"),
     "go", "1.26.8"},
    {NULL, TEXT("\xff Go buildinf:\x08\x02\0\0\x08go1.26.8\x01z0123456789abcdefpath\tx/y\n"), NULL,
     NULL},
    {NULL, TEXT("redis_version:%s\0=== REDIS BUG REPORT START\0006.2.0\0007.0.15\0007.0.8"),
     "redis", "7.0.15"},
    {NULL, TEXT("redis_version:%s\r\nvalkey_version:%s\0=== REDIS BUG REPORT START\0008.0.1"),
     "valkey", "8.0.1"},
    {NULL, TEXT("postgres (PostgreSQL) 16.2\n\0database system is ready to accept connections"),
     "postgresql", "16.2"},
    {NULL, TEXT("openjdk\0java\000017.0\00017.0.9+9-Debian-1"), "openjdk", "17.0.9"},
    {NULL, TEXT("openjdk\0java\0001.8\0001.8.0_392-b08"), "openjdk", "1.8.0_392"},
    {NULL, TEXT("openjdk\0javac\00017.0\00017.0.9+9-Debian-1"), NULL, NULL},
    {NULL, TEXT("X-Powered-By: PHP/8.3.1"), "php", "8.3.1"},
    {NULL, TEXT("ruby 3.3.0 (2023-12-25 revision 5124f9ac75) [x]\0Yukihiro Matsumoto"), "ruby",
     "3.3.0"},
    {NULL, TEXT("v5.38.2\0PERL5LIB\0PERL_HASH_SEED"), "perl", "5.38.2"},
    {NULL, TEXT("curl 8.5.0 (x86_64-alpine-linux-musl) %s\n\0libcurl/8.5.0"), "curl", "8.5.0"},
    {"libcurl.so.4", TEXT("libcurl/8.5.0"), "libcurl", "8.5.0"},
    {NULL, TEXT("Apache/2.4.58 (Unix)\0Server MPM:     %s\n"), "httpd", "2.4.58"},
    {NULL, TEXT("/build/mysql-8.0.36/sql/x.cc\0Starts the MySQL database server.\n"), "mysql",
     "8.0.36"},
    {NULL, TEXT("11.4.2-MariaDB\0Starts the MariaDB database server.\n"), "mariadb", "11.4.2"},
    {NULL, TEXT("memcached 1.6.23\0flush_all"), "memcached", "1.6.23"},
    {NULL, TEXT("lighttpd/1.4.74 (ssl) - a light and fast webserver\n"), "lighttpd", "1.4.74"},
    {NULL,
     TEXT("path\tgithub.com/traefik/traefik/v3/cmd/traefik\nmod\tgithub.com/traefik/traefik/v3\t"
          "(devel)\t\nbuild\t-ldflags=\"-X github.com/traefik/traefik/v3/pkg/version.Version=3.1.2"
          "\"\n"),
     "traefik", "3.1.2"},
    {NULL,
     TEXT("path\thelm.sh/helm/v3/cmd/helm\nmod\thelm.sh/helm/"
          "v3\tv3.15.1\th1:abc=\ndep\tx\tv1.2.3\n"),
     "helm", "3.15.1"},
    {NULL, TEXT("dep\thelm.sh/helm/v3\tv3.15.1\th1:abc=\n"), NULL, NULL},
    {NULL, TEXT("path\tgithub.com/hashicorp/consul\nmod\tgithub.com/hashicorp/consul\tv1.18.0\t\n"),
     "consul", "1.18.0"},
    {NULL,
     TEXT("path\tgithub.com/hashicorp/vault\nmod\tx\n-X github.com/hashicorp/vault/version."
          "fullVersion=1.15.2+ent\n"),
     "vault", "1.15.2"},
    {NULL,
     TEXT("path\tgithub.com/grafana/grafana/pkg/cmd/grafana\nbuild\t-ldflags=\"-X "
          "main.version=10.4.1 -X main.commit=x\"\n"),
     "grafana", "10.4.1"},
    {NULL, TEXT("816188b86a0a52095b116b107f576324082c7c02/1.27.0/Clean/RELEASE/BoringSSL"), "envoy",
     "1.27.0"},
    {"libz.so.1", TEXT(" inflate 1.3.1 Copyright 1995-2024 Mark Adler "), "zlib", "1.3.1"},
    {NULL, TEXT(" inflate 1.3.1 Copyright 1995-2024 Mark Adler "), NULL, NULL},
    {"libsqlite3.so.0",
     TEXT("SQLite format 3\0\xff"
          "3.45.1"),
     "sqlite", "3.45.1"},
    {"libpcre2-8.so.0", TEXT("10.43 2024-02-16"), "pcre2", "10.43"},
    {"libexpat.so.1", TEXT("expat_2.6.2"), "expat", "2.6.2"},
    {"libxml2.so.2", TEXT("21205"), "libxml2", "2.12.5"},
    {NULL, TEXT("musl libc (x86_64)\nVersion %s\n\0001.2.5"), "musl", "1.2.5"},
    {"libc.so.6", TEXT("GNU C Library (Debian GLIBC 2.36-9) stable release version 2.36.\n"),
     "glibc", "2.36"},
    {NULL, TEXT("xz (XZ Utils) 5.6.1\n"), "xz", "5.6.1"},
    {"liblzma.so.5", TEXT("5.6.1"), "xz", "5.6.1"},
    {NULL, TEXT("v1.5.6\0Zstandard CLI"), "zstd", "1.5.6"},
    {"libzstd.so.1",
     TEXT("\xeb\x85"
          "1.5.6"),
     "zstd", "1.5.6"},
    {NULL, TEXT("@(#)Bash version 5.2.21(1) release GNU"), "bash", "5.2.21"},
    {NULL, TEXT("jq: error (at %s): %s\n\0001.7.1"), "jq", "1.7.1"},
    {"libavcodec.so.60", TEXT("FFmpeg version n6.1.1"), "ffmpeg", "6.1.1"},
    {"liblua-5.4.so.0", TEXT("$LuaVersion: Lua 5.4.6  Copyright"), "lua", "5.4.6"},
    {NULL, TEXT("git/2.43.0\0[--exec-path[=<path>]]"), "git", "2.43.0"},
    {NULL, TEXT("OpenSSH_7.0*,OpenSSH_6*\0OpenSSH_9.6p1\0usage: sshd [-46]"), "openssh", "9.6p1"},
};

static void assert_case(size_t i, const struct analysis *analysis)
{
    const struct expected *c = &cases[i];
    if (!c->name && analysis->package_count)
        fail_msg("case %zu: found %.*s", i, SLICE_ARG(analysis->packages[0].name));
    if (!c->name)
        return;
    if (analysis->package_count != 1)
        fail_msg("case %zu (%s): %zu findings", i, c->name, analysis->package_count);
    assert_text(analysis->packages[0].name, c->name);
    assert_text(analysis->packages[0].version, c->version);
    assert_int_equal(analysis->packages[0].type, PACKAGE_PROGRAM);
    assert_true(analysis->packages[0].cpe.len > 0);
    assert_true(analysis->packages[0].evidence.len > 0);
}

static void every_row_is_told_by_its_bytes(void **state)
{
    (void)state;
    static char room[ROOM];
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        FIXTURE f;
        scan(&f, "opt/renamed", make_library(room, cases[i].soname, cases[i].text), ROOM);
        assert_case(i, &f.analysis);
    }
}

static void the_other_order_of_bytes_is_read_too(void **state)
{
    (void)state;
    static char room[ROOM];
    big_endian = true;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        FIXTURE f;
        scan(&f, "x", make_library(room, cases[i].soname, cases[i].text), ROOM);
        assert_case(i, &f.analysis);
    }
    big_endian = false;
}

/* Wherever the text stands, and however the bytes are cut into pieces. */
static void pieces_and_places_make_no_difference(void **state)
{
    (void)state;
    static char room[ROOM], long_text[ROOM];
    static const size_t pieces[] = {1, 7, 100, 511, 513, 4096, 5000, 16384};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i += 3)
        for (size_t p = 0; p < sizeof pieces / sizeof pieces[0]; p++) {
            FIXTURE f;
            size_t place = 8100 + 97 * i + p; /* across the edges of some */
            memset(long_text, 0, sizeof long_text);
            memcpy(long_text + place, cases[i].text.at, cases[i].text.len);
            scan(&f, "x", make_library(room, cases[i].soname, slice_of(long_text, 30000)),
                 pieces[p]);
            assert_case(i, &f.analysis);
        }
}

static void a_text_file_is_no_program(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        FIXTURE f;
        scan(&f, "usr/bin/haproxy", cases[i].text, ROOM);
        assert_int_equal(f.analysis.package_count, 0);
    }
}

/* The literals stand in our own program too: an image with plimsoll in it must not be everything.
 */
static void a_scanner_is_not_what_it_looks_for(void **state)
{
    (void)state;
    static char room[ROOM], text[ROOM / 2];
    size_t len = 0;
    FIXTURE f;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        memcpy(text + len, cases[i].text.at, cases[i].text.len);
        len += cases[i].text.len;
    }
    scan(&f, "usr/bin/plimsoll", make_library(room, NULL, slice_of(text, len)), ROOM);
    assert_int_equal(f.analysis.package_count, 0);
    struct slice self;
    struct arena arena;
    arena_init(&arena, 256 << 20);
    assert_true(file_read("/proc/self/exe", 128 << 20, &arena, &self, &f.err));
    FIXTURE g;
    scan(&g, "self", self, 128 * 1024);
    assert_int_equal(g.analysis.package_count, 0);
    arena_done(&arena);
}

static void damaged_headers_are_survived(void **state)
{
    (void)state;
    static char room[ROOM];
    struct slice library = make_library(room, cases[0].soname, cases[0].text);
    for (size_t i = 4; i < TEXT_AT; i++)
        for (unsigned value = 0x7f; value < 0x200; value += 0x80) {
            FIXTURE f;
            char kept = room[i];
            room[i] = (char)value;
            scan(&f, "x", library, 100);
            room[i] = kept;
        }
    for (size_t len = 0; len < library.len; len += 3) {
        FIXTURE f;
        scan(&f, "x", slice_upto(library, len), ROOM);
    }
}

static void code_is_not_searched_where_constants_stand_apart(void **state)
{
    (void)state;
    static char room[ROOM];
    struct program_scanner *scanner = program_scanner_new();
    struct slice bytes = make_library(room, NULL, cases[0].text);
    put_segment(room + 64, 1, 5, 0, 4096);
    put_segment(room + 120, 1, 4, 8192, 4096);
    assert_true(program_begin(scanner, SLICE("x"), slice_upto(bytes, 300), 1 << 20));
    assert_false(program_wants(scanner, 0, 4096));
    assert_true(program_wants(scanner, 8000, 400));
    assert_false(program_wants(scanner, 12288, 4096));
    put_segment(room + 120, 1, 6, 8192, 4096); /* no constants of their own: all is searched */
    assert_true(program_begin(scanner, SLICE("x"), slice_upto(bytes, 300), 1 << 20));
    assert_true(program_wants(scanner, 0, 4096));
    program_scanner_free(scanner);
}

struct tally {
    uint64_t sum;
    size_t hits;
};

static void count_hit(void *context, size_t literal, size_t end)
{
    struct tally *tally = context;
    tally->sum += (literal + 1) * 1000003 + end * 31;
    tally->hits++;
}

static void both_ways_to_search_find_the_same(void **state)
{
    (void)state;
    struct program_search *search = program_search_new();
    print_message("this machine searches the %s way\n", program_search_kind(search));
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct tally fast = {0, 0}, plain = {0, 0};
        program_search_block(search, cases[i].text, count_hit, &fast);
        program_search_plain(cases[i].text, count_hit, &plain);
        assert_int_equal(fast.hits, plain.hits);
        assert_int_equal(fast.sum, plain.sum);
    }
    program_search_free(search);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_row_is_told_by_its_bytes),
        cmocka_unit_test(the_other_order_of_bytes_is_read_too),
        cmocka_unit_test(pieces_and_places_make_no_difference),
        cmocka_unit_test(a_text_file_is_no_program),
        cmocka_unit_test(a_scanner_is_not_what_it_looks_for),
        cmocka_unit_test(damaged_headers_are_survived),
        cmocka_unit_test(code_is_not_searched_where_constants_stand_apart),
        cmocka_unit_test(both_ways_to_search_find_the_same),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
