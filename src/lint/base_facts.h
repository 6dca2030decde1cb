#pragma once
/* Facts of official images, as tables: base_facts.c (accounts, health), base_eol_table.c (end of
   life, made by tools/make-base-facts). Sorted by repository, then tag. */
#include "lint/base_image.h"

struct base_release {
    const char *repository, *tag; /* "node", "18"; "debian", "bookworm" */
    const char *product, *cycle;  /* "Node.js", "18" */
    const char *end;              /* "2025-04-30" */
};

extern const struct base_release base_releases[];
extern const size_t base_release_count;
