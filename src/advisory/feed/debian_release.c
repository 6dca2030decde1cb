#include "advisory/feed/debian_release.h"

/* https://www.debian.org/releases/ */
static const struct {
    const char *codename, *number;
} releases[] = {
    {"woody", "3.0"},   {"sarge", "3.1"}, {"etch", "4"},    {"lenny", "5"},   {"squeeze", "6"},
    {"wheezy", "7"},    {"jessie", "8"},  {"stretch", "9"}, {"buster", "10"}, {"bullseye", "11"},
    {"bookworm", "12"}, {"trixie", "13"}, {"forky", "14"},  {"duke", "15"},
};

struct slice debian_scope(struct slice codename, struct arena *arena)
{
    for (size_t i = 0; i < sizeof releases / sizeof *releases; i++)
        if (slice_equal_str(codename, releases[i].codename))
            return arena_printf(arena, "deb:debian:%s", releases[i].number);
    return arena_printf(arena, "deb:debian:%.*s", SLICE_ARG(codename));
}
