#include "catalog/vendor.h"

struct vendor_row {
    const char *maintainer; /* somewhere in the maintainer's name and address */
    const char *prefix;     /* of the source package's name */
    const char *vendor;
};

/* Distributions' own maintainers may have such an address too: the name must agree. */
static const struct vendor_row vendors[] = {
    {"@nginx.com>", "nginx", "nginx.org"},
    {"@f5.com>", "nginx", "nginx.org"},
    {"NGINX Packaging", "nginx", "nginx.org"},
    {"@nodesource.com>", "nodejs", "nodesource.com"},
};

struct product_row {
    const char *vendor, *name, *cpe;
};

static const struct product_row products[] = {
    {"nginx.org", "nginx", "f5:nginx,nginx:nginx"},
    {"nodesource.com", "nodejs", "nodejs:node.js"},
};

static struct slice find_product(struct slice vendor, struct slice name)
{
    for (size_t i = 0; i < sizeof products / sizeof products[0]; i++)
        if (slice_equal_str(vendor, products[i].vendor) && slice_equal_str(name, products[i].name))
            return slice_str(products[i].cpe);
    return (struct slice){0};
}

void vendor_recognise(struct package *package, struct slice maintainer)
{
    struct slice source = package->source.len ? package->source : package->name;
    for (size_t i = 0; i < sizeof vendors / sizeof vendors[0]; i++) {
        if (!slice_starts(source, slice_str(vendors[i].prefix)) ||
            slice_search(maintainer, slice_str(vendors[i].maintainer)) == maintainer.len)
            continue;
        package->vendor = slice_str(vendors[i].vendor);
        package->cpe = find_product(package->vendor, package->name);
        return;
    }
}
