#include "version/version.h"

const struct version_scheme *const version_schemes[] = {
    &version_apk,       &version_deb,     &version_rpm, &version_semver, &version_pep440,
    &version_maven,     &version_gem,     &version_go,  &version_npm,    &version_nuget,
    &version_packagist, &version_generic, NULL,
};

const struct version_scheme *version_scheme_find(struct slice name)
{
    for (size_t i = 0; version_schemes[i]; i++)
        if (slice_equal_str(name, version_schemes[i]->name))
            return version_schemes[i];
    return NULL;
}

bool version_valid(const struct version_scheme *scheme, struct slice version)
{
    return version.len && version.len <= VERSION_LENGTH_MAX && scheme->valid(version);
}

bool version_compare(const struct version_scheme *scheme, struct slice a, struct slice b,
                     int *order)
{
    if (!version_valid(scheme, a) || !version_valid(scheme, b))
        return false;
    int found = scheme->compare(a, b);
    *order = (found > 0) - (found < 0);
    return true;
}
