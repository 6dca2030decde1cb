#pragma once
/* For the programs that run at build time only: literals made into a database of hyperscan's, and
   the database into C, so that plimsoll itself needs hyperscan's small runtime only. */
#include <hs/hs.h>
#include <stdbool.h>
#include <stdio.h>

struct literal_list {
    const char *name; /* of what is written: NAME_database, NAME_database_size */
    const char *const *texts;
    const size_t *lens;
    const unsigned *flags; /* HS_FLAG_CASELESS */
    unsigned count;
};

/* Ids are places in the list. False: said on stderr why. */
bool literal_compile(const struct literal_list *list, FILE *out);
