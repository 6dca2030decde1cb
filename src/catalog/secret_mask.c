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
