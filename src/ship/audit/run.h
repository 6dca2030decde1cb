#pragma once
/*
 * An audit: which repositories (target.c), which image of each (choose.c), what is in it
 * (collect.c: our own scan; collect_ecr.c: what ECR's scan found), and whether its base moved
 * (base.c). One repository that cannot be audited is told as such; the others go on. Runs in the
 * broker (scans), one at a time.
 */
#include "base/table.h"
#include "net/aws.h"
#include "scan/pipeline.h"
#include "ship/audit/audit.h"

enum audit_api {
    AUDIT_API_AUTO,     /* ECR's for names without a registry, Amazon's hosts, and the endpoint's */
    AUDIT_API_ECR,      /* DescribeRepositories, DescribeImages */
    AUDIT_API_REGISTRY, /* /v2/NAME/tags/list, /v2/_catalog */
};

/* FROM what an image is built, by its Dockerfile: for images without a label. */
struct audit_known_base {
    struct slice repository; /* "registry/app" or "app" */
    struct slice base;
};

struct audit_options {
    const struct slice *names; /* repositories, with a tag or without; with `all` registries */
    size_t name_count;
    bool all;
    struct slice registry; /* in front of names that have none; may be empty */
    const char *endpoint;  /* of ECR's API; NULL: Amazon's, or what the environment says */
    const char *region;    /* NULL: the environment's */
    enum audit_api api;
    struct slice tag;       /* instead of latest; empty: none */
    bool registry_findings; /* ECR's own findings instead of a scan */
    bool bases;             /* ask where the bases' tags lead */
    const struct audit_known_base *known_bases;
    size_t known_base_count;
    struct scan_options scan;      /* without input and exceptions */
    struct exceptions *exceptions; /* may be NULL; uses are counted */
    int64_t now;
    unsigned expiring_days;
    void *context;
    void (*progress)(void *context, size_t index, size_t count, struct slice name);
};

/* Fills `audit` but for what audit_compare sets. False for what concerns all: no such registry, no
   credentials for its list, no memory. */
bool audit_run(const struct audit_options *options, struct arena *arena, struct audit *audit,
               struct error *err);

/* ---- what the files of an audit share ---- */

/* A repository that is to be looked at. */
struct audit_target {
    struct slice host;       /* "127.0.0.1:5000" */
    struct slice repository; /* "team/app" */
    struct slice tag;        /* that was asked for; empty: to be chosen */
    struct slice uri;        /* "127.0.0.1:5000/team/app" */
    bool ecr;
    struct slice region, account; /* of an Amazon host; else empty */
    bool failed;                  /* it cannot be audited: `error` says why */
    struct error error;
};

/* Connections to ECR, one a region and account, for one audit. */
struct audit_service {
    struct slice region, account;
    struct aws aws;
    struct audit_service *next;
};
struct audit_services {
    const struct audit_options *options;
    struct arena *arena;
    struct audit_service *first;
};
struct aws *audit_service(struct audit_services *services, const struct audit_target *target,
                          struct error *err);
void audit_services_done(struct audit_services *services);

/* target.c */
bool audit_targets(struct audit_services *services, struct audit_target **targets, size_t *count,
                   struct error *err);
/* "app", "host/app:tag", "host:5000/team/app" to its parts; the registry in front is put there.
   ERROR_USAGE: no name of a repository. */
bool audit_target_read(struct slice name, const struct audit_options *options, struct arena *arena,
                       struct audit_target *target, struct error *err);
/* "123456789.dkr.ecr.us-east-1.amazonaws.com" → "us-east-1", "123456789"; false: no host of
   Amazon's, and both are empty. */
bool audit_ecr_host(struct slice host, struct slice *region, struct slice *account);

/* choose.c */
struct audit_candidate {
    struct slice tag, digest; /* either may be empty */
    int64_t pushed;           /* 0: not known */
};
/* Which one, and why (for people); NULL: none can be told to be the newest. */
const struct audit_candidate *audit_newest(const struct audit_candidate *candidates, size_t count,
                                           const char **why);
/* Sets tag, digest, pushed and chosen of the repository. */
bool audit_choose(struct audit_services *services, const struct audit_target *target,
                  struct audit_repository *repository, struct error *err);

/* collect.c: scans the chosen image. */
bool audit_collect(struct audit_services *services, const struct audit_target *target,
                   struct table *bases, struct audit_repository *repository, struct audit *audit,
                   struct error *err);
/* collect_ecr.c */
bool audit_collect_ecr(struct audit_services *services, const struct audit_target *target,
                       struct audit_repository *repository, struct error *err);
/* base.c: `bases` keeps what was asked. */
bool audit_base_find(const struct audit_options *options, const struct audit_target *target,
                     const struct image *image, struct table *bases, struct arena *arena,
                     struct audit_base *base, struct error *err);
