/* Until the API itself lands: says so. */
#include "registry/iam/iam.h"

void iam_run(const struct node *node, struct server_request *request,
             struct server_response *response)
{
    (void)node;
    (void)request;
    response->status = 501;
    response->body = SLICE("STS and IAM are not served yet\n");
}
