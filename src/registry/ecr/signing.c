/* Signing. Follows. */
#include "registry/ecr/operations.h"

const struct ecr_operation ecr_signing[] = {{0}};
