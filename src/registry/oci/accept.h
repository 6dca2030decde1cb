#pragma once
/* Whether a client takes a manifest of some media type, by what its Accept header says (RFC 9110
   section 12.5.1). Input is hostile. Pure; any thread. */
#include "base/slice.h"

/* An empty header takes all; so does one that names no manifest at all ("application/json"): such
   clients do not negotiate. q=0 refuses. */
bool oci_accepts(struct slice accept, struct slice media_type);
