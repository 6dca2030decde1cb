#include "registry/oci/answer.h"

#include <stdarg.h>

#include "base/json.h"
#include "base/log.h"

/* Codes are those of the specification, and those of Docker's registry where it has none. */
static const struct failure_row {
    int status;
    const char *code;
} rows[] = {
    [FAILURE_NONE] = {500, "UNKNOWN"},
    [FAILURE_REPOSITORY_UNKNOWN] = {404, "NAME_UNKNOWN"},
    [FAILURE_REPOSITORY_EXISTS] = {409, "DENIED"},
    [FAILURE_REPOSITORY_NOT_EMPTY] = {409, "DENIED"},
    [FAILURE_NAME_INVALID] = {400, "NAME_INVALID"},
    [FAILURE_TAG_INVALID] = {400, "TAG_INVALID"},
    [FAILURE_TAG_IMMUTABLE] = {400, "TAG_INVALID"}, /* as ECR has it */
    [FAILURE_MANIFEST_UNKNOWN] = {404, "MANIFEST_UNKNOWN"},
    [FAILURE_MANIFEST_INVALID] = {400, "MANIFEST_INVALID"},
    [FAILURE_MANIFEST_BLOB_UNKNOWN] = {400, "MANIFEST_BLOB_UNKNOWN"},
    [FAILURE_MANIFEST_CHILD_UNKNOWN] = {400, "MANIFEST_BLOB_UNKNOWN"},
    [FAILURE_MANIFEST_REFERENCED] = {409, "DENIED"},
    [FAILURE_MANIFEST_EXISTS] = {409, "MANIFEST_INVALID"},
    [FAILURE_CONDITION] = {412, "PRECONDITION_FAILED"},
    [FAILURE_BLOB_UNKNOWN] = {404, "BLOB_UNKNOWN"},
    [FAILURE_BLOB_EXISTS] = {409, "BLOB_UPLOAD_INVALID"},
    [FAILURE_UPLOAD_UNKNOWN] = {404, "BLOB_UPLOAD_UNKNOWN"},
    [FAILURE_UPLOAD_RANGE] = {416, "BLOB_UPLOAD_INVALID"},
    [FAILURE_UPLOAD_EMPTY] = {400, "BLOB_UPLOAD_INVALID"},
    [FAILURE_UPLOAD_BUSY] = {409, "BLOB_UPLOAD_INVALID"},
    [FAILURE_DIGEST_INVALID] = {400, "DIGEST_INVALID"},
    [FAILURE_SIZE_INVALID] = {400, "SIZE_INVALID"},
    [FAILURE_TOO_LARGE] = {413, "SIZE_INVALID"},
    [FAILURE_QUOTA] = {403, "DENIED"},
    [FAILURE_LIMIT] = {403, "DENIED"},
    [FAILURE_UNAUTHENTICATED] = {401, "UNAUTHORIZED"},
    [FAILURE_DENIED] = {403, "DENIED"},
    [FAILURE_BLOCKED] = {403, "DENIED"},
    [FAILURE_ARCHIVED] = {403, "DENIED"},
    [FAILURE_UNSUPPORTED] = {405, "UNSUPPORTED"},
    [FAILURE_PARAMETER] = {400, "PAGINATION_NUMBER_INVALID"},
    [FAILURE_NOT_FOUND] = {404, "NOT_FOUND"},
    [FAILURE_RATE] = {429, "TOOMANYREQUESTS"},
    [FAILURE_UPSTREAM] = {502, "UNAVAILABLE"},
    [FAILURE_FULL] = {507, "UNAVAILABLE"},
    [FAILURE_BUSY] = {503, "UNAVAILABLE"},
    [FAILURE_INTERNAL] = {500, "UNKNOWN"},
};
_Static_assert(sizeof rows / sizeof *rows == FAILURE_INTERNAL + 1, "a row for each reason");

const char *oci_code_of(enum failure_reason reason)
{
    return rows[reason].code;
}

int oci_status_of(enum failure_reason reason)
{
    return rows[reason].status;
}

void oci_answer(const struct server_request *request, struct server_response *response, int status)
{
    response->status = status;
    server_set(request, response, "Docker-Distribution-Api-Version", SLICE("registry/2.0"));
}

void oci_set(const struct server_request *request, struct server_response *response,
             const char *name, const char *format, ...)
{
    char text[4096];
    va_list arguments;
    va_start(arguments, format);
    int len = vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    if (len < 0 || (size_t)len >= sizeof text) {
        response->status = 500;
        return;
    }
    struct slice value = arena_copy(request->arena, slice_of(text, (size_t)len));
    if (value.at)
        server_set(request, response, name, value);
    else
        response->status = 500;
}

void oci_json(const struct server_request *request, struct server_response *response,
              struct slice body, const char *media_type)
{
    response->body = body;
    server_set(request, response, "Content-Type", slice_str(media_type));
    if (!body.at)
        response->status = 500;
}

struct slice oci_quote(struct slice text, struct arena *arena)
{
    char *bytes = NULL;
    size_t len = 0;
    FILE *file = open_memstream(&bytes, &len);
    if (!file)
        return (struct slice){0};
    struct json_writer writer;
    json_writer_init(&writer, file, 0);
    json_put_string(&writer, text);
    struct slice made = {0};
    if (fclose(file) == 0)
        made = arena_copy(arena, slice_trim(slice_of(bytes, len)));
    free(bytes);
    return made;
}

void oci_warn(const struct server_request *request, struct server_response *response,
              struct slice text)
{
    /* The JSON form escapes quotes, backslashes and control characters as a quoted string does. */
    struct slice quoted = oci_quote(slice_upto(text, 1000), request->arena);
    if (quoted.at)
        oci_set(request, response, "Warning", "299 - %.*s", SLICE_ARG(quoted));
}

static struct slice detail_of(const struct oci_route *route, struct arena *arena)
{
    if (!route || !route->repository.len)
        return SLICE("{}");
    struct slice name = oci_quote(slice_upto(route->repository, REPOSITORY_NAME_MAX), arena);
    if (!route->reference.len)
        return arena_printf(arena, "{\"name\":%.*s}", SLICE_ARG(name));
    struct slice reference = oci_quote(slice_upto(route->reference, 256), arena);
    return arena_printf(arena, "{\"name\":%.*s,\"reference\":%.*s}", SLICE_ARG(name),
                        SLICE_ARG(reference));
}

void oci_refuse(const struct server_request *request, struct server_response *response,
                const struct oci_route *route, const struct failure *failure)
{
    struct arena *arena = request->arena;
    if (failure->inside.kind != ERROR_NONE)
        log_error("%s %s: %s", request->id, oci_code_of(failure->reason), failure->inside.text);
    oci_answer(request, response, oci_status_of(failure->reason));
    if (failure->reason == FAILURE_UNSUPPORTED && route && route->allow)
        server_set(request, response, "Allow", slice_str(route->allow));
    if (failure->retry_seconds)
        oci_set(request, response, "Retry-After", "%u", failure->retry_seconds);
    struct slice message = oci_quote(slice_str(failure->text), arena);
    struct slice detail = detail_of(route, arena);
    oci_json(request, response,
             arena_printf(arena,
                          "{\"errors\":[{\"code\":\"%s\",\"message\":%.*s,\"detail\":%.*s}]}\n",
                          oci_code_of(failure->reason), SLICE_ARG(message), SLICE_ARG(detail)),
             "application/json; charset=utf-8");
}
