/* plimsoll build [IMAGE…] */
#include "cli/command_rows.h"
#include "cli/ship_call.h"

static const struct option options[] = {
    SHIP_RELEASE_OPTION,
    {.name = "offline",
     .variable = "PLIMSOLL_OFFLINE",
     .prose = "Build on the bases that are here."},
    SHIP_OPTIONS,
    {NULL},
};

static bool run(struct invocation *call, struct error *err)
{
    struct ship_call ship;
    if (!ship_call_read(call, false, &ship, err))
        return false;
    ship.options.steps = VOYAGE_BIT(VOYAGE_PULL) | VOYAGE_BIT(VOYAGE_BUILD);
    ship.options.from = true; /* anew, whatever a former run has made */
    ship.options.first = VOYAGE_LINT;
    ship.options.offline = option_flag(call, "offline");
    return ship_call_run(call, &ship, err);
}

static const struct command_example examples[] = {
    {"plimsoll build react-app-haproxy", "with fresh bases, by the engine that is there"},
    {"plimsoll build --release v1.0.0 --engine buildah", "all images, named and labelled v1.0.0"},
    {NULL, NULL},
};

const struct command command_build = {
    .name = "build",
    .summary = "build images of plimsoll.yaml with fresh bases",
    .operands = "[IMAGE…]",
    .prose = "The steps pull and build of `plimsoll ship`, and no others. `plimsoll push` pushes "
             "what was built; `plimsoll ship` goes on from it.",
    .options = options,
    .examples = examples,
    .least = 0,
    .most = PROJECT_IMAGES_MAX,
    .run = run,
};
