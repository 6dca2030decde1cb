/* What an image says of itself, all of it hostile: each line is an instruction of the history, a
   variable, a port, a volume, a word of the health check, or something seen in a layer. */
#include "lint/image/image_check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { LINES_MAX = 64 };

static void observe(struct merged_observation *seen, struct observation *made, struct slice line)
{
    made->kind = (enum observation_kind)(1 + (unsigned char)line.at[0] % (OBSERVATION_KINDS - 1));
    made->path = slice_from(line, 1);
    made->detail = made->amount = slice_upto(line, 8);
    *seen = (struct merged_observation){made, line.len % 3, line.len % 2};
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena;
    struct error err;
    struct slice lines[LINES_MAX], rest = slice_of(data, size);
    struct image_history history[LINES_MAX];
    struct observation made[LINES_MAX];
    struct merged_observation seen[LINES_MAX];
    size_t count = 0, observed = 0;
    while (rest.len && count < LINES_MAX)
        lines[count++] = slice_cut(&rest, '\n');
    for (size_t i = 0; i < count; i++) {
        history[i] = (struct image_history){.created_by = lines[i], .empty_layer = i % 2};
        if (lines[i].len)
            observe(&seen[observed], &made[observed], lines[i]), observed++;
    }
    struct image image = {.name = SLICE("x"),
                          .history = history,
                          .history_count = count,
                          .env = lines,
                          .env_count = count,
                          .volumes = lines,
                          .volume_count = count,
                          .exposed_ports = lines,
                          .exposed_port_count = count,
                          .healthcheck = lines,
                          .healthcheck_count = count,
                          .entrypoint = lines,
                          .entrypoint_count = count,
                          .labels = lines,
                          .label_count = count,
                          .user = count ? lines[0] : SLICE(""),
                          .tag = count ? lines[0] : SLICE("")};
    struct scan_image one = {.image = &image, .observations = seen, .observation_count = observed};
    struct scan scan = {.images = &one, .image_count = 1};
    arena_init(&arena, 64 * 1024 * 1024);
    struct lint_report report = {.arena = &arena};
    (void)image_lint(&scan, &report, &arena, NULL, NULL, &err);
    arena_done(&arena);
    return 0;
}
