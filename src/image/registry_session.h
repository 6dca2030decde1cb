#pragma once
/*
 * Conversation with one registry about one repository: its address, who we are there, and the token
 * it gave us. registry.c asks it for manifests and blobs. Distribution specification 1.1, "Pull";
 * tokens as docs/spec/auth of the distribution project has them.
 *
 * Several threads may request at once, each with a client and an arena of its own.
 */
#include <pthread.h>

#include "image/credentials.h"
#include "image/reference.h"
#include "image/source.h"
#include "net/challenge.h"
#include "net/http.h"

struct session {
    struct reference reference;
    struct slice base;  /* "https://registry-1.docker.io" */
    struct slice shown; /* the registry's name for messages: "docker.io" */
    struct credentials credentials;
    bool credentials_known; /* they are looked up when the registry first asks */
    bool pushes;          /* tokens are asked for that allow it, so that no second one is needed */
    bool login_renewable; /* they were kept by docker or podman, and may be old */
    struct http_options http;
    struct arena arena; /* what lives as long as the session; under `lock` */
    pthread_mutex_t lock;
    struct slice authorization; /* to send with each request; in `arena`, never freed before */
    unsigned generation;        /* of `authorization` */
    atomic_bool answered;       /* somebody has, to whatever: then it is worth waiting for */
};

/* Finds the address: TLS, or plain HTTP where it was asked for, or where a loopback registry speaks
   nothing else. `scheme` "http", "https" or empty. `reference`'s slices must outlive the session.
 */
bool session_open(struct session *session, const struct reference *reference, struct slice scheme,
                  const struct source_options *options, struct error *err);
void session_close(struct session *session);

/*
 * Asks for `path` ("manifests/latest", "blobs/sha256:…") of the repository; when the registry wants
 * to know who we are, tells it and asks again. A status other than 200 is an error that says what
 * to do. `request` may have headers, sink, limit and so on; url and authorization are set here.
 */
bool session_get(struct session *session, struct http_client *client, const char *path,
                 struct http_request *request, struct arena *arena, struct http_response *response,
                 struct error *err);

/* "BASE/v2/REPOSITORY/PATH" in `arena`; `at` NULL when the budget is spent. */
struct slice session_url(const struct session *session, const char *path, struct arena *arena);
/*
 * The same for any method and any final status: who pushes or asks conditionally judges it by
 * itself. request->url is the caller's; credentials are sent (and challenges answered) only when it
 * is of the registry itself. The registry's challenge says which scope a token is fetched for.
 */
bool session_perform(struct session *session, struct http_client *client,
                     struct http_request *request, struct arena *arena,
                     struct http_response *response, struct error *err);
/* Returns false with what an answer that was not hoped for means, and what to do. */
bool session_refused(const struct session *session, const char *path,
                     const struct http_response *response, struct arena *arena, struct error *err);

/* registry_token.c: what to answer to the challenges of a 401, "Bearer …" or "Basic …", in `arena`;
   empty when there is nothing to say. */
bool session_answer(struct session *session, struct http_client *client,
                    const struct challenges *challenges, struct arena *arena,
                    struct slice *authorization, struct error *err);
/* ": CODE: message" of the JSON that registries send with errors, or empty. */
struct slice session_error_text(struct slice body, struct arena *arena);
