#include "catalog/secret_file.h"

#include <stdlib.h>

enum {
    WINDOW = 256 << 10,
    OVERLAP = 20 << 10, /* more than the longest pattern takes */
    CONTEXT = 128,      /* before it: the name of an assignment */
    HEAD = 1024,        /* no NUL in it: text */
    FILE_FOUND_MAX = 100,
    LAYER_FOUND_MAX = 2000,
};
/* A text that is larger is a dump or a log; its beginning tells of it. */
#define FILE_SIZE_MAX ((uint64_t)64 << 20)

bool secret_file_init(struct secret_file *file, struct collector *collector, struct arena *arena)
{
    *file = (struct secret_file){.collector = collector,
                                 .searcher = secret_searcher_new(),
                                 .window = arena_alloc(arena, WINDOW)};
    return file->searcher && file->window;
}

void secret_file_done(struct secret_file *file)
{
    secret_searcher_free(file->searcher);
    file->searcher = NULL;
}

bool secret_file_wants(const struct secret_file *file, struct slice path, uint64_t size)
{
    static const char *const binary[] = {
        ".so",  ".a",    ".o",    ".ko",   ".pyc",   ".pyo",  ".png", ".jpg", ".jpeg",
        ".gif", ".ico",  ".webp", ".woff", ".woff2", ".ttf",  ".otf", ".eot", ".mp3",
        ".mp4", ".webm", ".gz",   ".xz",   ".bz2",   ".zst",  ".zip", ".jar", ".war",
        ".whl", ".deb",  ".rpm",  ".apk",  ".mo",    ".wasm", ".exe", ".dll", NULL};
    if (!file->searcher || size < 8 || file->all >= LAYER_FOUND_MAX)
        return false;
    for (size_t i = 0; binary[i]; i++)
        if (slice_ends(path, slice_str(binary[i])))
            return false;
    return slice_search(path, SLICE(".so.")) == path.len;
}

/* What one search found counts up to `limit`; what lies behind is found again, whole. */
struct told {
    struct secret_file *file;
    uint64_t limit;
};

static bool tell(void *context, const struct secret_match *match)
{
    struct told *told = context;
    struct secret_file *file = told->file;
    uint64_t start = file->at + match->start;
    if (start < file->taken || start >= told->limit)
        return true;
    if (file->found == FILE_FOUND_MAX || file->all >= LAYER_FOUND_MAX) {
        collector_add_note(file->collector, file->path,
                           "holds more secrets than are listed: the rest was not searched");
        file->active = false;
        return false;
    }
    file->found++;
    file->all++;
    collector_add_secret(file->collector, file->path, match, file->line);
    return true;
}

static void search(struct secret_file *file, struct slice bytes, size_t counts)
{
    struct told told = {file, file->at + counts};
    secret_search(file->searcher, file->path, bytes, tell, &told);
    file->taken = told.limit;
}

/* Moves the window on, keeping its last `keep` bytes. */
static void move_on(struct secret_file *file, size_t keep)
{
    size_t gone = file->held - keep;
    for (size_t i = 0; i < gone; i++)
        file->line += file->window[i] == '\n';
    memmove(file->window, file->window + gone, keep);
    file->at += gone;
    file->held = keep;
}

static void flush(struct secret_file *file)
{
    if (file->held && file->active)
        search(file, slice_of(file->window, file->held), file->held);
    move_on(file, 0);
}

static void add(struct secret_file *file, struct slice bytes)
{
    while (bytes.len && file->active) {
        size_t room = WINDOW - file->held, len = bytes.len < room ? bytes.len : room;
        memcpy(file->window + file->held, bytes.at, len);
        file->held += len;
        bytes = slice_from(bytes, len);
        if (file->held < WINDOW)
            return;
        search(file, slice_of(file->window, WINDOW), WINDOW - OVERLAP);
        move_on(file, OVERLAP + CONTEXT);
    }
}

static void begin(struct secret_file *file, struct slice path, struct slice head)
{
    file->held = 0;
    file->at = file->taken = 0;
    file->line = 0;
    file->found = 0;
    file->path = path;
    file->active = memchr(head.at, 0, head.len) == NULL;
}

bool secret_file_feed(struct secret_file *file, struct slice path, uint64_t offset,
                      struct slice bytes, uint64_t size)
{
    if (offset == 0)
        begin(file, path, slice_upto(bytes, HEAD));
    if (!file->active)
        return false;
    if (offset == 0 && bytes.len == size) { /* as it stands, without a copy */
        search(file, bytes, bytes.len);
        return false;
    }
    if (offset != file->at + file->held) { /* a hole */
        flush(file);
        file->at = file->taken = offset;
    }
    add(file, bytes);
    if (offset + bytes.len >= FILE_SIZE_MAX && size > FILE_SIZE_MAX) {
        collector_add_note(file->collector, path,
                           "only its first 64 MiB were searched for secrets");
        flush(file);
        file->active = false;
    }
    return file->active;
}

void secret_file_end(struct secret_file *file)
{
    if (file->searcher && file->active)
        flush(file);
    file->active = false;
}
