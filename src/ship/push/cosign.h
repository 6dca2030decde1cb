#pragma once
/*
 * Signatures, by the program cosign where it is on PATH: it keeps them beside the image itself, as
 * referrers (since its version 3) or under the tag sha256-HEX.sig. Its key and its options are its
 * own, from its environment: every option --a-b is COSIGN_A_B there (cmd/cosign/cli/options/root.go
 * of its source), COSIGN_KEY and COSIGN_PASSWORD among them.
 *
 * What it cannot know is told in the same way, unless it was told already: the login that pushed
 * the image (of PLIMSOLL_REGISTRY_USER, or of ECR by the AWS credentials: it reads docker's and
 * podman's files alone), and that the registry has no TLS, or none that can be verified.
 */
#include "ship/push/destination.h"

/* `cosign sign --yes NAME@DIGEST`. ERROR_NOT_FOUND: cosign is not installed. */
bool cosign_sign(const struct destination *destination, const struct digest *digest,
                 struct arena *arena, struct error *err);
