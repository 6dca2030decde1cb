#pragma once
/* The compliance checklist, written: one function a form (comply_report_forms). */
#include <stdio.h>

#include "lint/comply/comply.h"

struct comply_form {
    const char *name; /* "table"; what --format takes */
    void (*write)(const struct comply *comply, FILE *file);
};
extern const struct comply_form comply_forms[]; /* ended by a row without a name */

void comply_write_table(const struct comply *comply, FILE *file);
void comply_write_json(const struct comply *comply, FILE *file); /* docs/schema/comply.json */
void comply_write_markdown(const struct comply *comply, FILE *file);
void comply_write_html(const struct comply *comply, FILE *file);

/* "guide" → "Image compliance checklist"; what a list is called for people. */
const char *comply_list_title(const char *list);
/* The lists in their order, ended by NULL. */
extern const char *const comply_lists[];
/* Rows of a list that are missing, and all rows of it. */
void comply_count(const struct comply *comply, const char *list, size_t *missing, size_t *all);
