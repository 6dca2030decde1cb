#pragma once
/*
 * Compressed streams. Members and frames that follow each other are one stream (estargz, pigz,
 * seekable zstd). Checksums are verified; an input that ends too early is an error that names the
 * byte.
 *
 * Later an index of a layer can be made while it is read: gzip_into is the one place that knows
 * (position, window) at block boundaries.
 */
#include "image/image.h"
#include "image/stream.h"

/* RFC 1952, DEFLATE by ISA-L. What follows the last member and does not begin another (zeros of a
   tape, a signature) is left alone, as gzip(1) does. */
struct stream *stream_of_gzip(struct arena *arena, struct stream *inner, struct error *err);

/* RFC 8878. Skippable frames are skipped. A frame that declares a window over `window_max` bytes is
   ERROR_LIMIT. */
struct stream *stream_of_zstd(struct arena *arena, struct stream *inner, uint64_t window_max,
                              struct error *err);

/* What bytes that begin so are compressed by; ERROR_UNSUPPORTED names other compressions (bzip2,
   xz). Looks at marks alone. */
bool compression_look(struct slice head, enum layer_compression *compression, struct error *err);

/*
 * Looks at the first bytes and wraps `inner` in what they call for, or fails, as
 * compression_look says. *compression tells what it was.
 */
struct stream *stream_of_compressed(struct arena *arena, struct stream *inner, uint64_t window_max,
                                    enum layer_compression *compression, struct error *err);
