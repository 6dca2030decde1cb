/*
 * What the guide's scripts/audit-images.sh prints: "=== Scanning REPOSITORY ===", and each CRITICAL
 * finding as ECR has it, printed as jq prints. Excepted findings are left out, as by `scan --format
 * ecr`.
 */
#include "base/json.h"
#include "base/terminal.h"
#include "report/ecr_shape.h"
#include "ship/audit/write.h"

static void put_finding(FILE *file, const struct audit_finding *finding)
{
    struct json_writer json;
    json_writer_init(&json, file, 2);
    json_begin_object(&json);
    json_field(&json, "name", finding->id);
    json_field_text(&json, "description", finding->title);
    json_field_text(&json, "uri", finding->url);
    json_field(&json, "severity", slice_str(ecr_severity_name(finding->severity)));
    json_name(&json, "attributes");
    json_begin_array(&json);
    for (size_t i = 0; i < finding->attribute_count; i++) {
        json_begin_object(&json);
        json_field(&json, "key", finding->attributes[i].key);
        json_field(&json, "value", finding->attributes[i].value);
        json_end_object(&json);
    }
    json_end_array(&json);
    json_end_object(&json);
}

bool audit_write_guide(const struct audit *audit, const struct audit_write_options *options,
                       struct arena *arena, FILE *file, struct error *err)
{
    (void)options, (void)arena, (void)err;
    for (size_t i = 0; i < audit->count; i++) {
        const struct audit_repository *repository = &audit->repositories[i];
        fputs("=== Scanning ", file);
        terminal_put(file, repository->shown);
        fputs(" ===\n", file);
        for (size_t j = 0; j < repository->finding_count; j++)
            if (repository->findings[j].severity == SEVERITY_CRITICAL &&
                !repository->findings[j].excepted)
                put_finding(file, &repository->findings[j]);
    }
    return true;
}
