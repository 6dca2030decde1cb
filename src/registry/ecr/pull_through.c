/* Pull-through cache rules. Follows. */
#include "registry/ecr/operations.h"

const struct ecr_operation ecr_pull_through[] = {{0}};
