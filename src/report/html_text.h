#pragma once
/* Text of others in HTML, as content or in a quoted attribute: shown as it is, read as nothing.
   Control characters and bidirectional overrides become blanks, bytes that are no UTF-8 U+FFFD. */
#include <stdio.h>

#include "base/slice.h"

void html_put(FILE *file, struct slice text);
/* A link where the address is one of http or https, else the text alone. */
void html_put_link(FILE *file, struct slice address, struct slice text);
