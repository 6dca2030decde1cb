#pragma once
/*
 * CPE names and version ranges as the NVD uses them, and their turning into entries. Only
 * applications (part "a") become entries: what an image holds.
 * Names: NISTIR 7695, section 6.2 (formatted strings).
 */
#include "advisory/feed/sink.h"

struct cpe_match {
    char part; /* 'a', 'o', 'h' */
    bool vulnerable;
    struct slice vendor, product; /* unescaped, lower case as published */
    struct slice version;         /* "*", "-", or a version */
    struct slice update;          /* "*", "-", "", or e.g. "rc1" */
    struct slice target_sw;       /* "*", "-", "", or e.g. "wordpress" */
    struct slice start_including, start_excluding, end_including, end_excluding;
    struct slice platform; /* what it must run on or with; empty: anything */
};

/* "cpe:2.3:a:vendor:product:version:update:edition:language:sw_edition:target_sw:…"; unescaped
   pieces are in `arena`. False when it is none. */
bool cpe_parse(struct slice uri, struct arena *arena, struct cpe_match *match);

/* Entries of one vulnerability: one for each product and platform, with all its ranges. Products
   that stand without a usable version ("-") are left out. */
bool cpe_put(struct feed_sink *sink, struct slice id, const struct cpe_match *matches, size_t count,
             struct arena *arena, struct error *err);
