/* The conversation with a registry, against a server that answers with prepared bytes: what real
   registries make of it is in tests/scenarios/push.sh. */
#include "image/registry_write.h"

#include "net/prepared_server.h"

struct fixture {
    struct prepared_server server;
    struct arena arena;
    struct session session;
    struct registry_link link;
    struct error err;
};

static int set_up(void **state)
{
    static const struct http_options quick = {.backoff_ms = 1, .wait_max = 1};
    struct fixture *f = calloc(1, sizeof *f);
    struct reference reference = {.repository = SLICE("team/app")};
    struct source_options options = {.plain_http = true};
    assert_non_null(f);
    arena_init(&f->arena, 8 << 20);
    prepared_server_open(&f->server);
    reference.host = arena_printf(&f->arena, "127.0.0.1:%u", f->server.port);
    assert_true(session_open(&f->session, &reference, SLICE("http"), &options, &f->err));
    f->session.credentials_known = true;
    f->link = (struct registry_link){&f->session, http_client_new(&quick), NULL, 0};
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    http_client_free(f->link.client);
    session_close(&f->session);
    arena_done(&f->arena);
    free(f);
    return 0;
}

#define asked(f, number, text) assert_non_null(strstr((f)->server.requests[number], text))

static const struct digest a_digest = {
    "sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"};

#define BEGUN   "HTTP/1.1 202 Accepted\r\nLocation: /u/1?a=b\r\nContent-Length: 0\r\n\r\n"
#define MOVED   "HTTP/1.1 202 Accepted\r\nLocation: /u/2\r\nContent-Length: 0\r\n\r\n"
#define MADE    "HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n"
#define MISSING "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"

/* Byte i of the blob is i % 251. */
static bool read_pattern(void *context, uint64_t offset, void *to, size_t len, size_t *got,
                         struct error *err)
{
    (void)context, (void)err;
    for (size_t i = 0; i < len; i++)
        ((unsigned char *)to)[i] = (unsigned char)((offset + i) % 251);
    *got = len;
    return true;
}

static bool send_blob(struct fixture *f, uint64_t size, unsigned tries)
{
    struct registry_blob_source source = {NULL, read_pattern, size};
    struct registry_sending sending = {.tries = tries};
    prepared_server_start(&f->server);
    bool fine = registry_blob_send(&f->link, &a_digest, &source, &sending, &f->err);
    prepared_server_stop(&f->server);
    if (!fine)
        print_message("%s\n", f->err.text);
    return fine;
}

static void test_small_blob(void **state)
{
    struct fixture *f = *state;
    f->server.answers[0] = BEGUN;
    f->server.answers[1] = MADE;
    assert_true(send_blob(f, 1000, 1));
    asked(f, 0, "POST /v2/team/app/blobs/uploads/ ");
    asked(f, 1, "PUT /u/1?a=b&digest=sha256%3Aaaaa");
    assert_int_equal(f->server.bodies[1], 1000);
}

/* The second piece breaks off; the registry kept a part of it. */
static void test_goes_on_after_a_cut(void **state)
{
    struct fixture *f = *state;
    f->server.answers[0] = BEGUN;
    f->server.answers[1] = MOVED;
    f->server.answers[2] = "";
    f->server.answers[3] = MISSING; /* is the blob there by now? */
    f->server.answers[4] = "HTTP/1.1 204 No Content\r\nLocation: /u/3\r\nRange: 0-9999999\r\n\r\n";
    f->server.answers[5] = MOVED;
    f->server.answers[6] = MADE;
    assert_true(send_blob(f, 12000000, 3));
    asked(f, 1, "Content-Range: 0-8388607\r\n");
    asked(f, 2, "Content-Range: 8388608-11999999\r\n");
    asked(f, 3, "HEAD /v2/team/app/blobs/sha256:aaa");
    asked(f, 4, "GET /u/2 ");
    asked(f, 5, "PATCH /u/3 ");
    asked(f, 5, "Content-Range: 10000000-11999999\r\n");
    assert_int_equal(f->server.bodies[5], 2000000);
    asked(f, 6, "PUT /u/2?digest=");
    assert_int_equal(f->server.bodies[6], 0);
}

/* While nobody answers, nothing is given up: the upload is asked for when somebody does. */
static void test_goes_on_after_a_pause(void **state)
{
    struct fixture *f = *state;
    f->server.answers[0] = BEGUN;
    f->server.answers[1] = MOVED;
    for (int i = 2; i < 7; i++) /* the piece, and four times the client's question */
        f->server.answers[i] = "";
    f->server.answers[7] = MISSING;
    f->server.answers[8] = "HTTP/1.1 204 No Content\r\nRange: 0-8388607\r\n\r\n";
    f->server.answers[9] = MOVED;
    f->server.answers[10] = MADE;
    assert_true(send_blob(f, 12000000, 4));
    asked(f, 8, "GET /u/2 ");
    asked(f, 9, "Content-Range: 8388608-11999999\r\n");
}

static void test_begins_anew_when_the_upload_is_forgotten(void **state)
{
    struct fixture *f = *state;
    f->server.answers[0] = BEGUN;
    f->server.answers[1] = MOVED;
    f->server.answers[2] = "";
    f->server.answers[3] = MISSING;
    f->server.answers[4] = MISSING; /* the upload */
    f->server.answers[5] = BEGUN;
    f->server.answers[6] = MOVED;
    f->server.answers[7] = MOVED;
    f->server.answers[8] = MADE;
    assert_true(send_blob(f, 12000000, 3));
    asked(f, 6, "Content-Range: 0-8388607\r\n");
}

/* The answer to the last request is lost, and the blob is there. */
static void test_a_lost_answer(void **state)
{
    struct fixture *f = *state;
    f->server.answers[0] = BEGUN;
    f->server.answers[1] = "";
    f->server.answers[2] = "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n";
    assert_true(send_blob(f, 1000, 3));
    assert_int_equal(f->server.served, 3);
}

static void test_no_pieces(void **state)
{
    struct fixture *f = *state;
    f->server.answers[0] = BEGUN;
    f->server.answers[1] = "HTTP/1.1 405 Method Not Allowed\r\nContent-Length: 0\r\n\r\n";
    f->server.answers[2] = BEGUN;
    f->server.answers[3] = MADE;
    assert_true(send_blob(f, 12000000, 3));
    asked(f, 3, "PUT /u/1?a=b&digest=");
    assert_int_equal(f->server.bodies[3], 12000000);
}

static void test_larger_pieces(void **state)
{
    struct fixture *f = *state;
    f->server.answers[0] = "HTTP/1.1 202 Accepted\r\nLocation: /u/1\r\nOCI-Chunk-Min-Length: "
                           "10000000\r\nContent-Length: 0\r\n\r\n";
    f->server.answers[1] = MOVED;
    f->server.answers[2] = MOVED;
    f->server.answers[3] = MADE;
    assert_true(send_blob(f, 12000000, 1));
    asked(f, 1, "Content-Range: 0-9999999\r\n");
}

static void test_gives_up(void **state)
{
    struct fixture *f = *state;
    f->server.answers[0] = BEGUN;
    f->server.answers[1] = "";
    f->server.answers[2] = MISSING;
    f->server.answers[3] = MISSING;
    f->server.answers[4] = BEGUN;
    f->server.answers[5] = "";
    assert_false(send_blob(f, 1000, 2));
    assert_int_equal(f->err.kind, ERROR_NETWORK);
}

static void test_a_long_wait_is_told(void **state)
{
    struct fixture *f = *state;
    f->server.answers[0] =
        "HTTP/1.1 429 Too Many\r\nRetry-After: 3600\r\nContent-Length: 0\r\n\r\n";
    assert_false(send_blob(f, 1000, 5));
    assert_non_null(strstr(f->err.text, "wait 3600 seconds, until 20"));
    assert_int_equal(f->server.served, 1);
}

static void test_mount(void **state)
{
    struct fixture *f = *state;
    bool mounted[2];
    f->server.answers[0] = MADE;
    f->server.answers[1] = BEGUN;
    f->server.answers[2] = "HTTP/1.1 204 No Content\r\n\r\n";
    prepared_server_start(&f->server);
    for (int i = 0; i < 2; i++)
        assert_true(registry_blob_mount(&f->link, &a_digest, SLICE("team/other"), &mounted[i],
                                        &f->arena, &f->err));
    prepared_server_stop(&f->server);
    assert_true(mounted[0]);
    assert_false(mounted[1]);
    asked(f, 0, "POST /v2/team/app/blobs/uploads/?mount=sha256%3Aaaa");
    asked(f, 0, "&from=team%2Fother ");
    asked(f, 2, "DELETE /u/1");
}

static bool put(struct fixture *f, const struct digest *only_if)
{
    struct registry_manifest manifest = {.bytes = SLICE("{}"), .media_type = SLICE("a/b")};
    prepared_server_start(&f->server);
    bool fine =
        registry_manifest_put(&f->link, SLICE("1.2"), &manifest, only_if, NULL, &f->arena, &f->err);
    prepared_server_stop(&f->server);
    return fine;
}

/* A page of somebody in between: nothing was stored. */
static void test_manifest_put_answered_by_a_page(void **state)
{
    struct fixture *f = *state;
    f->server.answers[0] =
        "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 6\r\n\r\n<html>";
    assert_false(put(f, NULL));
}

static void test_manifest_put(void **state)
{
    struct fixture *f = *state;
    f->server.answers[0] = MADE;
    assert_true(put(f, &a_digest));
    asked(f, 0, "PUT /v2/team/app/manifests/1.2 ");
    asked(f, 0, "Content-Type: a/b\r\n");
    asked(f, 0, "If-Match: \"sha256:aaaa");
}

static void test_manifest_moved_by_somebody_else(void **state)
{
    struct fixture *f = *state;
    struct digest none = {""};
    f->server.answers[0] = "HTTP/1.1 412 Precondition Failed\r\nContent-Length: 0\r\n\r\n";
    assert_false(put(f, &none));
    asked(f, 0, "If-None-Match: *\r\n");
    assert_int_equal(f->err.kind, ERROR_BUSY);
}

static void test_manifest_kept_otherwise(void **state)
{
    struct fixture *f = *state;
    f->server.answers[0] = "HTTP/1.1 201 Created\r\nContent-Length: 0\r\nDocker-Content-Digest: "
                           "sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
                           "\r\n\r\n";
    assert_false(put(f, NULL));
    assert_int_equal(f->err.kind, ERROR_DIGEST);
}

static bool list(struct fixture *f, struct slice **tags, size_t *count)
{
    prepared_server_start(&f->server);
    bool fine = registry_tags_list(&f->link, &f->arena, tags, count, &f->err);
    prepared_server_stop(&f->server);
    return fine;
}

static void test_tags_of_two_pages(void **state)
{
    struct fixture *f = *state;
    struct slice *tags;
    size_t count;
    f->server.answers[0] =
        "HTTP/1.1 200 OK\r\nLink: </v2/team/app/tags/list?n=2&last=b>; rel=\"next\"\r\n"
        "Content-Length: 18\r\n\r\n{\"tags\":[\"a\",\"b\"]}";
    f->server.answers[1] =
        "HTTP/1.1 200 OK\r\nContent-Length: 26\r\n\r\n{\"tags\":[\"c\",\"../d\",3,\"\"]}";
    assert_true(list(f, &tags, &count));
    asked(f, 0, "GET /v2/team/app/tags/list?n=1000 ");
    asked(f, 1, "GET /v2/team/app/tags/list?n=2&last=b ");
    assert_int_equal(count, 3);
    assert_true(slice_equal_str(tags[2], "c"));
}

static void test_tags_elsewhere(void **state)
{
    struct fixture *f = *state;
    struct slice *tags;
    size_t count;
    f->server.answers[0] = "HTTP/1.1 200 OK\r\nLink: <http://example.test/v2/>; rel=\"next\"\r\n"
                           "Content-Length: 14\r\n\r\n{\"tags\":[\"a\"]}";
    assert_false(list(f, &tags, &count));
    assert_non_null(strstr(f->err.text, "another host"));
}

static void test_tags_without_end(void **state)
{
    struct fixture *f = *state;
    struct slice *tags;
    size_t count;
    f->server.answers[0] = "HTTP/1.1 200 OK\r\nLink: <?n=1>; rel=next\r\n"
                           "Content-Length: 13\r\n\r\n{\"tags\":null}";
    assert_false(list(f, &tags, &count));
    assert_int_equal(f->err.kind, ERROR_FORMAT);
}

static void test_no_repository(void **state)
{
    struct fixture *f = *state;
    struct slice *tags;
    size_t count;
    f->server.answers[0] = MISSING;
    assert_false(list(f, &tags, &count));
    assert_int_equal(f->err.kind, ERROR_NOT_FOUND);
}

#define CASE(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(test_small_blob),
        CASE(test_goes_on_after_a_cut),
        CASE(test_goes_on_after_a_pause),
        CASE(test_begins_anew_when_the_upload_is_forgotten),
        CASE(test_a_lost_answer),
        CASE(test_no_pieces),
        CASE(test_larger_pieces),
        CASE(test_gives_up),
        CASE(test_a_long_wait_is_told),
        CASE(test_mount),
        CASE(test_manifest_put),
        CASE(test_manifest_put_answered_by_a_page),
        CASE(test_manifest_moved_by_somebody_else),
        CASE(test_manifest_kept_otherwise),
        CASE(test_tags_of_two_pages),
        CASE(test_tags_elsewhere),
        CASE(test_tags_without_end),
        CASE(test_no_repository),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
