/*
 * What is still being built: each says so in a note or an error, so that a file that cannot be
 * looked at yet is never called clean. The real functions take these weak ones' places as they
 * arrive; the file goes with the last of them. It must stand last in meson.build.
 */
#include "lint/proxy.h"

#define PENDING __attribute__((weak))

PENDING const struct lint_rule nginx_rules[] = {{.id = NULL}};

PENDING bool nginx_lint(const struct lint_file *file, const struct proxy_options *options,
                        struct lint_report *report, struct arena *arena,
                        struct proxy_result *result, struct error *err)
{
    (void)file, (void)options, (void)report, (void)arena, (void)result;
    return error_set(err, ERROR_UNSUPPORTED, "nginx configuration cannot be read yet");
}

