/* plimsoll push [IMAGE…] */
#include "cli/command_rows.h"
#include "cli/ship_call.h"

static const struct option options[] = {
    SHIP_RELEASE_OPTION,
    SHIP_ATTACH_OPTIONS,
    SHIP_OPTIONS,
    {NULL},
};

static bool run(struct invocation *call, struct error *err)
{
    struct ship_call ship;
    if (!ship_call_read(call, true, &ship, err))
        return false;
    ship.options.steps =
        VOYAGE_BIT(VOYAGE_LOGIN) | VOYAGE_BIT(VOYAGE_TAG) | VOYAGE_BIT(VOYAGE_PUSH);
    ship.options.only_built = true;
    ship_call_attach(call, &ship);
    return ship_call_run(call, &ship, err);
}

static const struct command_example examples[] = {
    {"plimsoll push react-app-haproxy --release v1.0.0", "what `plimsoll build` has built"},
    {"plimsoll push --release v1.0.0 --dry-run", "which calls that would be"},
    {NULL, NULL},
};

const struct command command_push = {
    .name = "push",
    .summary = "push images that were built, and move their tags",
    .operands = "[IMAGE…]",
    .prose = "The steps login, tag and push of `plimsoll ship`, of what `plimsoll build` or a ship "
             "has built last: without lint, scan, gate and test, whose answers it does not look "
             "at.",
    .options = options,
    .examples = examples,
    .least = 0,
    .most = PROJECT_IMAGES_MAX,
    .run = run,
};
