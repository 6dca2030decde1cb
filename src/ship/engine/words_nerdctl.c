/*
 * nerdctl: containerd with docker's words; builds need buildkitd.
 * https://github.com/containerd/nerdctl/blob/main/docs/command-reference.md
 */
#include "ship/engine/rows.h"

static void build(const struct ship_engine *engine, const struct ship_request *request,
                  struct ship_words *words)
{
    (void)engine;
    ship_words_add(words, "build");
    ship_words_build(request, words);
    ship_words_platforms(request->build, words);
    if (request->build->pull == SHIP_PULL_ALWAYS)
        ship_words_add(words, "--pull");
    if (request->build->epoch >= 0) {
        ship_words_add(words, "--build-arg");
        ship_words_printf(words, "SOURCE_DATE_EPOCH=%lld", (long long)request->build->epoch);
    }
    if (request->build->platform_count > 1) {
        ship_words_add(words, "--output");
        ship_words_printf(words, "type=oci,dest=%s/%s", request->folder ? request->folder : ".",
                          SHIP_IMAGE_FILE);
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
    ship_words_add(words, "{{.ID}}");
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

const struct ship_engine_row ship_engine_nerdctl = {
    .name = "nerdctl",
    .minimum = "1.0",
    .reason = "the first stable one: options of build and save before it were other ones",
    .install = "https://github.com/containerd/nerdctl/releases (the \"full\" archive has buildkit)",
    .has_daemon = true,
    .several_in_file = true,
    .probe = ship_probe_docker,
    .words = {ship_words_docker_pull, build, ship_words_docker_tag, id, save,
              ship_words_docker_remove},
};
