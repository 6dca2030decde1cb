/* What is asked of ECR, against a server that answers with one prepared text: whether Amazon's
   model of the service agrees is in tests/scenarios/ecr*. */
#include "test.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/file.h"
#include "registry/ecr_client.h"

static struct arena arena;
static int listener;
static char endpoint[64], request[8192];
static const char *reply;

static bool is_whole(void)
{
    const char *end = strstr(request, "\r\n\r\n");
    const char *length = strcasestr(request, "Content-Length: ");
    return end && length && strlen(end + 4) >= strtoul(length + 16, NULL, 10);
}

static void *serve(void *nothing)
{
    struct error err;
    size_t len = 0;
    int connection CLEANUP_FD = accept(listener, NULL, NULL);
    memset(request, 0, sizeof request);
    while (connection >= 0 && len < sizeof request - 1 && !is_whole()) {
        ssize_t got = read(connection, request + len, sizeof request - 1 - len);
        if (got <= 0)
            return nothing;
        len += (size_t)got;
    }
    file_write_fd(connection, reply, strlen(reply), &err);
    return nothing;
}

static int setup(void **state)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    (void)state;
    arena_init(&arena, 16 << 20);
    setenv("AWS_ACCESS_KEY_ID", "AKIAEXAMPLE", 1);
    setenv("AWS_SECRET_ACCESS_KEY", "secret", 1);
    listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (bind(listener, (struct sockaddr *)&address, sizeof address) != 0 ||
        listen(listener, 4) != 0 || getsockname(listener, (struct sockaddr *)&address, &size) != 0)
        return -1;
    snprintf(endpoint, sizeof endpoint, "http://127.0.0.1:%u", ntohs(address.sin_port));
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    arena_done(&arena);
    return close(listener);
}

/* One call: what it is given is in `request` afterwards. */
#define ASK(status, body, call)                                                                    \
    ({                                                                                             \
        struct aws aws CLEANUP_AWS = {.client = NULL};                                             \
        pthread_t thread;                                                                          \
        reply = arena_printf(&arena,                                                               \
                             "HTTP/1.1 " status "\r\nContent-Type: application/x-amz-json-1.1\r\n" \
                             "Content-Length: %zu\r\nConnection: close\r\n\r\n%s",                 \
                             strlen(body), body)                                                   \
                    .at;                                                                           \
        err = (struct error){.kind = ERROR_NONE};                                                  \
        assert_true(aws_open(&aws, "ecr", endpoint, "us-east-1", &arena, &err));                   \
        assert_int_equal(pthread_create(&thread, NULL, serve, NULL), 0);                           \
        bool fine = (call);                                                                        \
        pthread_join(thread, NULL);                                                                \
        fine;                                                                                      \
    })

#define asked(text) assert_non_null(strstr(request, (text)))

static const char refused[] =
    "{\"__type\":\"RepositoryAlreadyExistsException\",\"message\":\"it is there\"}";
static const char none[] =
    "{\"__type\":\"RepositoryPolicyNotFoundException\",\"message\":\"there is none\"}";

static void a_repository_is_created(void **state)
{
    struct slice uri, names[] = {SLICE("team")}, values[] = {SLICE("a \"b\"")};
    struct ecr_client_creation creation = {.name = SLICE("app")};
    struct error err;
    (void)state;
    assert_true(ASK("200 OK", "{\"repository\":{\"repositoryUri\":\"1.dkr.example/app\"}}",
                    ecr_client_create(&aws, &creation, &arena, &uri, &err)));
    assert_true(slice_equal_str(uri, "1.dkr.example/app"));
    asked("AmazonEC2ContainerRegistry_V20150921.CreateRepository\r\n");
    asked("\"repositoryName\":\"app\"");
    asked("\"imageTagMutability\":\"MUTABLE\"");
    asked("\"scanOnPush\":true");
    assert_null(strstr(request, "\"tags\""));
    creation = (struct ecr_client_creation){.name = SLICE("app"),
                                            .immutable = true,
                                            .tag_names = names,
                                            .tag_values = values,
                                            .tag_count = 1};
    assert_false(
        ASK("400 Bad Request", refused, ecr_client_create(&aws, &creation, &arena, &uri, &err)));
    asked("\"imageTagMutability\":\"IMMUTABLE\"");
    asked("\"Key\":\"team\",\"Value\":\"a \\\"b\\\"\"");
    assert_int_equal(err.kind, ERROR_FORMAT);
    assert_non_null(strstr(err.text, "RepositoryAlreadyExistsException: it is there"));
    /* An answer that tells no address is none. */
    assert_true(ASK("200 OK", "{}", ecr_client_create(&aws, &creation, &arena, &uri, &err)));
    assert_int_equal(uri.len, 0);
    assert_false(ASK("200 OK", "<html>", ecr_client_create(&aws, &creation, &arena, &uri, &err)));
}

static void a_policy_is_read(void **state)
{
    struct slice policy;
    struct error err;
    (void)state;
    assert_true(ASK("200 OK", "{\"policyText\":\"{\\\"Version\\\":\\\"2012-10-17\\\"}\"}",
                    ecr_client_repository_policy(&aws, SLICE("app"), &arena, &policy, &err)));
    asked("AmazonEC2ContainerRegistry_V20150921.GetRepositoryPolicy\r\n");
    asked("\"repositoryName\":\"app\"");
    assert_true(slice_equal_str(policy, "{\"Version\":\"2012-10-17\"}"));
    assert_false(ASK("400 Bad Request", none,
                     ecr_client_repository_policy(&aws, SLICE("app"), &arena, &policy, &err)));
    assert_int_equal(err.kind, ERROR_NOT_FOUND);
}

static void scan_on_push_is_turned_on(void **state)
{
    struct error err;
    (void)state;
    assert_true(ASK("200 OK", "{}", ecr_client_scan_on_push(&aws, SLICE("app"), &arena, &err)));
    asked("AmazonEC2ContainerRegistry_V20150921.PutImageScanningConfiguration\r\n");
    asked("\"imageScanningConfiguration\":{\"scanOnPush\":true}");
    assert_false(ASK("400 Bad Request", "{\"__type\":\"RepositoryNotFoundException\"}",
                     ecr_client_scan_on_push(&aws, SLICE("app"), &arena, &err)));
    assert_int_equal(err.kind, ERROR_NOT_FOUND);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_repository_is_created),
        cmocka_unit_test(a_policy_is_read),
        cmocka_unit_test(scan_on_push_is_turned_on),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
