/*
 * Package databases that are known and not read yet: a note names them, so that nobody takes
 * silence for "no packages". A finder for one of them takes its paths out of here.
 */
#include "catalog/finder.h"

static const char *const databases[] = {
    "var/lib/rpm/Packages",
    "var/lib/rpm/Packages.db",
    "var/lib/rpm/rpmdb.sqlite",
    "usr/share/rpm/Packages",
    "usr/share/rpm/Packages.db",
    "usr/share/rpm/rpmdb.sqlite",
    "usr/lib/sysimage/rpm/Packages",
    "usr/lib/sysimage/rpm/Packages.db",
    "usr/lib/sysimage/rpm/rpmdb.sqlite",
    "var/lib/rpmmanifest/container-manifest-2",
    "usr/lib/opkg/status",
    "var/lib/opkg/status",
    "var/lib/pacman/local/ALPM_DB_VERSION",
    "var/lib/portage/world",
    "var/lib/chisel/manifest.wall",
};

static bool wants(struct slice path)
{
    for (size_t i = 0; i < sizeof databases / sizeof databases[0]; i++)
        if (slice_equal_str(path, databases[i]))
            return true;
    return false;
}

const struct finder finder_unread = {
    .name = "unread",
    .excuse = "packages of this package manager are not read yet, and not compared with advisories",
    .wants = wants,
};
