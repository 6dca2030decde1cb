#include <ftw.h>
#include <stdlib.h>
#include <unistd.h>

#include "update/forge/git_parts.h"

static int remove_one(const char *path, const struct stat *status, int kind, struct FTW *place)
{
    (void)status;
    (void)kind;
    (void)place;
    return remove(path);
}

void git_scratch_remove(struct git_work *work)
{
    enum { DESCRIPTORS = 16 };
    if (work->objects && work->objects != work->repository)
        work->api->repository_free(work->objects);
    if (work->scratch[0])
        nftw(work->scratch, remove_one, DESCRIPTORS, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
    work->objects = work->repository;
    work->scratch[0] = '\0';
}

/* The remote again, of the other repository. */
static int move_remote(struct git_work *work)
{
    git_remote *moved = NULL;
    int code = work->api->remote_create_anonymous(&moved, work->objects,
                                                  work->api->remote_url(work->remote));
    if (code != 0)
        return code;
    work->api->remote_free(work->remote);
    work->remote = moved;
    return 0;
}

bool git_scratch_open(struct git_work *work, struct error *err)
{
    const char *folder = getenv("TMPDIR");
    char name[sizeof work->scratch];
    git_repository *made = NULL;
    if (work->scratch[0])
        return true;
    int length = snprintf(name, sizeof name, "%s/plimsoll-git.XXXXXX",
                          folder && folder[0] ? folder : "/tmp");
    if (length >= (int)sizeof name || !mkdtemp(name))
        return error_errno(err, "making a folder for a whole copy of the base branch");
    memcpy(work->scratch, name, sizeof name);
    int code = work->api->repository_init(&made, name, 1);
    if (code == 0) {
        work->objects = made;
        code = move_remote(work);
    }
    return code == 0 || git_api_error(work->api, code, "making a copy of the base branch", err);
}
