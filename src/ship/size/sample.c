#include "ship/size/sample.h"

#include <libdeflate.h>
#include <zstd.h>

/* Four blocks take some 25 ms of a layer: a twentieth of inflating one that is large enough to have
   them all. */
enum { BLOCKS_MAX = 4, STEP_LEAST = 12 << 20 };

bool sample_init(struct sample *sample, uint64_t stored, struct arena *arena)
{
    size_t room = ZSTD_compressBound(SAMPLE_BLOCK) + 4096; /* DEFLATE's bound is below it */
    *sample = (struct sample){.block = arena_alloc(arena, SAMPLE_BLOCK),
                              .room = arena_alloc(arena, room),
                              .room_size = room};
    sample->step =
        stored / BLOCKS_MAX * 3; /* most layers inflate to about three times their size */
    if (sample->step < STEP_LEAST)
        sample->step = STEP_LEAST;
    return sample->block && sample->room;
}

static void block_end(struct sample *sample)
{
    struct libdeflate_compressor *deflate = libdeflate_alloc_compressor(SAMPLE_DEFLATE_LEVEL);
    size_t zstd = ZSTD_compress(sample->room, sample->room_size, sample->block, sample->filled,
                                SAMPLE_ZSTD_LEVEL);
    if (deflate && !ZSTD_isError(zstd)) {
        size_t len = libdeflate_deflate_compress(deflate, sample->block, sample->filled,
                                                 sample->room, sample->room_size);
        sample->sampled += sample->filled;
        sample->deflate += len ? len : sample->filled;
        sample->zstd += zstd;
    }
    if (deflate)
        libdeflate_free_compressor(deflate);
    sample->blocks++;
    sample->filled = 0;
    sample->next += sample->step;
}

void sample_add(struct sample *sample, struct slice bytes)
{
    while (bytes.len && sample->blocks < BLOCKS_MAX) {
        if (sample->seen < sample->next) {
            uint64_t skip = sample->next - sample->seen;
            if (skip > bytes.len)
                skip = bytes.len;
            sample->seen += skip;
            bytes = slice_from(bytes, (size_t)skip);
            continue;
        }
        size_t room = SAMPLE_BLOCK - sample->filled, take = bytes.len < room ? bytes.len : room;
        memcpy(sample->block + sample->filled, bytes.at, take);
        sample->filled += take;
        sample->seen += take;
        bytes = slice_from(bytes, take);
        if (sample->filled == SAMPLE_BLOCK)
            block_end(sample);
    }
}

void sample_finish(struct sample *sample)
{
    if (sample->filled && !sample->blocks)
        block_end(sample);
}
