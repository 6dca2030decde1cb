/* See wire.h. The header, in the machine's own order since both ends are one program:
 *   u32 magic, u32 kind, u64 layer, u64 value, u64 length of what follows
 */
#include "scan/wire.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <unistd.h>

enum { WIRE_MAGIC = 0x4c4d4953, WIRE_TICK_MS = 100 };

struct wire_header {
    uint32_t magic, kind;
    uint64_t layer, value, len;
};

static bool wire_write_all(int fd, const void *from, size_t len)
{
    const char *at = from;
    while (len) {
        ssize_t wrote = write(fd, at, len);
        if (wrote < 0 && errno == EINTR)
            continue;
        if (wrote <= 0)
            return false;
        at += wrote;
        len -= (size_t)wrote;
    }
    return true;
}

bool wire_write(int fd, const struct wire_record *record)
{
    struct wire_header header = {WIRE_MAGIC, record->kind, record->layer, record->value,
                                 record->payload.len};
    return wire_write_all(fd, &header, sizeof header) &&
           wire_write_all(fd, record->payload.at, record->payload.len);
}

struct wire_reader {
    int fd;
    bool (*idle)(void *context);
    void *context;
};

static enum wire_end wire_wait(const struct wire_reader *reader, struct error *err)
{
    for (;;) {
        struct pollfd poller = {.fd = reader->fd, .events = POLLIN};
        int ready = poll(&poller, 1, WIRE_TICK_MS);
        if (ready > 0)
            return WIRE_RECORD;
        if (ready < 0 && errno != EINTR) {
            error_errno(err, "waiting for the reading process");
            return WIRE_NONSENSE;
        }
        if (reader->idle(reader->context)) {
            error_set(err, ERROR_INTERNAL, "the reading process says nothing any more");
            return WIRE_SILENT;
        }
    }
}

static enum wire_end wire_read_all(const struct wire_reader *reader, void *to, size_t len,
                                   struct error *err)
{
    char *at = to;
    size_t left = len;
    while (left) {
        enum wire_end end = wire_wait(reader, err);
        if (end != WIRE_RECORD)
            return end;
        ssize_t got = read(reader->fd, at, left);
        if (got < 0 && errno == EINTR)
            continue;
        if (got == 0 && left == len)
            return WIRE_CLOSED;
        if (got <= 0) {
            error_set(err, ERROR_INTERNAL, "the reading process ended in the middle of a word");
            return WIRE_NONSENSE;
        }
        at += got;
        left -= (size_t)got;
    }
    return WIRE_RECORD;
}

static enum wire_end wire_nonsense(struct error *err, const char *what, uint64_t value)
{
    error_set(err, ERROR_INTERNAL, "the reading process answers nonsense: %s %" PRIu64, what,
              value);
    return WIRE_NONSENSE;
}

enum wire_end wire_read(int fd, size_t layers, bool (*idle)(void *context), void *context,
                        struct arena *arena, struct wire_record *record, struct error *err)
{
    struct wire_reader reader = {fd, idle, context};
    struct wire_header header;
    enum wire_end end = wire_read_all(&reader, &header, sizeof header, err);
    if (end != WIRE_RECORD)
        return end;
    if (header.magic != WIRE_MAGIC)
        return wire_nonsense(err, "mark", header.magic);
    if (header.kind < WIRE_STARTED || header.kind > WIRE_FAILURE)
        return wire_nonsense(err, "kind", header.kind);
    if (header.layer >= layers)
        return wire_nonsense(err, "layer", header.layer);
    if (header.len > WIRE_PAYLOAD_MAX)
        return wire_nonsense(err, "length", header.len);
    char *payload = arena_alloc(arena, header.len + 1);
    if (!payload) {
        error_set(err, ERROR_LIMIT, "the layers tell more than the memory budget takes");
        return WIRE_NONSENSE;
    }
    end = wire_read_all(&reader, payload, header.len, err);
    if (end == WIRE_CLOSED)
        return wire_nonsense(err, "missing bytes", header.len);
    *record = (struct wire_record){(enum wire_kind)header.kind, header.layer, header.value,
                                   slice_of(payload, header.len)};
    return end;
}
