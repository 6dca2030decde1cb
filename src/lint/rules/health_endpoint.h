#pragma once
/*
 * What a health check of HAProxy or nginx can ask: the endpoint that the configuration serves which
 * the Dockerfile copies into the image, by a program that the base image has.
 */
#include "lint/base_image.h"
#include "lint/rules/rule_words.h"

/* The command behind HEALTHCHECK CMD; empty: nothing is known. `from`, when not NULL, gets the
   configuration's path in the context where an endpoint was found there, else it is emptied. */
struct slice health_command(struct dockerfile_check *check, const struct stage *stage,
                            const struct base_fact *fact, struct slice *from);
