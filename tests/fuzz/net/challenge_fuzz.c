/* WWW-Authenticate of a hostile registry. */
#include <stdlib.h>

#include "net/challenge.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    CLEANUP_ARENA struct arena arena = {.limit = 1 << 20};
    struct error err = {0};
    struct challenges challenges = {0};
    struct slice rest = slice_of(data, size);
    while (rest.len)
        challenges_parse(slice_cut(&rest, '\n'), &arena, &challenges, &err);
    if (challenges.count > CHALLENGES_MAX)
        abort();
    challenges_find(&challenges, CHALLENGE_BEARER);
    return 0;
}
