/*
 * podman: buildah's builds and store, docker's words for the rest. Images leave as an OCI layout.
 * podman-build(1), podman-save(1).
 */
#include "ship/engine/rows.h"

static void pull(const struct ship_engine *engine, const struct ship_request *request,
                 struct ship_words *words)
{
    ship_words_container_storage(engine, words);
    ship_words_add(words, "pull");
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
    ship_words_add(words, "image");
    ship_words_add(words, "inspect");
    ship_words_add(words, "--format");
    ship_words_add(words, "{{.Id}}");
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
        ship_words_printf(words, "%.*s", SLICE_ARG(request->image));
        ship_words_printf(words, "oci:%s/%s", request->folder, SHIP_IMAGE_LAYOUT);
        return;
    }
    ship_words_add(words, "save");
    ship_words_add(words, "--format");
    ship_words_add(words, "oci-dir");
    ship_words_add(words, "--output");
    ship_words_printf(words, "%s/%s", request->folder, SHIP_IMAGE_LAYOUT);
    ship_words_printf(words, "%.*s", SLICE_ARG(request->image));
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
    static const char *const info[] = {
        "info", "--format",
        "{{.Version.Version}}|{{.Host.Security.Rootless}}|{{.Store.GraphDriverName}}", NULL};
    struct slice said;
    if (!ship_probe_container(engine, info, arena, &said, err))
        return false;
    engine->version = slice_cut(&said, '|');
    engine->rootless = slice_equal_str(slice_cut(&said, '|'), "true");
    engine->storage = said;
    return true;
}

const struct ship_engine_row ship_engine_podman = {
    .name = "podman",
    .minimum = "3.4",
    .reason = "the first whose build takes several platforms into one manifest list",
    .install = "apt install podman (https://podman.io/docs/installation)",
    .probe = probe,
    .words = {pull, ship_words_container_build, tag, id, save, remove_image},
};
