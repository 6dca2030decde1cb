#pragma once
/*
 * How well a layer would compress: blocks of its content, spread over it, compressed here with
 * DEFLATE as gzip does by default and with zstd. The ratio of the two, on the same bytes, is what
 * an estimate is made of. Takes a fixed share of the work of inflating.
 */
#include "base/arena.h"

enum { SAMPLE_BLOCK = 256 * 1024, SAMPLE_ZSTD_LEVEL = 9, SAMPLE_DEFLATE_LEVEL = 6 };

struct sample {
    char *block;
    size_t filled;
    uint64_t seen, next; /* bytes of content; where the next block begins */
    uint64_t step;       /* from one to the next */
    unsigned blocks;
    uint64_t sampled, deflate, zstd;
    char *room;
    size_t room_size;
};

/* `stored`: bytes of the layer as stored, to spread the blocks by. False: no memory. */
bool sample_init(struct sample *sample, uint64_t stored, struct arena *arena);
void sample_add(struct sample *sample, struct slice bytes);
/* A last block that is not full counts when it is the only one. */
void sample_finish(struct sample *sample);
