/*
 * buildah and podman, which is buildah with docker's words for the rest. No daemon: images lie in a
 * store of containers/storage, and leave it as an OCI layout, with compressed layers where buildah
 * pushes them there. buildah-build(1), buildah-push(1), podman-build(1), podman-save(1),
 * containers-transports(5).
 */
#include "ship/engine/rows.h"

static bool is_list(const struct ship_request *request)
{
    return request->build && request->build->platform_count > 1;
}

/* What stands behind "pull [--policy P]". */
static void add_pulled(const struct ship_request *request, struct ship_words *words)
{
    ship_words_option(words, "--platform", request->platform);
    if (request->plain_http)
        ship_words_add(words, "--tls-verify=false");
    ship_words_slice(words, request->image);
}

static void pull_podman(const struct ship_engine *engine, const struct ship_request *request,
                        struct ship_words *words)
{
    (void)engine;
    ship_words_add(words, "pull");
    add_pulled(request, words);
}

/* Unlike docker and podman it takes what is here when it is not told otherwise. */
static void pull_buildah(const struct ship_engine *engine, const struct ship_request *request,
                         struct ship_words *words)
{
    static const char *const policies[] = {"always", "missing", "never"};
    (void)engine;
    ship_words_all(words, "pull", "--policy", policies[request->pull], NULL);
    add_pulled(request, words);
}

/* --pull-always and --pull-never, not --pull=…: those are what all versions from the minimum on
   take alike. --timestamp also makes the times of files those. */
static void build(const struct ship_engine *engine, const struct ship_request *request,
                  struct ship_words *words)
{
    static const char *const pull[] = {"--pull-always", "--pull=false", "--pull-never"};
    const struct ship_build *build = request->build;
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

static void id_podman(const struct ship_engine *engine, const struct ship_request *request,
                      struct ship_words *words)
{
    (void)engine;
    ship_words_all(words, "image", "inspect", "--format", "{{.Id}}", NULL);
    ship_words_slice(words, request->image);
}

static void id_buildah(const struct ship_engine *engine, const struct ship_request *request,
                       struct ship_words *words)
{
    (void)engine;
    ship_words_all(words, "inspect", "--type", "image", "--format", "{{.FromImageID}}", NULL);
    ship_words_slice(words, request->image);
}

static void add_pushed(const struct ship_request *request, struct ship_words *words)
{
    ship_words_slice(words, request->image);
    ship_words_printf(words, "oci:%s/%s", request->folder, SHIP_IMAGE_LAYOUT);
}

static void save_podman(const struct ship_engine *engine, const struct ship_request *request,
                        struct ship_words *words)
{
    (void)engine;
    if (is_list(request)) {
        ship_words_all(words, "manifest", "push", "--all", NULL);
        add_pushed(request, words);
        return;
    }
    ship_words_all(words, "save", "--format", "oci-dir", "--output", NULL);
    ship_words_printf(words, "%s/%s", request->folder, SHIP_IMAGE_LAYOUT);
    ship_words_slice(words, request->image);
}

static void save_buildah(const struct ship_engine *engine, const struct ship_request *request,
                         struct ship_words *words)
{
    (void)engine;
    if (is_list(request))
        ship_words_all(words, "manifest", "push", "--all", NULL);
    else
        ship_words_add(words, "push");
    add_pushed(request, words);
}

static void remove_image(const struct ship_engine *engine, const struct ship_request *request,
                         struct ship_words *words)
{
    if (!is_list(request)) {
        ship_words_remove(engine, request, words);
        return;
    }
    ship_words_all(words, "manifest", "rm", NULL); /* rmi takes no manifest list */
    ship_words_slice(words, request->image);
}

static void list_buildah(const struct ship_engine *engine, const struct ship_request *request,
                         struct ship_words *words)
{
    (void)engine;
    (void)request;
    ship_words_all(words, "images", "--no-trunc", "--format", "{{.Name}}:{{.Tag}}={{.ID}}", NULL);
}

static bool probe_podman(struct ship_engine *engine, struct arena *arena, struct error *err)
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

static bool probe_buildah(struct ship_engine *engine, struct arena *arena, struct error *err)
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

const struct ship_engine_row ship_engine_podman = {
    .name = "podman",
    .minimum = "3.4",
    .reason = "the first whose build takes several platforms into one manifest list",
    .install = "apt install podman (https://podman.io/docs/installation)",
    .probe = probe_podman,
    .words = {pull_podman, build, ship_words_tag, id_podman, save_podman, remove_image,
              ship_words_list},
};

const struct ship_engine_row ship_engine_buildah = {
    .name = "buildah",
    .minimum = "1.23",
    .reason = "the first whose build takes several platforms into one manifest list",
    .install = "apt install buildah (https://github.com/containers/buildah/blob/main/install.md)",
    .probe = probe_buildah,
    .words = {pull_buildah, build, ship_words_tag, id_buildah, save_buildah, remove_image,
              list_buildah},
};
