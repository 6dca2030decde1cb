/* All readers of what servers say to the doctor; the first byte chooses one. */
#include "ship/doctor/answers.h"

#include "net/aws.h"
#include "ship/doctor/probe.h"
#include "ship/doctor/secrets.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_xml(struct slice text, struct arena *arena)
{
    struct slice found, *list;
    size_t count;
    aws_xml_text(text, "Arn", &found);
    answer_document(text, "PolicyDocument", arena, &found);
    answer_members(text, "PolicyNames", "member", arena, &list, &count);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena;
    struct slice text, found;
    struct error err;
    uint64_t count, window;
    int64_t when;
    if (!size)
        return 0;
    arena_init(&arena, (size_t)64 << 20);
    text = slice_of(data + 1, size - 1);
    switch (data[0] % 7) {
    case 0:
        answer_rate(text, &count, &window);
        probe_date(text, &when);
        break;
    case 1:
        answer_token_end(text, &arena, &when);
        break;
    case 2:
        answer_image_status(text, &arena, &found, &err);
        break;
    case 3:
        answer_policy_text(text, &arena, &found, &err);
        break;
    case 4:
        read_xml(text, &arena);
        break;
    case 5:
        answer_lifecycle(text, &arena);
        answer_trusts(text, SLICE("ecs-tasks.amazonaws.com"));
        break;
    default: {
        struct secrets secrets = {.arena = &arena};
        secrets_add(&secrets, slice_upto(text, text.len / 2));
        secrets_hide(&secrets, text);
    }
    }
    arena_done(&arena);
    return 0;
}
