/*
 * Requests of ECR's API against a registry in memory: the first line is the operation's name, the
 * rest the body. Every answer is JSON; a refusal has its type.
 */
#include <ftw.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "registry/core/repository.h"
#include "registry/ecr/ecr.h"
#include "store/world.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What server.h tells of a request comes from here: the target links no server. */
static struct slice target;

struct slice server_header(const struct server_request *request, const char *name)
{
    (void)request;
    return strcmp(name, "X-Amz-Target") == 0 ? target : (struct slice){NULL, 0};
}

bool server_query(const struct server_request *request, const char *name, struct slice *value)
{
    (void)request;
    (void)name;
    (void)value;
    return false;
}

bool server_set(const struct server_request *request, struct server_response *response,
                const char *name, struct slice value)
{
    (void)request;
    (void)response;
    (void)name;
    return value.len < 4096;
}

static struct registry registry;
static struct node node;

static void need(bool done)
{
    if (!done)
        abort();
}

static char folder[] = "/tmp/plimsoll-fuzz-XXXXXX";

static int remove_one(const char *path, const struct stat *status, int type, struct FTW *place)
{
    (void)status;
    (void)type;
    (void)place;
    return remove(path);
}

static void remove_folder(void)
{
    enum { OPEN_FOLDERS = 8 };
    (void)nftw(folder, remove_one, OPEN_FOLDERS, FTW_DEPTH | FTW_PHYS);
}

static void open_node(void)
{
    static struct scope scope = {{"123456789012", 12}, {"us-east-1", 9}, {"team/app", 8}};
    struct auth_options options = {.none = true, .account = "123456789012", .region = "us-east-1"};
    struct repository repository = {.name = scope.repository};
    struct failure failure;
    struct arena arena;
    struct error err;
    need(mkdtemp(folder) != NULL);
    atexit(remove_folder);
    struct world *world = world_real_new(folder, &err);
    need(world != NULL);
    struct blobs *blobs = blobs_disk_new(world, &err);
    need(blobs && registry_init(&registry, world, meta_memory_new(), blobs, NULL, &err));
    node = (struct node){.options = {.account = scope.account,
                                     .region = scope.region,
                                     .public_url = SLICE("http://127.0.0.1:5000")},
                         .registry = &registry};
    need(auth_open(&node.auth, &registry, &options, &err));
    arena_init(&arena, 1 << 20);
    need(repository_create(&registry, &scope, &repository, &caller_system, &arena, &failure));
    arena_done(&arena);
}

static void judge(const struct server_response *response)
{
    json_error_t error;
    json_t *answer =
        json_loadb(response->body.at, response->body.len, JSON_REJECT_DUPLICATES, &error);
    need(json_is_object(answer));
    need((response->status == 200) != (json_object_get(answer, "__type") != NULL));
    json_decref(answer);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena;
    struct slice body = slice_of(data, size), name = slice_cut(&body, '\n');
    if (!node.registry)
        open_node();
    arena_init(&arena, SERVER_REQUEST_BUDGET);
    target = arena_printf(&arena, "AmazonEC2ContainerRegistry_V20150921.%.*s", SLICE_ARG(name));
    struct server_request request = {
        .method = SLICE("POST"), .path = SLICE("/"), .body = body, .arena = &arena, .id = "0123"};
    struct server_response response = {.status = 0};
    if (target.at) {
        ecr_run(&node, &request, &response);
        judge(&response);
    }
    arena_done(&arena);
    return 0;
}
