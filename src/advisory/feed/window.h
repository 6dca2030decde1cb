#pragma once
/*
 * Feeds that are too large to hold: lines of text, and the elements of one big JSON array, out of a
 * stream. What is handed out is valid until the next call. One thread at a time.
 */
#include "advisory/feed/feed.h"
#include "image/stream.h"

struct window {
    struct stream *stream;
    struct arena *arena; /* the buffer, and the streams */
    char *bytes;
    size_t start, end, room; /* bytes[start..end) are read and not used yet */
    bool ended;
};

/* Over the input's bytes, inflated when they are gzip or zstd. window_done closes the streams. */
bool window_open(struct window *window, const struct feed_input *input, struct error *err);
void window_done(struct window *window);
#define CLEANUP_WINDOW __attribute__((cleanup(window_done)))

/* The next line without its end; false at the end (err->kind ERROR_NONE) or on an error. */
bool window_line(struct window *window, struct slice *line, struct error *err);

/*
 * Steps over a JSON document up to the array that is the value of one of the outermost object's
 * members (`names`, ending in NULL; `found` tells which), then hands out its elements that are
 * objects, each as its own document. The rest of the document must be there: a file that was cut is
 * an error.
 */
bool window_find_array(struct window *window, const char *const *names, const char **found,
                       struct error *err);
bool window_element(struct window *window, struct slice *element, struct error *err);
