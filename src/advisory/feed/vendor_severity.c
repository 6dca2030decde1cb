/*
 * What vendors (openssl, curl, nginx) say of their own vulnerabilities: "cve,vendor,severity". A
 * compact form of their published advisories.
 */
#include "advisory/feed/feed.h"
#include "advisory/match.h"

bool vendor_severity_read(struct feed_input *input, struct feed_sink *sink, struct error *err)
{
    struct slice rest = input->bytes;
    for (size_t number = 1; rest.len; number++) {
        struct slice line = slice_cut_line(&rest), id = slice_cut(&line, ',');
        struct slice vendor = slice_cut(&line, ',');
        enum severity severity = SEVERITY_UNKNOWN;
        if (!slice_starts(id, SLICE("CVE-"))) {
            if (number > 1 && id.len)
                return error_set(err, ERROR_FORMAT, "line %zu is no row", number);
            continue;
        }
        severity_parse(slice_trim(line), &severity);
        struct fact_rating rating = {.source = vendor, .severity = (uint8_t)severity};
        struct advisory_facts facts = {.ratings = &rating, .rating_count = 1};
        if (severity != SEVERITY_UNKNOWN && !sink_facts(sink, id, &facts, err))
            return false;
    }
    return sink->count[SINK_FACTS] || error_set(err, ERROR_FORMAT, "there is no row in it");
}
