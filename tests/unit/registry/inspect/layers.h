#pragma once
/* Layers out of a few files, as gzipped tars in memory. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "base/arena.h"
#include "test.h"

struct tar_made {
    char *at;
    size_t len, room;
};

static inline void tar_append(struct tar_made *tar, const void *at, size_t len)
{
    if (tar->len + len > tar->room) {
        tar->room = (tar->len + len) * 2;
        tar->at = realloc(tar->at, tar->room);
        assert_non_null(tar->at);
    }
    memcpy(tar->at + tar->len, at, len);
    tar->len += len;
}

static inline void tar_head(struct tar_made *tar, const char *path, size_t size)
{
    char head[512] = {0};
    unsigned sum = 0;
    snprintf(head, 100, "%s", path);
    snprintf(head + 100, 8, "%07o", 0644);
    snprintf(head + 108, 8, "%07o", 0);
    snprintf(head + 116, 8, "%07o", 0);
    snprintf(head + 124, 12, "%011zo", size);
    snprintf(head + 136, 12, "%011o", 0);
    memset(head + 148, ' ', 8);
    head[156] = '0';
    memcpy(head + 257, "ustar\00000", 8);
    for (size_t i = 0; i < 512; i++)
        sum += (unsigned char)head[i];
    snprintf(head + 148, 8, "%06o", sum);
    tar_append(tar, head, 512);
}

static inline void tar_file(struct tar_made *tar, const char *path, struct slice content)
{
    static const char zeros[512];
    tar_head(tar, path, content.len);
    tar_append(tar, content.at, content.len);
    tar_append(tar, zeros, (512 - content.len % 512) % 512);
}

static inline void tar_end(struct tar_made *tar)
{
    static const char zeros[1024];
    tar_append(tar, zeros, sizeof zeros);
}

/* In `arena`; frees the tar. */
static inline struct slice tar_gzip(struct tar_made *tar, int level, struct arena *arena)
{
    z_stream stream = {0};
    assert_int_equal(deflateInit2(&stream, level, Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY), Z_OK);
    size_t room = deflateBound(&stream, tar->len);
    char *at = malloc(room);
    assert_non_null(at);
    stream.next_in = (Bytef *)tar->at;
    stream.avail_in = (uInt)tar->len;
    stream.next_out = (Bytef *)at;
    stream.avail_out = (uInt)room;
    assert_int_equal(deflate(&stream, Z_FINISH), Z_STREAM_END);
    struct slice made = arena_copy(arena, slice_of(at, stream.total_out));
    assert_non_null(made.at);
    deflateEnd(&stream);
    free(at);
    free(tar->at);
    *tar = (struct tar_made){NULL};
    return made;
}
