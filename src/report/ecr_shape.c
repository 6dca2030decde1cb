/* See ecr_shape.h. */
#include "report/ecr_shape.h"

struct attributes {
    void (*put)(void *context, const char *key, struct slice value);
    void *context;
};

const char *ecr_severity_name(enum severity severity)
{
    static const char *const names[] = {"UNDEFINED", "INFORMATIONAL", "LOW",
                                        "MEDIUM",    "HIGH",          "CRITICAL"};
    return names[severity];
}

static void put_attribute(const struct attributes *to, const char *key, struct slice value)
{
    if (value.len)
        to->put(to->context, key, value);
}

/* CVSS3_VECTOR and CVSS3_SCORE from the first rating of each major version. */
static void put_cvss(const struct attributes *to, const struct finding *finding,
                     struct arena *arena)
{
    for (char major = '2'; major <= '4'; major++) {
        for (size_t i = 0; i < finding->rating_count; i++) {
            const struct rating *rating = &finding->ratings[i];
            if (rating->version.len == 0 || rating->version.at[0] != major)
                continue;
            char name[] = "CVSSx_VECTOR", score[] = "CVSSx_SCORE";
            name[4] = score[4] = major;
            put_attribute(to, name, rating->vector);
            put_attribute(to, score, arena_printf(arena, "%.1f", rating->score));
            break;
        }
    }
}

void ecr_attributes(const struct finding *finding, struct arena *arena,
                    void (*put)(void *context, const char *key, struct slice value), void *context)
{
    struct attributes to = {put, context};
    put_attribute(&to, "package_name", finding->package->name);
    put_attribute(&to, "package_version", finding->package->version);
    put_cvss(&to, finding, arena);
    put_attribute(&to, "fixed_in_versions", finding->fixed);
    if (finding->epss >= 0)
        put_attribute(&to, "epss", arena_printf(arena, "%.5f", finding->epss));
    if (finding->kev)
        put_attribute(&to, "kev", SLICE("true"));
}
