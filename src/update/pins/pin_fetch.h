#pragma once
/*
 * Lists of packages from a distribution's mirror:
 *
 *     https://dl-cdn.alpinelinux.org/alpine/v3.20/{main,community}/x86_64/APKINDEX.tar.gz
 *     https://deb.debian.org/debian/dists/bookworm{,-updates}/main/binary-amd64/Packages.gz
 *     https://deb.debian.org/debian-security/dists/bookworm-security/main/binary-amd64/Packages.gz
 *
 * PLIMSOLL_ALPINE_MIRROR and PLIMSOLL_DEBIAN_MIRROR stand for the part up to "alpine" and "debian";
 * the security archive is the second with "-security" behind it, or
 * PLIMSOLL_DEBIAN_SECURITY_MIRROR. Kept on disk and asked for again only if changed. Signatures are
 * not looked at: what is read here decides only what is proposed.
 */
#include "net/http.h"
#include "update/pins/pin.h"
#include "update/pins/pin_index.h"

struct pin_fetch {
    struct http_client *client;
    const char *keep_in; /* folder; NULL: nothing is kept */
    bool offline;        /* only what was kept */
    struct arena *arena; /* of URLs and messages */
    unsigned requests;
};

/* All lists of a release, read into `index`. ERROR_NOT_FOUND: the mirror has no such release,
   or (offline) it was not kept; ERROR_NETWORK: not reached. */
bool pin_fetch_release(struct pin_fetch *fetch, const struct pin_release *release,
                       struct pin_index *index, struct error *err);
