/* A program without a starter database. */
#include "advisory/starter.h"

const struct starter_database starter_databases[1] = {{NULL, NULL, 0}};
const size_t starter_database_count = 0;
const char starter_bytes[1] = "";
