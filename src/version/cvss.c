#include "version/cvss_metrics.h"

static bool has_value(const char *values, struct slice value)
{
    struct slice rest = slice_str(values);
    while (rest.len)
        if (slice_equal(slice_cut(&rest, ' '), value))
            return true;
    return false;
}

static bool read_metric(const struct cvss_metric *metrics, struct slice text,
                        struct cvss_values *values)
{
    struct slice name = slice_cut(&text, ':');
    for (size_t i = 0; metrics[i].name; i++)
        if (slice_equal_str(name, metrics[i].name)) {
            if (text.len == 0 || values->value[i] || !has_value(metrics[i].values, text))
                return false;
            values->value[i] = text.at[0];
            return true;
        }
    return false;
}

static bool read_metrics(const struct cvss_metric *metrics, struct slice vector,
                         struct cvss_values *values)
{
    *values = (struct cvss_values){0};
    if (vector.len && vector.at[vector.len - 1] == '/') /* some feeds end so */
        vector.len--;
    while (vector.len)
        if (!read_metric(metrics, slice_cut(&vector, '/'), values))
            return false;
    for (size_t i = 0; metrics[i].name; i++)
        if (metrics[i].required && !values->value[i])
            return false;
    return true;
}

static const struct {
    const char *prefix, *text;
    const struct cvss_metric *metrics;
    double (*score)(const struct cvss_values *values);
} versions[] = {/* by enum cvss_version */
                {"CVSS:2.0/", "2.0", cvss2_metrics, cvss2_score},
                {"CVSS:3.0/", "3.0", cvss3_metrics, cvss3_score},
                {"CVSS:3.1/", "3.1", cvss3_metrics, cvss3_score},
                {"CVSS:4.0/", "4.0", cvss4_metrics, cvss4_score}};

static enum cvss_version cut_version(struct slice *vector)
{
    for (size_t i = 0; i < sizeof versions / sizeof *versions; i++) {
        struct slice prefix = slice_str(versions[i].prefix);
        if (slice_starts(*vector, prefix)) {
            *vector = slice_from(*vector, prefix.len);
            return (enum cvss_version)i;
        }
    }
    return CVSS_2_0;
}

bool cvss_parse(struct slice vector, struct cvss *cvss)
{
    vector = slice_trim(vector);
    if (vector.len > 2 && vector.at[0] == '(' && vector.at[vector.len - 1] == ')')
        vector = slice_of(vector.at + 1, vector.len - 2);
    enum cvss_version version = cut_version(&vector);
    struct cvss_values values;
    if (!read_metrics(versions[version].metrics, vector, &values))
        return false;
    *cvss = (struct cvss){version, versions[version].score(&values)};
    return true;
}

const char *cvss_version_text(enum cvss_version version)
{
    return versions[version].text;
}
