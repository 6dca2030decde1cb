#include "registry/oci/accept.h"

/* "application/vnd.oci…manifest…", "…image.index…": words of somebody who knows what they can read.
 */
static bool is_of_manifests(struct slice type)
{
    return slice_starts(type, SLICE("application/vnd.")) &&
           (slice_search(type, SLICE("manifest")) < type.len ||
            slice_search(type, SLICE("image.index")) < type.len);
}

static bool is_refused(struct slice parameters)
{
    while (parameters.len) {
        struct slice one = slice_trim(slice_cut(&parameters, ';'));
        struct slice name = slice_trim(slice_cut(&one, '='));
        double quality;
        if (slice_equal_nocase(name, SLICE("q")) && slice_double(slice_trim(one), &quality))
            return quality <= 0;
    }
    return false;
}

bool oci_accepts(struct slice accept, struct slice media_type)
{
    bool negotiates = false;
    while (accept.len) {
        struct slice rest = slice_cut(&accept, ',');
        struct slice type = slice_trim(slice_cut(&rest, ';'));
        if (is_refused(rest))
            continue;
        if (slice_equal_nocase(type, media_type) || slice_equal(type, SLICE("*/*")) ||
            slice_equal_nocase(type, SLICE("application/*")))
            return true;
        negotiates = negotiates || is_of_manifests(type);
    }
    return !negotiates;
}
