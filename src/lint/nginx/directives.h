#pragma once
/*
 * Which directives there are, where each may stand and what it takes: one const table, made by
 * tools/nginx-directives. Any thread may read it.
 */
#include "base/slice.h"

/* Contexts, as bits. */
enum {
    NGINX_MAIN = 1,
    NGINX_EVENTS = 1 << 1,
    NGINX_HTTP = 1 << 2,
    NGINX_SERVER = 1 << 3,
    NGINX_LOCATION = 1 << 4,
    NGINX_UPSTREAM = 1 << 5,
    NGINX_SERVER_IF = 1 << 6,
    NGINX_LOCATION_IF = 1 << 7,
    NGINX_LIMIT_EXCEPT = 1 << 8,
    NGINX_STREAM = 1 << 9,
    NGINX_STREAM_SERVER = 1 << 10,
    NGINX_STREAM_UPSTREAM = 1 << 11,
    NGINX_MAIL = 1 << 12,
    NGINX_MAIL_SERVER = 1 << 13,
    NGINX_ANYWHERE = (1 << 14) - 1,
};

/* Arguments: bits 0 to 7 stand for as many; the others as in nginx. */
enum {
    NGINX_BLOCK = 0x100, /* `{` and not `;` */
    NGINX_FLAG = 0x200,  /* one: on or off */
    NGINX_ANY = 0x400,
    NGINX_MORE1 = 0x800,
    NGINX_MORE2 = 0x1000,
};

enum nginx_value {
    NGINX_VALUE_ANY,
    NGINX_VALUE_FLAG,
    NGINX_VALUE_NUMBER,
    NGINX_VALUE_SIZE,    /* 16k, 1m */
    NGINX_VALUE_OFFSET,  /* … and 1g */
    NGINX_VALUE_TIME,    /* 60s, 1h30m, 500ms */
    NGINX_VALUE_SECONDS, /* the same without ms */
    NGINX_VALUE_BUFFERS, /* a number and a size */
    NGINX_VALUE_WORD,    /* one of `words` */
    NGINX_VALUE_WORDS,   /* each one of `words` */
};

struct nginx_directive {
    char name[50];
    uint16_t contexts, arguments;
    uint8_t value; /* enum nginx_value */
    uint8_t words; /* index of nginx_words */
    uint16_t low, high;
    uint8_t once;          /* a second one in the same block is refused */
    uint16_t since, until; /* nginx 1.25.1 is 12501; 0: always */
    uint8_t module;        /* index of nginx_modules; 0: nginx itself */
};

extern const struct nginx_directive nginx_directives[];
extern const size_t nginx_directive_count;
extern const char *const nginx_words[], *const nginx_modules[];

extern const size_t nginx_module_count;

/* The rows of a name: the first and how many; NULL when it is not known. */
const struct nginx_directive *nginx_directive_find(struct slice name, size_t *count);
/* Of a family of modules that we know by its prefix only (vhost_traffic_status_…). */
bool nginx_directive_foreign(struct slice name);
/* The known name that is nearest to a misspelt one; NULL when none is near. */
const char *nginx_directive_suggest(struct slice name);
