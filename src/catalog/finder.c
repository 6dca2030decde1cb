/* The table of finders (finder.h); how to add one: README.md. */
#include "catalog/finder.h"

extern const struct finder finder_accounts, finder_apk, finder_distribution, finder_dpkg,
    finder_dpkg_files, finder_unread;

/* Asked in this order; the first that wants a path gets it. */
static const struct finder *const finders[] = {
    &finder_distribution, /* a row each */
    &finder_apk,          &finder_dpkg, &finder_dpkg_files, &finder_accounts, &finder_unread,
};

const struct finder *finder_for(struct slice clean_path)
{
    for (size_t i = 0; i < sizeof finders / sizeof finders[0]; i++)
        if (finders[i]->wants(clean_path))
            return finders[i];
    return NULL;
}

/* Below usr/share/. */
static const char *const idle_folders[] = {
    "X11/",
    "applications/",
    "bash-completion/",
    "bug/",
    "common-licenses/",
    "doc/",
    "doc-base/",
    "fonts/",
    "gtk-doc/",
    "i18n/",
    "icons/",
    "info/",
    "licenses/",
    "lintian/",
    "locale/",
    "man/",
    "mime/",
    "pixmaps/",
    "sounds/",
    "tabset/",
    "terminfo/",
    "themes/",
    "vim/",
    "zoneinfo/",
    "zsh/",
};

bool finder_path_matters(struct slice clean_path)
{
    if (slice_starts(clean_path, SLICE("usr/include/")))
        return false;
    if (!slice_starts(clean_path, SLICE("usr/share/")))
        return true;
    struct slice below = slice_from(clean_path, sizeof "usr/share/" - 1);
    for (size_t i = 0; i < sizeof idle_folders / sizeof idle_folders[0]; i++)
        if (slice_starts(below, slice_str(idle_folders[i])))
            return false;
    return true;
}
