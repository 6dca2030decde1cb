/* Configurations of nginx (first byte even) and HAProxy (odd) that are made to run here. */
#include "ship/test/parts.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static unsigned port(void *context)
{
    return ++*(unsigned *)context;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct ship_port sites[] = {{8080, 9001, false}};
    struct ship_copy items[] = {
        {.image = SLICE("/usr/share/nginx/html"), .local = SLICE("/usr"), .folder = true},
        {.image = SLICE("/etc/nginx/conf.d/a.conf"), .local = SLICE("/x"), .written = true}};
    struct ship_copies copies = {.items = items, .count = 2};
    unsigned next_port = 20000;
    struct arena arena;
    struct lint_file file;
    struct slice text;
    struct error err;
    if (!size)
        return 0;
    arena_init(&arena, (size_t)256 << 20);
    struct ship_rewrite rewrite = {.arena = &arena,
                                   .folder = "/w",
                                   .copies = &copies,
                                   .sites = sites,
                                   .site_count = 1,
                                   .free_port = port,
                                   .context = &next_port,
                                   .certificate = data[0] & 2 ? "/w/test.pem" : NULL,
                                   .image = SLICE("web"),
                                   .part = (data[0] & 4) != 0};
    if (lint_file_init(&file, SLICE("x"), slice_of(data + 1, size - 1), LINT_NGINX, &arena)) {
        bool fine = data[0] & 1 ? ship_rewrite_haproxy(&rewrite, &file, &text, &err)
                                : ship_rewrite_nginx(&rewrite, &file, &text, &err);
        for (size_t i = 0; fine && i < rewrite.port_count; i++)
            if (rewrite.ports[i].to <= 20000)
                abort();
    }
    arena_done(&arena);
    return 0;
}
