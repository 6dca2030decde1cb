#include "net/aws.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/json.h"

/* China's regions are a partition with a domain of its own. */
static struct slice standard_endpoint(const char *service, struct slice region, struct arena *arena)
{
    const char *domain = slice_starts(region, SLICE("cn-")) ? "amazonaws.com.cn" : "amazonaws.com";
    return arena_printf(arena, "https://api.%s.%.*s.%s", service, SLICE_ARG(region), domain);
}

static bool find_endpoint(struct aws *aws, const char *endpoint, struct arena *arena,
                          struct error *err)
{
    struct slice text = slice_str(endpoint);
    if (!text.len && strcmp(aws->service, "ecr") == 0)
        text = slice_str(getenv("AWS_ENDPOINT_URL_ECR"));
    if (!text.len)
        text = aws->profile.endpoint;
    if (!text.len)
        text = standard_endpoint(aws->service, aws->profile.region, arena);
    return text.at ? url_parse(text, arena, &aws->endpoint, err) : arena_error(err);
}

bool aws_open(struct aws *aws, const char *service, const char *endpoint, const char *region,
              struct arena *arena, struct error *err)
{
    *aws = (struct aws){.service = service};
    if (!aws_profile_find(arena, &aws->profile, err))
        return error_add(err, "credentials of AWS");
    if (region && *region)
        aws->profile.region = slice_str(region);
    if (!aws->profile.region.len)
        return error_set(err, ERROR_USAGE,
                         "no region: give --region, or set AWS_REGION or the profile's");
    if (!find_endpoint(aws, endpoint, arena, err))
        return false;
    if (!aws->profile.key.id.len || !aws->profile.key.secret.len)
        return error_set(err, ERROR_DENIED,
                         "no AWS credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or "
                         "a profile in ~/.aws/credentials");
    aws->client = http_client_new(NULL);
    return aws->client || arena_error(err);
}

void aws_close(struct aws *aws)
{
    http_client_free(aws->client);
    aws->client = NULL;
}

#define CONTENT_TYPE "application/x-amz-json-1.1"

/* What is signed. Of it the client itself sends Host and Content-Type; Authorization goes where the
   client keeps it from being sent on to another host. */
static bool sign(struct aws *aws, const char *target, struct slice type, struct slice body,
                 struct arena *arena, struct http_request *request, struct error *err)
{
    struct http_headers headers = {NULL, 0, 0};
    struct sigv4_request what = {.method = SLICE("POST"),
                                 .path = aws->endpoint.path,
                                 .query = aws->endpoint.query,
                                 .headers = &headers,
                                 .body = body};
    struct slice host = url_authority(&aws->endpoint, arena);
    char *region = arena_string(arena, aws->profile.region);
    if (!host.at || !region)
        return arena_error(err);
    if (!http_headers_add(&headers, SLICE("Host"), host, arena, err) ||
        !http_headers_add(&headers, SLICE("Content-Type"), type, arena, err) ||
        (target &&
         !http_headers_add(&headers, SLICE("X-Amz-Target"), slice_str(target), arena, err)) ||
        !sigv4_sign(&what, &aws->profile.key, region, aws->service, (int64_t)time(NULL), &headers,
                    arena, err))
        return false;
    for (size_t i = 0; i < headers.count; i++) {
        struct slice name = headers.items[i].name;
        if (slice_equal_nocase(name, SLICE("Authorization")))
            request->authorization = headers.items[i].value;
        else if (!slice_equal_nocase(name, SLICE("Host")) &&
                 !slice_equal_nocase(name, SLICE("Content-Type")) &&
                 !http_headers_add(&request->headers, name, headers.items[i].value, arena, err))
            return false;
    }
    return true;
}

/* {"__type": "com.amazonaws…#Name", "message": "…"} */
static bool refused(const struct http_response *response, struct arena *arena, struct error *err)
{
    struct json_reader reader;
    struct slice name, value, type = {NULL, 0}, message = {NULL, 0};
    json_reader_init(&reader, response->body, arena);
    if (json_enter_object(&reader))
        while (json_member(&reader, &name)) {
            if (!json_string(&reader, &value))
                continue;
            if (slice_equal(name, SLICE("__type")))
                type = slice_from(
                    value, slice_find(value, '#') < value.len ? slice_find(value, '#') + 1 : 0);
            else if (slice_equal_nocase(name, SLICE("message")))
                message = value;
        }
    if (!type.len)
        return http_status_error(response, err);
    bool missing = slice_search(type, SLICE("NotFound")) < type.len;
    bool denied = slice_search(type, SLICE("Denied")) < type.len ||
                  slice_search(type, SLICE("Token")) < type.len ||
                  slice_search(type, SLICE("Signature")) < type.len ||
                  slice_search(type, SLICE("Client")) < type.len;
    return error_set(err,
                     missing  ? ERROR_NOT_FOUND
                     : denied ? ERROR_DENIED
                              : ERROR_FORMAT,
                     "%.*s: %.*s", SLICE_ARG(type), SLICE_ARG(message));
}

bool aws_call(struct aws *aws, const char *target, struct slice body, struct arena *arena,
              struct slice *answer, struct error *err)
{
    struct http_response response;
    struct http_request request = {.method = "POST",
                                   .url = url_text(&aws->endpoint, arena),
                                   .body = body,
                                   .body_type = SLICE(CONTENT_TYPE)};
    if (!request.url.at)
        return arena_error(err);
    if (!sign(aws, target, SLICE(CONTENT_TYPE), body, arena, &request, err) ||
        !http_perform(aws->client, &request, arena, &response, err))
        return false;
    if (response.status != 200)
        return refused(&response, arena, err);
    *answer = response.body;
    return true;
}

/* ---- the query protocol ---- */

#define FORM_TYPE "application/x-www-form-urlencoded; charset=utf-8"

bool aws_xml_text(struct slice xml, const char *element, struct slice *text)
{
    char mark[100];
    int len = snprintf(mark, sizeof mark, "<%s>", element);
    size_t at = slice_search(xml, slice_of(mark, (size_t)len));
    struct slice rest = slice_from(xml, at + (size_t)len);
    size_t end = slice_find(rest, '<');
    if (at == xml.len || end == rest.len || !slice_starts(slice_from(rest, end), SLICE("</")))
        return false;
    *text = slice_upto(rest, end);
    return true;
}

/* <ErrorResponse><Error><Code>NoSuchEntity</Code><Message>…</Message></Error></ErrorResponse> */
static bool query_refused(const struct http_response *response, struct error *err)
{
    struct slice code, message = {"", 0};
    if (!aws_xml_text(response->body, "Code", &code))
        return http_status_error(response, err);
    aws_xml_text(response->body, "Message", &message);
    bool missing = slice_equal_str(code, "NoSuchEntity");
    return error_set(err, missing ? ERROR_NOT_FOUND : ERROR_DENIED, "%.*s: %.*s", SLICE_ARG(code),
                     SLICE_ARG(message));
}

bool aws_query(struct aws *aws, struct slice form, struct arena *arena, struct slice *answer,
               struct error *err)
{
    struct http_response response;
    struct http_request request = {.method = "POST",
                                   .url = url_text(&aws->endpoint, arena),
                                   .body = form,
                                   .body_type = SLICE(FORM_TYPE)};
    if (!request.url.at)
        return arena_error(err);
    if (!sign(aws, NULL, SLICE(FORM_TYPE), form, arena, &request, err) ||
        !http_perform(aws->client, &request, arena, &response, err))
        return false;
    if (response.status != 200)
        return query_refused(&response, err);
    *answer = response.body;
    return true;
}
