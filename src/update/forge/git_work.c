#include "update/forge/git_work.h"

#include <stdlib.h>

#include "update/forge/branch_name.h"
#include "update/forge/git_parts.h"
#include "update/forge/remote_url.h"

struct git_work *git_work_open(const char *folder, struct error *err)
{
    struct git_work *work = calloc(1, sizeof *work);
    if (!work) {
        error_set(err, ERROR_LIMIT, "out of memory");
        return NULL;
    }
    work->api = git_api_load(err);
    if (!work->api)
        goto failed;
    int code = work->api->repository_open_ext(&work->repository, folder, 0, NULL);
    if (code == GIT_ENOTFOUND) {
        error_set(err, ERROR_NOT_FOUND, "%s is in no git repository: run this inside of one",
                  folder);
        goto failed;
    }
    if (code != 0) {
        git_api_error(work->api, code, "opening the git repository", err);
        goto failed;
    }
    work->objects = work->repository;
    if (work->api->repository_workdir(work->repository))
        return work;
    error_set(err, ERROR_UNSUPPORTED, "%s is a bare git repository: a working tree is needed",
              folder);
failed:
    git_work_free(work);
    return NULL;
}

void git_work_free(struct git_work *work)
{
    if (!work)
        return;
    if (work->remote)
        work->api->remote_free(work->remote);
    git_scratch_remove(work);
    if (work->repository)
        work->api->repository_free(work->repository);
    free(work);
}

void git_work_cleanup(struct git_work **work)
{
    git_work_free(*work);
}

const char *git_work_folder(const struct git_work *work)
{
    return work->api->repository_workdir(work->repository);
}

static bool is_address(const char *name)
{
    return strpbrk(name, ":/") != NULL;
}

/* git takes a path from the top of the working tree, libgit2 from the working folder. */
static bool make_absolute(struct git_work *work, struct error *err)
{
    char text[REMOTE_URL_MAX + 4096];
    const char *url = work->api->remote_url(work->remote);
    if (url[0] == '/' || strstr(url, "://") || strchr(url, ':'))
        return true;
    snprintf(text, sizeof text, "%s%s", git_work_folder(work), url);
    work->api->remote_free(work->remote);
    work->remote = NULL;
    int code = work->api->remote_create_anonymous(&work->remote, work->repository, text);
    return code == 0 || git_api_error(work->api, code, "looking up the remote", err);
}

static bool open_remote(struct git_work *work, const char *name, struct error *err)
{
    int code = is_address(name)
                   ? work->api->remote_create_anonymous(&work->remote, work->repository, name)
                   : work->api->remote_lookup(&work->remote, work->repository, name);
    if (code == GIT_ENOTFOUND)
        return error_set(err, ERROR_NOT_FOUND,
                         "there is no remote \"%s\"; `git remote -v` lists them, --remote NAME "
                         "takes another",
                         name);
    return code == 0 ? is_address(name) || make_absolute(work, err)
                     : git_api_error(work->api, code, "looking up the remote", err);
}

bool git_work_remote_url(struct git_work *work, const char *remote, struct arena *arena,
                         struct slice *url, struct error *err)
{
    if (!work->remote && !open_remote(work, remote, err))
        return false;
    const char *text = work->api->remote_pushurl(work->remote);
    text = text ? text : work->api->remote_url(work->remote);
    *url = arena_copy(arena, slice_str(text));
    return url->at || arena_error(err);
}

/* ---- what the remote has ---- */

static bool take_branch(struct git_work *work, const git_remote_head *head, struct arena *arena,
                        struct error *err)
{
    struct slice name = slice_str(head->name);
    if (!slice_starts(name, SLICE("refs/heads/")))
        return true;
    name = slice_from(name, strlen("refs/heads/"));
    if (slice_equal(name, work->base))
        work->base_tip = head->oid;
    if (!branch_is_ours(name))
        return true;
    struct git_branch branch = {arena_copy(arena, name), head->oid};
    return (branch.name.at &&
            ARENA_PUSH(arena, work->branches, work->branch_count, work->branch_room, branch)) ||
           arena_error(err);
}

/* --base, or the branch that the remote's HEAD is. */
static bool choose_base(struct git_work *work, struct arena *arena, struct error *err)
{
    git_buf name = GIT_BUF_INIT;
    const char *prefix = "refs/heads/";
    if (work->options.base) {
        work->base = slice_str(work->options.base);
        return true;
    }
    int code = work->api->remote_default_branch(&name, work->remote);
    if (code != 0)
        return error_set(err, ERROR_NOT_FOUND,
                         "the remote has no default branch (is it empty?); say --base BRANCH");
    struct slice full = slice_of(name.ptr, name.size);
    work->base = arena_copy(
        arena, slice_starts(full, slice_str(prefix)) ? slice_from(full, strlen(prefix)) : full);
    work->api->buf_dispose(&name);
    return work->base.at || arena_error(err);
}

static bool list_branches(struct git_work *work, struct arena *arena, struct error *err)
{
    const git_remote_head **heads;
    size_t count;
    int code = work->api->remote_ls(&heads, &count, work->remote);
    if (code != 0)
        return git_api_error(work->api, code, "asking the remote for its branches", err);
    if (count > REMOTE_BRANCHES_MAX)
        return error_set(err, ERROR_LIMIT, "the remote has over %d references",
                         REMOTE_BRANCHES_MAX);
    if (!choose_base(work, arena, err))
        return false;
    for (size_t i = 0; i < count; i++)
        if (!take_branch(work, heads[i], arena, err))
            return false;
    if (work->api->oid_is_zero(&work->base_tip))
        return error_set(err, ERROR_NOT_FOUND,
                         "the remote has no branch \"%.*s\"; --base takes another",
                         SLICE_ARG(work->base));
    return true;
}

/* ---- fetching, objects only ---- */

static bool is_here(struct git_work *work, const git_oid *id)
{
    git_odb *store = NULL;
    if (work->api->repository_odb(&store, work->objects) != 0)
        return false;
    bool here = work->api->odb_exists(store, id) == 1;
    work->api->odb_free(store);
    return here;
}

static bool fetch(struct git_work *work, struct slice branch, struct error *err)
{
    char text[1024];
    char *list[] = {text};
    git_strarray specs = {list, 1};
    git_fetch_options options = GIT_FETCH_OPTIONS_INIT;
    options.callbacks = git_callbacks(work);
    options.custom_headers = git_headers(work);
    options.follow_redirects = GIT_REMOTE_REDIRECT_NONE;
    options.download_tags = GIT_REMOTE_DOWNLOAD_TAGS_NONE;
    if (snprintf(text, sizeof text, "refs/heads/%.*s", SLICE_ARG(branch)) >= (int)sizeof text)
        return error_set(err, ERROR_LIMIT, "the branch's name is too long");
    int code = work->api->remote_download(work->remote, &specs, &options);
    if (code == 0)
        return true;
    return git_api_error(work->api, code, "fetching", err);
}

static bool fetch_missing(struct git_work *work, struct error *err)
{
    if (!is_here(work, &work->base_tip) && !fetch(work, work->base, err))
        return error_add(err, "branch %.*s", SLICE_ARG(work->base));
    for (size_t i = 0; i < work->branch_count; i++)
        if (!is_here(work, &work->branches[i].tip) && !fetch(work, work->branches[i].name, err))
            return error_add(err, "branch %.*s", SLICE_ARG(work->branches[i].name));
    return true;
}

/* What to do when the remote does not let us in. */
static bool connect_error(struct git_work *work, int code, struct error *err)
{
    int status = git_api_status(work->api);
    git_api_error(work->api, code, "connecting to the remote", err);
    if (code == GIT_EAUTH)
        return git_login_error(work, err);
    if (status == 403 || status == 404)
        return error_add(err,
                         "the remote shows no %.*s to the token: is its address right, and may the "
                         "token see it? It needs %s",
                         SLICE_ARG(work->options.shown), work->options.scopes);
    return false;
}

bool git_work_connect(struct git_work *work, const struct git_remote_options *options,
                      struct arena *arena, struct error *err)
{
    work->options = *options;
    if (!work->remote && !open_remote(work, options->remote, err))
        return false;
    if (options->ca_file &&
        work->api->libgit2_opts(GIT_OPT_SET_SSL_CERT_LOCATIONS, options->ca_file, NULL) != 0)
        return git_api_error(work->api, -1, "reading the certificates of --ca-file", err);
    if (work->api->repository_is_shallow(work->repository) == 1 && !git_scratch_open(work, err))
        return false;
    if (!git_header_make(work, err))
        return false;
    git_remote_callbacks callbacks = git_callbacks(work);
    int code = git_connect(work, GIT_DIRECTION_FETCH, &callbacks);
    if (code != 0)
        return connect_error(work, code, err);
    bool fine = list_branches(work, arena, err) && fetch_missing(work, err);
    work->api->remote_disconnect(work->remote);
    return fine;
}

struct slice git_work_base(const struct git_work *work)
{
    return work->base;
}

const struct git_branch *git_branch_find(const struct git_work *work, struct slice branch)
{
    for (size_t i = 0; i < work->branch_count; i++)
        if (slice_equal(work->branches[i].name, branch))
            return &work->branches[i];
    return NULL;
}
