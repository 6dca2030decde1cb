#include "catalog/analysis_form.h"

#include <stddef.h>

#define COLUMNS(table) .columns = (table), .column_count = sizeof(table) / sizeof((table)[0])

static const uint16_t package_columns[] = {
    offsetof(struct package, name),   offsetof(struct package, version),
    offsetof(struct package, source), offsetof(struct package, source_version),
    offsetof(struct package, arch),   offsetof(struct package, vendor),
    offsetof(struct package, path),   offsetof(struct package, evidence),
    offsetof(struct package, cpe),    offsetof(struct package, license),
};
static const uint16_t distribution_columns[] = {
    offsetof(struct distribution, id),       offsetof(struct distribution, version_id),
    offsetof(struct distribution, codename), offsetof(struct distribution, pretty),
    offsetof(struct distribution, path),
};
static const uint16_t removal_columns[] = {offsetof(struct removal, path)};
static const uint16_t note_columns[] = {offsetof(struct note, path), offsetof(struct note, text)};
static const uint16_t database_columns[] = {0};
static const uint16_t observation_columns[] = {offsetof(struct observation, path),
                                               offsetof(struct observation, detail),
                                               offsetof(struct observation, amount)};
static const uint16_t secret_columns[] = {offsetof(struct layer_secret, path),
                                          offsetof(struct layer_secret, kind),
                                          offsetof(struct layer_secret, hint)};

const struct form_shape form_shapes[FORM_SECTIONS] = {
    [FORM_PACKAGES] = {.size = sizeof(struct package),
                       COLUMNS(package_columns),
                       .flag_size = sizeof(enum package_type),
                       .flag_at = offsetof(struct package, type),
                       .flag_least = 1,
                       .flag_most = PACKAGE_TYPES - 1},
    [FORM_DISTRIBUTIONS] = {.size = sizeof(struct distribution), COLUMNS(distribution_columns)},
    [FORM_REMOVALS] = {.size = sizeof(struct removal),
                       COLUMNS(removal_columns),
                       .flag_size = sizeof(bool),
                       .flag_at = offsetof(struct removal, opaque),
                       .flag_most = 1},
    [FORM_NOTES] = {.size = sizeof(struct note), COLUMNS(note_columns)},
    [FORM_DATABASES] = {.size = sizeof(struct slice), COLUMNS(database_columns)},
    [FORM_OBSERVATIONS] = {.size = sizeof(struct observation),
                           COLUMNS(observation_columns),
                           .flag_size = sizeof(enum observation_kind),
                           .flag_at = offsetof(struct observation, kind),
                           .flag_least = 1,
                           .flag_most = OBSERVATION_KINDS - 1},
    [FORM_SECRETS] = {.size = sizeof(struct layer_secret),
                      COLUMNS(secret_columns),
                      .flag_size = sizeof(uint32_t),
                      .flag_at = offsetof(struct layer_secret, line),
                      .flag_least = 1,
                      .flag_most = UINT32_MAX},
};

size_t form_record_size(const struct form_shape *shape)
{
    return 8 + 8 * shape->column_count;
}
