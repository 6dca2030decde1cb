/* The writing half of base_image_cache.c: jansson, which reads, and our writer share names. */
#include "base/json.h"
#include "lint/base_image_cache.h"

void base_cache_put(FILE *out, struct slice key, const struct base_image *image)
{
    struct json_writer json;
    json_writer_init(&json, out, 0);
    json_begin_object(&json);
    json_field(&json, "asked", key);
    json_field_text(&json, "digest", image->digest);
    json_field_text(&json, "user", image->user);
    json_field_text(&json, "workdir", image->workdir);
    json_field_text(&json, "platform", image->platform);
    json_field_strings(&json, "shell", image->shell, image->shell_count);
    json_field_strings(&json, "env", image->env, image->env_count);
    json_field_strings(&json, "onbuild", image->onbuild, image->onbuild_count);
    json_field_int(&json, "size", image->size < INT64_MAX ? (int64_t)image->size : 0);
    json_field_bool(&json, "healthcheck", image->has_healthcheck);
    json_end_object(&json);
}
