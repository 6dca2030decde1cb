/* Exceptions files, other programs' ignore files and baselines of any bytes; what is taken can be
   written and read again. */
#include <stdio.h>
#include <stdlib.h>

#include "scan/exceptions_import.h"
#include "scan/policy.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void write_and_read(const struct exceptions *exceptions, struct arena *arena)
{
    char *text = NULL;
    size_t len = 0;
    struct error err;
    struct exceptions again;
    FILE *file = open_memstream(&text, &len);
    if (file && exceptions_write_yaml(exceptions, file, &err) && fclose(file) == 0 &&
        exceptions_parse(slice_of(text, len), "again", arena, &again, &err) &&
        again.count != exceptions->count)
        abort();
    free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena;
    struct error err;
    struct exceptions exceptions;
    struct imported imported;
    struct scan_result result = {.finding_count = 0};
    struct slice bytes = slice_of(data, size);
    arena_init(&arena, (size_t)64 << 20);
    if (exceptions_parse(bytes, "fuzz", &arena, &exceptions, &err))
        write_and_read(&exceptions, &arena);
    if (exceptions_import(bytes, "fuzz", &arena, &imported, &err))
        write_and_read(&imported.exceptions, &arena);
    policy_baseline(&result, bytes, &arena, &err);
    arena_done(&arena);
    return 0;
}
