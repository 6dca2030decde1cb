#pragma once
/*
 * The body of an HTTP answer as a stream: a thread runs the request and stays up to REMOTE_AHEAD
 * bytes ahead of the reader. It ends with the stream: stream_close stops a request that is under
 * way within a second. The thread starts at the first read.
 */
#include "image/stream.h"
#include "net/http.h"

enum { REMOTE_AHEAD = 1024 * 1024 };

/*
 * Runs the request into the sink it is given: true when all of the body was taken. Called in the
 * stream's thread, with an arena of its own. `request` has sink and cancel set; the rest is for the
 * function to fill in.
 */
typedef bool (*remote_fetch)(void *owner, struct http_request *request, struct arena *arena,
                             struct error *err);

/* `owner` must live as long as the stream. */
struct stream *remote_stream(remote_fetch fetch, void *owner, struct arena *arena,
                             struct error *err);
