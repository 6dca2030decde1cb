#pragma once
/* What the files of bases.h share. */
#include "base/table.h"
#include "update/bases.h"

/* A run under way. */
struct bases {
    const struct bases_options *options;
    struct arena *arena;
    struct bases_result *result;
    struct tag_list_gate *gate;
    struct table chosen; /* image, policy, tag, suffix rule → the row that asked first */
};

/* bases_ask.c: a row for each place, with the image that it names. */
bool bases_collect(struct bases *bases, const struct update_places *places, struct error *err);
/* Asks for the tags of all images that are wanted, several at a time. */
bool bases_ask_tags(struct bases *bases, struct error *err);
/* Asks for digests of rows that need one and whose list did not tell it. */
bool bases_ask_digests(struct bases *bases, struct error *err);

/* bases_judge.c: state, newest, level, why. First without digests, then with them. */
bool bases_judge(struct bases *bases, struct error *err);
bool bases_judge_digests(struct bases *bases, struct error *err);

/* bases_change.c: edits of the rows that are newer; rows that cannot be written are left alone. */
bool bases_make_changes(struct bases *bases, struct error *err);
