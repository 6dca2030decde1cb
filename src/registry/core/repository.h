#pragma once
/* Repositories and their settings. See core.h. */
#include "registry/core/core.h"

/* ECR's four modes; with filters ("*" wildcards) of tags that are exempt. */
enum tag_mutability {
    TAGS_MUTABLE,
    TAGS_IMMUTABLE,
    TAGS_IMMUTABLE_WITH_EXCLUSION,
    TAGS_MUTABLE_WITH_EXCLUSION,
};

struct repository {
    struct slice name;
    double created; /* seconds since 1970 */
    enum tag_mutability mutability;
    struct slice *exclusions; /* wildcard filters */
    size_t exclusion_count;
    bool scan_on_push;
    struct slice encryption, kms_key;    /* "AES256", "KMS", "KMS_DSSE"; only kept and told */
    struct slice *tag_keys, *tag_values; /* resource tags */
    size_t tag_count;
    uint64_t bytes; /* of its blobs */
};

struct repository_list {
    struct repository *items;
    size_t count, room;
};

/* `repository` has all but created and bytes. FAILURE_REPOSITORY_EXISTS. */
bool repository_create(struct registry *registry, const struct scope *scope,
                       const struct repository *repository, const struct caller *who,
                       struct arena *arena, struct failure *failure);
/* FAILURE_REPOSITORY_UNKNOWN. */
bool repository_get(struct registry *registry, const struct scope *scope, struct arena *arena,
                    struct repository *repository, struct failure *failure);
/* Without `force` only an empty one (FAILURE_REPOSITORY_NOT_EMPTY). *repository as it was. */
bool repository_delete(struct registry *registry, const struct scope *scope, bool force,
                       const struct caller *who, struct arena *arena, struct repository *repository,
                       struct failure *failure);
/* By name, after `after`, at most `limit` (0: all). `scope->repository` is ignored. */
bool repository_list(struct registry *registry, const struct scope *scope, struct slice after,
                     size_t limit, struct arena *arena, struct repository_list *list,
                     struct failure *failure);
/* Only names, for catalogues; `limit` is at least 1. */
bool repository_list_names(struct registry *registry, const struct scope *scope, struct slice after,
                           size_t limit, struct arena *arena, struct slice **names, size_t *count,
                           struct failure *failure);
/* Changes settings: `change` edits the repository in place inside the transaction; false: refused,
   with its own failure. `what` names it in the journal ("PutImageTagMutability"). */
bool repository_change(struct registry *registry, const struct scope *scope, const char *what,
                       bool (*change)(void *context, struct repository *repository,
                                      struct arena *arena, struct failure *failure),
                       void *context, const struct caller *who, struct arena *arena,
                       struct failure *failure);
/* Whether a tag that exists may be moved. */
bool repository_tag_is_mutable(const struct repository *repository, struct slice tag);

/*
 * Documents that hang on a repository or an account (scope->repository empty), by a name of ours:
 * "lifecycle-policy", "policy", "scanning", … Kept verbatim, at most META_VALUE_MAX. `exists` false
 * and no failure when it is not there. Setting an empty one removes it.
 */
bool setting_get(struct registry *registry, const struct scope *scope, const char *name,
                 struct arena *arena, struct slice *value, bool *exists, struct failure *failure);
bool setting_put(struct registry *registry, const struct scope *scope, const char *name,
                 struct slice value, const char *what, const struct caller *who,
                 struct failure *failure);
/* Several by name with a common beginning ("pull-through/"), in order. */
struct setting {
    struct slice name, value;
};
bool setting_list(struct registry *registry, const struct scope *scope, const char *prefix,
                  struct arena *arena, struct setting **settings, size_t *count,
                  struct failure *failure);
/* The repositories that have a setting of that name, in every account and region. */
bool setting_holders(struct registry *registry, const char *name, struct arena *arena,
                     struct scope **scopes, size_t *count, struct failure *failure);
