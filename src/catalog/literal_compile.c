#include "catalog/literal_compile.h"

#include <stdlib.h>

static void write_bytes(const char *name, const char *bytes, size_t len, FILE *out)
{
    fprintf(out,
            "extern const unsigned char %s_database[];\n"
            "extern const size_t %s_database_size;\n"
            "const unsigned char %s_database[] = {",
            name, name, name);
    for (size_t i = 0; i < len; i++)
        fprintf(out, "%s%u,", i % 20 ? "" : "\n", (unsigned char)bytes[i]);
    fprintf(out, "\n};\nconst size_t %s_database_size = %zu;\n", name, len);
}

/* For the plainest processor that hyperscan knows: measured, that is also the fastest for literals,
   and the bytes are the same whatever machine builds. */
static hs_database_t *compile(const struct literal_list *list)
{
    hs_platform_info_t plainest = {0};
    hs_database_t *database = NULL;
    hs_compile_error_t *error = NULL;
    unsigned *ids = calloc(list->count, sizeof *ids);
    for (unsigned i = 0; ids && i < list->count; i++)
        ids[i] = i;
    if (!ids || hs_compile_lit_multi(list->texts, list->flags, ids, list->lens, list->count,
                                     HS_MODE_BLOCK, &plainest, &database, &error) != HS_SUCCESS)
        fprintf(stderr, "%s: %s\n", list->name, error ? error->message : "out of memory");
    hs_free_compile_error(error);
    free(ids);
    return database;
}

bool literal_compile(const struct literal_list *list, FILE *out)
{
    char *bytes = NULL;
    size_t len = 0;
    hs_database_t *database = compile(list);
    bool fine = database && hs_serialize_database(database, &bytes, &len) == HS_SUCCESS;
    if (fine)
        write_bytes(list->name, bytes, len, out);
    else
        fprintf(stderr, "%s: the database cannot be written\n", list->name);
    free(bytes);
    hs_free_database(database);
    return fine;
}
