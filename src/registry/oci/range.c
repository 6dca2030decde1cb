#include "registry/oci/range.h"

#include "base/ascii.h"

/* Cuts a word of any case off the front. */
static bool cut_word(struct slice *text, struct slice word)
{
    if (!slice_equal_nocase(slice_upto(*text, word.len), word))
        return false;
    *text = slice_from(*text, word.len);
    return true;
}

enum oci_range oci_range_of(struct slice header, uint64_t size, uint64_t *first, uint64_t *count)
{
    struct slice rest = slice_trim(header);
    uint64_t from = 0, to = UINT64_MAX;
    *first = 0;
    *count = size;
    if (!cut_word(&rest, SLICE("bytes=")) || slice_find(rest, ',') < rest.len ||
        slice_find(rest, '-') == rest.len)
        return OCI_RANGE_ALL;
    struct slice start = slice_trim(slice_cut(&rest, '-')), end = slice_trim(rest);
    if ((start.len && !slice_u64(start, &from)) || (end.len && !slice_u64(end, &to)) ||
        (!start.len && !end.len))
        return OCI_RANGE_ALL;
    if (!start.len) { /* the last `to` bytes */
        from = to < size ? size - to : 0;
        if (!to)
            return OCI_RANGE_IMPOSSIBLE;
        to = UINT64_MAX;
    }
    if (to < from || from >= size)
        return OCI_RANGE_IMPOSSIBLE;
    *first = from;
    *count = (to < size - 1 ? to : size - 1) - from + 1;
    return OCI_RANGE_PART;
}

bool oci_chunk_range(struct slice header, uint64_t *first, uint64_t *last)
{
    struct slice rest = slice_trim(header);
    if (cut_word(&rest, SLICE("bytes")))
        rest = slice_trim(slice_from(rest, rest.len && (rest.at[0] == '=' || rest.at[0] == ' ')));
    rest = slice_upto(rest, slice_find(rest, '/'));
    struct slice start = slice_cut(&rest, '-');
    uint64_t from, to;
    if (!slice_u64(start, &from) || !slice_u64(rest, &to) || to < from || to == UINT64_MAX)
        return false;
    *first = from;
    *last = to;
    return true;
}
