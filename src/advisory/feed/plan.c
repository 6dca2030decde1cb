/* Jobs and their files (feed.h). */
#include <sys/stat.h>

#include "advisory/feed/feed.h"

static struct feed_job *find_job(struct feed_plan *plan, const struct feed *feed, struct slice name)
{
    for (size_t i = 0; i < plan->job_count; i++)
        if (slice_equal(plan->jobs[i].name, name))
            return &plan->jobs[i];
    struct feed_job job = {.feed = feed, .name = arena_copy(plan->arena, name)};
    if (!job.name.at || !ARENA_PUSH(plan->arena, plan->jobs, plan->job_count, plan->job_room, job))
        return NULL;
    return &plan->jobs[plan->job_count - 1];
}

static bool add_file(struct feed_plan *plan, const struct feed *feed, struct slice name,
                     struct feed_file file, struct error *err)
{
    struct feed_job *job = find_job(plan, feed, name);
    for (size_t i = 0; job && i < job->file_count; i++)
        if (slice_equal(job->files[i].where, file.where))
            return true;
    if (!job || !ARENA_PUSH(plan->arena, job->files, job->file_count, job->file_room, file))
        return arena_error(err);
    job->size += file.size;
    return true;
}

bool feed_plan_file(struct feed_plan *plan, const struct feed *feed, struct slice name,
                    const char *url, const char *path, bool optional, struct error *err)
{
    struct feed_file file = {.optional = optional};
    struct stat about;
    if (!plan->mirror) {
        file.where = arena_copy(plan->arena, slice_str(url));
        if (!file.where.at)
            return arena_error(err);
        return !url || add_file(plan, feed, name, file, err);
    }
    if (!path)
        return true;
    if (!mirror_join(plan->mirror, path, plan->arena, &file.where, err))
        return false;
    if (!plan->mirror->is_url) {
        if (stat(file.where.at, &about) != 0)
            return true;
        file.size = (uint64_t)about.st_size;
    }
    /* What a mirror does not have is no failure of the update: it is told as "not there". */
    file.optional |= plan->mirror->is_url;
    return add_file(plan, feed, name, file, err);
}

bool feed_plan_folder(struct feed_plan *plan, const struct feed *feed, struct slice name,
                      const char *pattern, bool *listed, struct error *err)
{
    struct mirror_name *names;
    size_t count;
    *listed = plan->mirror && !plan->mirror->is_url;
    if (!*listed)
        return true;
    if (!mirror_list(plan->mirror, pattern, plan->arena, &names, &count, err))
        return false;
    for (size_t i = 0; i < count; i++) {
        struct feed_file file = {.size = names[i].size};
        if (!mirror_join(plan->mirror, names[i].path.at, plan->arena, &file.where, err) ||
            !add_file(plan, feed, name, file, err))
            return false;
    }
    return true;
}
