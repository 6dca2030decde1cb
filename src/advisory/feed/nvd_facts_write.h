#pragma once
/* `db facts`: our compact form of NVD files (nvd_facts.c says what it looks like). The same input
   gives the same bytes. */
#include "advisory/feed/feed.h"

struct nvd_facts_count {
    size_t vulnerabilities, ratings, ranges;
};

/* Reads the files in their order (of two records of a CVE the first counts: give the newest first)
   and writes cvss.csv.gz and cpe-ranges.jsonl.gz into `folder`, which is made when missing. */
bool nvd_facts_write(const char *const *files, size_t file_count, const char *folder,
                     struct nvd_facts_count *count, struct error *err);
