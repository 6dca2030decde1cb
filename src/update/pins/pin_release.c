/* Which release an image is of. Codenames: debian.org/releases. */
#include "base/ascii.h"
#include "update/pins/pin.h"

static const struct {
    const char *number, *codename;
} debian[] = {{"10", "buster"}, {"11", "bullseye"}, {"12", "bookworm"},
              {"13", "trixie"}, {"14", "forky"},    {"", "sid"}};
enum { DEBIAN_COUNT = sizeof debian / sizeof *debian };

static bool debian_by(struct slice word, bool by_number, struct pin_release *release)
{
    for (size_t i = 0; i < DEBIAN_COUNT; i++) {
        if (!slice_equal_str(word, by_number ? debian[i].number : debian[i].codename) || !word.len)
            continue;
        *release = (struct pin_release){PACKAGE_DEB, slice_str(debian[i].number),
                                        slice_str(debian[i].codename)};
        return true;
    }
    return false;
}

/* "3.20.1" → "3.20"; empty for all else, "3" too. */
static struct slice two_numbers(struct slice text)
{
    size_t dot = slice_find(text, '.'), end = dot + 1;
    if (dot == 0 || dot >= text.len)
        return slice_upto(text, 0);
    while (end < text.len && ascii_digit(text.at[end]))
        end++;
    for (size_t i = 0; i < dot; i++)
        if (!ascii_digit(text.at[i]))
            return slice_upto(text, 0);
    return end == dot + 1 || (end < text.len && text.at[end] != '.') ? slice_upto(text, 0)
                                                                     : slice_upto(text, end);
}

static bool alpine_by(struct slice text, struct pin_release *release)
{
    struct slice version = slice_equal_str(text, "edge") ? text : two_numbers(text);
    if (!version.len)
        return false;
    *release = (struct pin_release){.type = PACKAGE_APK, .version = version};
    return true;
}

bool pin_release_of_name(struct slice image, struct pin_release *release)
{
    struct slice name = slice_upto(image, slice_find(image, '@'));
    size_t slash = slice_find_last(name, '/');
    struct slice last = slash < name.len ? slice_from(name, slash + 1) : name, tag = last;
    struct slice repository = slice_cut(&tag, ':');
    if (slice_equal_str(repository, "alpine") && alpine_by(tag, release))
        return true;
    if (slice_equal_str(repository, "debian")) {
        struct slice word = slice_upto(tag, slice_find(tag, '-'));
        if (debian_by(slice_upto(word, slice_find(word, '.')), true, release))
            return true;
    }
    while (tag.len) {
        struct slice word = slice_cut(&tag, '-');
        if (debian_by(word, false, release))
            return true;
        if (slice_starts(word, SLICE("alpine")) && alpine_by(slice_from(word, 6), release))
            return true;
    }
    return false;
}

bool pin_release_of_system(const struct distribution *distribution, struct pin_release *release)
{
    if (slice_equal_str(distribution->id, "alpine"))
        return alpine_by(distribution->version_id, release);
    return slice_equal_str(distribution->id, "debian") &&
           (debian_by(distribution->codename, false, release) ||
            debian_by(distribution->version_id, true, release));
}
