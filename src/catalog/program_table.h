#pragma once
/*
 * The rows by which programs are told (program_table.c), for the scanner (program.c), the search
 * (program_search.c) and the generator that compiles the literals at build time
 * (literals_generator.c). Constant data; any thread.
 *
 * A literal is searched for in the read-only data of an ELF file. Where it stands, it either gives
 * a version (the digits behind it, or what its `check` reads), or is a witness: a text that is in
 * the program for another reason, and without which a version is not believed. That keeps out
 * programs that merely mention another one (haproxy names the OpenSSL it was compiled against).
 */
#include "base/slice.h"

enum program_id {
    PROGRAM_HAPROXY,
    PROGRAM_NGINX,
    PROGRAM_OPENRESTY,
    PROGRAM_OPENSSL,
    PROGRAM_AWS_LC,
    PROGRAM_LIBRESSL,
    PROGRAM_BUSYBOX,
    PROGRAM_PYTHON,
    PROGRAM_NODE,
    PROGRAM_GO,
    PROGRAM_REDIS,
    PROGRAM_VALKEY,
    PROGRAM_POSTGRES,
    PROGRAM_OPENJDK,
    PROGRAM_PHP,
    PROGRAM_RUBY,
    PROGRAM_PERL,
    PROGRAM_CURL,
    PROGRAM_LIBCURL,
    PROGRAM_HTTPD,
    PROGRAM_MYSQL,
    PROGRAM_MARIADB,
    PROGRAM_MEMCACHED,
    PROGRAM_LIGHTTPD,
    PROGRAM_TRAEFIK,
    PROGRAM_ENVOY,
    PROGRAM_CONSUL,
    PROGRAM_VAULT,
    PROGRAM_HELM,
    PROGRAM_GRAFANA,
    PROGRAM_ZLIB,
    PROGRAM_SQLITE,
    PROGRAM_PCRE2,
    PROGRAM_EXPAT,
    PROGRAM_LIBXML2,
    PROGRAM_MUSL,
    PROGRAM_GLIBC,
    PROGRAM_XZ,
    PROGRAM_LIBLZMA,
    PROGRAM_ZSTD,
    PROGRAM_LIBZSTD,
    PROGRAM_BASH,
    PROGRAM_JQ,
    PROGRAM_FFMPEG,
    PROGRAM_LUA,
    PROGRAM_LUAJIT,
    PROGRAM_GIT,
    PROGRAM_OPENSSH,
    PROGRAMS,
    PROGRAM_ANY = PROGRAMS, /* a bare version between NULs: a candidate for rows that `fits` */
};

/* What was seen of a program in a file; a row asks for some of them. */
enum program_witness {
    WITNESS_VERSION = 0,
    WITNESS_A = 1,
    WITNESS_B = 2,
    WITNESS_NAME = 4, /* its literal is what DT_SONAME of the file begins with */
    WITNESS_BANE = 8, /* it is something else after all */
};

enum { PROGRAM_VERSION_MAX = 48 };

/* A place where a literal was found, with the bytes around it. */
struct program_sight {
    struct slice window;
    size_t at, end; /* of the literal, in the window */
    char *room;     /* PROGRAM_VERSION_MAX bytes, for a version that is not written with dots */
};

/* Gives the version, a slice of the window or of `room`; false: not the text that was meant. */
typedef bool program_check(const struct program_sight *sight, struct slice *version);

struct program_literal {
    const char *text;
    uint8_t len;
    uint8_t program; /* enum program_id */
    uint8_t witness; /* enum program_witness */
    /* For versions without a check: */
    uint8_t inside;    /* bytes of the literal's end that belong to the version */
    uint8_t parts;     /* it has at least so many numbers */
    bool letters;      /* "1.1.1w", "9.2p1" */
    struct slice next; /* bytes that may follow it; none told: NUL */
    program_check *check;
};

struct program_row {
    const char *name;
    const char *cpe;
    uint8_t needs[2]; /* all witnesses of the one, or all of the other (where not 0) */
    /* Not NULL: the version is the highest of the bare ones that fits. `name`: of the file. */
    bool (*fits)(struct slice version, struct slice name);
};

extern const struct program_literal program_literals[];
extern const size_t program_literal_count;
extern const struct program_row program_rows[PROGRAMS];

/* Digits and dots at the start of `text`, at least `parts` numbers, and a pre-release ("-rc1")
   behind them; empty when there are not. */
struct slice program_version(struct slice text, unsigned parts, bool letters);
/* The index-th number of a version, 0 when there is none; capped at 2^31. */
unsigned program_version_part(struct slice version, unsigned index);

/* Checks and fits (program_check.c). */
program_check program_check_haproxy, program_check_openssl, program_check_go, program_check_mariadb,
    program_check_glibc, program_check_libxml2, program_check_module, program_check_envoy,
    program_check_java, program_check_pcre2, program_check_lighttpd, program_check_openssh,
    program_check_sqlite;
bool program_fits_python(struct slice version, struct slice name);
bool program_fits_redis(struct slice version, struct slice name);
bool program_fits_musl(struct slice version, struct slice name);
bool program_fits_lzma(struct slice version, struct slice name);
bool program_fits_jq(struct slice version, struct slice name);
