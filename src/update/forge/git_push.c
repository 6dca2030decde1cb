/*
 * Pushing with a lease: what the remote says the branch is, in the connection of the push itself,
 * must be what we saw; the server in turn refuses when it moves before the new value is written.
 */
#include "update/forge/git_parts.h"

static int on_negotiation(const git_push_update **updates, size_t count, void *payload)
{
    struct git_work *work = payload;
    for (size_t i = 0; i < count; i++) {
        bool zero = work->api->oid_is_zero(&updates[i]->src);
        work->moved =
            work->moved ||
            (work->has_expected ? !work->api->oid_equal(&updates[i]->src, &work->expected) : !zero);
    }
    return work->moved ? GIT_EUSER : 0;
}

static int on_answer(const char *name, const char *status, void *payload)
{
    struct git_work *work = payload;
    (void)name;
    if (status)
        snprintf(work->rejection, sizeof work->rejection, "%s", status);
    return 0;
}

/* What hooks say, as git shows it behind "remote: "; line ends become blanks. */
static int on_remark(const char *text, int length, void *payload)
{
    struct git_work *work = payload;
    size_t at = strlen(work->remarks);
    for (int i = 0; i < length && at + 1 < sizeof work->remarks; i++) {
        char c = text[i] == '\n' || text[i] == '\r' ? ' ' : text[i];
        if (c != ' ' || (at && work->remarks[at - 1] != ' '))
            work->remarks[at++] = c;
    }
    work->remarks[at] = '\0';
    return 0;
}

/* Gitea says "error:", "error: Not allowed to push …", "error:". */
static struct slice remarks_of(const struct git_work *work)
{
    struct slice mark = SLICE("error:"), words = slice_trim(slice_str(work->remarks));
    while (slice_starts(words, mark))
        words = slice_trim(slice_from(words, mark.len));
    while (slice_ends(words, mark))
        words = slice_trim(slice_upto(words, words.len - mark.len));
    return words;
}

static bool push_error(struct git_work *work, int code, struct slice branch, struct error *err)
{
    struct slice remarks = remarks_of(work);
    if (work->moved)
        return error_set(err, ERROR_BUSY,
                         "branch %.*s was moved by somebody else meanwhile: left alone; run it "
                         "again",
                         SLICE_ARG(branch));
    if (work->rejection[0])
        return error_set(err, ERROR_DENIED,
                         "the remote takes no push to %.*s: %s (is it a protected branch?)%s%.*s",
                         SLICE_ARG(branch), work->rejection, remarks.len ? ": " : "",
                         SLICE_ARG(remarks));
    int status = git_api_status(work->api);
    git_api_error(work->api, code, "pushing", err);
    if (code == GIT_EAUTH)
        git_login_error(work, err);
    if (status == 403 || status == 404)
        error_add(
            err,
            "%.*s takes no push: it is archived or a mirror, or the token may only read it; it "
            "needs %s",
            SLICE_ARG(work->options.shown), work->options.scopes);
    return error_add(err, "branch %.*s", SLICE_ARG(branch));
}

static bool push(struct git_work *work, const char *spec, struct slice branch, struct error *err)
{
    char *list[] = {(char *)spec};
    git_strarray specs = {list, 1};
    git_push_options options = GIT_PUSH_OPTIONS_INIT;
    options.callbacks = git_callbacks(work);
    options.callbacks.push_negotiation = on_negotiation;
    options.callbacks.push_update_reference = on_answer;
    options.callbacks.sideband_progress = on_remark;
    options.pb_parallelism = 1;
    options.custom_headers = git_headers(work);
    options.follow_redirects = GIT_REMOTE_REDIRECT_NONE;
    work->moved = false;
    work->rejection[0] = work->remarks[0] = '\0';
    int code = git_connect(work, GIT_DIRECTION_PUSH, &options.callbacks);
    if (code == 0)
        code = work->api->remote_upload(work->remote, &specs, &options);
    work->api->remote_disconnect(work->remote);
    return (code == 0 && !work->rejection[0]) || push_error(work, code, branch, err);
}

static bool spec_of(char *spec, size_t room, const char *from, struct slice branch,
                    struct error *err)
{
    int length = snprintf(spec, room, "%s:refs/heads/%.*s", from, SLICE_ARG(branch));
    return (length > 0 && (size_t)length < room) ||
           error_set(err, ERROR_LIMIT, "the branch's name is too long");
}

/* libgit2 pushes references only: one of our own, named by the commit, for as long as it takes. */
static bool hold_commit(struct git_work *work, const char *id, git_reference **reference,
                        struct error *err)
{
    git_oid commit;
    char name[80];
    snprintf(name, sizeof name, "refs/plimsoll/%s", id);
    int code = work->api->oid_fromstr(&commit, id);
    if (code == 0)
        code = work->api->reference_create(reference, work->objects, name, &commit, 1, NULL);
    return code == 0 || git_api_error(work->api, code, "writing to the git repository", err);
}

bool git_work_push(struct git_work *work, struct slice branch, const struct git_commit_made *made,
                   struct error *err)
{
    char spec[1024], from[80];
    git_reference *reference = NULL;
    const struct git_branch *known = git_branch_find(work, branch);
    work->has_expected = known != NULL;
    if (known)
        work->expected = known->tip;
    snprintf(from, sizeof from, "+refs/plimsoll/%s", made->id);
    if (!spec_of(spec, sizeof spec, from, branch, err) ||
        !hold_commit(work, made->id, &reference, err))
        return false;
    bool fine = push(work, spec, branch, err);
    work->api->reference_delete(reference);
    work->api->reference_free(reference);
    return fine;
}

bool git_work_is_ours(struct git_work *work, struct slice branch)
{
    const struct git_branch *known = git_branch_find(work, branch);
    return !known || git_tip_is_ours(work, &known->tip);
}

bool git_work_delete(struct git_work *work, struct slice branch, struct error *err)
{
    char spec[1024];
    const struct git_branch *known = git_branch_find(work, branch);
    if (!known)
        return true;
    if (!git_work_is_ours(work, branch))
        return error_set(err, ERROR_BUSY,
                         "branch %.*s has a commit that is not plimsoll's: left alone",
                         SLICE_ARG(branch));
    work->has_expected = true;
    work->expected = known->tip;
    return spec_of(spec, sizeof spec, "", branch, err) && push(work, spec, branch, err);
}
