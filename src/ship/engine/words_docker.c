/*
 * docker, and nerdctl, which took over its words.
 *
 * docker: the daemon keeps images, the command line asks it. Builds for several platforms need
 * buildx and go to an OCI archive, since the daemon's classic store holds one platform of a name.
 * There is no "never pull" for a build: bases that are there are used, others are pulled.
 * https://docs.docker.com/reference/cli/docker/
 *
 * nerdctl: containerd; builds need buildkitd.
 * https://github.com/containerd/nerdctl/blob/main/docs/command-reference.md
 */
#include "ship/engine/rows.h"

static void pull(const struct ship_engine *engine, const struct ship_request *request,
                 struct ship_words *words)
{
    (void)engine;
    ship_words_add(words, "pull");
    ship_words_option(words, "--platform", request->platform);
    ship_words_slice(words, request->image);
}

void ship_words_tag(const struct ship_engine *engine, const struct ship_request *request,
                    struct ship_words *words)
{
    (void)engine;
    ship_words_add(words, "tag");
    ship_words_slice(words, request->image);
    ship_words_slice(words, request->target);
}

void ship_words_remove(const struct ship_engine *engine, const struct ship_request *request,
                       struct ship_words *words)
{
    (void)engine;
    ship_words_add(words, "rmi");
    ship_words_slice(words, request->image);
}

void ship_words_list(const struct ship_engine *engine, const struct ship_request *request,
                     struct ship_words *words)
{
    (void)engine;
    (void)request;
    ship_words_all(words, "images", "--no-trunc", "--format", "{{.Repository}}:{{.Tag}}={{.ID}}",
                   NULL);
}

static void add_archive(const struct ship_request *request, struct ship_words *words)
{
    ship_words_add(words, "--output");
    ship_words_printf(words, "type=oci,dest=%s/%s", request->folder ? request->folder : ".",
                      SHIP_IMAGE_FILE);
}

/* What stands behind "build", after what is the engine's own. */
static void add_build(const struct ship_request *request, struct ship_words *words)
{
    const struct ship_build *build = request->build;
    ship_words_build(request, words);
    ship_words_platforms(build, words);
    if (build->pull == SHIP_PULL_ALWAYS)
        ship_words_add(words, "--pull");
    if (build->epoch >= 0) { /* BuildKit takes it from there, for created and layers */
        ship_words_add(words, "--build-arg");
        ship_words_printf(words, "SOURCE_DATE_EPOCH=%lld", (long long)build->epoch);
    }
    ship_words_option(words, "--tag", request->image);
    ship_words_path(words, build->context);
}

/* Without attestations: a scan and a push would take them for images of a platform "unknown". */
static void build_docker(const struct ship_engine *engine, const struct ship_request *request,
                         struct ship_words *words)
{
    (void)engine;
    if (request->build->platform_count > 1) {
        ship_words_all(words, "buildx", "build", "--provenance=false", NULL);
        add_archive(request, words);
    } else
        ship_words_add(words, "build");
    add_build(request, words);
}

static void build_nerdctl(const struct ship_engine *engine, const struct ship_request *request,
                          struct ship_words *words)
{
    (void)engine;
    ship_words_add(words, "build");
    if (request->build->platform_count > 1)
        add_archive(request, words);
    add_build(request, words);
}

static void id_docker(const struct ship_engine *engine, const struct ship_request *request,
                      struct ship_words *words)
{
    (void)engine;
    ship_words_all(words, "image", "inspect", "--format", "{{.Id}}", NULL);
    ship_words_slice(words, request->image);
}

static void id_nerdctl(const struct ship_engine *engine, const struct ship_request *request,
                       struct ship_words *words)
{
    (void)engine;
    ship_words_all(words, "image", "inspect", "--format", "{{.ID}}", NULL);
    ship_words_slice(words, request->image);
}

static void save(const struct ship_engine *engine, const struct ship_request *request,
                 struct ship_words *words)
{
    (void)engine;
    ship_words_all(words, "save", "--output", NULL);
    ship_words_printf(words, "%s/%s", request->folder, SHIP_IMAGE_FILE);
    ship_words_slice(words, request->image);
}

const struct ship_engine_row ship_engine_docker = {
    .name = "docker",
    .minimum = "20.10",
    .reason = "the first whose build takes --platform without experimental features",
    .install = "https://docs.docker.com/engine/install/ (Debian: apt install docker.io)",
    .has_daemon = true,
    .several_in_file = true,
    .probe = ship_probe_docker,
    .words = {pull, build_docker, ship_words_tag, id_docker, save, ship_words_remove,
              ship_words_list},
};

const struct ship_engine_row ship_engine_nerdctl = {
    .name = "nerdctl",
    .minimum = "1.0",
    .reason = "the first stable one: options of build and save before it were other ones",
    .install = "https://github.com/containerd/nerdctl/releases (the \"full\" archive has buildkit)",
    .has_daemon = true,
    .several_in_file = true,
    .probe = ship_probe_docker,
    .words = {pull, build_nerdctl, ship_words_tag, id_nerdctl, save, ship_words_remove,
              ship_words_list},
};
