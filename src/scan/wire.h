#pragma once
/*
 * What the jailed child tells the broker: records over a pipe, each a header and `len` bytes. The
 * broker takes nothing on trust: magic, kind, layer and length are checked here, the analysis
 * itself by analysis_decode.
 */
#include "base/arena.h"

enum wire_kind {
    WIRE_STARTED = 1, /* the child has begun with the layer */
    WIRE_PROGRESS,    /* it is still at work; `value`: bytes of the tar so far */
    WIRE_ANALYSIS,    /* the payload is an encoded analysis */
    WIRE_BROKEN,      /* the child cannot work at all; payload: why */
    WIRE_FAILURE,     /* nothing of the layer could be had; payload: why */
};

struct wire_record {
    enum wire_kind kind;
    size_t layer;
    uint64_t value;
    struct slice payload;
};

/* The most one layer may tell. A hundred thousand files with their hashes take less than 3 MiB. */
#define WIRE_PAYLOAD_MAX (UINT64_C(128) << 20)

/* Blocks; false when the other end is gone. One thread at a time. */
bool wire_write(int fd, const struct wire_record *record);

/* How wire_read ended. */
enum wire_end { WIRE_RECORD, WIRE_CLOSED, WIRE_SILENT, WIRE_NONSENSE };

/* The next record; its payload is in `arena`, aligned to 8. Waits at most until idle(context) says
   true, which is asked every 100 ms without bytes. err is set but for WIRE_RECORD and WIRE_CLOSED.
 */
enum wire_end wire_read(int fd, size_t layers, bool (*idle)(void *context), void *context,
                        struct arena *arena, struct wire_record *record, struct error *err);
