/* What ECR's own scan found; see run.h. */
#include "base/clock.h"
#include "registry/ecr_client.h"
#include "ship/audit/run.h"

static enum severity severity_of(struct slice name)
{
    enum severity severity = SEVERITY_UNKNOWN;
    if (slice_equal_nocase(name, SLICE("INFORMATIONAL")))
        return SEVERITY_NEGLIGIBLE;
    severity_parse(name, &severity);
    return severity;
}

/* The slices are of the audit's arena already. */
static bool add(const struct ecr_client_finding *from, struct audit_repository *repository,
                struct arena *arena)
{
    struct audit_finding made = {
        .id = from->name,
        .package = ecr_client_attribute(from, "package_name"),
        .version = ecr_client_attribute(from, "package_version"),
        .fixed = ecr_client_attribute(from, "fixed_in_versions"),
        .title = from->description,
        .url = from->uri,
        .severity = severity_of(from->severity),
        .kev = slice_equal_str(ecr_client_attribute(from, "kev"), "true"),
        .order = repository->finding_count,
    };
    for (size_t i = 0; i < from->attribute_count; i++) {
        struct audit_attribute attribute = {from->attributes[i].key, from->attributes[i].value};
        if (!ARENA_PUSH(arena, made.attributes, made.attribute_count, made.attribute_room,
                        attribute))
            return false;
    }
    return ARENA_PUSH(arena, repository->findings, repository->finding_count,
                      repository->finding_room, made);
}

/* Exceptions are applied as to findings of a scan. */
static bool except(const struct audit_options *options, const struct audit_target *target,
                   struct audit_repository *repository, struct arena *arena)
{
    struct scan_result result = {.finding_count = repository->finding_count};
    struct package *packages = arena_array(arena, repository->finding_count + 1, sizeof *packages);
    result.findings = arena_array(arena, repository->finding_count + 1, sizeof *result.findings);
    result.image.name =
        arena_printf(arena, "%.*s:%.*s", SLICE_ARG(target->uri), SLICE_ARG(repository->tag));
    if (!packages || !result.findings || !result.image.name.at)
        return false;
    for (size_t i = 0; i < repository->finding_count; i++) {
        const struct audit_finding *finding = &repository->findings[i];
        packages[i].name = packages[i].source = finding->package;
        result.findings[i].finding = (struct finding){.id = finding->id, .package = &packages[i]};
    }
    exceptions_apply(options->exceptions, options->now, &result);
    for (size_t i = 0; i < repository->finding_count; i++) {
        repository->findings[i].excepted = result.findings[i].suppressed;
        repository->findings[i].reason = result.findings[i].reason;
        repository->findings[i].owner = result.findings[i].owner;
        repository->findings[i].expires = result.findings[i].expires;
    }
    return true;
}

static bool is_complete(struct slice status)
{
    return slice_equal_str(status, "COMPLETE") || slice_equal_str(status, "ACTIVE");
}

bool audit_collect_ecr(struct audit_services *services, const struct audit_target *target,
                       struct audit_repository *repository, struct error *err)
{
    struct ecr_client_findings findings;
    if (!target->ecr)
        return error_set(err, ERROR_USAGE,
                         "--findings registry: %.*s is not ECR's (--api ecr --endpoint-url says "
                         "otherwise)",
                         SLICE_ARG(slice_upto(target->uri, 200)));
    struct aws *aws = audit_service(services, target, err);
    if (!aws || !ecr_client_findings(aws, target->repository, repository->tag, repository->digest,
                                     services->arena, &findings, err))
        return false;
    if (!is_complete(findings.status))
        return error_set(err, ERROR_UNSUPPORTED, "the registry's scan is %.*s%s%.*s",
                         SLICE_ARG(slice_upto(findings.status, 60)),
                         findings.description.len ? ": " : "",
                         SLICE_ARG(slice_upto(findings.description, 300)));
    if (findings.digest.len)
        repository->digest = findings.digest;
    for (size_t i = 0; i < findings.count; i++)
        if (!add(&findings.items[i], repository, services->arena))
            return arena_error(err);
    return !services->options->exceptions ||
           except(services->options, target, repository, services->arena) || arena_error(err);
}
