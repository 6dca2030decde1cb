/* A config.json; helpers are not run. */
#include "image/credentials.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    CLEANUP_ARENA struct arena arena = {.limit = 4 << 20};
    struct error err = {0};
    struct credentials credentials;
    struct slice json = slice_of(data, size);
    credentials_of_config(json, SLICE("docker.io"), SLICE("library/a"), false, &arena, &credentials,
                          &err);
    credentials_of_config(json, SLICE("quay.io"), SLICE("team/a"), false, &arena, &credentials,
                          &err);
    return 0;
}
