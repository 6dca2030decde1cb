#pragma once
/*
 * What `tag plan` and `tag apply` have in common: the release (given, or the base's), the tags that
 * are there (given, from a file, or a registry's), what plimsoll.yaml says of tags, and the plan
 * that comes of it.
 */
#include "cli/command.h"
#include "cli/option_rows.h"
#include "project/project.h"
#include "ship/push/tag_apply.h"

#define TAG_CALL_OPTIONS                                                                           \
    {.name = "release",                                                                            \
     .type = OPTION_STRING,                                                                        \
     .argument = "VERSION",                                                                        \
     .prose = "The semantic version that is released, such as 1.2.0 or v1.2.0; with =DIGEST "      \
              "behind it, tags that are this image already are left alone, and a version that is " \
              "another image is not released again. from-base: the version of the image that the " \
              "Dockerfile builds on (nginx:1.29.4-alpine gives 1.29.4)."},                         \
        {.name = "dockerfile",                                                                     \
         .type = OPTION_STRING,                                                                    \
         .argument = "FILE",                                                                       \
         .prose = "The Dockerfile for from-base; without it that of the image in plimsoll.yaml "   \
                  "whose repository this is."},                                                    \
        {.name = "existing",                                                                       \
         .type = OPTION_WORDS,                                                                     \
         .argument = "TAGS",                                                                       \
         .prose = "The tags that are there, each with =DIGEST behind it when it is known; @FILE "  \
                  "reads them from a file, - from standard input."},                               \
        {.name = "immutable",                                                                      \
         .type = OPTION_WORDS,                                                                     \
         .argument = "PATTERNS",                                                                   \
         .prose = "Existing tags that match are not moved; * stands for any characters. A "        \
                  "version's own tag never is. Also tags.immutable in plimsoll.yaml."},            \
        {.name = "keep-v",                                                                         \
         .prose = "Also make the tag with a v in front, v1.2.0. Also tags.keep-v in "              \
                  "plimsoll.yaml."},                                                               \
        {.name = "no-latest", .prose = "There is no latest. Also tags.latest: false."},            \
        OPTION_ROWS_REGISTRY, OPTION_ROW_WAIT, OPTION_ROW_TABLE_OR_JSON

struct tag_call {
    struct project project;
    struct tag_plan_request request;
    struct tag_plan plan;
    struct slice base; /* of --release from-base; else empty */
    struct slice note; /* for people; may be empty */
    /* With a registry: */
    struct destination destination;
    struct tag_look look;
    struct registry_manifest manifest; /* that the tags are to point to; digest empty: none */
};

/* Release, patterns, switches; `repository` NULL: none. */
bool tag_call_request(struct tag_call *tags, struct invocation *call, const char *repository,
                      struct error *err);
/* The plan for tags that --existing names. */
bool tag_call_plan_given(struct tag_call *tags, struct invocation *call, struct error *err);
/* The plan for a repository as it is. The image is what its name says, else (`need_image`) what has
   the release's own tag already. Needs tag_call_close in any case. */
bool tag_call_plan_registry(struct tag_call *tags, struct invocation *call, const char *repository,
                            bool need_image, struct error *err);
/* For people: what was taken for what. */
void tag_call_tell(const struct tag_call *tags);
/* ERROR_BUSY for a version that is another image already, and so was never to be: whoever releases
   wants to know. */
bool tag_call_check_released(const struct tag_call *tags, struct error *err);
void tag_call_close(struct tag_call *tags);
#define CLEANUP_TAG_CALL __attribute__((cleanup(tag_call_close)))

/* tag_report.c. `apply` NULL: a plan alone. */
void tag_report_table(const struct tag_call *tags, const struct tag_apply *apply);
void tag_report_json(const struct tag_call *tags, const struct tag_apply *apply, bool dry_run);

/* tag_local.c: `tag apply --local`. */
bool tag_local_run(struct invocation *call, struct error *err);
