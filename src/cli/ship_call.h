#pragma once
/* What `ship`, `build` and `push` have in common: option rows, and voyage_options made of them. */
#include "cli/command.h"
#include "cli/option_rows.h"
#include "ship/voyage/voyage.h"

const char *ship_state_folder(struct arena *arena);

/* Rows of all three. */
#define SHIP_OPTIONS                                                                               \
    {.name = "engine",                                                                             \
     .type = OPTION_CHOICE,                                                                        \
     .argument = "ENGINE",                                                                         \
     .variable = "PLIMSOLL_ENGINE",                                                                \
     .key = "ship.engine",                                                                         \
     .choices = "docker podman buildah nerdctl",                                                   \
     .prose = "What builds. Without it the first of them that is there and works."},               \
        {.name = "dry-run",                                                                        \
         .prose = "Show each step with the commands and calls it would make; change nothing."},    \
        {.name = "log",                                                                            \
         .type = OPTION_STRING,                                                                    \
         .argument = "FILE",                                                                       \
         .variable = "PLIMSOLL_SHIP_LOG",                                                          \
         .key = "ship.log",                                                                        \
         .prose = "Every step with its time and all of its output, as lines of JSON."},            \
        {.name = "format",                                                                         \
         .type = OPTION_CHOICE,                                                                    \
         .argument = "FORMAT",                                                                     \
         .standard = "table",                                                                      \
         .choices = "table json",                                                                  \
         .prose = "How the summary is written."},                                                  \
        {.name = "state",                                                                          \
         .type = OPTION_STRING,                                                                    \
         .argument = "FOLDER",                                                                     \
         .standard = "${XDG_STATE_HOME:-~/.local/state}/plimsoll/ship",                            \
         .variable = "PLIMSOLL_SHIP_STATE",                                                        \
         .key = "ship.state",                                                                      \
         .compute = ship_state_folder,                                                             \
         .prose = "Where records of former runs, locks and built images are kept."},               \
        OPTION_ROWS_REGISTRY

/* Of those that push. */
#define SHIP_ATTACH_OPTIONS                                                                        \
    {.name = "no-attach",                                                                          \
     .key = "ship.no-attach",                                                                      \
     .prose = "Do not keep SBOM and scan beside the image in the registry (as referrers)."},       \
    {                                                                                              \
        .name = "no-sign", .key = "ship.no-sign",                                                  \
        .prose = "Do not sign with cosign, though it is installed."                                \
    }

#define SHIP_RELEASE_OPTION                                                                        \
    {                                                                                              \
        .name = "release", .type = OPTION_STRING, .argument = "VERSION",                           \
        .variable = "PLIMSOLL_RELEASE",                                                            \
        .prose =                                                                                   \
            "The semantic version that is released, such as v1.0.0; from-base: each image has "    \
            "the version of the image it builds on."                                               \
    }

/* Everything of a run but what only one command has (steps, gate): the project, its images by the
   operands (none: all), release, folders. */
struct ship_call {
    struct project project;
    struct voyage_options options;
};
bool ship_call_read(struct invocation *call, bool release_needed, struct ship_call *to,
                    struct error *err);
/* What SHIP_ATTACH_OPTIONS say. */
void ship_call_attach(struct invocation *call, struct ship_call *to);
/* Shows a plan, or runs it and shows what happens; sets the exit code. */
bool ship_call_run(struct invocation *call, struct ship_call *ship, struct error *err);
