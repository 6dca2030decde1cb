#pragma once
/*
 * Other registries: pull-through cache rules (a repository whose name begins with a rule's prefix
 * is filled from upstream by the Distribution API when it is asked for), and replication of what is
 * pushed to another plimsoll or registry. Rules are settings of the account
 * ("pull-through/PREFIX"; "replication").
 */
#include "registry/node.h"

struct mirror;

bool mirror_open(struct mirror **mirror, const struct node *node, struct error *err);
/* Ends its threads; before inspect_close, since they scan. Accepts NULL. */
void mirror_stop(struct mirror *mirror);
/* Frees it, too: when nobody writes to the journal any more, whose news it hears. Accepts NULL. */
void mirror_close(struct mirror *mirror);

/* Whether a rule stands for this repository: no network, no waiting. */
bool mirror_applies(struct mirror *mirror, const struct scope *scope);
/* Brings a manifest (and the layers it names, or notes where they are to be had) by tag or digest;
   a tag is asked for upstream at most every so often (24 hours as ECR, or the rule's). In a worker.
   FAILURE_MANIFEST_UNKNOWN, FAILURE_UPSTREAM. */
bool mirror_manifest(struct mirror *mirror, const struct scope *scope, struct slice reference,
                     const struct caller *who, struct failure *failure);
/* Brings a blob that a mirrored manifest named. */
bool mirror_blob(struct mirror *mirror, const struct scope *scope, const struct digest *digest,
                 const struct caller *who, struct failure *failure);
/* Whether upstream has it (asked by HEAD: nothing is brought), and how large it is. */
bool mirror_blob_stat(struct mirror *mirror, const struct scope *scope, const struct digest *digest,
                      const struct caller *who, uint64_t *size, struct failure *failure);

struct mirror_rule;

/* Whether the operator's mirror.json has the credentials that a rule's credentialArn names. */
bool mirror_knows_secret(struct mirror *mirror, struct slice arn);
/* Asks the upstream of a rule whether it lets us in; *why is empty when it does. False only when
   there is no memory. In a worker. */
bool mirror_validate(struct mirror *mirror, const struct mirror_rule *rule, struct arena *arena,
                     struct slice *why);
