/*
 * Runs at build time: compiles the literals of program_table.c and writes them as C, so that the
 * program itself needs hyperscan's small runtime only. For the plainest processor that hyperscan
 * knows: measured, that is also the fastest for these literals, and the bytes are the same whatever
 * machine builds.
 */
#include <hs/hs.h>
#include <stdio.h>
#include <stdlib.h>

#include "catalog/program_table.h"

static void write_bytes(FILE *out, const char *bytes, size_t len)
{
    fprintf(out, "#include <stddef.h>\n\n"
                 "extern const unsigned char program_literals_database[];\n"
                 "extern const size_t program_literals_database_size;\n"
                 "const unsigned char program_literals_database[] = {");
    for (size_t i = 0; i < len; i++)
        fprintf(out, "%s%u,", i % 20 ? "" : "\n", (unsigned char)bytes[i]);
    fprintf(out, "\n};\nconst size_t program_literals_database_size = %zu;\n", len);
}

static hs_database_t *compile(void)
{
    const char *texts[256];
    size_t lens[256];
    unsigned flags[256] = {0}, ids[256];
    hs_platform_info_t plainest = {0};
    hs_database_t *database = NULL;
    hs_compile_error_t *error = NULL;
    if (program_literal_count > 256)
        return NULL;
    for (unsigned i = 0; i < program_literal_count; i++) {
        texts[i] = program_literals[i].text;
        lens[i] = program_literals[i].len;
        ids[i] = i;
    }
    if (hs_compile_lit_multi(texts, flags, ids, lens, (unsigned)program_literal_count,
                             HS_MODE_BLOCK, &plainest, &database, &error) != HS_SUCCESS) {
        fprintf(stderr, "literals: %s\n", error->message);
        return NULL;
    }
    return database;
}

int main(int argc, char **argv)
{
    char *bytes = NULL;
    size_t len = 0;
    hs_database_t *database = compile();
    if (argc != 2 || !database || hs_serialize_database(database, &bytes, &len) != HS_SUCCESS)
        return 1;
    FILE *out = fopen(argv[1], "w");
    if (!out)
        return 1;
    write_bytes(out, bytes, len);
    free(bytes);
    hs_free_database(database);
    return fclose(out) == 0 ? 0 : 1;
}
