#pragma once
/*
 * One vulnerability of the NVD, in the form of API 2.0 (and the yearly files of that form) or of
 * the older 1.1 files. https://nvd.nist.gov/developers/vulnerabilities and
 * https://csrc.nist.gov/schema/nvd/feed/1.1/nvd_cve_feed_json_1.1.schema
 */
#include "advisory/feed/cpe.h"
#include "advisory/feed/feed.h"

struct nvd_record {
    struct slice id, description, published, modified;
    bool rejected;
    struct fact_rating *ratings;
    size_t rating_count, rating_room;
    struct cpe_match *matches; /* vulnerable ones of all parts */
    size_t match_count, match_room;
};

/* Calls `each` for all of a file; it returns false with err to stop. A record is in `arena`, which
   is emptied between. */
bool nvd_each(struct feed_input *input,
              bool (*each)(void *context, const struct nvd_record *record, struct arena *arena,
                           struct error *err),
              void *context, struct error *err);
