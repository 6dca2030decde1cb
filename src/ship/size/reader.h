#pragma once
/* The question that `size` asks of each layer, in the jailed child (scan/child.h): a listing. */
#include "scan/child.h"
#include "ship/size/listing.h"

/* A layer that could not be read to its end gives a listing that is `partial`. */
extern const struct child_question size_question;
/* Only the walk, for tests: as layer_read, `stored` is closed. */
bool size_read_layer(struct stream *stored, uint64_t stored_size,
                     const struct layer_options *options, struct arena *arena,
                     struct listing *listing, struct error *err);
