/*
 * What is kept beside the image in its registry: the SBOM and the scan that the gate judged, as
 * referrers of what was pushed; and cosign's signature, where cosign is installed. No tag has moved
 * by then: what fails here stops the step, and is done again by --from push.
 */
#include <unistd.h>

#include "base/file.h"
#include "base/process.h"
#include "ship/push/cosign.h"
#include "ship/push/referrer.h"
#include "ship/voyage/steps.h"

static bool make_sbom(struct voyage_job *job, const char *path, struct error *err)
{
    struct voyage_words words;
    int code;
    words_begin(&words, job, "sbom");
    words_add(&words, "--offline");
    if (job->image->platforms.count > 1)
        words_add(&words, "--all-platforms");
    words_add(&words, "--format");
    words_add(&words, arena_printf(job->arena, "cyclonedx=%s", path).at);
    words_add(&words, job->record.source.at);
    return words_run(&words, job, &code, err);
}

static bool attach_file(struct voyage_job *job, struct destination *destination,
                        const struct registry_manifest *subject, const char *path,
                        struct error *err)
{
    struct arena scratch CLEANUP_ARENA;
    struct referrer referrer;
    struct referrer_result result;
    arena_init(&scratch, (size_t)3 * REFERRER_MAX);
    if (!file_read(path, REFERRER_MAX, &scratch, &referrer.bytes, err))
        return false;
    referrer.type = referrer_type_of(referrer.bytes);
    if (!referrer_attach(destination, subject, &referrer, &scratch, &result, err))
        return error_add(err, "attaching %s to the image", path);
    struct voyage_attached *kept = &job->record.attached[job->record.attached_count++];
    kept->type = arena_copy(job->arena, referrer.type);
    kept->digest = arena_copy(job->arena, digest_slice(&result.digest));
    return (kept->type.at && kept->digest.at) || arena_error(err);
}

static bool sign(struct voyage_job *job, struct destination *destination, struct error *err)
{
    struct digest digest;
    if (job->options->without_sign || !process_find("cosign", job->arena))
        return true;
    job->record.is_signed = digest_parse(&digest, job->record.digest, err) &&
                            cosign_sign(destination, &digest, job->arena, err);
    return job->record.is_signed;
}

bool voyage_attach(struct voyage_job *job, struct destination *destination,
                   const struct registry_manifest *subject, struct error *err)
{
    const char *sbom = arena_printf(job->arena, "%s/sbom.cdx.json", job->folder).at;
    /* The gate's knows the exceptions; without a gate, that of scan. `push` alone may have none. */
    bool judged = job->record.steps[VOYAGE_GATE].outcome == VOYAGE_PASSED;
    bool scanned = judged || job->record.steps[VOYAGE_SCAN].outcome == VOYAGE_PASSED;
    const char *scan =
        arena_printf(job->arena, "%s/%s.json", job->folder, judged ? "gate" : "scan").at;
    if (!sbom || !scan)
        return arena_error(err);
    job->record.attached_count = 0;
    job->record.is_signed = false;
    if (!job->options->without_attach &&
        (!make_sbom(job, sbom, err) || !attach_file(job, destination, subject, sbom, err)))
        return false;
    if (!job->options->without_attach && scanned && access(scan, R_OK) == 0 &&
        !attach_file(job, destination, subject, scan, err))
        return false;
    return sign(job, destination, err);
}
