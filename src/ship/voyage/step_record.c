/* The step record: what was shipped stays known, beyond the next run. */
#include "base/clock.h"
#include "base/file.h"
#include "ship/voyage/steps.h"

static struct slice release_path(const struct voyage_job *job)
{
    struct slice release = job->release;
    return arena_printf(job->arena, "%s/releases/%.*s.json", job->folder, SLICE_ARG(release));
}

bool record_step_tell(struct voyage_job *job, struct slice *lines, struct error *err)
{
    *lines = arena_printf(job->arena, "write %.*s", SLICE_ARG(release_path(job)));
    return lines->at || arena_error(err);
}

enum voyage_outcome record_step_run(struct voyage_job *job, struct voyage_mark *mark,
                                    struct error *err)
{
    const char *folder = arena_printf(job->arena, "%s/releases", job->folder).at;
    struct slice path = release_path(job);
    if (!folder || !path.at) {
        arena_error(err);
        return VOYAGE_FAILED;
    }
    job->record.finished = clock_format(clock_now(), job->arena);
    mark->outcome = VOYAGE_PASSED;
    voyage_say(job, mark, "%.*s", SLICE_ARG(path));
    if (!file_make_folder(folder, err) || !voyage_record_write(path.at, &job->record, err)) {
        job->record.finished = SLICE("");
        return VOYAGE_FAILED;
    }
    return VOYAGE_PASSED;
}
