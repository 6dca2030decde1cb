#pragma once
/*
 * Whose registry a request is for, by the name it was sent to: with the URI template
 * "{account}.dkr.ecr.{region}.amazonaws.com/{repository}", the host
 * 123456789012.dkr.ecr.eu-west-1.amazonaws.com is that account's in that region, whoever asks (a
 * policy may let others in). Input is hostile. Pure; any thread.
 */
#include "registry/core/scope.h"

/* `host`: a Host header, perhaps with a port that the template does not have. False, and nothing is
   changed, when it is another name. Slices of `host`. */
bool oci_host_scope(struct slice uri_template, struct slice host, struct scope *scope);
