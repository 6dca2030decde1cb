#pragma once
/*
 * What an update brings, told by scanning both images: packages, vulnerabilities, size, settings.
 * The comparison is pure (facts in, differences out); update_look reads the images. Texts come from
 * images and are hostile: whoever shows them escapes them. All lives in the arena.
 */
#include "scan/pipeline.h"

enum { BRINGS_ITEMS_MAX = 200000 };

/* A thing with a name and a value: a package and its version, a variable and what it is set to. */
struct brings_item {
    struct slice name, value;
    enum severity severity; /* of a vulnerability */
};

struct brings_items {
    struct brings_item *items;
    size_t count, room;
};

/* Of one image. */
struct brings_facts {
    struct brings_items packages; /* name → version; a name may stand there several times */
    struct brings_items findings; /* id → package; suppressed ones left out */
    struct brings_items settings; /* "USER", "ENV PATH", "EXPOSE", … */
    uint64_t size;                /* bytes of the layers as stored; 0: not known */
    struct slice digest;          /* "sha256:…"; may be empty */
};

struct brings_difference {
    struct slice name, before, after; /* before or after empty: added, removed */
    enum severity severity;           /* of a vulnerability */
};

struct brings_differences {
    struct brings_difference *items;
    size_t count, room;
};

struct update_brings {
    bool looked; /* false: `why_not` */
    struct slice why_not;
    struct slice updated, digest; /* what is known anyhow; may be empty */
    struct slice link;            /* to the new tag's page, of plain characters; may be empty */
    struct slice also;            /* "HAProxy 3.3 ends on 2027-01-01; …"; may be empty */
    struct brings_differences packages, fixed, fresh, settings;
    size_t kept; /* vulnerabilities of both */
    uint64_t size_before, size_after;
};

/* Sorts the facts. */
bool brings_compare(struct brings_facts *before, struct brings_facts *after, struct arena *arena,
                    struct update_brings *brings, struct error *err);
/* Both; an image that cannot be read is told in `why_not`, and true is returned. False when the
   budget is spent. */
bool update_look(const char *before, const char *after, const struct scan_options *options,
                 struct arena *arena, struct update_brings *brings, struct error *err);

/* For pull requests: a few lines and tables, long lists cut with how many there are more. */
bool brings_markdown(const struct update_brings *brings, struct arena *arena, struct slice *text,
                     struct error *err);
/* "2 vulnerabilities fixed (2 high), 0 new; 5 packages and 0 settings changed; -1.2 MB"; "" when
   nothing was looked at. */
bool brings_summary(const struct update_brings *brings, struct arena *arena, struct slice *text,
                    struct error *err);
