/* plimsoll copy: an image from anywhere into a registry. */
#include "base/clock.h"
#include "base/json.h"
#include "base/terminal.h"
#include "cli/command_rows.h"
#include "cli/operand.h"
#include "cli/option_rows.h"
#include "ship/push/push.h"

static void show_progress(void *context, const struct push_progress *now)
{
    enum { MIB = 1 << 20 };
    (void)context;
    progress_show("%.1f of %.1f MiB, %zu of %zu blobs", (double)now->bytes / MIB,
                  (double)now->all / MIB, now->blobs, now->all_blobs);
}

static void put_count(struct json_writer *json, const char *name, const struct push_count *count)
{
    json_name(json, name);
    json_begin_object(json);
    json_field_int(json, "blobs", (int64_t)count->blobs);
    json_field_int(json, "bytes", (int64_t)count->bytes);
    json_end_object(json);
}

static void write_json(const struct push_result *result, double seconds)
{
    struct json_writer json;
    json_writer_init(&json, stdout, 2);
    json_begin_object(&json);
    json_field(&json, "schema", SLICE("plimsoll/copy/1"));
    json_field(&json, "digest", digest_slice(&result->digest));
    json_field(&json, "media_type", result->media_type);
    json_field_int(&json, "manifests", (int64_t)result->manifests);
    put_count(&json, "sent", &result->sent);
    put_count(&json, "there", &result->there);
    put_count(&json, "mounted", &result->mounted);
    json_field_number(&json, "seconds", seconds);
    json_end_object(&json);
}

static void put_words(const char *what, const struct push_count *count)
{
    enum { MIB = 1 << 20 };
    printf("%-8s %4zu blobs  %10.1f MiB\n", what, count->blobs, (double)count->bytes / MIB);
}

static void write_table(const struct push_result *result)
{
    if (!result->manifests)
        puts("The registry has it under that name already.");
    put_words("sent", &result->sent);
    put_words("there", &result->there);
    if (result->mounted.blobs)
        put_words("mounted", &result->mounted);
    printf("%s\n", result->digest.text);
}

/* Names of registries that look like it are none: they begin with a letter or digit. */
static bool is_path(const char *name)
{
    return name[0] == '/' || name[0] == '.' || operand_is_file(name);
}

static bool run(struct invocation *call, struct error *err)
{
    if (is_path(call->operands[1]))
        return error_set(err, ERROR_USAGE,
                         "%s is a file, and copy goes into registries: IMAGE first, then "
                         "REPOSITORY[:TAG]",
                         call->operands[1]);
    struct push_result result;
    struct push_options options = {
        .destination = {.plain_http = option_flag(call, "plain-http"),
                        .insecure = option_flag(call, "insecure"),
                        .wait_max = (unsigned)option_number(call, "wait")},
        .platform = slice_str(option_text(call, "platform")),
        .tag = slice_str(option_text(call, "tag")),
        .at_once = (unsigned)option_number(call, "at-once"),
        .mount_from = slice_str(option_text(call, "mount-from")),
        .progress = show_progress,
    };
    double begun = clock_monotonic();
    bool fine =
        push_image(call->operands[0], call->operands[1], &options, call->arena, &result, err);
    progress_clear();
    if (!fine)
        return false;
    if (strcmp(option_text(call, "format"), "json") == 0)
        write_json(&result, clock_monotonic() - begun);
    else
        write_table(&result);
    return true;
}

static const struct option options[] = {
    {.name = "platform",
     .type = OPTION_STRING,
     .argument = "OS/ARCH",
     .prose = "Of an index only that image; without it all of it, with what is attested of it."},
    OPTION_ROW_IMAGE_TAG,
    {.name = "at-once",
     .type = OPTION_INT,
     .argument = "N",
     .standard = "3",
     .low = 1,
     .high = 16,
     .prose = "Layers that are sent side by side."},
    {.name = "mount-from",
     .type = OPTION_STRING,
     .argument = "REPOSITORY",
     .prose = "Another repository of the same registry that may have layers of the image (its "
              "base's): they are taken over there and not sent."},
    OPTION_ROWS_REGISTRY,
    OPTION_ROW_WAIT,
    OPTION_ROW_TABLE_OR_JSON,
    {NULL},
};

static const struct command_example examples[] = {
    {"plimsoll copy oci:build/app 123456789012.dkr.ecr.eu-west-1.amazonaws.com/app:1.2.0",
     "a layout to ECR, with the AWS credentials as the login"},
    {"plimsoll copy app.tar registry.example/app:1.2.0", "what docker save wrote"},
    {"plimsoll copy docker:app:1.2.0 registry.example/app:1.2.0", "what docker has built"},
    {"plimsoll copy registry:haproxy:3.3.1-alpine registry.example/base/haproxy:3.3.1-alpine",
     "from one registry to another, all platforms"},
    {NULL, NULL},
};

const struct command command_copy = {
    .name = "copy",
    .summary = "copy an image into a registry, byte for byte",
    .operands = "IMAGE REPOSITORY[:TAG]",
    .least = 2,
    .most = 2,
    .prose =
        "From whatever scan reads images: layouts, archives, engines, registries. Layers that the "
        "registry "
        "has are not sent; what breaks off goes on where it stopped, and after half a minute "
        "without the registry it ends: the same command again sends only what is missing. "
        "Manifests of "
        "layouts and registries stay as they are, and digests with them. An archive of docker "
        "save has no manifest for registries: one is made, and its layers are compressed; what an "
        "engine has is saved first, into a nameless file in $TMPDIR.",
    .options = options,
    .examples = examples,
    .run = run,
};
