/* The first byte says which kind of policy; what is taken must be judged. */
#include "registry/auth/policy.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const actions[] = {"ecr:PutImage", "sts:AssumeRole"};
    struct arena arena;
    struct policy *policy;
    struct error err;
    const struct caller callers[] = {
        {.kind = CALLER_USER,
         .name = SLICE("ci"),
         .account = SLICE("123456789012"),
         .arn = SLICE("arn:aws:iam::123456789012:user/ci"),
         .address = SLICE("10.0.0.1")},
        {.kind = CALLER_ROLE,
         .name = SLICE("r/s"),
         .account = SLICE("123456789012"),
         .arn = SLICE("arn:aws:sts::123456789012:assumed-role/r/s"),
         .address = SLICE("::1")},
        {.kind = CALLER_ANONYMOUS},
    };
    if (size == 0)
        return 0;
    arena_init(&arena, 16 << 20);
    if (access_policy_parse(slice_of(data + 1, size - 1), (enum policy_kind)(data[0] & 3), &arena,
                            &policy, &err))
        for (size_t i = 0; i < 6; i++) {
            struct policy_question question = {
                .action = actions[i / 3],
                .resource = SLICE("arn:aws:ecr:us-east-1:123456789012:repository/a"),
                .who = &callers[i % 3],
                .now = 1.8e9,
                .external_id = SLICE("x")};
            (void)policy_judge(policy, &question);
        }
    arena_done(&arena);
    return 0;
}
