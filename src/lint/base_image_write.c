/* The writing half of base_image_cache.c: jansson, which reads, and our writer share names. */
#include "base/json.h"
#include "lint/base_image_cache.h"

static void put_list(struct json_writer *json, const char *name, const struct slice *items,
                     size_t count)
{
    json_name(json, name);
    json_begin_array(json);
    for (size_t i = 0; i < count; i++)
        json_put_string(json, items[i]);
    json_end_array(json);
}

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
    put_list(&json, "shell", image->shell, image->shell_count);
    put_list(&json, "env", image->env, image->env_count);
    put_list(&json, "onbuild", image->onbuild, image->onbuild_count);
    json_field_int(&json, "size", image->size < INT64_MAX ? (int64_t)image->size : 0);
    json_field_bool(&json, "healthcheck", image->has_healthcheck);
    json_end_object(&json);
}
