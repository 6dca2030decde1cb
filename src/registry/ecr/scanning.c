/* Scanning: StartImageScan, DescribeImageScanFindings, and what is scanned when. */
#include "registry/scanning.h"

#include "image/document.h"
#include "registry/ecr/findings.h"
#include "registry/ecr/image_id.h"
#include "registry/ecr/scan_status.h"
#include "registry/ecr/settings.h"

enum { FINDINGS_STANDARD = 100, FINDINGS_MAX = 1000, NAMES_MAX = 25 };

/* The registry's; the default when none was put. */
static bool configuration_load(struct ecr_call *call, struct scanning_configuration *configuration)
{
    bool exists;
    struct slice text;
    struct error err;
    if (!call_setting(call, SCANNING_SETTING, &text, &exists))
        return false;
    return scanning_parse(text, call->arena, configuration, &err) ||
           failure_of(&call->failure, &err);
}

/* Which image of a repository that is there, and what it is. */
static bool image_read(struct ecr_call *call, struct image_id *id, struct manifest_facts *facts)
{
    struct repository repository;
    struct digest digest;
    return image_id_read(call, "imageId", id) &&
           repository_get(call->node->registry, &call->scope, call->arena, &repository,
                          &call->failure) &&
           image_id_resolve(call, id, &digest) &&
           manifest_describe(call->node->registry, &call->scope, &digest, call->arena, facts,
                             &call->failure);
}

static void put_image(struct ecr_call *call, const struct image_id *id,
                      const struct manifest_facts *facts)
{
    put_repository(call);
    put_image_id(put_object(call->output, "imageId"), digest_slice(&facts->digest), id->tag);
}

static bool start(struct ecr_call *call)
{
    struct image_id id;
    struct manifest_facts facts;
    struct scanning_configuration configuration;
    if (!configuration_load(call, &configuration) || !image_read(call, &id, &facts))
        return false;
    if (!call->node->inspect || configuration.enhanced)
        return call_fail(call, "ValidationException", "This feature is disabled");
    if (facts.is_archived)
        return call_fail(call, "ImageArchivedException",
                         "The image with imageDigest '%s' is archived and cannot be scanned",
                         facts.digest.text);
    if (facts.kind != MANIFEST_IS_IMAGE)
        return call_fail(call, "UnsupportedImageTypeException",
                         "The image with imageDigest '%s' is of a type that cannot be scanned",
                         facts.digest.text);
    if (!inspect_start(call->node->inspect, &call->scope, &facts.digest, &call->caller,
                       &call->failure))
        return false;
    put_image(call, &id, &facts);
    put_text(put_object(call->output, "imageScanStatus"), "status", SLICE("IN_PROGRESS"));
    return true;
}

static bool not_scanned(struct ecr_call *call, const struct image_id *id,
                        const struct manifest_facts *facts)
{
    return call_fail(call, "ScanNotFoundException",
                     "Image scan does not exist for the image with '{imageDigest:'%s', "
                     "imageTag:'%.*s'}' in the repository with name '%.*s' in the registry with id "
                     "'%.*s'",
                     facts->digest.text, SLICE_ARG(id->tag.len ? id->tag : SLICE("null")),
                     SLICE_ARG(call->scope.repository), SLICE_ARG(call->scope.account));
}

/* Why there are no findings, or what one must know of those that are there. */
static struct slice description(struct ecr_call *call, const struct inspect_report *report,
                                bool continuous)
{
    struct slice text = report->why;
    if (report->status == INSPECT_UNSUPPORTED && !text.len)
        text = SLICE("UnsupportedImageError: The operating system and/or package manager are not "
                     "supported.");
    if (report->status != INSPECT_COMPLETE)
        return text;
    text = continuous ? SLICE("Continuous scan is selected for image.")
                      : SLICE("The scan was completed successfully.");
    if (report->starter_database)
        text = arena_printf(call->arena,
                            "%.*s Made with the starter database, which knows a few "
                            "packages only.",
                            SLICE_ARG(text));
    if (report->partial)
        text = arena_printf(call->arena, "%.*s Part of the image could not be read%s%.*s.",
                            SLICE_ARG(text), report->why.len ? ": " : "", SLICE_ARG(report->why));
    size_t hidden = 0;
    for (size_t i = 0; i < report->finding_count; i++)
        hidden += report->findings[i].suppressed;
    if (hidden)
        text = arena_printf(call->arena, "%.*s %zu finding%s left out by exceptions.",
                            SLICE_ARG(text), hidden, hidden == 1 ? " is" : "s are");
    return text;
}

static bool put_findings(struct ecr_call *call, const struct inspect_report *report,
                         const struct manifest_facts *facts, bool enhanced, const struct page *page)
{
    json_t *object = put_object(call->output, "imageScanFindings");
    put_time(object, "imageScanCompletedAt", report->completed);
    put_time(object, "vulnerabilitySourceUpdatedAt", report->advisories);
    put_severity_counts(put_object(object, "findingSeverityCounts"), report);
    return enhanced ? put_enhanced_findings(call, report, facts, page, object)
                    : put_basic_findings(call, report, page, object);
}

static bool describe(struct ecr_call *call)
{
    struct page page;
    struct image_id id;
    struct manifest_facts facts;
    struct inspect_report report = {.status = INSPECT_NONE};
    struct scanning_configuration configuration;
    if (!call_page(call, FINDINGS_STANDARD, FINDINGS_MAX, &page) ||
        !configuration_load(call, &configuration) || !image_read(call, &id, &facts))
        return false;
    if (call->node->inspect && !inspect_report(call->node->inspect, &call->scope, &facts.digest,
                                               true, call->arena, &report, &call->failure))
        return false;
    if (report.status == INSPECT_NONE)
        return not_scanned(call, &id, &facts);
    bool continuous =
        scanning_of(&configuration, call->scope.repository, false) == SCANNING_CONTINUOUS;
    const char *word = continuous && report.status == INSPECT_COMPLETE
                           ? "ACTIVE"
                           : scan_status_word(report.status);
    put_image(call, &id, &facts);
    json_t *status = put_object(call->output, "imageScanStatus");
    put_text(status, "status", slice_str(facts.is_archived ? "IMAGE_ARCHIVED" : word));
    put_text_if(status, "description", description(call, &report, continuous));
    return report.status != INSPECT_COMPLETE ||
           put_findings(call, &report, &facts, configuration.enhanced, &page);
}

static bool change_scan_on_push(void *context, struct repository *repository, struct arena *arena,
                                struct failure *failure)
{
    (void)arena;
    (void)failure;
    repository->scan_on_push = *(const bool *)context;
    return true;
}

static bool put_image_scanning(struct ecr_call *call)
{
    const json_t *object;
    struct call_place place;
    bool on = false;
    if (!call_object(call, "imageScanningConfiguration", true, &object) ||
        !call_enter(call, "imageScanningConfiguration", 0, object, &place) ||
        !call_bool(call, "scanOnPush", &on))
        return false;
    call_leave(call, &place);
    if (!repository_change(call->node->registry, &call->scope, call->operation->name,
                           change_scan_on_push, &on, &call->caller, call->arena, &call->failure))
        return false;
    put_repository(call);
    put_bool(put_object(call->output, "imageScanningConfiguration"), "scanOnPush", on);
    return true;
}

static void put_filter(json_t *list, struct slice filter)
{
    json_t *object = put_element(list);
    put_text(object, "filter", filter);
    put_text(object, "filterType", SLICE("WILDCARD"));
}

static void put_configuration(json_t *object, const struct scanning_configuration *configuration)
{
    json_t *rules = put_array(object, "rules");
    put_text(object, "scanType", configuration->enhanced ? SLICE("ENHANCED") : SLICE("BASIC"));
    for (size_t i = 0; i < configuration->rule_count; i++) {
        const struct scanning_rule *rule = &configuration->rules[i];
        json_t *one = put_element(rules), *filters = put_array(one, "repositoryFilters");
        put_text(one, "scanFrequency", slice_str(scanning_frequency_name(rule->frequency)));
        for (size_t f = 0; f < rule->filter_count; f++)
            put_filter(filters, rule->filters[f]);
    }
}

static bool put_registry(struct ecr_call *call)
{
    struct error err = {.kind = ERROR_NONE};
    struct slice text;
    struct scanning_configuration configuration;
    CLEANUP_JSON json_t *kept = json_object();
    if (!scanning_read(call->input, call->arena, &configuration, &err))
        return err.kind == ERROR_FORMAT ? call_fail(call, "ValidationException", "%s", err.text)
                                        : call_no_memory(call);
    put_configuration(kept, &configuration);
    if (!call_json_text(call, kept, &text) || !call_set(call, SCANNING_SETTING, text))
        return false;
    put_configuration(put_object(call->output, "registryScanningConfiguration"), &configuration);
    return true;
}

static bool get_registry(struct ecr_call *call)
{
    struct scanning_configuration configuration;
    if (!configuration_load(call, &configuration))
        return false;
    put_text(call->output, "registryId", call->scope.account);
    put_configuration(put_object(call->output, "scanningConfiguration"), &configuration);
    return true;
}

static void put_described(struct ecr_call *call, json_t *object,
                          const struct scanning_configuration *configuration,
                          const struct repository *repository)
{
    enum scanning_frequency frequency =
        scanning_of(configuration, call->scope.repository, repository->scan_on_push);
    put_text(object, "repositoryArn", scope_arn(&call->scope, call->arena));
    put_text(object, "repositoryName", call->scope.repository);
    put_bool(object, "scanOnPush", frequency != SCANNING_MANUAL);
    put_text(object, "scanFrequency", slice_str(scanning_frequency_name(frequency)));
    json_t *filters = put_array(object, "appliedScanFilters");
    for (size_t i = 0; i < configuration->rule_count; i++)
        for (size_t f = 0; f < configuration->rules[i].filter_count; f++)
            if (configuration->rules[i].frequency == frequency &&
                scanning_filter_matches(configuration->rules[i].filters[f], call->scope.repository))
                put_filter(filters, configuration->rules[i].filters[f]);
}

static bool batch_get(struct ecr_call *call)
{
    struct slice *names;
    size_t count;
    struct scanning_configuration configuration;
    if (!call_texts(call, "repositoryNames", true, 1, NAMES_MAX, repository_name_is_ecr,
                    REPOSITORY_NAME_PATTERN, &names, &count) ||
        !configuration_load(call, &configuration))
        return false;
    json_t *found = put_array(call->output, "scanningConfigurations"),
           *failures = put_array(call->output, "failures");
    for (size_t i = 0; i < count; i++) {
        struct repository repository;
        call->scope.repository = names[i];
        if (!call_allows(call, &call->scope))
            return false;
        if (repository_get(call->node->registry, &call->scope, call->arena, &repository,
                           &call->failure)) {
            put_described(call, put_element(found), &configuration, &repository);
            continue;
        }
        if (call->failure.reason != FAILURE_REPOSITORY_UNKNOWN)
            return false;
        json_t *failure = put_element(failures);
        put_text(failure, "repositoryName", names[i]);
        put_text(failure, "failureCode", SLICE("REPOSITORY_NOT_FOUND"));
        put_text(failure, "failureReason", SLICE("Repository does not exist"));
    }
    call->failure = (struct failure){.reason = FAILURE_NONE};
    return true;
}

const struct ecr_operation ecr_scanning[] = {
    {"StartImageScan", start, ECR_ON_REPOSITORY},
    {"DescribeImageScanFindings", describe, ECR_ON_REPOSITORY},
    {"PutImageScanningConfiguration", put_image_scanning, ECR_ON_REPOSITORY},
    {"PutRegistryScanningConfiguration", put_registry, ECR_ON_REGISTRY},
    {"GetRegistryScanningConfiguration", get_registry, ECR_ON_REGISTRY},
    {"BatchGetRepositoryScanningConfiguration", batch_get, ECR_ON_REGISTRY, .own_checks = true},
    {NULL},
};
