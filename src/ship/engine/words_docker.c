/*
 * docker: the daemon keeps images, the command line asks it. Builds for several platforms need
 * buildx and go to an OCI archive, since the daemon's classic store holds one platform of a name.
 * There is no "never pull" for a build: bases that are there are used, others are pulled.
 * https://docs.docker.com/reference/cli/docker/
 */
#include "ship/engine/rows.h"

void ship_words_docker_pull(const struct ship_engine *engine, const struct ship_request *request,
                            struct ship_words *words)
{
    (void)engine;
    ship_words_add(words, "pull");
    ship_words_option(words, "--platform", request->platform);
    ship_words_printf(words, "%.*s", SLICE_ARG(request->image));
}

void ship_words_docker_tag(const struct ship_engine *engine, const struct ship_request *request,
                           struct ship_words *words)
{
    (void)engine;
    ship_words_add(words, "tag");
    ship_words_printf(words, "%.*s", SLICE_ARG(request->image));
    ship_words_printf(words, "%.*s", SLICE_ARG(request->target));
}

void ship_words_docker_remove(const struct ship_engine *engine, const struct ship_request *request,
                              struct ship_words *words)
{
    (void)engine;
    ship_words_add(words, "rmi");
    ship_words_printf(words, "%.*s", SLICE_ARG(request->image));
}

/* Without attestations: a scan and a push would take them for images of a platform "unknown". */
static void several(const struct ship_request *request, struct ship_words *words)
{
    ship_words_add(words, "buildx");
    ship_words_add(words, "build");
    ship_words_add(words, "--provenance=false");
    ship_words_add(words, "--output");
    ship_words_printf(words, "type=oci,dest=%s/%s", request->folder ? request->folder : ".",
                      SHIP_IMAGE_FILE);
}

static void build(const struct ship_engine *engine, const struct ship_request *request,
                  struct ship_words *words)
{
    (void)engine;
    if (request->build->platform_count > 1)
        several(request, words);
    else
        ship_words_add(words, "build");
    ship_words_build(request, words);
    ship_words_platforms(request->build, words);
    if (request->build->pull == SHIP_PULL_ALWAYS)
        ship_words_add(words, "--pull");
    if (request->build->epoch >= 0) { /* BuildKit takes it from there, for created and layers */
        ship_words_add(words, "--build-arg");
        ship_words_printf(words, "SOURCE_DATE_EPOCH=%lld", (long long)request->build->epoch);
    }
    ship_words_option(words, "--tag", request->image);
    ship_words_path(words, request->build->context);
}

static void id(const struct ship_engine *engine, const struct ship_request *request,
               struct ship_words *words)
{
    (void)engine;
    ship_words_add(words, "image");
    ship_words_add(words, "inspect");
    ship_words_add(words, "--format");
    ship_words_add(words, "{{.Id}}");
    ship_words_printf(words, "%.*s", SLICE_ARG(request->image));
}

static void save(const struct ship_engine *engine, const struct ship_request *request,
                 struct ship_words *words)
{
    (void)engine;
    ship_words_add(words, "save");
    ship_words_add(words, "--output");
    ship_words_printf(words, "%s/%s", request->folder, SHIP_IMAGE_FILE);
    ship_words_printf(words, "%.*s", SLICE_ARG(request->image));
}

const struct ship_engine_row ship_engine_docker = {
    .name = "docker",
    .minimum = "20.10",
    .reason = "the first whose build takes --platform without experimental features",
    .install = "https://docs.docker.com/engine/install/ (Debian: apt install docker.io)",
    .has_daemon = true,
    .several_in_file = true,
    .probe = ship_probe_docker,
    .words = {ship_words_docker_pull, build, ship_words_docker_tag, id, save,
              ship_words_docker_remove},
};
