#pragma once
/*
 * A compressed file as a stream of what is in it. It is inflated in a jailed process of its own
 * (base/fresh.h), which has the file, a pipe and nothing else: decoders are the parsers in which
 * hostile bytes have most to say. What comes through the pipe is only bytes, which the broker
 * hashes and whose tar headers it reads as it does those of an uncompressed archive. In programs
 * that cannot start processes (unit tests, fuzz targets) it is inflated at home.
 */
#include "image/stream.h"

/* The bytes in a file of `size` bytes; of one that is not compressed those of the file itself, and
   then the stream seeks. The descriptor stays the caller's. ERROR_UNSUPPORTED names compressions
   that are not read; size and ratio are limited (layer_limits_default). Any thread may call; the
   stream must be closed. */
struct stream *unpack_open(struct arena *arena, int fd, uint64_t size, struct error *err);

/* What the fresh process runs, and the name main knows it by. */
#define UNPACK_ENTRY "unpack"
int unpack_run(struct slice job);
