/* Any bytes as the answer to GetAuthorizationToken, and as a registry's name. */
#include "image/ecr_login.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    CLEANUP_ARENA struct arena arena;
    struct credentials found;
    struct ecr_host host;
    struct error err;
    int64_t expires;
    arena_init(&arena, 8 << 20);
    ecr_login_read(slice_of(data, size), &arena, &found, &expires, &err);
    ecr_host_parse(slice_of(data, size), &host);
    return 0;
}
