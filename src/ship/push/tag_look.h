#pragma once
/*
 * How the tags of a repository stand, as far as a release's plan needs to know: all names, and
 * digests of the tags that it may move and of the version tags that tell what those point to. Asked
 * by HEAD, some at a time; never more than TAG_LOOK_MOST of them.
 */
#include "ship/push/destination.h"
#include "update/tag_plan.h"

enum { TAG_LOOK_MOST = 64, TAG_LOOK_AT_ONCE = 8 };

struct tag_seen {
    struct slice name;
    bool exists;
    struct digest digest; /* empty: not asked, or not told */
    bool asked;
    struct error problem;
};

struct tag_look {
    struct slice *words; /* "1.2.0=sha256:…", as tag_plan_request.existing takes them */
    size_t count;
    struct tag_seen *seen; /* beside `words` */
    unsigned requests;     /* HEADs */
    bool whole;            /* false: there were more version tags than are asked */
};

/* `release` as for a plan. A repository that does not exist has no tags. */
bool tag_look_at(struct destination *destination, struct slice release, struct arena *arena,
                 struct tag_look *look, struct error *err);

/* NULL: no such tag. */
const struct tag_seen *tag_look_find(const struct tag_look *look, struct slice name);
