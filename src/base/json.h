#pragma once
/*
 * JSON in two forms beside jansson (which is used for small documents: manifests, configuration):
 *
 * - json_reader pulls tokens out of a whole document in memory, so that a feed of 100 MB is read
 * without building a tree. Errors are sticky: after one, every call returns JSON_ERROR / false; ask
 * once at the end with json_finish. RFC 8259; strings must be UTF-8 by escapes and bytes (bad bytes
 * are replaced).
 * - json_writer writes indented or compact JSON to a FILE, escaping what must be escaped.
 *
 * One thread at a time.
 */
#include <stdio.h>

#include "base/arena.h"

enum json_token {
    JSON_ERROR,
    JSON_END, /* of the enclosing object or array, or of the document */
    JSON_OBJECT,
    JSON_ARRAY,
    JSON_STRING,
    JSON_NUMBER,
    JSON_TRUE,
    JSON_FALSE,
    JSON_NULL,
};

enum { JSON_DEPTH_MAX = 64 };

struct json_reader {
    struct slice rest;     /* not yet read */
    struct slice document; /* all of it, for positions in messages */
    struct arena
        *arena; /* where strings with escapes are decoded to; others are slices of the document */
    struct slice text; /* JSON_STRING: decoded; JSON_NUMBER: as written */
    unsigned depth;
    char nest[JSON_DEPTH_MAX]; /* '{' or '[' by depth */
    bool first;                /* no element read yet at this depth */
    bool ready;                /* a value stands next: its name or comma was read */
    bool failed;
    struct error error;
};

void json_reader_init(struct json_reader *reader, struct slice document, struct arena *arena);

/*
 * The next value of the enclosing array (or the document's one). Enters objects and arrays: the
 * following calls read what is inside, until JSON_END leaves it again.
 */
enum json_token json_next(struct json_reader *reader);

/* In an object: reads the next member's name into *name; false at its end (which leaves it) or on
   error. The value must then be read by json_next, json_string, …, or json_skip. */
bool json_member(struct json_reader *reader, struct slice *name);

/*
 * In an array: whether another element stands next; at its end leaves the array and says false.
 * The element must then be read by json_next, json_string, …, or json_skip. The safe loop over
 * elements that may be of any type:
 *
 *     if (json_enter_array(&r)) while (json_more(&r)) if (json_enter_object(&r)) { … }
 */
bool json_more(struct json_reader *reader);

/* Skip the next value, whatever it is. */
void json_skip(struct json_reader *reader);

/* The next value if it is what is asked for; otherwise it is skipped and the result is false /
 * empty. */
bool json_enter_object(struct json_reader *reader);
bool json_enter_array(struct json_reader *reader);
/* jansson, which is linked statically, has a function of this name: so the linker knows ours by
   another. */
bool json_string(struct json_reader *reader, struct slice *value) __asm__("plimsoll_json_string");
bool json_number(struct json_reader *reader, double *value);
bool json_bool(struct json_reader *reader, bool *value);

/* True when nothing failed; otherwise sets err (ERROR_FORMAT with line and column). */
bool json_finish(struct json_reader *reader, struct error *err);

struct json_writer {
    FILE *file;
    int indent; /* spaces a level, 0 = compact */
    unsigned depth;
    bool first;
    bool after_name;
};

void json_writer_init(struct json_writer *writer, FILE *file, int indent);
void json_begin_object(struct json_writer *writer);
void json_end_object(struct json_writer *writer);
void json_begin_array(struct json_writer *writer);
void json_end_array(struct json_writer *writer);
void json_name(struct json_writer *writer, const char *name);
void json_put_string(struct json_writer *writer, struct slice value);
void json_put_number(struct json_writer *writer, double value); /* shortest form that reads back */
void json_put_int(struct json_writer *writer, int64_t value);
void json_put_bool(struct json_writer *writer, bool value);
void json_put_null(struct json_writer *writer);
/* Name and value at once. Of an empty value json_field_text leaves the member out, and
   json_field_or_null says null. */
void json_field(struct json_writer *writer, const char *name, struct slice value);
void json_field_text(struct json_writer *writer, const char *name, struct slice value);
void json_field_or_null(struct json_writer *writer, const char *name, struct slice value);
/* An array. */
void json_field_strings(struct json_writer *writer, const char *name, const struct slice *values,
                        size_t count);
void json_field_int(struct json_writer *writer, const char *name, int64_t value);
void json_field_number(struct json_writer *writer, const char *name, double value);
void json_field_bool(struct json_writer *writer, const char *name, bool value);
