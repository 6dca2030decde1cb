/* See input.h: what a step works on. */
#include "ship/voyage/input.h"

#include "base/file.h"

bool voyage_gate_is_standard(const struct voyage_job *job)
{
    const struct voyage_options *options = job->options;
    return !options->fail_on.count && !job->image->gate.said && !options->fail_on_standard.count;
}

/* Command line, then the image's own, then what is said for every scan, then the guide's. */
struct slice voyage_gate(const struct voyage_job *job)
{
    const struct voyage_options *options = job->options;
    const struct project_words *words = &options->fail_on;
    if (voyage_gate_is_standard(job))
        return SLICE("critical,high");
    if (!words->count)
        words = job->image->gate.said ? &job->image->gate.fail_on : &options->fail_on_standard;
    if (words->count == 1 && slice_equal_str(words->items[0], "none"))
        return SLICE("");
    return arena_join(job->arena, words->items, words->count, ",");
}

static void add(struct sha256 *hash, struct slice text)
{
    uint64_t len = text.len;
    sha256_add(hash, &len, sizeof len);
    sha256_add(hash, text.at ? text.at : "", text.len);
}

static void add_argv(struct sha256 *hash, const struct project_command *command)
{
    for (const char *const *word = command->argv; word && *word; word++)
        add(hash, slice_str(*word));
}

/* A compose file that cannot be read is said by the test, not here. */
static void add_test(const struct voyage_job *job, struct sha256 *hash)
{
    const struct project_test *test = &job->image->test;
    struct slice bytes = SLICE("");
    struct error ignored;
    add_argv(hash, &test->command);
    add(hash, slice_str(test->compose));
    add(hash, test->health);
    if (test->compose && file_read(test->compose, 1 << 20, job->arena, &bytes, &ignored))
        add(hash, bytes);
}

struct slice voyage_input(const struct voyage_job *job, enum voyage_step_id id)
{
    struct sha256 hash;
    struct digest digest;
    sha256_init(&hash);
    add(&hash, slice_str(voyage_step_name(id)));
    add(&hash, digest_slice(&job->source));
    if (id == VOYAGE_GATE)
        add(&hash, voyage_gate(job));
    if (id == VOYAGE_TEST)
        add_test(job, &hash);
    if (id >= VOYAGE_TAG) {
        add(&hash, job->release);
        add(&hash, job->image->repository);
    }
    if (id == VOYAGE_DEPLOY)
        add_argv(&hash, &job->image->deploy);
    sha256_finish(&hash, &digest);
    sha256_done(&hash);
    return arena_copy(job->arena, digest_slice(&digest));
}
