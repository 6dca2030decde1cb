#pragma once
/*
 * Who to say we are at a registry. Asked in this order, the first that knows the registry is taken:
 *
 *   PLIMSOLL_REGISTRY_USER, PLIMSOLL_REGISTRY_PASSWORD   only for PLIMSOLL_REGISTRY_HOST when that
 *                                                        is set, else for whichever is asked
 *   $DOCKER_CONFIG/config.json, else ~/.docker/config.json
 *   $REGISTRY_AUTH_FILE, else ${XDG_RUNTIME_DIR}/containers/auth.json
 *   ~/.config/containers/auth.json
 *   for registries of ECR: a token of its own, by the AWS credentials (ecr_login.h)
 *
 * In a file: credHelpers, credsStore (programs docker-credential-NAME, protocol of
 * github.com/docker/docker-credential-helpers), auths. Secrets are never part of an error's text.
 * Any thread may call.
 */
#include "base/arena.h"

struct credentials {
    struct slice user, password; /* empty: none */
    struct slice identity_token; /* OAuth2 refresh token, in place of a password */
    struct slice bearer;         /* a ready access token ("registrytoken") */
    struct slice origin;         /* where they come from, for messages; empty: none were found */
    struct slice problem;        /* a file or helper that could not be used, for messages */
};

/* `host` as in a reference ("docker.io", "localhost:5000"); `repository` for the longer keys of
   auth.json ("quay.io/team"). False only when the budget is spent: a broken file is a problem told
   later, since most images are public. */
bool credentials_find(struct slice host, struct slice repository, struct arena *arena,
                      struct credentials *credentials, struct error *err);

/* One file's content, for tests and fuzzing: true when it knows the registry. Helpers are run only
   when `helpers`. */
bool credentials_of_config(struct slice json, struct slice host, struct slice repository,
                           bool helpers, struct arena *arena, struct credentials *credentials,
                           struct error *err);

/* Runs docker-credential-`name` get. ERROR_NOT_FOUND: the helper knows no such registry. The helper
   has 30 seconds and 64 KiB. */
bool credentials_of_helper(struct slice name, struct slice server, struct arena *arena,
                           struct credentials *credentials, struct error *err);
