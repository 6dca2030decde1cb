#pragma once
/*
 * What an audit found: repositories, the image of each that was looked at, its findings with their
 * deadlines, what changed since an earlier audit, and what is to be done. Made by run.h, compared
 * with the history by compare.h, written by write.h. All of it lives in the arena of the audit; all
 * texts come from registries, images and feeds and are hostile.
 */
#include "advisory/match.h"

enum {
    AUDIT_SEVERITIES = SEVERITY_CRITICAL + 1,
    AUDIT_REPOSITORIES_MAX = 10000,
    AUDIT_EXPIRING_DAYS = 30,
};
#define AUDIT_NEVER INT64_MAX

struct audit_attribute {
    struct slice key, value;
};

struct audit_finding {
    struct slice id, package, version;
    struct slice fixed; /* version that mends it; empty: none */
    struct slice title, url;
    enum severity severity;
    bool kev;
    size_t order;                       /* as the scan or the registry told it */
    struct audit_attribute *attributes; /* in ECR's words: package_name, … */
    size_t attribute_count, attribute_room;
    bool excepted; /* by plimsoll.exceptions.yaml: told, not counted */
    struct slice reason, owner, expires;
    /* From here on: set by audit_compare. */
    int64_t first_seen; /* in this repository, by an audit of this history */
    int64_t due;        /* AUDIT_NEVER: no deadline */
    bool is_new;        /* was not there at the audit that is compared with */
    bool overdue;
};

struct audit_gone {
    struct slice id, package;
    enum severity severity;
};

/* Packages of one source that one update mends. */
struct audit_update {
    struct slice names; /* "libcrypto3, libssl3" */
    struct slice from, to;
    size_t mends;
    bool in_base; /* it came with the base image */
};

enum audit_base_state {
    AUDIT_BASE_UNKNOWN, /* neither label nor Dockerfile names it */
    AUDIT_BASE_CURRENT,
    AUDIT_BASE_MOVED, /* its tag leads elsewhere than when the image was built */
    AUDIT_BASE_UNREACHABLE,
};

struct audit_base {
    enum audit_base_state state;
    struct slice name;   /* "haproxy:3.3.1-alpine" */
    struct slice digest; /* that the tag leads to now; empty: not known */
    struct slice text;   /* how it is known, or why it is not; for people */
    size_t layers;       /* of the image, that are the base's; 0: not known */
};

struct audit_repository {
    struct slice name;  /* "127.0.0.1:5000/react-app-haproxy": what the history knows it by */
    struct slice shown; /* "react-app-haproxy": without the registry, as it was asked for */
    struct slice tag, digest;
    struct slice pushed; /* ISO 8601; empty: not known */
    struct slice chosen; /* why this image: "tag latest", "pushed last", "highest version" */
    struct slice error;  /* not empty: it could not be audited, all below is empty */
    bool partial;        /* part of it could not be read: notes say what */
    struct audit_finding *findings;
    size_t finding_count, finding_room;
    struct audit_base base;
    struct audit_update *updates; /* what mends most first */
    size_t update_count, update_room;
    struct slice *notes;
    size_t note_count, note_room;
    /* From here on: set by audit_compare. */
    bool first;       /* no earlier audit of it */
    bool unchanged;   /* the same findings as at the last audit */
    int64_t compared; /* when the audit was that it is compared with; 0: none */
    struct audit_gone *gone;
    size_t gone_count, gone_room;
    size_t by_severity[AUDIT_SEVERITIES]; /* of `total` */
    size_t total, fixable, excepted, new_count, overdue, exploited;
};

struct audit_exception {
    struct slice id, package, image, owner, expires, reason, location;
    int64_t days_left; /* negative: it has expired */
};

/* The repositories of this audit, as they stood at a former one; the last is this one. */
struct audit_point {
    int64_t when;
    size_t by_severity[AUDIT_SEVERITIES];
    size_t overdue;
};

struct audit {
    int64_t when;
    int64_t previous;                    /* the last audit; 0: there was none */
    int64_t deadlines[AUDIT_SEVERITIES]; /* days; negative: none */
    struct slice history;                /* its file; empty: none is kept */
    struct slice database; /* of the advisories: date of the newest feed; may be empty */
    struct audit_repository *repositories;
    size_t count, room;
    size_t failed;                      /* of `count` */
    struct audit_exception *exceptions; /* that end soon or have ended, soonest first */
    size_t exception_count, exception_room;
    struct audit_point *trend; /* by time */
    size_t trend_count, trend_room;
    struct slice *notes;
    size_t note_count, note_room;
    /* Sums of the repositories: set by audit_compare. */
    size_t by_severity[AUDIT_SEVERITIES];
    size_t total, fixable, excepted, new_count, gone_count, overdue, exploited, rebuilds;
};

/* Its base moved, or updates of packages mend findings. */
bool audit_rebuild(const struct audit_repository *repository);

/* Days for critical, high, medium, low: 0, 7, 30, 90. */
void audit_deadlines_default(int64_t deadlines[AUDIT_SEVERITIES]);
/* "critical=0", "high=14", "low=none"; ERROR_USAGE says what is wrong. */
bool audit_deadline_parse(struct slice text, int64_t deadlines[AUDIT_SEVERITIES],
                          struct error *err);
