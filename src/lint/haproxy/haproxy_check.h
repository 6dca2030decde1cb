#pragma once
/* The parts of haproxy_check: one file for what all lines have in common, one for values. */
#include "lint/haproxy/haproxy.h"

/* What a row of the keyword table cannot say: addresses, options, times, names of other sections.
   `name_words`: how many words are the keyword. */
void haproxy_check_values(struct haproxy_config *config, const struct haproxy_line *line,
                          size_t name_words);
/* References between sections, and servers of the same name. */
void haproxy_check_section(struct haproxy_config *config, const struct haproxy_section *section);
/* Heads: names, inheritance, duplicates. */
void haproxy_check_heads(struct haproxy_config *config);
/* Letters, digits and -_.: */
bool haproxy_name_valid(struct slice name);
