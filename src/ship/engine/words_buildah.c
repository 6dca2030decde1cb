/*
 * buildah: no daemon; images lie in a store of containers/storage, and leave it as an OCI layout
 * with compressed layers. buildah-build(1), buildah-push(1), containers-transports(5).
 */
#include "ship/engine/rows.h"

void ship_words_container_storage(const struct ship_engine *engine, struct ship_words *words)
{
    ship_words_option(words, "--storage-driver", engine->driver);
}

/* --pull-always and --pull-never, not --pull=…: those are what all versions from the minimum on
   take alike. --timestamp also makes the times of files those. */
void ship_words_container_build(const struct ship_engine *engine,
                                const struct ship_request *request, struct ship_words *words)
{
    static const char *const pull[] = {"--pull-always", "--pull=false", "--pull-never"};
    const struct ship_build *build = request->build;
    ship_words_container_storage(engine, words);
    ship_words_add(words, "build");
    ship_words_option(words, "--isolation", engine->isolation);
    ship_words_build(request, words);
    ship_words_platforms(build, words);
    ship_words_add(words, pull[build->pull]);
    if (build->epoch >= 0) {
        ship_words_add(words, "--timestamp");
        ship_words_printf(words, "%lld", (long long)build->epoch);
    }
    if (build->plain_http)
        ship_words_add(words, "--tls-verify=false");
    ship_words_option(words, build->platform_count > 1 ? "--manifest" : "--tag", request->image);
    ship_words_path(words, build->context);
}

/* Unlike docker and podman it takes what is here when it is not told otherwise. */
static void pull(const struct ship_engine *engine, const struct ship_request *request,
                 struct ship_words *words)
{
    static const char *const policies[] = {"always", "missing", "never"};
    ship_words_container_storage(engine, words);
    ship_words_add(words, "pull");
    ship_words_add(words, "--policy");
    ship_words_add(words, policies[request->pull]);
    ship_words_option(words, "--platform", request->platform);
    if (request->plain_http)
        ship_words_add(words, "--tls-verify=false");
    ship_words_printf(words, "%.*s", SLICE_ARG(request->image));
}

static void tag(const struct ship_engine *engine, const struct ship_request *request,
                struct ship_words *words)
{
    ship_words_container_storage(engine, words);
    ship_words_docker_tag(engine, request, words);
}

static void id(const struct ship_engine *engine, const struct ship_request *request,
               struct ship_words *words)
{
    ship_words_container_storage(engine, words);
    ship_words_add(words, "inspect");
    ship_words_add(words, "--type");
    ship_words_add(words, "image");
    ship_words_add(words, "--format");
    ship_words_add(words, "{{.FromImageID}}");
    ship_words_printf(words, "%.*s", SLICE_ARG(request->image));
}

static void save(const struct ship_engine *engine, const struct ship_request *request,
                 struct ship_words *words)
{
    ship_words_container_storage(engine, words);
    if (request->build && request->build->platform_count > 1) {
        ship_words_add(words, "manifest");
        ship_words_add(words, "push");
        ship_words_add(words, "--all");
    } else
        ship_words_add(words, "push");
    ship_words_printf(words, "%.*s", SLICE_ARG(request->image));
    ship_words_printf(words, "oci:%s/%s", request->folder, SHIP_IMAGE_LAYOUT);
}

static void remove_image(const struct ship_engine *engine, const struct ship_request *request,
                         struct ship_words *words)
{
    ship_words_container_storage(engine, words);
    if (request->build && request->build->platform_count > 1) {
        ship_words_add(words, "manifest"); /* rmi takes no manifest list */
        ship_words_add(words, "rm");
        ship_words_printf(words, "%.*s", SLICE_ARG(request->image));
    } else
        ship_words_docker_remove(engine, request, words);
}

static bool probe(struct ship_engine *engine, struct arena *arena, struct error *err)
{
    static const char *const version[] = {"--version", NULL};
    static const char *const info[] = {
        "info", "--format", "{{index .host \"rootless\"}}|{{index .store \"GraphDriverName\"}}",
        NULL};
    struct slice said;
    if (!ship_probe_ask(engine, version, arena, &said, err))
        return false;
    slice_cut(&said, ' '); /* "buildah version 1.28.2 (image-spec …)" */
    slice_cut(&said, ' ');
    engine->version = slice_cut(&said, ' ');
    if (!ship_probe_container(engine, info, arena, &said, err))
        return false;
    engine->rootless = slice_equal_str(slice_cut(&said, '|'), "true");
    engine->storage = said;
    return true;
}

const struct ship_engine_row ship_engine_buildah = {
    .name = "buildah",
    .minimum = "1.23",
    .reason = "the first whose build takes several platforms into one manifest list",
    .install = "apt install buildah (https://github.com/containers/buildah/blob/main/install.md)",
    .probe = probe,
    .words = {pull, ship_words_container_build, tag, id, save, remove_image},
};
