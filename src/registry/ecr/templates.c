/* Creation templates. Follows. */
#include "registry/ecr/operations.h"

const struct ecr_operation ecr_templates[] = {{0}};
