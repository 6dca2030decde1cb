#pragma once
/* What the files of registry_write.h share; nobody else includes it. */
#include "image/registry_write.h"

/* Any method, any status; with link->tries, unless request->attempts says otherwise. `path` of the
 * repository, unless request->url is set. */
bool registry_link_perform(const struct registry_link *link, struct http_request *request,
                           const char *path, struct arena *arena, struct http_response *response,
                           struct error *err);

/* In front of try number `next` (1 is the second): half a second, twice as long each time, 16 at
   most. Ends early when the link is cancelled. */
void registry_link_wait(const struct registry_link *link, unsigned next);
bool registry_link_is_cancelled(const struct registry_link *link);
