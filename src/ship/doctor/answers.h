#pragma once
/* Readers of what servers and login files say; hostile bytes. Any thread. */
#include "base/arena.h"

/* "100;w=21600" (draft-ietf-httpapi-ratelimit-headers as Docker Hub writes it): a number and the
   seconds it holds for (0: not told). */
bool answer_rate(struct slice value, uint64_t *count, uint64_t *window);

/* When a password that is a token ends: ECR's (base64 of JSON with "expiration"), or a JWT's "exp".
   False: it does not say. Seconds since 1970. */
bool answer_token_end(struct slice password, struct arena *arena, int64_t *when);

/* DescribeImages: imageStatus of the first image ("ACTIVE", "ARCHIVED"); empty: not told. */
bool answer_image_status(struct slice json, struct arena *arena, struct slice *status,
                         struct error *err);
/* GetRepositoryPolicy: policyText. */
bool answer_policy_text(struct slice json, struct arena *arena, struct slice *text,
                        struct error *err);

/* A policy document as IAM's XML has it: percent-encoded, in an element. False: there is none. */
bool answer_document(struct slice xml, const char *element, struct arena *arena,
                     struct slice *document);
/* The texts of all elements of a name inside another: <PolicyNames><member>a</member>…. */
bool answer_members(struct slice xml, const char *outer, const char *element, struct arena *arena,
                    struct slice **texts, size_t *count);

/* Whether a trust policy lets a service ("ecs-tasks.amazonaws.com") take the role: a statement that
   allows sts:AssumeRole to it, and none that denies it. Conditions are told, not judged: they speak
   of what is known only when the service asks. */
enum answer_trust { TRUST_NONE, TRUST_FULL, TRUST_CONDITIONAL, TRUST_DENIED, TRUST_UNREADABLE };
enum answer_trust answer_trusts(struct slice policy, struct slice service);

/* What a lifecycle policy does, in words: "rule 1 keeps the newest 10 (any); …". Empty: no rules.
 */
struct slice answer_lifecycle(struct slice policy, struct arena *arena);
