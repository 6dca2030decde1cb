#pragma once
/*
 * ECR's API from the other side: what the command line asks of Amazon or of another plimsoll.
 * Answers are hostile; results live in the arena. Errors are the service's own words.
 */
#include "net/aws.h"
#include "registry/lifecycle.h"

enum { ECR_CLIENT_IMAGES_MAX = 200000 };

bool ecr_client_policy_put(struct aws *aws, struct slice repository, struct slice policy,
                           struct arena *arena, struct error *err);
/* ERROR_NOT_FOUND when the repository has none. */
bool ecr_client_policy_get(struct aws *aws, struct slice repository, struct arena *arena,
                           struct slice *policy, struct error *err);

/* All images of a repository, archived ones too, as lifecycle_evaluate takes them. */
struct ecr_client_images {
    struct lifecycle_image *items;
    size_t count, room;
};
bool ecr_client_images(struct aws *aws, struct slice repository, struct arena *arena,
                       struct ecr_client_images *images, struct error *err);

/* ecr_client_repositories.c */
struct ecr_client_repository {
    struct slice name;
    struct slice mutability;  /* "MUTABLE", "IMMUTABLE_WITH_EXCLUSION", …; empty: not told */
    struct slice *exclusions; /* patterns of tags to which the opposite applies */
    size_t exclusion_count;
    bool scan_on_push;
    struct slice uri; /* "123456789.dkr.ecr.us-east-1.amazonaws.com/app": where it is pulled from */
};
struct ecr_client_repositories {
    struct ecr_client_repository *items;
    size_t count, room;
};
/* That one; with an empty name all of the registry. */
bool ecr_client_repositories(struct aws *aws, struct slice name, struct arena *arena,
                             struct ecr_client_repositories *repositories, struct error *err);

/* Whether an existing tag cannot be moved there. */
bool ecr_client_tag_is_immutable(const struct ecr_client_repository *repository, struct slice tag);

/* A repository with scan on push, tags that can be moved unless `immutable`; the account's tags
   apply. ERROR_FORMAT with RepositoryAlreadyExistsException when it is there. */
struct ecr_client_creation {
    struct slice name;
    bool immutable;
    struct slice *tag_names, *tag_values; /* of the repository as a resource */
    size_t tag_count;
};
bool ecr_client_create(struct aws *aws, const struct ecr_client_creation *creation,
                       struct arena *arena, struct slice *uri, struct error *err);
/* Turns scan on push on for a repository that is there. */
bool ecr_client_scan_on_push(struct aws *aws, struct slice repository, struct arena *arena,
                             struct error *err);
/* The repository's policy, as JSON; ERROR_NOT_FOUND when it has none. */
bool ecr_client_repository_policy(struct aws *aws, struct slice repository, struct arena *arena,
                                  struct slice *policy, struct error *err);

/* ecr_client_findings.c: what Amazon's scan (basic or enhanced) says of an image. */
struct ecr_client_finding {
    struct slice name, description, uri;
    struct slice severity; /* "CRITICAL", …, "INFORMATIONAL", "UNDEFINED", "UNTRIAGED" */
    /* package_name, package_version, CVSS3_VECTOR, fixed_in_versions, …; enhanced findings are
       told in the same words, one for each package. */
    struct ecr_client_attribute {
        struct slice key, value;
    } * attributes;
    size_t attribute_count, attribute_room;
};
struct ecr_client_findings {
    struct slice status;      /* "COMPLETE", "ACTIVE", "FAILED", … */
    struct slice description; /* of the status; may be empty */
    struct slice digest;      /* of the image */
    int64_t updated;          /* of the vulnerability source; 0: not told */
    struct ecr_client_finding *items;
    size_t count, room;
};
/* By tag, or by digest where `tag` is empty. ERROR_NOT_FOUND: no such image, or it was not scanned.
 */
bool ecr_client_findings(struct aws *aws, struct slice repository, struct slice tag,
                         struct slice digest, struct arena *arena,
                         struct ecr_client_findings *findings, struct error *err);
/* Adds what one page (a DescribeImageScanFindingsResponse) says; *next is its nextToken: for tests
   and fuzzing. */
bool ecr_client_findings_read(struct slice page, struct arena *arena,
                              struct ecr_client_findings *findings, struct slice *next,
                              struct error *err);
/* The attribute's value; empty when there is none. */
struct slice ecr_client_attribute(const struct ecr_client_finding *finding, const char *key);
