#pragma once
/* `plimsoll update --pr` and `--issue`: from what update found to pull requests and issues
   (update/forge/propose.h), and what became of them. */
#include "cli/scan_call.h"
#include "project/project.h"
#include "update/bases.h"
#include "update/pins/pins.h"

/* Rows for update's table. */
#define UPDATE_FORGE_OPTIONS                                                                       \
    {.name = "pr",                                                                                 \
     .prose = "Make a branch and a commit for each image that has something newer, push it, and "  \
              "open a pull request (a merge request); move those that are open, close those that " \
              "are done. The working tree is not touched."},                                       \
        {.name = "issue",                                                                          \
         .prose =                                                                                  \
             "Scan the images, and keep one issue for each with the findings that no version "     \
             "fixes yet."},                                                                        \
        {.name = "issue-severity",                                                                 \
         .type = OPTION_WORDS,                                                                     \
         .argument = "LEVELS",                                                                     \
         .standard = "critical,high",                                                              \
         .choices = "critical high medium low negligible unknown",                                 \
         .variable = "PLIMSOLL_ISSUE_SEVERITY",                                                    \
         .prose = "Which findings are worth an issue."},                                           \
        {.name = "dry-run",                                                                        \
         .prose = "Write nothing: with --write show what it would change as a diff, with --pr "    \
                  "and --issue "                                                                   \
                  "say what would be opened."},                                                    \
        {.name = "group",                                                                          \
         .key = "update.group",                                                                    \
         .prose = "One pull request for all images instead of one each."},                         \
        {.name = "base",                                                                           \
         .type = OPTION_STRING,                                                                    \
         .argument = "BRANCH",                                                                     \
         .prose = "Branch that pull requests go into. Without it the remote's default branch."},   \
        {.name = "remote",                                                                         \
         .type = OPTION_STRING,                                                                    \
         .argument = "NAME",                                                                       \
         .standard = "origin",                                                                     \
         .prose = "Git remote to push to; an address is taken too."},                              \
        {.name = "forge",                                                                          \
         .type = OPTION_CHOICE,                                                                    \
         .argument = "NAME",                                                                       \
         .choices = "github gitlab gitea forgejo bitbucket",                                       \
         .variable = "PLIMSOLL_FORGE",                                                             \
         .prose = "What the remote's host is, where its name does not say."},                      \
        {.name = "forge-url",                                                                      \
         .type = OPTION_STRING,                                                                    \
         .argument = "URL",                                                                        \
         .variable = "PLIMSOLL_FORGE_URL",                                                         \
         .prose = "Base of the forge's API, such as https://git.example.com/api/v1; without it "   \
                  "where the remote's host has it."},                                              \
    {                                                                                              \
        .name = "forge-ca", .type = OPTION_STRING, .argument = "FILE",                             \
        .variable = "PLIMSOLL_FORGE_CA",                                                           \
        .prose = "PEM certificates to believe the forge by, instead of the system's."              \
    }

/* Whether --pr or --issue was said. */
bool update_forge_wanted(const struct invocation *call);
/* Does what was asked for and writes what became of it. */
bool update_forge_run(struct invocation *call, const struct bases_result *result,
                      const struct pins_result *pins, struct error *err);
