#pragma once
/*
 * The named databases of the store, and the values that are neither entries nor facts. Written by
 * the store's writer and the starter's generator, read by store.c. Pure functions.
 *
 *   database          key                     value
 *   "meta"            "format"                STORE_FORMAT in decimal
 *   "feeds"           feed                    feed_record
 *   "affected/<feed>" scope, NUL, name        entries (entry.h)
 *   "facts/<feed>"    id                      facts (entry.h)
 *   "ids/<feed>"      id or alias             id_refs, one behind the other
 *   "kev"             CVE                     dates (two texts: added, due)
 *   "epss"            CVE                     score, percentile
 *   "eol"             product, NUL, cycle     date, or "true"/"false"
 */
#include "advisory/store.h"

enum { STORE_FORMAT = 1, STORE_KEY_MAX = 500, STORE_DATABASES_MAX = 512 };

/* What the store knows of a feed. */
struct feed_record {
    struct feed_status status;
    /* The scopes in its "affected" database ("apk:alpine:3.16", …), sorted. */
    struct slice *scopes;
    size_t scope_count;
    bool has_facts, has_ids;
    /* Three texts a file (where, validator, second validator), to see whether it has changed. */
    struct slice *validators;
    size_t validator_count;
};
/* status.name is the key and not in the value. */
bool feed_record_encode(const struct feed_record *record, struct arena *arena, struct slice *value);
bool feed_record_decode(struct slice value, struct arena *arena, struct feed_record *record);

/* scope, NUL, name. False when it is too long for a key: such a package is in no feed. */
bool affected_key(struct slice scope, struct slice name, char key[STORE_KEY_MAX],
                  struct slice *text);

/* One place where an id is named: as an alias of `id`, or (id empty) by the entries of a package.
 */
struct id_ref {
    struct slice id;
    struct slice scope, name;
};
bool id_ref_encode(const struct id_ref *ref, struct arena *arena, struct slice *value);
bool id_ref_decode(struct slice *value, struct id_ref *ref); /* cuts one off */

bool kev_encode(struct slice added, struct slice due, struct arena *arena, struct slice *value);
bool kev_decode(struct slice value, struct slice *added, struct slice *due);

bool epss_encode(double score, double percentile, struct arena *arena, struct slice *value);
bool epss_decode(struct slice value, double *score, double *percentile);
