#pragma once
/* Text of others in HTML, as content or in a quoted attribute: what could be markup becomes a
   reference, control characters and overrides of direction blanks, bad UTF-8 U+FFFD. */
#include <stdio.h>

#include "base/slice.h"

void html_put(FILE *file, struct slice text);
