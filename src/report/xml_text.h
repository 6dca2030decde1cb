#pragma once
/* Untrusted text into XML 1.0, as content or in a quoted attribute: what XML may not hold (control
   characters, bytes that are no UTF-8) becomes U+FFFD. */
#include <stdio.h>

#include "base/slice.h"

void xml_put(FILE *file, struct slice text);
/* ` name="text"` */
void xml_put_attribute(FILE *file, const char *name, struct slice text);
