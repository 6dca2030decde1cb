#pragma once
/* One engine: where it listens, and what it says of an image. Used by daemon.c and daemon_export.c.
 */
#include "image/source.h"
#include "net/http.h"

struct engine {
    const char *socket; /* NULL: tcp */
    struct slice base;  /* "http://localhost" or "http://host:port" */
    struct slice shown; /* for messages */
};

enum engine_kind { ENGINE_ANY, ENGINE_DOCKER, ENGINE_PODMAN };
enum { ENGINES_MAX = 8 };

/* Those that may be there, in the order to ask them; sockets that do not exist are left out. */
bool engines_find(enum engine_kind kind, struct arena *arena, struct engine *engines, size_t *count,
                  struct error *err);

/* GET base/path; a request that is filled in where it must be (stall_seconds, sink, …). */
bool engine_get(const struct engine *engine, struct http_client *client, struct slice path,
                struct http_request *request, struct arena *arena, struct http_response *response,
                struct error *err);

/*
 * What the engine knows of `name`: fills the image with everything but `source`; its layers have
 * the digest and diff_id of their tars. ERROR_NOT_FOUND when it has no such image. *found is the
 * name under which it has it. *podman: which export to expect.
 */
bool engine_inspect(const struct engine *engine, struct http_client *client, struct slice name,
                    struct arena *arena, struct image *image, struct slice *found, bool *podman,
                    struct error *err);
/* engine_inspect's reading of the two documents; history may be empty. For tests and fuzzing, too.
 */
bool engine_image(struct slice inspect, struct slice history, struct arena *arena,
                  struct image *image, struct error *err);
