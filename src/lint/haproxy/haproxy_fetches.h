#pragma once
/* What can be asked of a connection, a request, an answer: "path_beg", "ssl_fc", "hdr". */
#include "base/slice.h"

bool haproxy_fetch_known(struct slice name, unsigned version);
