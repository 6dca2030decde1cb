/* All operations, by group. */
#include "registry/ecr/operations.h"

const struct ecr_operation *const ecr_groups[] = {
    ecr_repositories,
    ecr_resource_tags,
    ecr_images,
    ecr_image_lists,
    ecr_layers,
    ecr_lifecycle,
    ecr_lifecycle_previews,
    ecr_account,
    ecr_pull_exclusions,
    ecr_scanning,
    ecr_policies,
    ecr_replication,
    ecr_pull_through,
    ecr_templates,
    ecr_signing,
    NULL,
};

const struct ecr_operation *ecr_operation_find(struct slice name)
{
    for (size_t i = 0; ecr_groups[i]; i++)
        for (const struct ecr_operation *row = ecr_groups[i]; row->name; row++)
            if (slice_equal_str(name, row->name))
                return row;
    return NULL;
}
