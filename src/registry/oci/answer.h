#pragma once
/*
 * Answers of the distribution API: errors as JSON ({"errors":[{code, message, detail}]},
 * specification 1.1 "Error Codes"), and what all answers have in common. One table turns a
 * failure's reason into a code and a status. Any thread.
 */
#include "net/server.h"
#include "registry/core/failure.h"
#include "registry/oci/route.h"

/* "MANIFEST_UNKNOWN" and 404. */
const char *oci_code_of(enum failure_reason reason);
int oci_status_of(enum failure_reason reason);

/* Docker-Distribution-Api-Version; status. */
void oci_answer(const struct server_request *request, struct server_response *response, int status);
/* The whole answer of a failure. `route` fills the detail (name and reference); may be NULL. */
void oci_refuse(const struct server_request *request, struct server_response *response,
                const struct oci_route *route, const struct failure *failure);
/* An answer with a JSON body; `body` lives in request->arena. */
void oci_json(const struct server_request *request, struct server_response *response,
              struct slice body, const char *media_type);
/* Header with a formatted value. */
__attribute__((format(printf, 4, 5))) void oci_set(const struct server_request *request,
                                                   struct server_response *response,
                                                   const char *name, const char *format, ...);
/* Warning: 299 - "text" (RFC 7234 section 5.5; specification, "Warnings"). */
void oci_warn(const struct server_request *request, struct server_response *response,
              struct slice text);
/* `text` as a JSON string with its quotes; `at` NULL when the budget is spent. */
struct slice oci_quote(struct slice text, struct arena *arena);
