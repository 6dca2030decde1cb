/*
 * How ECR says no. What the core refuses for a reason is an exception by this one table, with AWS's
 * sentence where it has one; rows of an operation stand before those for all.
 */
#include <stdarg.h>
#include <stdio.h>

#include "registry/ecr/operations.h"

struct exception_row {
    enum failure_reason reason;
    const char *operation; /* NULL: all */
    const char *exception;
    /* {repository} and {registry} are put in; NULL: the failure's own text */
    const char *text;
};

#define BAD_PARAMETER "InvalidParameterException"

static const struct exception_row rows[] = {
    {FAILURE_REPOSITORY_UNKNOWN, NULL, "RepositoryNotFoundException",
     "The repository with name '{repository}' does not exist in the registry with id "
     "'{registry}'"},
    {FAILURE_REPOSITORY_EXISTS, NULL, "RepositoryAlreadyExistsException",
     "The repository with name '{repository}' already exists in the registry with id "
     "'{registry}'"},
    {FAILURE_REPOSITORY_NOT_EMPTY, NULL, "RepositoryNotEmptyException",
     "The repository with name '{repository}' in registry with id '{registry}' cannot be deleted "
     "because it still contains images"},
    {FAILURE_NAME_INVALID, NULL, BAD_PARAMETER, NULL},
    {FAILURE_TAG_INVALID, NULL, BAD_PARAMETER, NULL},
    {FAILURE_TAG_IMMUTABLE, NULL, "ImageTagAlreadyExistsException", NULL},
    {FAILURE_MANIFEST_UNKNOWN, NULL, "ImageNotFoundException", NULL},
    {FAILURE_MANIFEST_INVALID, NULL, BAD_PARAMETER, NULL},
    {FAILURE_MANIFEST_BLOB_UNKNOWN, NULL, "LayersNotFoundException", NULL},
    {FAILURE_MANIFEST_CHILD_UNKNOWN, NULL, "ReferencedImagesNotFoundException", NULL},
    {FAILURE_MANIFEST_EXISTS, NULL, "ImageAlreadyExistsException", NULL},
    {FAILURE_CONDITION, NULL, BAD_PARAMETER, NULL},
    {FAILURE_BLOB_UNKNOWN, NULL, "LayersNotFoundException", NULL},
    {FAILURE_BLOB_EXISTS, NULL, "LayerAlreadyExistsException", NULL},
    {FAILURE_UPLOAD_UNKNOWN, NULL, "UploadNotFoundException", NULL},
    {FAILURE_UPLOAD_RANGE, NULL, "InvalidLayerPartException", NULL},
    {FAILURE_UPLOAD_EMPTY, NULL, "EmptyUploadException", NULL},
    {FAILURE_UPLOAD_BUSY, NULL, BAD_PARAMETER, NULL},
    {FAILURE_DIGEST_INVALID, "CompleteLayerUpload", "InvalidLayerException", NULL},
    {FAILURE_DIGEST_INVALID, "PutImage", "ImageDigestDoesNotMatchException", NULL},
    {FAILURE_DIGEST_INVALID, NULL, BAD_PARAMETER, NULL},
    {FAILURE_SIZE_INVALID, NULL, BAD_PARAMETER, NULL},
    {FAILURE_TOO_LARGE, "UploadLayerPart", "LimitExceededException", NULL},
    {FAILURE_TOO_LARGE, NULL, BAD_PARAMETER, NULL},
    {FAILURE_QUOTA, "CompleteLayerUpload", "InvalidLayerException", NULL},
    {FAILURE_QUOTA, NULL, "LimitExceededException", NULL},
    {FAILURE_LIMIT, "InitiateLayerUpload", BAD_PARAMETER, NULL},
    {FAILURE_LIMIT, NULL, "LimitExceededException", NULL},
    {FAILURE_UNAUTHENTICATED, NULL, "MissingAuthenticationTokenException", NULL},
    {FAILURE_DENIED, NULL, "AccessDeniedException", NULL},
    {FAILURE_BLOCKED, NULL, "AccessDeniedException", NULL},
    {FAILURE_ARCHIVED, "StartImageScan", "ImageArchivedException", NULL},
    {FAILURE_ARCHIVED, NULL, BAD_PARAMETER, NULL},
    {FAILURE_UNSUPPORTED, NULL, BAD_PARAMETER, NULL},
    {FAILURE_PARAMETER, NULL, BAD_PARAMETER, NULL},
    {FAILURE_NOT_FOUND, NULL, BAD_PARAMETER, NULL},
    {FAILURE_RATE, NULL, "ThrottlingException", NULL},
    {FAILURE_UPSTREAM, "GetDownloadUrlForLayer", "UnableToGetUpstreamLayerException", NULL},
    {FAILURE_UPSTREAM, "ListImageReferrers", "UnableToListUpstreamImageReferrersException", NULL},
    {FAILURE_UPSTREAM, NULL, "UnableToGetUpstreamImageException", NULL},
};

/* `text` with {repository} and {registry} put in. */
static void fill(const struct ecr_call *call, const char *text, char *to, size_t size)
{
    size_t used = 0;
    for (struct slice rest = slice_str(text); rest.len && used < size;) {
        struct slice plain = slice_cut(&rest, '{');
        struct slice name = slice_cut(&rest, '}');
        struct slice value = slice_equal(name, SLICE("repository")) ? call->scope.repository
                             : slice_equal(name, SLICE("registry")) ? call->scope.account
                                                                    : (struct slice){NULL, 0};
        used += (size_t)snprintf(to + used, size - used, "%.*s%.*s", SLICE_ARG(plain),
                                 SLICE_ARG(value));
    }
}

void call_explain_failure(struct ecr_call *call)
{
    const char *name = call->operation ? call->operation->name : "";
    for (size_t i = 0; !call->exception && i < sizeof rows / sizeof *rows; i++) {
        const struct exception_row *row = &rows[i];
        if (row->reason != call->failure.reason ||
            (row->operation && strcmp(row->operation, name) != 0))
            continue;
        call->exception = row->exception;
        if (row->text)
            fill(call, row->text, call->failure.text, sizeof call->failure.text);
    }
    if (call->exception)
        return;
    /* The rest is our own trouble: FULL, BUSY, INTERNAL. */
    call->exception = "ServerException";
}

bool call_fail(struct ecr_call *call, const char *exception, const char *format, ...)
{
    char text[sizeof call->failure.text];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    call->exception = exception;
    return failure_set(&call->failure, FAILURE_PARAMETER, "%s", text);
}

bool call_invalid(struct ecr_call *call, const char *name, const char *format, ...)
{
    char text[400];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    return call_fail(call, BAD_PARAMETER,
                     "Invalid parameter at '%s%s' failed to satisfy constraint: '%s'", call->path,
                     name, text);
}

bool call_no_memory(struct ecr_call *call)
{
    call->exception = "ServerException";
    return failure_set(&call->failure, FAILURE_INTERNAL,
                       "The request needs more memory than one may have");
}

bool call_allows(struct ecr_call *call, const struct scope *scope)
{
    struct slice action = arena_printf(call->arena, "ecr:%s", call->operation->name);
    if (!action.at)
        return call_no_memory(call);
    return auth_allows(call->node->auth, &call->caller, action.at, scope, &call->failure);
}
