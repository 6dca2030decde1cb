#pragma once
/*
 * As much XML as a list of advisories in attributes needs: tags one after the other, attributes by
 * name. Comments, processing instructions, DOCTYPE and CDATA are stepped over; only the five named
 * entities and numeric ones are known, so nothing can be fetched or blown up. Pure functions.
 */
#include "base/arena.h"

struct xml_tag {
    struct slice name;       /* "item"; of a closing tag "/item" */
    struct slice attributes; /* all of them, as written */
};

/* Cuts the document up to the next tag. False at the end (err->kind ERROR_NONE) or when a tag is
   not closed. */
bool xml_next(struct slice *rest, struct xml_tag *tag, struct error *err);
/* The value of an attribute, entities decoded; empty when there is none. False when the budget is
   spent. */
bool xml_attribute(const struct xml_tag *tag, const char *name, struct arena *arena,
                   struct slice *value);
