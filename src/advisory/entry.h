#pragma once
/*
 * What a feed says of one package: the values of the store's "affected" tables, and their encoding.
 * Feed readers make entries (feed.h's sink encodes them); match reads them back without copying.
 *
 * Key of an affected table: scope, NUL, package name.
 *   scope           whose names                          made by
 *   "apk:alpine:3.16", "apk:alpine:edge", "apk:wolfi"     origin packages      secdb feeds
 *   "deb:debian:12", "deb:debian:sid", "deb:ubuntu:22.04" source packages      debian, debian-lists
 *   "rpm:almalinux:9", …                                  packages             OSV
 *   "pypi", "npm", "go", "cargo", "gem", "maven", "composer", "nuget", "bitnami"   OSV (name
 * normalised as the ecosystem says, e.g. PEP 503) "cpe" "vendor:product"     nvd, nvd-facts, nginx
 * One named LMDB database a feed: "affected/<feed>", so a feed is replaced whole, in its own
 * transaction. Vulnerability facts (ratings, title, aliases) are in "facts/<feed>" keyed by id;
 * KEV, EPSS, end of life in their own.
 */
#include "base/arena.h"

/* Versions v with introduced <= v < fixed (or <= last). Empty introduced: from the first. Both ends
   empty: all versions. `exact`: only that version (introduced holds it). */
struct version_range {
    struct slice introduced;
    struct slice fixed;
    struct slice last; /* inclusive end; used when `fixed` is empty */
    bool exact;
    bool introduced_excluded; /* v > introduced (NVD versionStartExcluding) */
};

struct advisory_entry {
    struct slice id; /* CVE-…, else GHSA-…, DSA-…, GO-…, as the feed has it */
    struct slice *aliases;
    size_t alias_count;
    struct version_range
        *ranges; /* affected when in any of them; none and FIX_NOT_AFFECTED: never */
    size_t range_count;
    uint8_t state;         /* enum fix_state (match.h) */
    uint8_t severity;      /* enum severity, the feed's own word; 0 when it has none */
    struct slice fixed;    /* what people should install, where the ranges do not say it */
    struct slice platform; /* cpe: target_sw, e.g. "windows", "wordpress"; empty: any */
    struct slice note;     /* e.g. "no-dsa", "postponed"; for explain */
};

/* One key's value is a sequence of encoded entries. Appends to `*value` (bytes in `arena`). */
bool entry_encode(const struct advisory_entry *entry, struct arena *arena, struct slice *value);
/* Cuts the next entry off `*value`; false at the end or when the bytes are damaged (then *value is
   left non-empty). Strings are slices of the value; arrays are in `arena`. */
bool entry_decode(struct slice *value, struct arena *arena, struct advisory_entry *entry);

/* Facts of one vulnerability from one feed ("facts/<feed>", key: the id). Same conventions. */
struct advisory_facts {
    struct slice title;       /* at most 200 bytes, one line */
    struct slice description; /* at most 1000 bytes; may be empty */
    struct slice *aliases;
    size_t alias_count;
    struct fact_rating {
        struct slice source, version, vector;
        double score;
        uint8_t severity;
    } * ratings;
    size_t rating_count;
    struct slice published; /* ISO date */
    struct slice url;
};
bool facts_encode(const struct advisory_facts *facts, struct arena *arena, struct slice *value);
bool facts_decode(struct slice value, struct arena *arena, struct advisory_facts *facts);
