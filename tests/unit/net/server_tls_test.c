/* TLS of the server against libcurl, with certificates made here. */
#include "test.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "net/curl.h"
#include "net/server.h"

struct identity {
    EVP_PKEY *key;
    X509 *certificate;
};

static char folder[] = "/tmp/plimsoll-tls-XXXXXX";
static struct identity authority, stranger;

/* Lives as long as the test: servers keep such names. */
static const char *path_of(const char *name)
{
    static char paths[16][64];
    char path[64];
    size_t i = 0;
    snprintf(path, sizeof path, "%s/%s", folder, name);
    while (i < 15 && paths[i][0] && strcmp(paths[i], path) != 0)
        i++;
    if (!paths[i][0]) /* a server may be reading it */
        memcpy(paths[i], path, sizeof path);
    return paths[i];
}

static void add_extension(X509 *certificate, int id, const char *value)
{
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, NULL, id, value);
    assert_non_null(extension);
    X509_add_ext(certificate, extension, -1);
    X509_EXTENSION_free(extension);
}

static struct identity identity_make(const char *name, const struct identity *issuer, long serial)
{
    struct identity made = {EVP_EC_gen("P-256"), X509_new()};
    X509_NAME *subject = X509_get_subject_name(made.certificate);
    X509_set_version(made.certificate, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(made.certificate), serial);
    X509_gmtime_adj(X509_getm_notBefore(made.certificate), -3600);
    X509_gmtime_adj(X509_getm_notAfter(made.certificate), 86400);
    X509_set_pubkey(made.certificate, made.key);
    X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC, (const unsigned char *)name, -1, -1, 0);
    X509_set_issuer_name(made.certificate,
                         issuer ? X509_get_subject_name(issuer->certificate) : subject);
    add_extension(made.certificate, NID_basic_constraints,
                  issuer ? "critical,CA:FALSE" : "critical,CA:TRUE");
    if (issuer)
        add_extension(made.certificate, NID_subject_alt_name, "IP:127.0.0.1");
    assert_true(X509_sign(made.certificate, issuer ? issuer->key : made.key, EVP_sha256()) > 0);
    return made;
}

static void identity_free(struct identity *identity)
{
    X509_free(identity->certificate);
    EVP_PKEY_free(identity->key);
}

static void save(const struct identity *identity, const char *certificate, const char *key)
{
    FILE *file = fopen(path_of("new"), "we");
    assert_true(PEM_write_X509(file, identity->certificate));
    fclose(file);
    rename(path_of("new"), path_of(certificate));
    if (!key)
        return;
    file = fopen(path_of("new"), "we");
    assert_true(PEM_write_PrivateKey(file, identity->key, NULL, NULL, 0, NULL, NULL));
    fclose(file);
    rename(path_of("new"), path_of(key));
}

static enum server_plan begin(void *context, struct server_request *request,
                              struct server_response *response)
{
    (void)context;
    (void)response;
    assert_true(request->tls);
    return SERVER_BODY;
}

static bool refuse_piece(void *context, struct server_request *request, struct slice bytes,
                         struct server_response *response)
{
    (void)context, (void)request, (void)bytes;
    response->status = 507;
    return false;
}

static enum server_plan begin_stream(void *context, struct server_request *request,
                                     struct server_response *response)
{
    (void)context, (void)request, (void)response;
    return SERVER_STREAM;
}

static void run(void *context, struct server_request *request, struct server_response *response)
{
    (void)context;
    response->status = 200;
    response->body = arena_printf(request->arena, "%.*s/%.*s",
                                  SLICE_ARG(request->client_certificate), SLICE_ARG(request->body));
}

static void end(void *context, struct server_request *request, int status, uint64_t sent)
{
    (void)context, (void)request, (void)status, (void)sent;
}

static void prepare(void *context, struct server_request *request)
{
    (void)context, (void)request;
}

static struct server *start(struct server_options *options)
{
    static const char *const listen[] = {"127.0.0.1:0"};
    struct server *server;
    struct error err = {0};
    options->listen = listen;
    options->listen_count = 1;
    options->certificate = path_of("server.pem");
    options->key = path_of("server.key");
    if (!options->handler.begin)
        options->handler.begin = begin;
    options->handler.prepare = prepare;
    options->handler.piece = refuse_piece;
    options->handler.run = run;
    options->handler.end = end;
    if (!server_start(&server, options, &err))
        fail_msg("%s", err.text);
    return server;
}

struct asked {
    CURLcode code;
    long status, serial;
    char body[256];
    size_t len;
};

static size_t take(char *bytes, size_t one, size_t len, void *context)
{
    struct asked *asked = context;
    (void)one;
    if (len < sizeof asked->body - asked->len) {
        memcpy(asked->body + asked->len, bytes, len);
        asked->len += len;
    }
    return len;
}

/* `client`: "ci" uses ci.pem and ci.key; NULL: none. `curl` NULL: a connection of its own. */
static struct asked ask(struct server *server, const char *client, const char *body, size_t len)
{
    struct error err = {0};
    const struct curl_api *api = curl_api_load(&err);
    struct asked asked = {0};
    char url[64], certificate[32], key[32];
    CURL *curl = api->easy_init();
    snprintf(url, sizeof url, "https://127.0.0.1:%u/x", server_port(server));
    api->easy_setopt(curl, CURLOPT_URL, url);
    api->easy_setopt(curl, CURLOPT_CAINFO, path_of("authority.pem"));
    api->easy_setopt(curl, CURLOPT_WRITEFUNCTION, take);
    api->easy_setopt(curl, CURLOPT_WRITEDATA, &asked);
    api->easy_setopt(curl, CURLOPT_TIMEOUT, 20L);
    api->easy_setopt(curl, CURLOPT_NOPROXY, "*");
    if (body) {
        api->easy_setopt(curl, CURLOPT_POSTFIELDS, body);
        api->easy_setopt(curl, CURLOPT_POSTFIELDSIZE, (long)len);
    }
    if (client) {
        snprintf(certificate, sizeof certificate, "%s.pem", client);
        snprintf(key, sizeof key, "%s.key", client);
        api->easy_setopt(curl, CURLOPT_SSLCERT, path_of(certificate));
        api->easy_setopt(curl, CURLOPT_SSLKEY, path_of(key));
    }
    asked.code = api->easy_perform(curl);
    api->easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &asked.status);
    api->easy_cleanup(curl);
    return asked;
}

static void speaks_tls(void **state)
{
    struct server_options options = {0};
    struct server *server = start(&options);
    (void)state;
    struct asked asked = ask(server, NULL, "hello", 5);
    assert_int_equal(asked.code, CURLE_OK);
    assert_int_equal(asked.status, 200);
    assert_string_equal(asked.body, "/hello");
    size_t len = 30 << 20;
    char *large = calloc(1, len);
    memset(large, 'x', len);
    asked = ask(server, NULL, large, len);
    assert_int_equal(asked.status, 200);
    free(large);
    server_free(server);
}

static void a_refusal_is_read_over_tls(void **state)
{
    struct server_options options = {.handler.begin = begin_stream};
    struct server *server = start(&options);
    size_t len = 30 << 20;
    char *large = calloc(1, len);
    (void)state;
    struct asked asked = ask(server, NULL, large, len);
    assert_int_equal(asked.status, 507);
    free(large);
    server_free(server);
}

static void knows_clients_by_certificate(void **state)
{
    struct server_options options = {.client_ca = path_of("authority.pem")};
    (void)state;
    struct server *server = start(&options);
    assert_string_equal(ask(server, "ci", NULL, 0).body, "ci/");
    assert_string_equal(ask(server, NULL, NULL, 0).body, "/");
    assert_int_not_equal(ask(server, "stranger", NULL, 0).status, 200);
    server_free(server);
    options.client_required = true;
    server = start(&options);
    assert_string_equal(ask(server, "ci", NULL, 0).body, "ci/");
    assert_int_equal(ask(server, NULL, NULL, 0).status, 403);
    server_free(server);
}

static atomic_int told;
static char told_text[1200];

static void tell(void *context, const char *text)
{
    (void)context;
    snprintf(told_text, sizeof told_text, "%s", text);
    atomic_fetch_add(&told, 1);
}

static void wait_told(int count)
{
    for (int i = 0; i < 1000 && atomic_load(&told) < count; i++)
        nanosleep(&(struct timespec){.tv_nsec = 10000000}, NULL);
    assert_int_equal(atomic_load(&told), count);
}

static void reads_a_new_certificate(void **state)
{
    struct server_options options = {.tell = tell};
    struct server *server = start(&options);
    struct identity other = identity_make("other", &stranger, 50);
    (void)state;
    assert_int_equal(ask(server, NULL, NULL, 0).status, 200);
    save(&other, "server.pem", "server.key"); /* of an authority that the client does not know */
    wait_told(1);
    assert_string_equal(told_text, "the certificate was read again");
    assert_int_not_equal(ask(server, NULL, NULL, 0).code, CURLE_OK);
    struct identity again = identity_make("again", &authority, 51);
    save(&again, "server.pem", "server.key");
    wait_told(2);
    assert_int_equal(ask(server, NULL, NULL, 0).status, 200);
    FILE *file = fopen(path_of("server.pem"), "we"); /* what is no certificate changes nothing */
    fputs("nonsense", file);
    fclose(file);
    wait_told(3);
    assert_non_null(strstr(told_text, "the one before stays"));
    assert_int_equal(ask(server, NULL, NULL, 0).status, 200);
    server_free(server);
    save(&again, "server.pem", "server.key");
    identity_free(&other);
    identity_free(&again);
}

static void bad_files_are_told_at_start(void **state)
{
    static const char *const listen[] = {"127.0.0.1:0"};
    struct error err = {0};
    struct server *server;
    struct server_options options = {.listen = listen,
                                     .listen_count = 1,
                                     .certificate = path_of("missing.pem"),
                                     .key = path_of("server.key"),
                                     .handler.begin = begin};
    (void)state;
    assert_false(server_start(&server, &options, &err));
    assert_int_equal(err.kind, ERROR_NOT_FOUND);
    options.certificate = path_of("server.key"); /* a key is no certificate */
    assert_false(server_start(&server, &options, &err));
    assert_int_equal(err.kind, ERROR_FORMAT);
    options.certificate = path_of("server.pem");
    options.key = NULL;
    assert_false(server_start(&server, &options, &err));
    assert_int_equal(err.kind, ERROR_USAGE);
}

/* Somebody who speaks HTTP to a TLS port, or nonsense, hurts nobody. */
static void nonsense_is_no_handshake(void **state)
{
    struct server_options options = {0};
    struct server *server = start(&options);
    struct error err = {0};
    const struct curl_api *api = curl_api_load(&err);
    char url[64];
    (void)state;
    CURL *curl = api->easy_init();
    snprintf(url, sizeof url, "http://127.0.0.1:%u/x", server_port(server));
    api->easy_setopt(curl, CURLOPT_URL, url);
    api->easy_setopt(curl, CURLOPT_NOPROXY, "*");
    assert_int_not_equal(api->easy_perform(curl), CURLE_OK);
    api->easy_cleanup(curl);
    assert_int_equal(ask(server, NULL, NULL, 0).status, 200);
    server_free(server);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(speaks_tls),
        cmocka_unit_test(a_refusal_is_read_over_tls),
        cmocka_unit_test(knows_clients_by_certificate),
        cmocka_unit_test(reads_a_new_certificate),
        cmocka_unit_test(bad_files_are_told_at_start),
        cmocka_unit_test(nonsense_is_no_handshake),
    };
    if (!mkdtemp(folder))
        return 1;
    authority = identity_make("authority", NULL, 1);
    stranger = identity_make("stranger authority", NULL, 2);
    struct identity server = identity_make("server", &authority, 3);
    struct identity client = identity_make("ci", &authority, 4);
    struct identity other = identity_make("ci", &stranger, 5);
    save(&authority, "authority.pem", NULL);
    save(&server, "server.pem", "server.key");
    save(&client, "ci.pem", "ci.key");
    save(&other, "stranger.pem", "stranger.key");
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    static const char *const files[] = {"authority.pem", "server.pem",   "server.key",  "ci.pem",
                                        "ci.key",        "stranger.pem", "stranger.key"};
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++)
        unlink(path_of(files[i]));
    rmdir(folder);
    struct identity *all[] = {&authority, &stranger, &server, &client, &other};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        identity_free(all[i]);
    return failed;
}
