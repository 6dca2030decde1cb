#pragma once
/* XML as the query protocol answers: elements and texts, no attributes but the name space. Bytes
   that XML cannot hold are replaced. One thread. */
#include "base/arena.h"

struct xml {
    struct arena *arena;
    char *at;
    size_t len, room;
    bool failed; /* out of memory: what is there is not whole */
};

void xml_init(struct xml *xml, struct arena *arena);
/* `space` may be NULL. Names are ours. */
void xml_open(struct xml *xml, const char *name, const char *space);
void xml_close(struct xml *xml, const char *name);
void xml_text(struct xml *xml, const char *name, struct slice value);
void xml_bool(struct xml *xml, const char *name, bool value);
void xml_int(struct xml *xml, const char *name, int64_t value);
/* What was written by another. */
void xml_raw(struct xml *xml, struct slice text);
/* "2026-08-22T10:11:12Z" */
void xml_time(struct xml *xml, const char *name, double when);
