/*
 * The table of programs compiled from source (program_table.h). To add one: a name in the enum, a
 * row, its literals, and a case in tests/unit/catalog/program_test.c. Literals should be long and
 * rare; begin them with \0 where the text is a string of its own.
 *
 * Libraries are reported when the file is that library (DT_SONAME: WITNESS_NAME), not when their
 * code was linked into another program: who made that program decides how to patch them, and every
 * static binary with a zlib inside would be a finding that nobody can act on.
 */
#include "catalog/program_table.h"

#define TEXT(program_id, literal)                                                                  \
    .text = (literal), .len = sizeof(literal) - 1, .program = (program_id)
#define NEXT(characters) .next = {(characters), sizeof(characters) - 1}
#define WITNESS(program_id, kind, literal)                                                         \
    {                                                                                              \
        TEXT(program_id, literal), .witness = (kind)                                               \
    }

const struct program_literal program_literals[] = {
    {TEXT(PROGRAM_HAPROXY, ", released 20"), .check = program_check_haproxy},
    WITNESS(PROGRAM_HAPROXY, WITNESS_A, "HAProxy version"),
    WITNESS(PROGRAM_HAPROXY, WITNESS_A, "HA-Proxy version"),

    {TEXT(PROGRAM_NGINX, "\0nginx version: nginx/"), .parts = 3, NEXT("\n ")},
    {TEXT(PROGRAM_NGINX, "\0nginx version: openresty/"), .parts = 3, NEXT("\n .")},
    {TEXT(PROGRAM_OPENRESTY, "\0nginx version: openresty/"), .parts = 3, NEXT("\n ")},

    {TEXT(PROGRAM_OPENSSL, "\0OpenSSL 0."), .check = program_check_openssl},
    {TEXT(PROGRAM_OPENSSL, "\0OpenSSL 1."), .check = program_check_openssl},
    {TEXT(PROGRAM_OPENSSL, "\0OpenSSL 3."), .check = program_check_openssl},
    {TEXT(PROGRAM_OPENSSL, "\0OpenSSL 4."), .check = program_check_openssl},
    WITNESS(PROGRAM_OPENSSL, WITNESS_NAME, "\0libcrypto"),
    WITNESS(PROGRAM_OPENSSL, WITNESS_NAME, "\0libssl"),
    WITNESS(PROGRAM_OPENSSL, WITNESS_A, "Invalid command '%s'; type \"help\" for a list."),
    {TEXT(PROGRAM_AWS_LC, "AWS-LC "), .parts = 3, NEXT("\0)")},
    WITNESS(PROGRAM_AWS_LC, WITNESS_NAME, "\0libcrypto"),
    {TEXT(PROGRAM_LIBRESSL, "\0LibreSSL "), .parts = 3},
    WITNESS(PROGRAM_LIBRESSL, WITNESS_NAME, "\0libcrypto"),
    WITNESS(PROGRAM_LIBRESSL, WITNESS_NAME, "\0libssl"),

    {TEXT(PROGRAM_BUSYBOX, "\0BusyBox v"), .parts = 3, NEXT(" ")},
    WITNESS(PROGRAM_BUSYBOX, WITNESS_A, "BusyBox is copyrighted"),

    WITNESS(PROGRAM_PYTHON, WITNESS_A, "\0%.80s (%.80s) %.80s"),
    WITNESS(PROGRAM_PYTHON, WITNESS_B, "PYTHONHASHSEED"),

    {TEXT(PROGRAM_NODE, "\0node.js/v"), .parts = 3},
    WITNESS(PROGRAM_NODE, WITNESS_A, "NODE_OPTIONS"),

    {TEXT(PROGRAM_GO, "path\tcmd/go\n"), .check = program_check_go},

    WITNESS(PROGRAM_REDIS, WITNESS_A, "redis_version:%s"),
    WITNESS(PROGRAM_REDIS, WITNESS_B, "REDIS BUG REPORT START"),
    WITNESS(PROGRAM_REDIS, WITNESS_BANE, "valkey_version:%s"),
    WITNESS(PROGRAM_VALKEY, WITNESS_A, "valkey_version:%s"),

    {TEXT(PROGRAM_POSTGRES, "\0postgres (PostgreSQL) "), .parts = 2, NEXT("\n (")},
    {TEXT(PROGRAM_POSTGRES, "\0psql (PostgreSQL) "), .parts = 2, NEXT("\0\n (")},

    WITNESS(PROGRAM_POSTGRES, WITNESS_A, "database system is ready to accept connections"),
    WITNESS(PROGRAM_POSTGRES, WITNESS_B, "psql is the PostgreSQL interactive terminal."),

    {TEXT(PROGRAM_OPENJDK, "\0openjdk\0java\0"), .check = program_check_java},

    {TEXT(PROGRAM_PHP, "\0X-Powered-By: PHP/"), .parts = 3},

    {TEXT(PROGRAM_RUBY, "\0ruby 1."), .inside = 2, .parts = 3, NEXT(" pd")},
    {TEXT(PROGRAM_RUBY, "\0ruby 2."), .inside = 2, .parts = 3, NEXT(" pd")},
    {TEXT(PROGRAM_RUBY, "\0ruby 3."), .inside = 2, .parts = 3, NEXT(" pd")},
    {TEXT(PROGRAM_RUBY, "\0ruby 4."), .inside = 2, .parts = 3, NEXT(" pd")},
    WITNESS(PROGRAM_RUBY, WITNESS_A, "Yukihiro Matsumoto"),

    {TEXT(PROGRAM_PERL, "\0v5."), .inside = 2, .parts = 3},
    WITNESS(PROGRAM_PERL, WITNESS_A, "PERL5LIB"),
    WITNESS(PROGRAM_PERL, WITNESS_B, "PERL_HASH_SEED"),

    {TEXT(PROGRAM_CURL, "\0curl 7."), .inside = 2, .parts = 3, NEXT(" ")},
    {TEXT(PROGRAM_CURL, "\0curl 8."), .inside = 2, .parts = 3, NEXT(" ")},
    {TEXT(PROGRAM_CURL, "\0curl 9."), .inside = 2, .parts = 3, NEXT(" ")},
    WITNESS(PROGRAM_CURL, WITNESS_A, "libcurl/"),
    {TEXT(PROGRAM_LIBCURL, "\0libcurl/"), .parts = 3},
    WITNESS(PROGRAM_LIBCURL, WITNESS_NAME, "\0libcurl"),

    {TEXT(PROGRAM_HTTPD, "\0Apache/"), .parts = 3, NEXT("\0 ")},
    WITNESS(PROGRAM_HTTPD, WITNESS_A, "Server MPM: "),

    {TEXT(PROGRAM_MYSQL, "/mysql-"), .parts = 3, NEXT("/-")},
    WITNESS(PROGRAM_MYSQL, WITNESS_NAME, "\0libmysqlclient"),
    WITNESS(PROGRAM_MYSQL, WITNESS_A, "Starts the MySQL database server."),
    {TEXT(PROGRAM_MARIADB, "-MariaDB"), .check = program_check_mariadb},
    WITNESS(PROGRAM_MARIADB, WITNESS_A, "Starts the MariaDB database server."),
    WITNESS(PROGRAM_MARIADB, WITNESS_B, "Welcome to the MariaDB monitor."),

    {TEXT(PROGRAM_MEMCACHED, "\0memcached "), .parts = 3, NEXT("\0\n")},
    WITNESS(PROGRAM_MEMCACHED, WITNESS_A, "flush_all"),

    {TEXT(PROGRAM_LIGHTTPD, "\0lighttpd/"), .check = program_check_lighttpd},

    WITNESS(PROGRAM_TRAEFIK, WITNESS_A, "path\tgithub.com/traefik/traefik/"),
    {TEXT(PROGRAM_TRAEFIK, "mod\tgithub.com/traefik/traefik/"), .check = program_check_module},
    {TEXT(PROGRAM_TRAEFIK, "pkg/version.Version=v"), .parts = 3, NEXT(" \"\n'")},
    {TEXT(PROGRAM_TRAEFIK, "pkg/version.Version="), .parts = 3, NEXT(" \"\n'")},
    {TEXT(PROGRAM_ENVOY, "/Clean/RELEASE/"), .check = program_check_envoy},
    WITNESS(PROGRAM_CONSUL, WITNESS_A, "path\tgithub.com/hashicorp/consul\n"),
    {TEXT(PROGRAM_CONSUL, "mod\tgithub.com/hashicorp/consul\t"), .check = program_check_module},
    {TEXT(PROGRAM_CONSUL, "consul/version.GitDescribe=v"), .parts = 3, NEXT(" \"\n'")},
    {TEXT(PROGRAM_CONSUL, "consul/version.Version="), .parts = 3, NEXT(" \"\n'")},
    WITNESS(PROGRAM_VAULT, WITNESS_A, "path\tgithub.com/hashicorp/vault\n"),
    {TEXT(PROGRAM_VAULT, "mod\tgithub.com/hashicorp/vault\t"), .check = program_check_module},
    {TEXT(PROGRAM_VAULT, "vault/version.Version="), .parts = 3, NEXT(" \"\n'")},
    {TEXT(PROGRAM_VAULT, "vault/version.fullVersion="), .parts = 3, NEXT(" \"\n'+")},
    {TEXT(PROGRAM_VAULT, "vault/sdk/version.Version="), .parts = 3, NEXT(" \"\n'")},
    WITNESS(PROGRAM_HELM, WITNESS_A, "path\thelm.sh/helm/"),
    {TEXT(PROGRAM_HELM, "mod\thelm.sh/helm/"), .check = program_check_module},
    {TEXT(PROGRAM_HELM, "internal/version.version=v"), .parts = 3, NEXT(" \"\n'")},
    WITNESS(PROGRAM_GRAFANA, WITNESS_A, "path\tgithub.com/grafana/grafana/pkg/cmd/grafana"),
    {TEXT(PROGRAM_GRAFANA, "mod\tgithub.com/grafana/grafana\t"), .check = program_check_module},
    {TEXT(PROGRAM_GRAFANA, "-X main.version="), .parts = 3, NEXT(" \"\n'")},

    {TEXT(PROGRAM_ZLIB, " inflate "), .parts = 3, NEXT(" ")},
    WITNESS(PROGRAM_ZLIB, WITNESS_NAME, "\0libz.so"),
    WITNESS(PROGRAM_ZLIB, WITNESS_NAME, "\0libz-"),

    {TEXT(PROGRAM_SQLITE, "3.1"), .check = program_check_sqlite},
    {TEXT(PROGRAM_SQLITE, "3.2"), .check = program_check_sqlite},
    {TEXT(PROGRAM_SQLITE, "3.3"), .check = program_check_sqlite},
    {TEXT(PROGRAM_SQLITE, "3.4"), .check = program_check_sqlite},
    {TEXT(PROGRAM_SQLITE, "3.5"), .check = program_check_sqlite},
    {TEXT(PROGRAM_SQLITE, "3.6"), .check = program_check_sqlite},
    {TEXT(PROGRAM_SQLITE, "3.7."), .check = program_check_sqlite},
    {TEXT(PROGRAM_SQLITE, "3.8."), .check = program_check_sqlite},
    {TEXT(PROGRAM_SQLITE, "3.9."), .check = program_check_sqlite},
    WITNESS(PROGRAM_SQLITE, WITNESS_A, "SQLite format 3"),
    WITNESS(PROGRAM_SQLITE, WITNESS_NAME, "\0libsqlite3"),
    WITNESS(PROGRAM_SQLITE, WITNESS_B, "Enter \".help\" for usage hints."),

    {TEXT(PROGRAM_PCRE2, "\00010."), .check = program_check_pcre2},
    WITNESS(PROGRAM_PCRE2, WITNESS_NAME, "\0libpcre2-"),

    {TEXT(PROGRAM_EXPAT, "\0expat_"), .parts = 3},
    WITNESS(PROGRAM_EXPAT, WITNESS_NAME, "\0libexpat"),

    {TEXT(PROGRAM_LIBXML2, "208"), .check = program_check_libxml2},
    {TEXT(PROGRAM_LIBXML2, "209"), .check = program_check_libxml2},
    {TEXT(PROGRAM_LIBXML2, "210"), .check = program_check_libxml2},
    {TEXT(PROGRAM_LIBXML2, "211"), .check = program_check_libxml2},
    {TEXT(PROGRAM_LIBXML2, "212"), .check = program_check_libxml2},
    {TEXT(PROGRAM_LIBXML2, "213"), .check = program_check_libxml2},
    {TEXT(PROGRAM_LIBXML2, "214"), .check = program_check_libxml2},
    {TEXT(PROGRAM_LIBXML2, "215"), .check = program_check_libxml2},
    {TEXT(PROGRAM_LIBXML2, "216"), .check = program_check_libxml2},
    WITNESS(PROGRAM_LIBXML2, WITNESS_NAME, "\0libxml2"),

    WITNESS(PROGRAM_MUSL, WITNESS_A, "\0musl libc ("),
    {TEXT(PROGRAM_GLIBC, "\0GNU C Library ("), .check = program_check_glibc},

    {TEXT(PROGRAM_XZ, "\0xz (XZ Utils) "), .parts = 3, .letters = true, NEXT("\0\n")},
    WITNESS(PROGRAM_LIBLZMA, WITNESS_NAME, "\0liblzma"),
    {TEXT(PROGRAM_ZSTD, "\0v1."), .inside = 2, .parts = 3},
    WITNESS(PROGRAM_ZSTD, WITNESS_A, "\0Zstandard CLI"),
    {TEXT(PROGRAM_LIBZSTD, "1.3."), .inside = 4, .parts = 3},
    {TEXT(PROGRAM_LIBZSTD, "1.4."), .inside = 4, .parts = 3},
    {TEXT(PROGRAM_LIBZSTD, "1.5."), .inside = 4, .parts = 3},
    {TEXT(PROGRAM_LIBZSTD, "1.6."), .inside = 4, .parts = 3},
    {TEXT(PROGRAM_LIBZSTD, "1.7."), .inside = 4, .parts = 3},
    WITNESS(PROGRAM_LIBZSTD, WITNESS_NAME, "\0libzstd"),

    {TEXT(PROGRAM_BASH, "@(#)Bash version "), .parts = 3, NEXT("(")},
    WITNESS(PROGRAM_JQ, WITNESS_A, "jq: error (at %s): %s"),
    WITNESS(PROGRAM_JQ, WITNESS_A, "jq: error (at %s) (not a string): %s"),

    {TEXT(PROGRAM_FFMPEG, "\0FFmpeg version "), .parts = 2, NEXT("\0-")},
    {TEXT(PROGRAM_FFMPEG, "\0FFmpeg version n"), .parts = 2, NEXT("\0-")},
    {TEXT(PROGRAM_FFMPEG, "\0%s version "), .parts = 2, NEXT("\0- ")},
    WITNESS(PROGRAM_FFMPEG, WITNESS_NAME, "\0libavcodec"),
    WITNESS(PROGRAM_FFMPEG, WITNESS_A, "the FFmpeg developers"),

    {TEXT(PROGRAM_LUA, "$LuaVersion: Lua "), .parts = 3, NEXT(" ")},
    {TEXT(PROGRAM_LUA, "$Lua: Lua "), .parts = 3, NEXT(" ")},
    WITNESS(PROGRAM_LUA, WITNESS_NAME, "\0liblua"),
    WITNESS(PROGRAM_LUA, WITNESS_A, "stop handling options and execute stdin"),
    {TEXT(PROGRAM_LUAJIT, "\0LuaJIT "), .parts = 3},
    WITNESS(PROGRAM_LUAJIT, WITNESS_NAME, "\0libluajit"),
    WITNESS(PROGRAM_LUAJIT, WITNESS_A, "Save or list bytecode."),

    {TEXT(PROGRAM_GIT, "git/"), .parts = 3, NEXT("\0.")},
    WITNESS(PROGRAM_GIT, WITNESS_A, "[--exec-path[=<path>]]"),

    {TEXT(PROGRAM_OPENSSH, "\0OpenSSH_"), .check = program_check_openssh},
    WITNESS(PROGRAM_OPENSSH, WITNESS_A, "usage: ssh"),

    /* The linker shares the ends of texts: the version can be that of the folder it was built for.
     */
    {TEXT(PROGRAM_ANY, "versions/3."), .inside = 2, .parts = 3, .letters = true},
    {TEXT(PROGRAM_ANY, "versions/2."), .inside = 2, .parts = 3, .letters = true},
    {TEXT(PROGRAM_ANY, "python/3."), .inside = 2, .parts = 3, .letters = true},
    {TEXT(PROGRAM_ANY, "\0001."), .inside = 2, .parts = 2},
    {TEXT(PROGRAM_ANY, "\0002."), .inside = 2, .parts = 2, .letters = true},
    {TEXT(PROGRAM_ANY, "\0003."), .inside = 2, .parts = 2, .letters = true},
    {TEXT(PROGRAM_ANY, "\0004."), .inside = 2, .parts = 2},
    {TEXT(PROGRAM_ANY, "\0005."), .inside = 2, .parts = 2},
    {TEXT(PROGRAM_ANY, "\0006."), .inside = 2, .parts = 2},
    {TEXT(PROGRAM_ANY, "\0007."), .inside = 2, .parts = 2},
    {TEXT(PROGRAM_ANY, "\0008."), .inside = 2, .parts = 2},
    {TEXT(PROGRAM_ANY, "\0009."), .inside = 2, .parts = 2},
};
const size_t program_literal_count = sizeof program_literals / sizeof program_literals[0];

const struct program_row program_rows[PROGRAMS] = {
    [PROGRAM_HAPROXY] = {"haproxy", "haproxy:haproxy", {WITNESS_A}, NULL},
    [PROGRAM_NGINX] = {"nginx", "f5:nginx,nginx:nginx", {0}, NULL},
    [PROGRAM_OPENRESTY] = {"openresty", "openresty:openresty", {0}, NULL},
    [PROGRAM_OPENSSL] = {"openssl", "openssl:openssl", {WITNESS_NAME, WITNESS_A}, NULL},
    [PROGRAM_AWS_LC] = {"aws-lc", "amazon:aws-lc", {WITNESS_NAME}, NULL},
    [PROGRAM_LIBRESSL] = {"libressl", "openbsd:libressl", {WITNESS_NAME}, NULL},
    [PROGRAM_BUSYBOX] = {"busybox", "busybox:busybox", {WITNESS_A}, NULL},
    [PROGRAM_PYTHON] = {"python", "python:python", {WITNESS_A | WITNESS_B}, program_fits_python},
    [PROGRAM_NODE] = {"node", "nodejs:node.js", {WITNESS_A}, NULL},
    [PROGRAM_GO] = {"go", "golang:go", {0}, NULL},
    [PROGRAM_REDIS] = {"redis", "redis:redis", {WITNESS_A | WITNESS_B}, program_fits_redis},
    [PROGRAM_VALKEY] = {"valkey", "lfprojects:valkey", {WITNESS_A}, program_fits_redis},
    [PROGRAM_POSTGRES] = {"postgresql", "postgresql:postgresql", {WITNESS_A, WITNESS_B}, NULL},
    [PROGRAM_OPENJDK] = {"openjdk", "oracle:openjdk", {0}, NULL},
    [PROGRAM_PHP] = {"php", "php:php", {0}, NULL},
    [PROGRAM_RUBY] = {"ruby", "ruby-lang:ruby", {WITNESS_A}, NULL},
    [PROGRAM_PERL] = {"perl", "perl:perl", {WITNESS_A | WITNESS_B}, NULL},
    [PROGRAM_CURL] = {"curl", "haxx:curl", {WITNESS_A}, NULL},
    [PROGRAM_LIBCURL] = {"libcurl", "haxx:libcurl,haxx:curl", {WITNESS_NAME}, NULL},
    [PROGRAM_HTTPD] = {"httpd", "apache:http_server", {WITNESS_A}, NULL},
    [PROGRAM_MYSQL] = {"mysql", "oracle:mysql", {WITNESS_NAME, WITNESS_A}, NULL},
    [PROGRAM_MARIADB] = {"mariadb", "mariadb:mariadb", {WITNESS_A, WITNESS_B}, NULL},
    [PROGRAM_MEMCACHED] = {"memcached", "memcached:memcached", {WITNESS_A}, NULL},
    [PROGRAM_LIGHTTPD] = {"lighttpd", "lighttpd:lighttpd", {0}, NULL},
    [PROGRAM_TRAEFIK] = {"traefik", "traefik:traefik", {WITNESS_A}, NULL},
    [PROGRAM_ENVOY] = {"envoy", "envoyproxy:envoy", {0}, NULL},
    [PROGRAM_CONSUL] = {"consul", "hashicorp:consul", {WITNESS_A}, NULL},
    [PROGRAM_VAULT] = {"vault", "hashicorp:vault", {WITNESS_A}, NULL},
    [PROGRAM_HELM] = {"helm", "helm:helm", {WITNESS_A}, NULL},
    [PROGRAM_GRAFANA] = {"grafana", "grafana:grafana", {WITNESS_A}, NULL},
    [PROGRAM_ZLIB] = {"zlib", "zlib:zlib", {WITNESS_NAME}, NULL},
    [PROGRAM_SQLITE] = {"sqlite",
                        "sqlite:sqlite",
                        {WITNESS_A | WITNESS_NAME, WITNESS_A | WITNESS_B},
                        NULL},
    [PROGRAM_PCRE2] = {"pcre2", "pcre:pcre2", {WITNESS_NAME}, NULL},
    [PROGRAM_EXPAT] = {"expat", "libexpat_project:libexpat", {WITNESS_NAME}, NULL},
    [PROGRAM_LIBXML2] = {"libxml2", "xmlsoft:libxml2", {WITNESS_NAME}, NULL},
    [PROGRAM_MUSL] = {"musl", "musl-libc:musl", {WITNESS_A}, program_fits_musl},
    [PROGRAM_GLIBC] = {"glibc", "gnu:glibc", {0}, NULL},
    [PROGRAM_XZ] = {"xz", "tukaani:xz", {0}, NULL},
    [PROGRAM_LIBLZMA] = {"xz", "tukaani:xz", {WITNESS_NAME}, program_fits_lzma},
    [PROGRAM_ZSTD] = {"zstd", "facebook:zstandard", {WITNESS_A}, NULL},
    [PROGRAM_LIBZSTD] = {"zstd", "facebook:zstandard", {WITNESS_NAME}, NULL},
    [PROGRAM_BASH] = {"bash", "gnu:bash", {0}, NULL},
    [PROGRAM_JQ] = {"jq", "jqlang:jq", {WITNESS_A}, program_fits_jq},
    [PROGRAM_FFMPEG] = {"ffmpeg", "ffmpeg:ffmpeg", {WITNESS_NAME, WITNESS_A}, NULL},
    [PROGRAM_LUA] = {"lua", "lua:lua", {WITNESS_NAME, WITNESS_A}, NULL},
    [PROGRAM_LUAJIT] = {"luajit", "luajit:luajit", {WITNESS_NAME, WITNESS_A}, NULL},
    [PROGRAM_GIT] = {"git", "git-scm:git,git:git", {WITNESS_A}, NULL},
    [PROGRAM_OPENSSH] = {"openssh", "openbsd:openssh", {WITNESS_A}, NULL},
};
