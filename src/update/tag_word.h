#pragma once
/*
 * The words of a plan of tags: a tag that exists, and a release, each with a digest where one is
 * known ("1.2.0=sha256:…"). What is no semantic version is refused with what to write instead,
 * since a guess would move tags to the wrong image. Words come from registries and scripts and are
 * hostile; what is read are slices of them. Nothing allocates; any thread may call.
 */
#include "base/error.h"
#include "base/slice.h"

struct tag_existing {
    struct slice name;    /* as [a-zA-Z0-9_][a-zA-Z0-9._-]{0,127} */
    struct slice version; /* of a tag such as 1.2.0, v1.2.0 or 1.3.0-rc1, without the v; or empty */
    struct slice digest;  /* "sha256:…"; empty: not known */
};

struct tag_release {
    struct slice version;      /* "1.2.0", without a v */
    struct slice minor, major; /* "1.2" and "1": beginnings of `version` */
    struct slice digest;       /* of the new image; empty: not known */
    bool prerelease;           /* such as 1.3.0-rc1 */
};

/* ERROR_USAGE: the name cannot be a tag's, or the digest is none. */
bool tag_word_existing(struct slice word, struct tag_existing *tag, struct error *err);
/* ERROR_USAGE with the reason: a date, a hash, a name, too few or too many parts, build metadata,
   … */
bool tag_word_release(struct slice word, struct tag_release *release, struct error *err);
/* 20210804, 2021-08-04, 2021.08.04, 20210804-2; but 2021.8.4 is a semantic version. */
bool tag_word_date(struct slice version);
/* "1.2" covers 1.2.0, "" covers all; only releases. */
bool tag_word_covers(struct slice prefix, struct slice version);
/* Whether a version has a pre-release part. */
bool tag_word_prerelease(struct slice version);
