/* Questions to lifecycle evaluate: any bytes; what is taken must be answered. */
#include "registry/lifecycle.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena;
    struct lifecycle_question question;
    struct error err;
    arena_init(&arena, 64 * 1024 * 1024);
    if (lifecycle_question_parse(slice_of(data, size), &arena, &question, &err)) {
        struct lifecycle_verdict *verdicts =
            arena_array(&arena, question.image_count + 1, sizeof *verdicts);
        if (verdicts)
            (void)lifecycle_evaluate(&question.policy, question.images, question.image_count,
                                     question.now, &arena, verdicts, &err);
    }
    arena_done(&arena);
    return 0;
}
