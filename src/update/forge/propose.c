#include "update/forge/propose.h"

#include "update/forge/branch_name.h"
#include "update/forge/proposal.h"
#include "update/forge/propose_parts.h"

const char *propose_action_name(enum propose_action action, bool dry)
{
    static const char *const names[][2] = {
        [PROPOSE_OPENED] = {"opened", "would open"},
        [PROPOSE_UPDATED] = {"updated", "would update"},
        [PROPOSE_UNCHANGED] = {"unchanged", "unchanged"},
        [PROPOSE_CLOSED] = {"closed", "would close"},
        [PROPOSE_DONE] = {"done", "done"},
        [PROPOSE_LEFT] = {"left", "left"},
        [PROPOSE_FAILED] = {"failed", "failed"},
    };
    return names[action][dry];
}

bool propose_add_row(struct propose_job *job, struct propose_row row, struct error *err)
{
    struct propose_result *result = job->result;
    result->failed = result->failed || row.action == PROPOSE_FAILED;
    return ARENA_PUSH(job->arena, result->rows, result->count, result->room, row) ||
           arena_error(err);
}

bool propose_add_failure(struct propose_job *job, struct propose_row row, struct error *err)
{
    struct error ignored;
    bool is_over = err->kind == ERROR_DENIED || err->kind == ERROR_NETWORK ||
                   (err->kind == ERROR_BUSY && strstr(err->text, "no more requests"));
    row.action = PROPOSE_FAILED;
    row.reason = arena_copy(job->arena, slice_str(err->text));
    if (!propose_add_row(job, row, is_over ? &ignored : err))
        return false;
    return !is_over;
}

/* ---- opening ---- */

static bool choose_forge(struct propose_job *job, struct error *err)
{
    const char *name = job->options->forge;
    job->forge = name ? forge_find(name) : forge_of_host(job->remote.host);
    if (job->forge)
        return true;
    if (name)
        return error_set(err, ERROR_USAGE,
                         "--forge %s: it is github, gitlab, gitea, forgejo or bitbucket", name);
    if (!job->remote.host.len)
        return error_set(err, ERROR_USAGE,
                         "the remote %s is a path, with no forge behind it: --remote takes another",
                         job->options->remote);
    return error_set(err, ERROR_USAGE,
                     "which forge is %.*s? Say --forge github, gitlab, gitea, forgejo or bitbucket",
                     SLICE_ARG(job->remote.host));
}

static bool open_forge(struct propose_job *job, struct error *err)
{
    struct forge_options options = {.url = job->options->forge_url,
                                    .ca_file = job->options->ca_file,
                                    .wait_max = job->options->wait_max};
    job->result->unasked = job->options->dry_run && !forge_token(job->forge);
    return job->result->unasked ||
           forge_open(&job->session, job->forge, &job->remote, &options, job->arena, err);
}

bool propose_open(struct propose_job *job, struct error *err)
{
    struct slice url;
    job->git = git_work_open(job->options->folder, err);
    if (!job->git || !git_work_remote_url(job->git, job->options->remote, job->arena, &url, err) ||
        !remote_url_parse(url, job->arena, &job->remote, err) || !choose_forge(job, err))
        return false;
    forge_place(job->forge, &job->remote);
    if (!open_forge(job, err))
        return false;
    job->result->forge = slice_str(forge_name(job->forge));
    job->result->repository =
        arena_printf(job->arena, "%.*s%s%.*s", SLICE_ARG(job->remote.owner),
                     job->remote.owner.len ? "/" : "", SLICE_ARG(job->remote.name));
    return job->result->repository.at || arena_error(err);
}

void propose_close(struct propose_job *job)
{
    if (job->session.client)
        forge_close(&job->session);
    git_work_free(job->git);
}

static bool connect_git(struct propose_job *job, struct error *err)
{
    const char *token = forge_token(job->forge), *user = NULL, *password = NULL;
    if (token && !forge_git_login(job->forge, token, job->arena, &user, &password, err))
        return false;
    struct git_remote_options options = {.remote = job->options->remote,
                                         .base = job->options->base,
                                         .user = user,
                                         .token = password,
                                         .ca_file = job->options->ca_file,
                                         .shown = job->result->repository,
                                         .token_names = forge_token_names(job->forge),
                                         .scopes = forge_scopes(job->forge)};
    if (!git_work_connect(job->git, &options, job->arena, err))
        return false;
    job->result->base = git_work_base(job->git);
    return true;
}

/* ---- what is open ---- */

static const struct forge_item *find_ours(const struct propose_job *job, struct slice branch)
{
    for (size_t i = 0; i < job->open.count; i++)
        if (job->open.items[i].same_repository && slice_equal(job->open.items[i].branch, branch))
            return &job->open.items[i];
    return NULL;
}

/* Dependabot's or Renovate's for that image. One from a fork would let a stranger hold updates
   back: those do not count. */
static const struct forge_item *find_foreign(const struct propose_job *job, struct slice name,
                                             struct foreign_update *foreign)
{
    for (size_t i = 0; i < job->open.count; i++) {
        const struct forge_item *item = &job->open.items[i];
        *foreign = foreign_read(item->branch, item->title);
        if (item->same_repository && foreign_is_of(foreign, name))
            return item;
    }
    return NULL;
}

static struct propose_row row_of(const struct forge_item *item)
{
    return (struct propose_row){
        .title = item->title, .branch = item->branch, .number = item->number, .url = item->url};
}

/* Takes out the changes that somebody else has a pull request for, each with a row. */
static bool leave_foreign(struct propose_job *job, const struct update_change *changes,
                          size_t count, struct update_change *kept, size_t *kept_count,
                          struct error *err)
{
    *kept_count = 0;
    for (size_t i = 0; i < count; i++) {
        struct foreign_update foreign;
        const struct forge_item *item = find_foreign(job, changes[i].name, &foreign);
        if (!item) {
            kept[(*kept_count)++] = changes[i];
            continue;
        }
        struct propose_row row = row_of(item);
        row.action = PROPOSE_LEFT;
        row.reason =
            arena_printf(job->arena, "%s moves %.*s%s%.*s: not opened twice (newest: %.*s)",
                         foreign.tool, SLICE_ARG(changes[i].name), foreign.to.len ? " to " : "",
                         SLICE_ARG(foreign.to), SLICE_ARG(changes[i].to));
        if (!row.reason.at)
            return arena_error(err);
        if (!propose_add_row(job, row, err))
            return false;
    }
    return true;
}

/* ---- one proposal ---- */

/* Somebody else has gone on with it: nothing of theirs is moved, closed or removed. */
static bool leave_taken(struct propose_job *job, struct propose_row row, struct error *err)
{
    row.action = PROPOSE_LEFT;
    row.reason = SLICE("the branch has a commit that is not plimsoll's: left alone; delete "
                       "the branch to start anew");
    return propose_add_row(job, row, err);
}

/* The pull request is gone, then its branch; one that somebody else has gone on with stays. */
static bool close_pull(struct propose_job *job, const struct forge_item *item, const char *why,
                       struct error *err)
{
    struct propose_row row = row_of(item);
    struct slice comment = arena_printf(job->arena, "Closed by plimsoll: %s.", why);
    struct error kept;
    row.action = PROPOSE_CLOSED;
    row.reason = slice_str(why);
    if (!comment.at)
        return arena_error(err);
    if (!git_work_is_ours(job->git, item->branch))
        return leave_taken(job, row, err);
    if (!job->options->dry_run) {
        if (!forge_close_pull(&job->session, item->number, comment, err))
            return propose_add_failure(job, row, err);
        if (!git_work_delete(job->git, item->branch, &kept))
            row.reason = arena_printf(job->arena, "%s; its branch stays: %s", why, kept.text);
    }
    return propose_add_row(job, row, err);
}

/* What the forge keeps of a body: blanks at line ends and breaks may be others. */
static bool same_words(struct slice a, struct slice b)
{
    a = slice_trim(a);
    b = slice_trim(b);
    while (a.len && b.len) {
        struct slice one = slice_cut_line(&a), other = slice_cut_line(&b);
        if (!slice_equal(slice_trim(one), slice_trim(other)))
            return false;
    }
    return a.len == b.len;
}

static bool open_pull(struct propose_job *job, const struct forge_text *text,
                      struct propose_row *row, struct error *err)
{
    struct forge_item made = {0};
    row->action = PROPOSE_OPENED;
    if (job->options->dry_run)
        return true;
    if (!forge_create_pull(&job->session, text, &made, err)) {
        /* Perhaps another run was quicker: then it is there now. */
        struct error ignored;
        struct forge_items now = {0};
        if (err->kind != ERROR_UNSUPPORTED || !forge_list_pulls(&job->session, &now, &ignored))
            return false;
        job->open = now;
        const struct forge_item *found = find_ours(job, text->branch);
        if (!found)
            return false;
        made = *found;
        row->action = PROPOSE_UNCHANGED;
    }
    row->number = made.number;
    row->url = made.url;
    return true;
}

static bool write_pull(struct propose_job *job, const struct proposal *proposal,
                       const struct forge_item *item, bool pushed, struct propose_row *row,
                       struct error *err)
{
    struct forge_text text = {.title = proposal->title,
                              .body = proposal->body,
                              .branch = proposal->branch,
                              .base = job->result->base};
    if (!item)
        return open_pull(job, &text, row, err);
    bool same = slice_equal(item->title, text.title) && same_words(item->body, text.body);
    row->number = item->number;
    row->url = item->url;
    row->action = pushed || !same ? PROPOSE_UPDATED : PROPOSE_UNCHANGED;
    return same || job->options->dry_run ||
           forge_update_pull(&job->session, item->number, &text, err);
}

static bool propose_made(struct propose_job *job, const struct proposal *proposal,
                         const struct forge_item *item, const struct git_commit_made *commit,
                         struct propose_row row, struct error *err)
{
    bool push = commit->state == COMMIT_MADE;
    if (push && !job->options->dry_run && !git_work_push(job->git, proposal->branch, commit, err))
        return propose_add_failure(job, row, err);
    if (!write_pull(job, proposal, item, push, &row, err))
        return propose_add_failure(job, row, err);
    return propose_add_row(job, row, err);
}

static bool propose_one(struct propose_job *job, const struct proposal *proposal, struct error *err)
{
    const struct forge_item *item = find_ours(job, proposal->branch);
    struct git_commit_made commit;
    struct git_commit_wish wish = {.branch = proposal->branch,
                                   .message = proposal->message,
                                   .changes = proposal->changes,
                                   .count = proposal->count};
    struct propose_row row = {.title = proposal->title, .branch = proposal->branch};
    if (item) {
        row.number = item->number;
        row.url = item->url;
    }
    if (!git_work_commit(job->git, &wish, job->options->dry_run, job->arena, &commit, err))
        return propose_add_failure(job, row, err);
    if (commit.state == COMMIT_DONE && item)
        return close_pull(job, item, "the base branch has it already", err);
    if (commit.state == COMMIT_DONE) {
        row.action = PROPOSE_DONE;
        return propose_add_row(job, row, err);
    }
    if (commit.state == COMMIT_FOREIGN)
        return leave_taken(job, row, err);
    return propose_made(job, proposal, item, &commit, row, err);
}

/* ---- the run ---- */

static bool is_proposed(struct slice branch, const struct proposal *proposals, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (slice_equal(proposals[i].branch, branch))
            return true;
    return false;
}

/* What is open and was not proposed again is done. */
static bool close_done(struct propose_job *job, const struct proposal *proposals, size_t count,
                       struct error *err)
{
    for (size_t i = 0; job->options->complete && i < job->open.count; i++) {
        const struct forge_item *item = &job->open.items[i];
        bool grouped = job->options->group && count > 0;
        if (!item->same_repository || !branch_is_ours(item->branch) ||
            !slice_equal(item->base, job->result->base) ||
            is_proposed(item->branch, proposals, count))
            continue;
        if (!close_pull(job, item,
                        grouped ? "it is part of the grouped pull request now, or is done"
                                : "nothing that is newer is left to do here",
                        err))
            return false;
    }
    return true;
}

static bool run(struct propose_job *job, const struct update_change *changes, size_t count,
                struct error *err)
{
    struct proposal *proposals;
    size_t made, kept_count;
    struct update_change *kept = arena_array(job->arena, count + 1, sizeof *kept);
    if (!kept)
        return arena_error(err);
    if (!propose_open(job, err) || !connect_git(job, err) ||
        (job->session.client && !forge_list_pulls(&job->session, &job->open, err)) ||
        !leave_foreign(job, changes, count, kept, &kept_count, err) ||
        !proposal_make(kept, kept_count, job->options->group, job->arena, &proposals, &made, err))
        return false;
    struct forge_items open = job->open;
    for (size_t i = 0; i < made; i++)
        if (!propose_one(job, &proposals[i], err))
            return false;
    job->open = open;
    return close_done(job, proposals, made, err);
}

bool propose_pulls(const struct update_change *changes, size_t count,
                   const struct propose_options *options, struct arena *arena,
                   struct propose_result *result, struct error *err)
{
    struct propose_job job = {.options = options, .arena = arena, .result = result};
    *result = (struct propose_result){0};
    bool fine = run(&job, changes, count, err);
    propose_close(&job);
    return fine;
}
