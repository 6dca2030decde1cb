#pragma once
/*
 * Package URLs, "pkg:type/namespace/name@version?qualifiers#subpath" (purl specification,
 * github.com/package-url/purl-spec, and its type definitions). Parsed parts are decoded and
 * normalised as their type asks and live in the caller's arena or in the text; purl_format writes
 * the canonical form, so that parse and format lose nothing. Texts are hostile; control characters
 * are refused, also encoded ones. Any thread, one an arena.
 */
#include "base/arena.h"

struct purl_qualifier {
    struct slice name; /* lower case */
    struct slice value;
};

struct purl {
    struct slice type;                 /* lower case: "apk", "deb", "golang", … */
    struct slice namespace;            /* "alpine", "github.com/moby"; may be empty */
    struct slice name;                 /* never empty */
    struct slice version;              /* may be empty */
    struct purl_qualifier *qualifiers; /* sorted by name, none twice, no empty values */
    size_t qualifier_count;
    struct slice subpath; /* without "/" at its ends; may be empty */
};

/* ERROR_FORMAT says what is wrong. */
bool purl_parse(struct slice text, struct arena *arena, struct purl *purl, struct error *err);

/* Empty when there is none: purl_qualifier(&purl, "distro"), "arch", "epoch", "upstream",
   "repository_url". */
struct slice purl_qualifier(const struct purl *purl, const char *name);

/* Canonical. Takes unnormalised parts and qualifiers in any order (empty values are left out).
   `at` NULL when the arena's budget is spent. */
struct slice purl_format(const struct purl *purl, struct arena *arena);
