/* plimsoll attach: what is said of an image, beside it in the registry. */
#include <unistd.h>

#include "base/file.h"
#include "base/json.h"
#include "base/log.h"
#include "cli/command_rows.h"
#include "cli/operand.h"
#include "cli/option_rows.h"
#include "image/stream.h"
#include "ship/push/cosign.h"
#include "ship/push/referrer.h"

static bool read_file(struct invocation *call, const char *path, struct slice *bytes,
                      struct error *err)
{
    if (strcmp(path, "-") != 0)
        return file_read(path, REFERRER_MAX, call->arena, bytes, err);
    struct stream *input = stream_of_fd(call->arena, STDIN_FILENO, false, err);
    bool fine = input && stream_read_all(input, REFERRER_MAX, call->arena, bytes, err);
    stream_close(input);
    return fine || error_add(err, "standard input");
}

static bool find_type(struct invocation *call, const char *path, struct referrer *referrer,
                      struct error *err)
{
    const char *given = option_text(call, "type");
    referrer->type = given ? slice_str(given) : referrer_type_of(referrer->bytes);
    return referrer->type.len ||
           error_set(err, ERROR_USAGE,
                     "%s is neither CycloneDX, SPDX, SARIF nor a scan by plimsoll: say what it is "
                     "with --type",
                     path);
}

static bool find_subject(struct destination *destination, struct arena *arena,
                         struct registry_manifest *subject, struct error *err)
{
    CLEANUP_LINK struct registry_link link = destination_link(destination);
    const struct reference *reference = &destination->session.reference;
    return registry_manifest_get(&link, reference->digest.len ? reference->digest : reference->tag,
                                 arena, subject, err);
}

static void write_json(const struct registry_manifest *subject, const struct referrer *referrer,
                       const struct referrer_result *result, bool is_signed)
{
    struct json_writer json;
    json_writer_init(&json, stdout, 2);
    json_begin_object(&json);
    json_field(&json, "schema", SLICE("plimsoll/attach/1"));
    json_field(&json, "subject", digest_slice(&subject->digest));
    json_field(&json, "digest", digest_slice(&result->digest));
    json_field(&json, "artifact_type", referrer->type);
    json_field_bool(&json, "by_tag", result->by_tag);
    json_field_bool(&json, "was_there", result->was_there);
    json_field_bool(&json, "signed", is_signed);
    json_end_object(&json);
}

/* Where there is no cosign, that is said once, and is no failure. */
static bool sign(struct invocation *call, const struct destination *destination,
                 const struct digest *digest, bool *is_signed, struct error *err)
{
    *is_signed = option_flag(call, "sign") && cosign_sign(destination, digest, call->arena, err);
    if (*is_signed || !option_flag(call, "sign"))
        return true;
    if (err->kind != ERROR_NOT_FOUND)
        return false;
    log_warning("not signed: cosign is not installed");
    *err = (struct error){0};
    return true;
}

/* The words the other way round. */
static bool check_order(const struct invocation *call, struct error *err)
{
    return !operand_is_file(call->operands[0]) || operand_is_file(call->operands[1]) ||
           strcmp(call->operands[1], "-") == 0 ||
           error_set(err, ERROR_USAGE, "the image stands first: plimsoll attach %s %s",
                     call->operands[1], call->operands[0]);
}

static bool run(struct invocation *call, struct error *err)
{
    CLEANUP_DESTINATION struct destination destination = {0};
    struct destination_options options = {.plain_http = option_flag(call, "plain-http"),
                                          .insecure = option_flag(call, "insecure")};
    struct registry_manifest subject;
    struct referrer referrer = {0};
    struct referrer_result result;
    bool is_signed;
    if (!check_order(call, err) || !read_file(call, call->operands[1], &referrer.bytes, err) ||
        !find_type(call, call->operands[1], &referrer, err) ||
        !destination_open(&destination, call->operands[0], &options, call->arena, err) ||
        !find_subject(&destination, call->arena, &subject, err) ||
        !referrer_attach(&destination, &subject, &referrer, call->arena, &result, err) ||
        !sign(call, &destination, &subject.digest, &is_signed, err))
        return false;
    if (strcmp(option_text(call, "format"), "json") == 0)
        write_json(&subject, &referrer, &result, is_signed);
    else
        printf("%s\n", result.digest.text);
    return true;
}

static const struct option options[] = {
    {.name = "type",
     .type = OPTION_STRING,
     .argument = "MEDIATYPE",
     .prose = "What the file is; without it found by its content (CycloneDX, SPDX, SARIF, JSON of "
              "plimsoll scan)."},
    {.name = "sign", .prose = "Sign the image with cosign, where that is installed."},
    OPTION_ROWS_REGISTRY,
    {.name = "format",
     .type = OPTION_CHOICE,
     .argument = "FORMAT",
     .standard = "table",
     .choices = "table json",
     .prose = "How the outcome is written: table is the artifact's digest alone."},
    {NULL},
};

static const struct command_example examples[] = {
    {"plimsoll sbom registry.example/app:1.2.0 | plimsoll attach registry.example/app:1.2.0 -",
     "its SBOM beside an image"},
    {"plimsoll attach registry.example/app:1.2.0 scan.json --sign",
     "what `scan --format json` wrote; the image is signed"},
    {NULL, NULL},
};

const struct command command_attach = {
    .name = "attach",
    .summary = "keep an SBOM or a scan beside an image in its registry",
    .operands = "REPOSITORY[:TAG|@DIGEST] FILE|-",
    .least = 2,
    .most = 2,
    .prose = "As an OCI referrer: an artifact whose subject is the image, so that `oras discover`, "
             "ECR's ListImageReferrers and others find it. Registries that keep no list of "
             "referrers get it under the tag sha256-HEX, as the specification has it. The same "
             "file attached twice is there once.",
    .options = options,
    .examples = examples,
    .run = run,
};
