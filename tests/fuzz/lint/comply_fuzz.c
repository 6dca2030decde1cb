/* Files of answers and attestations: any bytes. */
#include "lint/comply/comply.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena;
    struct error err;
    struct comply_answers answers;
    struct image image = {.kind = "layer"};
    struct comply_options options = {.answers = &answers, .now = 1795000000, .review_days = 31};
    struct comply comply = {
        .options = &options, .image = &image, .image_digest = SLICE("sha256:aa")};
    arena_init(&arena, 64 * 1024 * 1024);
    comply.arena = &arena;
    if (comply_answers_parse(slice_of(data, size), "answers", &arena, &answers, &err))
        (void)comply_answer_find(&comply, "tested");
    (void)comply_attestation_parse(&comply, slice_of(data, size), "attestation", &err);
    arena_done(&arena);
    return 0;
}
