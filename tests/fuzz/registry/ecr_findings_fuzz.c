/* Answers of ECR about findings, and catalogues of registries, of any bytes. */
#include "image/registry_write.h"
#include "registry/ecr_client.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena;
    struct error err;
    struct slice next;
    struct ecr_client_findings findings = {.items = NULL};
    struct registry_names names = {0};
    struct slice bytes = slice_of(data, size);
    arena_init(&arena, (size_t)64 << 20);
    if (ecr_client_findings_read(bytes, &arena, &findings, &next, &err))
        for (size_t i = 0; i < findings.count; i++)
            ecr_client_attribute(&findings.items[i], "package_name");
    registry_catalog_read(bytes, &arena, &names, &err);
    arena_done(&arena);
    return 0;
}
