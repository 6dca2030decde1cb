/* The streams around a layer's tar: hash, inflate, limits, read ahead. */
#include "image/compression.h"
#include "image/layer.h"

/* What comes out of the decoder, counted against what went in. */
struct limited {
    struct stream stream;
    struct stream *inner;
    const struct stream *stored;
    const struct layer_limits *limits;
    uint64_t size;
};

static bool within(struct limited *limited, size_t more, struct error *err)
{
    const struct layer_limits *limits = limited->limits;
    uint64_t stored = limited->stored->position;
    limited->size += more;
    if (limited->size > limits->size_max)
        return error_set(err, ERROR_LIMIT, "more than %llu bytes in the layer",
                         (unsigned long long)limits->size_max);
    if (limited->size > limits->ratio_after && limited->size / limits->ratio_max > stored)
        return error_set(
            err, ERROR_LIMIT, "a compression bomb? %llu bytes came out of %llu, more than %u:1",
            (unsigned long long)limited->size, (unsigned long long)stored, limits->ratio_max);
    return true;
}

static bool limited_next(struct stream *self, struct slice *piece, struct error *err)
{
    struct limited *limited = (struct limited *)self;
    return stream_next(limited->inner, piece, err) && within(limited, piece->len, err);
}

static bool limited_into(struct stream *self, char *to, size_t room, size_t *got, struct error *err)
{
    struct limited *limited = (struct limited *)self;
    return stream_into(limited->inner, to, room, got, err) && within(limited, *got, err);
}

static void limited_close(struct stream *self)
{
    stream_close(((struct limited *)self)->inner);
}

static const struct stream_ops limited_ops = {
    .name = "limited", .next = limited_next, .into = limited_into, .close = limited_close};

struct stream *stream_of_limited(struct arena *arena, struct stream *inner,
                                 const struct stream *stored, const struct layer_limits *limits,
                                 struct error *err)
{
    struct limited *limited = arena_new(arena, struct limited);
    if (!limited) {
        arena_error(err);
        return NULL;
    }
    *limited = (struct limited){
        .stream.ops = &limited_ops, .inner = inner, .stored = stored, .limits = limits};
    return &limited->stream;
}

/* The chain; `outer` is the newest stream and closes all the others. */
struct chain {
    struct arena *arena;
    struct stream *outer;
    struct stream *digest, *diff_id, *pipeline; /* NULL where not asked for */
    bool whole;                                 /* the tar must be read to the end of its stream */
};

/* Puts a stream that was made around the chain; false when it was not. */
static bool push(struct chain *chain, struct stream *made)
{
    if (made)
        chain->outer = made;
    return made != NULL;
}

static bool build(struct chain *chain, const struct layer_options *options,
                  const struct layer_limits *limits, struct layer_summary *summary,
                  struct error *err)
{
    struct arena *arena = chain->arena;
    if (options->digest) {
        if (!push(chain, stream_of_digest(arena, chain->outer, err)))
            return false;
        chain->digest = chain->outer;
    }
    struct stream *stored = chain->outer;
    if (!push(chain,
              stream_of_compressed(arena, stored, limits->window_max, &summary->compression, err)))
        return false;
    bool inflates = chain->outer != stored;
    chain->whole = inflates || options->digest || options->diff_id;
    if (inflates && !push(chain, stream_of_limited(arena, chain->outer, stored, limits, err)))
        return false;
    if (options->diff_id) {
        if (!push(chain, stream_of_digest(arena, chain->outer, err)))
            return false;
        chain->diff_id = chain->outer;
    }
    if (!chain->whole || options->one_thread)
        return true;
    if (!push(chain, stream_of_pipeline(arena, chain->outer, err)))
        return false;
    chain->pipeline = chain->outer;
    return true;
}

/* Reads what stands behind the tar's end: checksums come last, and hashes are of everything. */
static bool drain(struct stream *stream, struct error *err)
{
    struct slice piece;
    do {
        if (!stream_next(stream, &piece, err))
            return false;
    } while (piece.len);
    return true;
}

static bool finish(struct chain *chain, struct layer_summary *summary, struct error *err)
{
    uint64_t size;
    if (chain->whole && !drain(chain->outer, err))
        return false;
    summary->size = chain->outer->position;
    if (chain->pipeline)
        stream_pipeline_stop(chain->pipeline);
    if (chain->diff_id && !stream_digest_finish(chain->diff_id, &summary->diff_id, &size, err))
        return false;
    return !chain->digest ||
           stream_digest_finish(chain->digest, &summary->digest, &summary->stored, err);
}

bool layer_read(struct stream *stored, const struct layer_options *options,
                const struct layer_visitor *visitor, void *context, struct arena *arena,
                struct layer_summary *summary, struct error *err)
{
    struct chain chain = {.arena = arena, .outer = stored};
    const struct layer_limits *limits = options->limits ? options->limits : &layer_limits_default;
    *summary = (struct layer_summary){0};
    bool good = build(&chain, options, limits, summary, err) &&
                layer_walk(chain.outer, limits, visitor, context, summary, err) &&
                finish(&chain, summary, err);
    if (chain.pipeline)
        stream_pipeline_stop(chain.pipeline);
    stream_close(chain.outer);
    return good;
}
