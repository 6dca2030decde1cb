#pragma once
/*
 * Calls to Amazon's JSON 1.1 services (ECR), at Amazon or at an endpoint of one's own: region,
 * credentials and endpoint are found as the aws command line finds them, requests are signed
 * (sigv4.h). One thread at a time uses it.
 */
#include "net/aws_profile.h"
#include "net/http.h"

struct aws {
    struct http_client *client;
    struct aws_profile profile;
    struct url endpoint;
    const char *service;  /* of the signature: "ecr"; lives as long as this */
    struct slice account; /* ECR: whose registry is asked; empty: the caller's own */
};

/* endpoint and region NULL: AWS_ENDPOINT_URL_ECR, AWS_ENDPOINT_URL, else Amazon's own; AWS_REGION,
   AWS_DEFAULT_REGION, the profile's. ERROR_USAGE without a region, ERROR_DENIED without
   credentials. Needs aws_close in any case. */
bool aws_open(struct aws *aws, const char *service, const char *endpoint, const char *region,
              struct arena *arena, struct error *err);
void aws_close(struct aws *aws);
#define CLEANUP_AWS __attribute__((cleanup(aws_close)))

/* `target`: "AmazonEC2ContainerRegistry_V20150921.PutLifecyclePolicy". The answer's JSON. What the
   service refuses is an error of its own words ("RepositoryNotFoundException: …"): ERROR_NOT_FOUND,
   ERROR_DENIED or ERROR_FORMAT (invalid input). */
bool aws_call(struct aws *aws, const char *target, struct slice body, struct arena *arena,
              struct slice *answer, struct error *err);

/* A call of the query protocol (IAM, STS): `form` is "Action=GetRole&Version=2010-05-08&…", the
   answer XML. Errors as above, NoSuchEntity is ERROR_NOT_FOUND. */
bool aws_query(struct aws *aws, struct slice form, struct arena *arena, struct slice *answer,
               struct error *err);
/* The text of the first element of that name, as written (entities stay); false: there is none. */
bool aws_xml_text(struct slice xml, const char *element, struct slice *text);
