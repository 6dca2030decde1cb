#pragma once
/* Point lookups in the store, for match and explain. Results point into the map; valid until the
   reader is closed (a reader keeps one read transaction; it is short-lived). */
#include "advisory/entry.h"
#include "advisory/record.h"

/* Calls `each` for every feed that has the key (scope, name), with the encoded entries; stops on
 * false. */
bool store_lookup(struct store_reader *reader, struct slice scope, struct slice name,
                  bool (*each)(void *context, struct slice feed, struct slice value), void *context,
                  struct error *err);
/* Whether any feed has advisories for this scope at all, and which ("alpine"), with its date. */
bool store_covers(struct store_reader *reader, struct slice scope, struct slice *feed,
                  struct slice *feed_date);
/* Facts of an id from each feed that has some. */
bool store_facts(struct store_reader *reader, struct slice id,
                 bool (*each)(void *context, struct slice feed, struct slice value), void *context,
                 struct error *err);
/* false: not there. */
bool store_epss(struct store_reader *reader, struct slice cve, double *score, double *percentile);
bool store_kev(struct store_reader *reader, struct slice cve, struct slice *added,
               struct slice *due);
/* End of life of a product's release cycle: ("alpine", "3.16") → date, or "true"/"false" where no
 * date. */
bool store_end_of_life(struct store_reader *reader, struct slice product, struct slice cycle,
                       struct slice *date);
/* All ids (keys of facts and entries) that name `id` as themselves or an alias: for explain and db
 * search. */
bool store_aliases(struct store_reader *reader, struct slice id, struct arena *arena,
                   struct slice **ids, size_t *count, struct error *err);
/* Calls `each` for every place that names `id`: packages that some feed has it for, and ids that it
   is an alias of (record.h); stops on false. */
bool store_named(struct store_reader *reader, struct slice id,
                 bool (*each)(void *context, struct slice feed, const struct id_ref *ref),
                 void *context, struct error *err);
/* Calls `each` for every scope that a feed has, feed by feed; stops on false. */
void store_scopes(struct store_reader *reader,
                  bool (*each)(void *context, struct slice feed, struct slice scope),
                  void *context);
