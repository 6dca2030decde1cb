/*
 * The enhanced shape (EnhancedImageScanFinding): one for each vulnerability, with the packages it
 * is in. Words as Amazon Inspector has them. What nobody here knows (when a vendor first wrote of
 * it, clusters that run the image) is left out.
 */
#include "base/hash.h"
#include "base/table.h"
#include "registry/ecr/findings_parts.h"

/* One vulnerability and its findings, in the order of the report. */
struct group {
    const struct scan_finding **items;
    size_t count, room;
};

struct groups {
    struct group **items;
    size_t count, room;
};

static bool group_all(struct ecr_call *call, const struct scan_finding **shown, size_t count,
                      struct groups *groups)
{
    struct table by_id;
    table_init(&by_id, call->arena);
    for (size_t i = 0; i < count; i++) {
        struct group *group = table_get(&by_id, shown[i]->finding.id);
        if (!group) {
            group = arena_new(call->arena, struct group);
            if (!group || !table_put(&by_id, shown[i]->finding.id, group) ||
                !ARENA_PUSH(call->arena, groups->items, groups->count, groups->room, group))
                return call_no_memory(call);
        }
        if (!ARENA_PUSH(call->arena, group->items, group->count, group->room, shown[i]))
            return call_no_memory(call);
    }
    return true;
}

static const char *severity_word(enum severity severity)
{
    static const char *const words[] = {
        [SEVERITY_UNKNOWN] = "UNTRIAGED", [SEVERITY_NEGLIGIBLE] = "INFORMATIONAL",
        [SEVERITY_LOW] = "LOW",           [SEVERITY_MEDIUM] = "MEDIUM",
        [SEVERITY_HIGH] = "HIGH",         [SEVERITY_CRITICAL] = "CRITICAL",
    };
    return words[severity];
}

static const char *manager_word(enum package_type type)
{
    switch (type) {
    case PACKAGE_APK:
    case PACKAGE_DEB:
    case PACKAGE_RPM:
        return "OS";
    case PACKAGE_PYPI:
        return "PYTHONPKG";
    case PACKAGE_NPM:
        return "NODEPKG";
    case PACKAGE_GO:
        return "GOBINARY";
    case PACKAGE_CARGO:
        return "CARGO";
    case PACKAGE_GEM:
        return "BUNDLER";
    case PACKAGE_MAVEN:
        return "JAR";
    case PACKAGE_COMPOSER:
        return "COMPOSER";
    case PACKAGE_NUGET:
        return "NUGET";
    default:
        return NULL;
    }
}

/* "1:2.3-4" of a distribution's package: epoch 1, version 2.3, release 4. */
static void put_version(json_t *object, const struct package *package)
{
    uint64_t epoch = 0;
    struct slice version = package->version;
    bool of_system = package->type == PACKAGE_APK || package->type == PACKAGE_DEB ||
                     package->type == PACKAGE_RPM;
    size_t colon = slice_find(version, ':'), dash;
    if (of_system && colon < version.len && slice_u64(slice_upto(version, colon), &epoch) &&
        epoch <= INT32_MAX)
        version = slice_from(version, colon + 1);
    else
        epoch = 0;
    dash = of_system ? slice_find_last(version, '-') : version.len;
    put_text(object, "version", slice_upto(version, dash));
    put_int(object, "epoch", (int64_t)epoch);
    if (dash < version.len)
        put_text_if(object, "release", slice_from(version, dash + 1));
}

static void put_package(json_t *object, const struct scan_finding *found)
{
    const struct package *package = found->finding.package;
    const char *manager = manager_word(package->type);
    put_text(object, "name", package->name);
    put_version(object, package);
    put_text_if(object, "arch", package->arch);
    put_text_if(object, "filePath", package->path);
    if (manager)
        put_text(object, "packageManager", slice_str(manager));
    put_text_if(object, "fixedInVersion", found->finding.fixed);
    if (found->layer && found->layer->digest.text[0])
        put_text(object, "sourceLayerHash", digest_slice(&found->layer->digest));
}

static void put_cvss(json_t *list, const struct finding *finding)
{
    for (size_t i = 0; i < finding->rating_count; i++) {
        const struct rating *rating = &finding->ratings[i];
        if (!rating->vector.len)
            continue;
        json_t *cvss = put_element(list);
        json_object_set_new(cvss, "baseScore", json_real(rating->score));
        put_text(cvss, "scoringVector", rating->vector);
        put_text(cvss, "source", rating->source);
        put_text(cvss, "version", rating->version);
    }
}

static void put_details(json_t *object, const struct group *group)
{
    const struct finding *finding = &group->items[0]->finding;
    put_text(object, "vulnerabilityId", finding->id);
    put_cvss(put_array(object, "cvss"), finding);
    json_t *urls = put_array(object, "referenceUrls"),
           *related = put_array(object, "relatedVulnerabilities"),
           *packages = put_array(object, "vulnerablePackages");
    if (finding->url.len)
        put_element_text(urls, finding->url);
    for (size_t i = 0; i < finding->alias_count; i++)
        put_element_text(related, finding->aliases[i]);
    for (size_t i = 0; i < group->count; i++)
        put_package(put_element(packages), group->items[i]);
    put_text(object, "source", finding->feed);
    put_text_if(object, "sourceUrl", finding->url);
    put_text(object, "vendorSeverity", slice_str(severity_name(finding->severity)));
}

/* The highest score of the newest version of CVSS that anybody gave. */
static const struct rating *rating_shown(const struct finding *finding)
{
    const struct rating *best = NULL;
    for (size_t i = 0; i < finding->rating_count; i++) {
        const struct rating *rating = &finding->ratings[i];
        if (!rating->vector.len)
            continue;
        int newer = best ? slice_compare(rating->version, best->version) : 1;
        if (newer > 0 || (newer == 0 && rating->score > best->score))
            best = rating;
    }
    return best;
}

static void put_score(json_t *object, const struct finding *finding)
{
    const struct rating *rating = rating_shown(finding);
    if (!rating)
        return;
    json_object_set_new(object, "score", json_real(rating->score));
    json_t *cvss = put_object(put_object(object, "scoreDetails"), "cvss");
    (void)put_array(cvss, "adjustments");
    json_object_set_new(cvss, "score", json_real(rating->score));
    put_text(cvss, "scoreSource", rating->source);
    put_text(cvss, "scoringVector", rating->vector);
    put_text(cvss, "version", rating->version);
}

/* "YES" when every package has a fix, "NO" when none has. */
static const char *fix_word(const struct group *group)
{
    size_t fixed = 0;
    for (size_t i = 0; i < group->count; i++)
        fixed += group->items[i]->finding.fixed.len > 0;
    return fixed == group->count ? "YES" : fixed ? "PARTIAL" : "NO";
}

static void put_remediation(json_t *object, const struct group *group, struct arena *arena)
{
    struct slice text = SLICE("");
    for (size_t i = 0; i < group->count; i++) {
        const struct finding *finding = &group->items[i]->finding;
        if (finding->fixed.len)
            arena_list(arena, &text, "; ", "upgrade %.*s to %.*s",
                       SLICE_ARG(finding->package->name), SLICE_ARG(finding->fixed));
    }
    json_t *recommendation = put_object(put_object(object, "remediation"), "recommendation");
    put_text(recommendation, "text", text.len ? text : SLICE("None Provided"));
    put_text_if(recommendation, "url", group->items[0]->finding.url);
}

/* "DEBIAN_12", "ALPINE_LINUX_3_16". */
static struct slice platform_word(const struct distribution *distribution, struct arena *arena)
{
    bool alpine = slice_equal_str(distribution->id, "alpine");
    struct slice version = distribution->version_id;
    size_t dots = 0, end = 0;
    while (end < version.len && (version.at[end] != '.' || ++dots < 2))
        end++;
    struct slice word = arena_printf(arena, "%.*s%s_%.*s", SLICE_ARG(distribution->id),
                                     alpine ? "_LINUX" : "", SLICE_ARG(slice_upto(version, end)));
    for (char *at = (char *)(uintptr_t)word.at; at && *at; at++)
        *at = *at == '.' ? '_' : *at >= 'a' && *at <= 'z' ? (char)(*at - 'a' + 'A') : *at;
    return word;
}

static void put_resource(struct ecr_call *call, json_t *object, const struct inspect_report *report,
                         const struct manifest_facts *image)
{
    struct slice arn = scope_arn(&call->scope, call->arena);
    json_t *details = put_object(put_object(object, "details"), "awsEcrContainerImage");
    put_text_if(details, "architecture", image->architecture);
    put_text(details, "imageHash", digest_slice(&image->digest));
    json_t *tags = put_array(details, "imageTags");
    for (size_t i = 0; i < image->tag_count; i++)
        put_element_text(tags, image->tags[i]);
    if (report->distribution.id.len)
        put_text(details, "platform", platform_word(&report->distribution, call->arena));
    put_time(details, "pushedAt", image->pushed);
    put_text(details, "registry", call->scope.account);
    put_text(details, "repositoryName", call->scope.repository);
    put_text(object, "id",
             arena_printf(call->arena, "%.*s/%s", SLICE_ARG(arn), image->digest.text));
    (void)put_object(object, "tags");
    put_text(object, "type", SLICE("AWS_ECR_CONTAINER_IMAGE"));
}

/* The same finding of the same image has the same name each time. */
static struct slice finding_arn(struct ecr_call *call, const struct manifest_facts *image,
                                struct slice id)
{
    enum { NAME_LEN = 32 };
    struct digest digest;
    sha256_of(arena_printf(call->arena, "%.*s %s %.*s", SLICE_ARG(call->scope.repository),
                           image->digest.text, SLICE_ARG(id)),
              &digest);
    struct slice name =
        slice_upto(slice_from(digest_slice(&digest), sizeof "sha256:" - 1), NAME_LEN);
    return arena_printf(call->arena, "arn:aws:inspector2:%.*s:%.*s:finding/%.*s",
                        SLICE_ARG(call->scope.region), SLICE_ARG(call->scope.account),
                        SLICE_ARG(name));
}

/* "CVE-2023-1 - openssl, libssl". */
static struct slice title_of(const struct group *group, struct arena *arena)
{
    enum { NAMES_MAX = 5 };
    struct slice names = SLICE("");
    for (size_t i = 0; i < group->count && i < NAMES_MAX; i++)
        arena_list(arena, &names, ", ", "%.*s", SLICE_ARG(group->items[i]->finding.package->name));
    return arena_printf(arena, "%.*s - %.*s%s", SLICE_ARG(group->items[0]->finding.id),
                        SLICE_ARG(names), group->count > NAMES_MAX ? ", …" : "");
}

static void put_enhanced(struct ecr_call *call, json_t *object, const struct group *group,
                         const struct inspect_report *report, const struct manifest_facts *image)
{
    const struct finding *finding = &group->items[0]->finding;
    put_text(object, "awsAccountId", call->scope.account);
    put_text_if(object, "description", finding->title);
    put_text(object, "findingArn", finding_arn(call, image, finding->id));
    put_time(object, "lastObservedAt", report->completed);
    put_time(object, "updatedAt", report->completed);
    put_details(put_object(object, "packageVulnerabilityDetails"), group);
    put_remediation(object, group, call->arena);
    put_resource(call, put_element(put_array(object, "resources")), report, image);
    put_score(object, finding);
    put_text(object, "severity", slice_str(severity_word(finding->severity)));
    put_text(object, "status", SLICE("ACTIVE"));
    put_text(object, "title", title_of(group, call->arena));
    put_text(object, "type", SLICE("PACKAGE_VULNERABILITY"));
    put_text(object, "fixAvailable", slice_str(fix_word(group)));
    put_text(object, "exploitAvailable", finding->kev ? SLICE("YES") : SLICE("NO"));
}

bool put_enhanced_findings(struct ecr_call *call, const struct inspect_report *report,
                           const struct manifest_facts *image, const struct page *page,
                           json_t *object)
{
    const struct scan_finding **shown;
    struct groups groups = {NULL, 0, 0};
    size_t count, first, end;
    json_t *list = put_array(object, "enhancedFindings");
    if (!findings_shown(call, report, &shown, &count) || !group_all(call, shown, count, &groups) ||
        !findings_page(call, page, groups.count, &first, &end))
        return false;
    for (size_t i = first; i < end; i++)
        put_enhanced(call, put_element(list), groups.items[i], report, image);
    return true;
}
