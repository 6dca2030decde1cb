/* What is shown of a value, and what may be told of it. */
#include "catalog/secret_table.h"

/* Values come in all lengths; how long one was is not told either. */
void secret_mask(struct slice value, char hint[24])
{
    size_t shown = value.len >= 20 ? 4 : 0, at = 0;
    for (size_t i = 0; i < shown; i++)
        hint[at++] = value.at[i];
    for (size_t i = 0; i < 12; i++)
        hint[at++] = '*';
    for (size_t i = 0; i < shown; i++)
        hint[at++] = value.at[value.len - shown + i];
    hint[at] = 0;
    for (size_t i = 0; i < at; i++)
        if (hint[i] < 0x21 || hint[i] > 0x7e)
            hint[i] = '*';
}

bool secret_hint_is_masked(struct slice hint)
{
    struct slice stars = hint.len == 20 ? slice_upto(slice_from(hint, 4), 12) : hint;
    for (size_t i = 0; i < hint.len; i++)
        if (hint.at[i] < 0x21 || hint.at[i] > 0x7e)
            return false;
    return slice_equal(stars, SLICE("************"));
}

const struct secret_kind *secret_kind_find(struct slice id)
{
    for (size_t i = 0; secret_kinds[i]; i++)
        if (slice_equal_str(id, secret_kinds[i]->id))
            return secret_kinds[i];
    return NULL;
}
