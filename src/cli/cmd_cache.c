/* plimsoll cache status|prune|clear */
#include <inttypes.h>

#include "base/terminal.h"
#include "cli/command_rows.h"
#include "scan/cache.h"

static const struct option status_options[] = {
    {.name = "cache-limit",
     .type = OPTION_SIZE,
     .argument = "SIZE",
     .standard = "1G",
     .variable = "PLIMSOLL_CACHE_LIMIT",
     .key = "cache-limit",
     .prose = "Size that scans keep the cache at."},
    {NULL},
};

static const struct option prune_options[] = {
    {.name = "to",
     .type = OPTION_SIZE,
     .argument = "SIZE",
     .standard = "512M",
     .prose = "Bytes that may stay; what was used last stays."},
    {NULL},
};

static bool open_cache(const struct invocation *call, struct cache *cache, uint64_t limit,
                       struct error *err)
{
    struct cache_settings settings = {option_text(call, "cache"), limit, 0};
    if (!cache_open(cache, &settings, err))
        return false;
    if (cache->note[0])
        fprintf(stderr, "plimsoll: %s\n", cache->note);
    return true;
}

static void print_folder(const char *folder)
{
    terminal_put(stdout, slice_str(folder));
}

static bool run_status(struct invocation *call, struct error *err)
{
    struct cache cache CLEANUP_CACHE = {.env = NULL};
    struct cache_status status;
    if (!open_cache(call, &cache, (uint64_t)option_number(call, "cache-limit"), err) ||
        !cache_status(&cache, &status, err))
        return false;
    fputs("folder  ", stdout);
    print_folder(cache.folder);
    printf("%s\nlayers  %" PRIu64 "\nbytes   %" PRIu64 " of %" PRIu64 "\n",
           status.read_only ? " (read-only)" : "", status.entries, status.bytes, status.limit);
    return true;
}

static bool prune_to(struct invocation *call, uint64_t bytes, struct error *err)
{
    struct cache cache CLEANUP_CACHE = {.env = NULL};
    uint64_t evicted = 0;
    if (!open_cache(call, &cache, 0, err) || !cache_prune(&cache, bytes, &evicted, err))
        return false;
    printf("%" PRIu64 " layers left ", evicted);
    print_folder(cache.folder);
    putchar('\n');
    return true;
}

static bool run_prune(struct invocation *call, struct error *err)
{
    return prune_to(call, (uint64_t)option_number(call, "to"), err);
}

static bool run_clear(struct invocation *call, struct error *err)
{
    return prune_to(call, 0, err);
}

static const struct command status = {
    .name = "status",
    .summary = "show where the cache is and what it holds",
    .options = status_options,
    .run = run_status,
};

static const struct command prune = {
    .name = "prune",
    .summary = "drop the layers that were not used for longest",
    .options = prune_options,
    .run = run_prune,
};

static const struct command clear = {
    .name = "clear",
    .summary = "drop all layers",
    .run = run_clear,
};

static const struct command *const cache_commands[] = {&status, &prune, &clear, NULL};

static const struct command_example examples[] = {
    {"plimsoll cache status", "where it is, how much is in it"},
    {"plimsoll cache prune --to 100M", "keep what was used last"},
    {NULL, NULL},
};

const struct command command_cache = {
    .name = "cache",
    .summary = "look after the cache of layers that were read",
    .prose = "A layer is read once; what was found in it is kept under its digest. Any number of "
             "scans may use the cache at once; one that is damaged is set aside and begun anew.",
    .examples = examples,
    .commands = cache_commands,
};
