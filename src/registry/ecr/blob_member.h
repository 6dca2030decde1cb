#pragma once
/* Cuts a large base64 member out of a JSON document before a tree is made of the rest: a layer part
   of 20 MiB would be copied several times. */
#include "base/arena.h"

/* The value of the object's member `name` as a slice of *document, which is then a copy with an
   empty text in its place. Nothing happens when it is not there, is no text, or is written with
   escapes (a tree then has it). False only when the budget is spent. */
bool blob_member_cut(struct slice *document, const char *name, struct arena *arena,
                     struct slice *value);
