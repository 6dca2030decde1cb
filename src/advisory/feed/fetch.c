#include "advisory/feed/fetch.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"

static const size_t FILE_MAX = (size_t)2 << 30;

void fetcher_done(struct fetcher *fetcher)
{
    http_client_cleanup(&fetcher->client);
}

void fetched_done(struct fetched *fetched)
{
    if (fetched->mapped)
        munmap((void *)(uintptr_t)fetched->bytes.at, fetched->bytes.len);
    fetched->mapped = false;
    arena_done(&fetched->arena);
    file_close_fd(&fetched->fd);
}

static bool is_url(struct slice where)
{
    return slice_starts(where, SLICE("http://")) || slice_starts(where, SLICE("https://"));
}

static enum fetch_outcome failed(const struct feed_file *file, struct error *err)
{
    if (file->optional && err->kind == ERROR_NOT_FOUND)
        return FETCH_ABSENT;
    return FETCH_FAILED;
}

static bool same_state(const struct fetch_state *a, const struct fetch_state *b)
{
    return a && slice_equal(a->where, b->where) && slice_equal(a->first, b->first) &&
           slice_equal(a->second, b->second);
}

static enum fetch_outcome fetch_local(const struct feed_file *file, const struct fetch_state *known,
                                      struct arena *arena, struct fetched *fetched,
                                      struct error *err)
{
    struct stat about;
    fetched->fd = file_open(file->where.at, err);
    if (fetched->fd < 0)
        return failed(file, err);
    if (fstat(fetched->fd, &about) != 0) {
        error_errno(err, "reading %s", file->where.at);
        return FETCH_FAILED;
    }
    fetched->state.where = file->where;
    fetched->state.first = arena_printf(arena, "%lld:%lld.%09ld:%llu", (long long)about.st_size,
                                        (long long)about.st_mtim.tv_sec, about.st_mtim.tv_nsec,
                                        (unsigned long long)about.st_ino);
    fetched->date = clock_format(about.st_mtim.tv_sec, arena);
    if (!fetched->state.first.at || !fetched->date.at) {
        arena_error(err);
        return FETCH_FAILED;
    }
    if (same_state(known, &fetched->state))
        return FETCH_SAME;
    /* Read and not mapped: somebody may be writing the mirror, and a file that gets shorter under a
       map kills its reader. */
    return file_read_fd(fetched->fd, FILE_MAX, &fetched->arena, &fetched->bytes, err)
               ? FETCH_NEW
               : FETCH_FAILED;
}

/* Bodies go to a file without a name: nothing is left behind, however this process ends. */
static bool open_body(const char *folder, struct fetched *fetched, struct error *err)
{
    fetched->fd = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (fetched->fd < 0)
        fetched->fd = memfd_create("plimsoll-feed", MFD_CLOEXEC);
    return fetched->fd >= 0 || error_errno(err, "making room for a download");
}

static bool map_body(struct fetched *fetched, struct error *err)
{
    struct stat about;
    if (fstat(fetched->fd, &about) != 0)
        return error_errno(err, "reading what was downloaded");
    size_t size = (size_t)about.st_size;
    if (size == 0)
        return true;
    void *at = mmap(NULL, size, PROT_READ, MAP_PRIVATE, fetched->fd, 0);
    if (at == MAP_FAILED)
        return error_errno(err, "reading what was downloaded");
    fetched->bytes = slice_of(at, size);
    fetched->mapped = true;
    return true;
}

static bool keep_state(const struct http_response *response, struct slice where,
                       struct arena *arena, struct fetched *fetched, struct error *err)
{
    struct slice modified = http_header_get(&response->headers, "Last-Modified");
    time_t when;
    fetched->state.where = where;
    fetched->state.first = arena_copy(arena, http_header_get(&response->headers, "ETag"));
    fetched->state.second = arena_copy(arena, modified);
    if (http_date_parse(modified, &when))
        fetched->date = clock_format(when, arena);
    return (fetched->state.first.at && fetched->state.second.at) || arena_error(err);
}

static enum fetch_outcome fetch_http(struct fetcher *fetcher, const struct feed_file *file,
                                     const struct fetch_state *known, struct arena *arena,
                                     struct fetched *fetched, struct error *err)
{
    struct http_request request = {.url = file->where, .limit = FILE_MAX};
    struct http_response response = {0};
    if (known && slice_equal(known->where, file->where)) {
        request.etag = known->first;
        request.last_modified = known->second;
    }
    if (!fetcher->client)
        fetcher->client = http_client_new(NULL);
    if (!fetcher->client) {
        arena_error(err);
        return FETCH_FAILED;
    }
    if (!open_body(fetcher->folder, fetched, err) ||
        !http_get(fetcher->client, &request, fetched->fd, &fetched->arena, &response, err))
        return failed(file, err);
    if (response.status == 304) {
        fetched->state = *known;
        return FETCH_SAME;
    }
    return keep_state(&response, file->where, arena, fetched, err) && map_body(fetched, err)
               ? FETCH_NEW
               : FETCH_FAILED;
}

enum fetch_outcome fetch_file(struct fetcher *fetcher, const struct feed_file *file,
                              const struct fetch_state *known, struct arena *arena,
                              struct fetched *fetched, struct error *err)
{
    *fetched = (struct fetched){.fd = -1};
    arena_init(&fetched->arena, FILE_MAX + 64 * 1024 * 1024);
    if (is_url(file->where))
        return fetch_http(fetcher, file, known, arena, fetched, err);
    return fetch_local(file, known, arena, fetched, err);
}
