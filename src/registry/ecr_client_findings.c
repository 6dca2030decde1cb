/* DescribeImageScanFindings: basic findings as they are, enhanced ones in the words of basic ones.
   Shapes: service model ecr 2015-09-21. */
#include "registry/ecr_client_parts.h"

enum { FINDINGS_MAX = 200000, ATTRIBUTES_MAX = 100, PAGE = 1000 };

struct slice ecr_client_attribute(const struct ecr_client_finding *finding, const char *key)
{
    for (size_t i = 0; i < finding->attribute_count; i++)
        if (slice_equal_str(finding->attributes[i].key, key))
            return finding->attributes[i].value;
    return (struct slice){NULL, 0};
}

static bool add_attribute(struct ecr_client_finding *finding, const char *key, struct slice value,
                          struct arena *arena)
{
    struct ecr_client_attribute attribute = {slice_str(key), value};
    return !value.len || ARENA_PUSH(arena, finding->attributes, finding->attribute_count,
                                    finding->attribute_room, attribute);
}

static bool add(struct ecr_client_findings *findings, struct ecr_client_finding *finding,
                struct arena *arena, struct error *err)
{
    if (findings->count >= FINDINGS_MAX)
        return error_set(err, ERROR_LIMIT, "more than %d findings", FINDINGS_MAX);
    return ARENA_PUSH(arena, findings->items, findings->count, findings->room, *finding) ||
           arena_error(err);
}

/* ---- basic ---- */

static bool read_basic(const json_t *told, struct arena *arena,
                       struct ecr_client_findings *findings, struct error *err)
{
    struct ecr_client_finding finding = {.attributes = NULL};
    const json_t *list = json_object_get(told, "attributes");
    if (!document_text(told, "name", arena, &finding.name) ||
        !document_text(told, "description", arena, &finding.description) ||
        !document_text(told, "uri", arena, &finding.uri) ||
        !document_text(told, "severity", arena, &finding.severity))
        return arena_error(err);
    for (size_t i = 0; i < json_array_size(list) && i < ATTRIBUTES_MAX; i++) {
        struct ecr_client_attribute attribute;
        if (!document_text(json_array_get(list, i), "key", arena, &attribute.key) ||
            !document_text(json_array_get(list, i), "value", arena, &attribute.value) ||
            !ARENA_PUSH(arena, finding.attributes, finding.attribute_count, finding.attribute_room,
                        attribute))
            return arena_error(err);
    }
    return !finding.name.len || add(findings, &finding, arena, err);
}

/* ---- enhanced ---- */

static bool add_scores(const json_t *details, struct ecr_client_finding *finding,
                       struct arena *arena)
{
    const json_t *list = json_object_get(details, "cvss");
    for (size_t i = 0; i < json_array_size(list) && i < ATTRIBUTES_MAX; i++) {
        const json_t *cvss = json_array_get(list, i);
        struct slice version, vector;
        double score = json_number_value(json_object_get(cvss, "baseScore"));
        if (!document_text(cvss, "version", arena, &version) ||
            !document_text(cvss, "scoringVector", arena, &vector))
            return false;
        char major = version.len ? version.at[0] : '3';
        struct slice name =
            arena_printf(arena, "CVSS%c_VECTOR", major == '2' || major == '4' ? major : '3');
        struct slice other =
            arena_printf(arena, "CVSS%c_SCORE", major == '2' || major == '4' ? major : '3');
        struct slice number = arena_printf(arena, "%.1f", score);
        if (!name.at || !other.at || !number.at)
            return false;
        if (!ecr_client_attribute(finding, name.at).len &&
            (!add_attribute(finding, name.at, vector, arena) ||
             !add_attribute(finding, other.at, number, arena)))
            return false;
    }
    return true;
}

static bool add_package(const json_t *details, const json_t *package,
                        const struct ecr_client_finding *of, struct arena *arena,
                        struct ecr_client_findings *findings, struct error *err)
{
    struct ecr_client_finding finding = *of;
    struct slice name, version, release, fixed;
    if (!document_text(package, "name", arena, &name) ||
        !document_text(package, "version", arena, &version) ||
        !document_text(package, "release", arena, &release) ||
        !document_text(package, "fixedInVersion", arena, &fixed))
        return arena_error(err);
    if (release.len)
        version = arena_printf(arena, "%.*s-%.*s", SLICE_ARG(version), SLICE_ARG(release));
    /* Amazon's word for a package that nobody mends. */
    if (slice_equal_nocase(fixed, SLICE("NotAvailable")))
        fixed = (struct slice){NULL, 0};
    if ((release.len && !version.at) || !add_attribute(&finding, "package_name", name, arena) ||
        !add_attribute(&finding, "package_version", version, arena) ||
        !add_scores(details, &finding, arena) ||
        !add_attribute(&finding, "fixed_in_versions", fixed, arena))
        return arena_error(err);
    return add(findings, &finding, arena, err);
}

static bool read_enhanced(const json_t *told, struct arena *arena,
                          struct ecr_client_findings *findings, struct error *err)
{
    struct ecr_client_finding finding = {.attributes = NULL};
    const json_t *details = json_object_get(told, "packageVulnerabilityDetails");
    const json_t *packages = json_object_get(details, "vulnerablePackages");
    if (!document_text(details, "vulnerabilityId", arena, &finding.name) ||
        !document_text(told, "description", arena, &finding.description) ||
        !document_text(details, "sourceUrl", arena, &finding.uri) ||
        !document_text(told, "severity", arena, &finding.severity))
        return arena_error(err);
    if (!finding.name.len && !document_text(told, "title", arena, &finding.name))
        return arena_error(err);
    for (size_t i = 0; i < json_array_size(packages); i++)
        if (!add_package(details, json_array_get(packages, i), &finding, arena, findings, err))
            return false;
    return json_array_size(packages) || !finding.name.len || add(findings, &finding, arena, err);
}

/* ---- pages ---- */

static bool read_status(const json_t *answer, struct arena *arena,
                        struct ecr_client_findings *findings, struct error *err)
{
    const json_t *status = json_object_get(answer, "imageScanStatus");
    double updated = json_number_value(json_object_get(json_object_get(answer, "imageScanFindings"),
                                                       "vulnerabilitySourceUpdatedAt"));
    if (updated > 0 && updated < 1e12)
        findings->updated = (int64_t)updated;
    return (document_text(status, "status", arena, &findings->status) &&
            document_text(status, "description", arena, &findings->description) &&
            document_text(json_object_get(answer, "imageId"), "imageDigest", arena,
                          &findings->digest)) ||
           arena_error(err);
}

static bool read_page(const json_t *answer, struct arena *arena,
                      struct ecr_client_findings *findings, struct error *err)
{
    const json_t *all = json_object_get(answer, "imageScanFindings");
    const json_t *basic = json_object_get(all, "findings");
    const json_t *enhanced = json_object_get(all, "enhancedFindings");
    for (size_t i = 0; i < json_array_size(basic); i++)
        if (!read_basic(json_array_get(basic, i), arena, findings, err))
            return false;
    for (size_t i = 0; i < json_array_size(enhanced); i++)
        if (!read_enhanced(json_array_get(enhanced, i), arena, findings, err))
            return false;
    return read_status(answer, arena, findings, err);
}

bool ecr_client_findings_read(struct slice page, struct arena *arena,
                              struct ecr_client_findings *findings, struct slice *next,
                              struct error *err)
{
    CLEANUP_JSON json_t *answer = document_parse_large(page, DOCUMENT_MAX, err);
    return answer && read_page(answer, arena, findings, err) &&
           (document_text(answer, "nextToken", arena, next) || arena_error(err));
}

static json_t *question(struct slice repository, struct slice tag, struct slice digest,
                        struct slice token)
{
    json_t *input = ecr_client_about(repository);
    struct slice value = tag.len ? tag : digest;
    json_object_set_new(input, "imageId",
                        json_pack("{s:s%}", tag.len ? "imageTag" : "imageDigest",
                                  value.at ? value.at : "", value.len));
    json_object_set_new(input, "maxResults", json_integer(PAGE));
    if (token.len)
        json_object_set_new(input, "nextToken", json_stringn(token.at, token.len));
    return input;
}

bool ecr_client_findings(struct aws *aws, struct slice repository, struct slice tag,
                         struct slice digest, struct arena *arena,
                         struct ecr_client_findings *findings, struct error *err)
{
    struct slice token = {NULL, 0};
    *findings = (struct ecr_client_findings){.items = NULL};
    do {
        size_t before = findings->count;
        CLEANUP_JSON json_t *answer =
            ecr_client_ask(aws, ECR_TARGET "DescribeImageScanFindings",
                           question(repository, tag, digest, token), arena, err);
        if (!answer || !read_page(answer, arena, findings, err))
            return false;
        if (!document_text(answer, "nextToken", arena, &token))
            return arena_error(err);
        if (token.len && findings->count == before)
            return error_set(err, ERROR_FORMAT, "an empty page of findings that is not the last");
    } while (token.len);
    return true;
}
