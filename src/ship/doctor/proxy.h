#pragma once
/*
 * Which proxy the environment asks for, as curl and the engines read it: https_proxy and
 * HTTPS_PROXY, http_proxy (lower case only), all_proxy; no_proxy has names, ".suffix"es, addresses,
 * or "*". Loopback never goes through one.
 */
#include "base/arena.h"

/* The proxy's address, or empty. */
struct slice proxy_for(struct slice host, bool tls);
/* Whether no_proxy's list names the host. */
bool proxy_excepts(struct slice list, struct slice host);
