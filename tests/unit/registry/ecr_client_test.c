/* What is asked of ECR, against a server that answers with one prepared text: whether Amazon's
   model of the service agrees is in tests/scenarios/ecr*. */
#include "registry/ecr_client.h"

#include "net/prepared_server.h"

static struct arena arena;
static struct prepared_server server;

static int setup(void **state)
{
    (void)state;
    arena_init(&arena, 16 << 20);
    setenv("AWS_ACCESS_KEY_ID", "AKIAEXAMPLE", 1);
    setenv("AWS_SECRET_ACCESS_KEY", "secret", 1);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    arena_done(&arena);
    return 0;
}

static void begin(struct aws *aws, const char *status, const char *body)
{
    struct error err = {0};
    prepared_server_open(&server);
    server.answers[0] = arena_printf(&arena,
                                     "HTTP/1.1 %s\r\nContent-Type: application/x-amz-json-1.1\r\n"
                                     "Content-Length: %zu\r\n\r\n%s",
                                     status, strlen(body), body)
                            .at;
    struct slice endpoint = arena_printf(&arena, "http://127.0.0.1:%u", server.port);
    assert_true(aws_open(aws, "ecr", endpoint.at, "us-east-1", &arena, &err));
    prepared_server_start(&server);
}

/* One call with `aws`; what the server was given can be `asked` for afterwards. */
#define ASK(status, body, call)                                                                    \
    ({                                                                                             \
        struct aws aws CLEANUP_AWS = {.client = NULL};                                             \
        begin(&aws, status, body);                                                                 \
        err = (struct error){.kind = ERROR_NONE};                                                  \
        bool fine = (call);                                                                        \
        prepared_server_stop(&server);                                                             \
        fine;                                                                                      \
    })

#define asked(text) assert_non_null(strstr(server.requests[0], (text)))

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
    assert_null(strstr(server.requests[0], "\"tags\""));
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
