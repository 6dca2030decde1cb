#pragma once
/*
 * Docker Hub's API with the login that docker has: private repositories are "not found" without
 * one. POST /v2/auth/token with {"identifier", "secret"} gives {"access_token"}, which lives ten
 * minutes (docs.docker.com/reference/api/hub, "Create access token"). A password leaves this
 * machine for hub.docker.com alone, and over TLS. Any thread may call.
 */
#include "net/http.h"

/* *authorization becomes "Bearer …"; empty when there is no login for Docker Hub, or when `base`
   ("https://hub.docker.com") is another place. ERROR_DENIED: the login is refused. */
bool hub_login(struct http_client *client, struct slice base, struct slice repository,
               struct arena *arena, struct slice *authorization, struct error *err);
