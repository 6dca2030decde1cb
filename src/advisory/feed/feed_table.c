/* The one list of feeds; see README.md for how to add one. Names are those of the store. */
#include "advisory/feed/feed.h"

const struct feed feed_table[] = {
    {"alpine", "Alpine security database", NULL, NULL, secdb_plan_alpine, secdb_read},
    {"wolfi", "Wolfi security database", "https://packages.wolfi.dev/os/security.json",
     "wolfi/security.json", NULL, secdb_read},
    {"chainguard", "Chainguard security database",
     "https://packages.cgr.dev/chainguard/security.json", "chainguard/security.json", NULL,
     secdb_read},
    {"debian", "Debian security tracker", "https://security-tracker.debian.org/tracker/data/json",
     "debian/tracker.json", NULL, debian_read},
    {"debian-lists", "Debian security advisories (DSA, DLA)", NULL, NULL, debian_lists_plan,
     debian_lists_read},
    {"osv", "Open Source Vulnerabilities, one feed an ecosystem", NULL, NULL, osv_plan, osv_read},
    {"nvd", "National Vulnerability Database", NULL, NULL, nvd_plan, nvd_read},
    {"nvd-facts", "National Vulnerability Database, compact (db facts)", NULL, NULL, nvd_facts_plan,
     nvd_facts_read},
    {"kev", "CISA known exploited vulnerabilities",
     "https://www.cisa.gov/sites/default/files/feeds/known_exploited_vulnerabilities.json",
     "kev/known_exploited_vulnerabilities.json", NULL, kev_read},
    {"epss", "FIRST exploit prediction scores",
     "https://epss.empiricalsecurity.com/epss_scores-current.csv.gz", "epss/epss.csv.gz", NULL,
     epss_read},
    {"eol", "End-of-life dates of endoflife.date", "https://endoflife.date/api/v1/products/full",
     "eol/endoflife-products.tar.zst", NULL, eol_read},
    {"nginx", "nginx security advisories",
     "https://raw.githubusercontent.com/nginx/nginx.org/main/xml/en/security_advisories.xml",
     "upstream/nginx-security_advisories.xml", NULL, nginx_read},
    {"vendor-severity", "Severities by openssl, curl, nginx", NULL, "upstream/vendor-severity.csv",
     NULL, vendor_severity_read},
    {0},
};

const struct feed *feed_find(struct slice name)
{
    struct slice row = slice_upto(name, slice_find(name, '/'));
    for (const struct feed *feed = feed_table; feed->name; feed++)
        if (slice_equal_str(name, feed->name) ||
            (row.len < name.len && slice_equal_str(row, feed->name)))
            return feed;
    return NULL;
}
