/*
 * What is still being built: each says so in a note or an error, so that a file that cannot be
 * looked at yet is never called clean. The real functions take these weak ones' places as they
 * arrive; the file goes with the last of them. It must stand last in meson.build.
 */
#include "lint/dockerfile/check.h"
#include "lint/dockerfile/expand.h"
#include "lint/proxy.h"

#define PENDING __attribute__((weak))

PENDING const struct lint_rule nginx_rules[] = {{.id = NULL}};
PENDING const struct lint_rule haproxy_rules[] = {{.id = NULL}};

PENDING bool nginx_lint(const struct lint_file *file, const struct proxy_options *options,
                        struct lint_report *report, struct arena *arena,
                        struct proxy_result *result, struct error *err)
{
    (void)file, (void)options, (void)report, (void)arena, (void)result;
    return error_set(err, ERROR_UNSUPPORTED, "nginx configuration cannot be read yet");
}

PENDING bool haproxy_lint(const struct lint_file *file, const struct proxy_options *options,
                          struct lint_report *report, struct arena *arena,
                          struct proxy_result *result, struct error *err)
{
    (void)file, (void)options, (void)report, (void)arena, (void)result;
    return error_set(err, ERROR_UNSUPPORTED, "HAProxy configuration cannot be read yet");
}

PENDING bool dockerfile_parse(const struct lint_file *file, struct arena *arena,
                              struct dockerfile *dockerfile, unsigned *line, struct error *err)
{
    (void)file, (void)arena, (void)dockerfile;
    *line = 0;
    return error_set(err, ERROR_UNSUPPORTED, "Dockerfiles cannot be read yet");
}

PENDING size_t dockerfile_offset(const struct dockerfile *dockerfile,
                                 const struct instruction *instruction, const char *at)
{
    (void)dockerfile, (void)at;
    return instruction->start;
}

PENDING size_t dockerfile_offset_end(const struct dockerfile *dockerfile,
                                     const struct instruction *instruction, const char *end)
{
    (void)dockerfile, (void)end;
    return instruction->end;
}

PENDING bool dockerfile_is_whole(const struct dockerfile *dockerfile,
                                 const struct instruction *instruction, struct slice part)
{
    (void)dockerfile, (void)instruction, (void)part;
    return false;
}
