#pragma once
/* Names of licences as SPDX writes them; any case (SPDX 2.3, annex D.2). */
#include "base/slice.h"

bool spdx_is_licence(struct slice name); /* "GPL-2.0+", "LicenseRef-ours" too */
bool spdx_is_exception(struct slice name);
