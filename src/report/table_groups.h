#pragma once
/* The table's middle part: package by package, what mends it and its findings in aligned columns.
 */
#include "report/group.h"
#include "report/table_parts.h"

enum {
    TABLE_INDENT = 2,
    TABLE_COLUMN_ID = 14, /* after the severity */
};

enum terminal_style table_severity_style(enum severity severity);

/* With `all`, every finding has its line; else the minor ones of a package with many are counted.
 */
void table_put_groups(struct line *line, const struct report_groups *groups, bool all);
