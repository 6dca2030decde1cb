#pragma once
/* One OSV record: JSON in, rows out. */
#include "advisory/feed/sink.h"

/* `arena` holds what is read; the caller empties it. */
bool osv_record_read(struct slice text, struct arena *arena, struct feed_sink *sink,
                     struct error *err);
