#pragma once
/* Text of others in Markdown: shown as it is, read as nothing. */
#include <stdio.h>

#include "base/slice.h"

/* Letters, digits and harmless marks stay; what Markdown could take for its own gets a backslash.
 */
void markdown_put(FILE *file, struct slice text);
/* The same inside an HTML element, where a backslash would be seen. */
void markdown_put_html(FILE *file, struct slice text);
/* As code, also in a cell of a table: nothing is escaped there, so that what would end the code,
   the cell or the line, and what is not seen, becomes "?". */
void markdown_put_code(FILE *file, struct slice text);
