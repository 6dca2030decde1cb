/* A commit on top of the base in which just the bytes of some edits are others. */
#include <stdlib.h>

#include "base/clock.h"
#include "base/file.h"
#include "update/forge/edit_place.h"
#include "update/forge/git_parts.h"

enum { FILE_MAX = 16 * 1024 * 1024, FILES_MAX = 10000 };

struct changed_file {
    char *path; /* in the repository */
    struct update_edit *edits;
    size_t edit_count, edit_room;
    struct slice made; /* bytes on the branch */
    git_filemode_t mode;
    git_oid blob;
    size_t left; /* edits that the base has not */
};

struct commit_work {
    struct git_work *git;
    struct arena *arena;
    struct changed_file *files;
    size_t count, room;
    git_tree *base;
};

/* ---- which files ---- */

/* "/srv/app/docker/Dockerfile" → "docker/Dockerfile". */
static char *path_inside(struct commit_work *work, struct slice path, struct error *err)
{
    char *text = arena_string(work->arena, path);
    if (!text) {
        arena_error(err);
        return NULL;
    }
    char *real = realpath(text, NULL);
    char *top = realpath(git_work_folder(work->git), NULL);
    size_t length = top ? strlen(top) : 0;
    char *inside = NULL;
    if (!real || !top)
        error_errno(err, "%s", text);
    else if (strncmp(real, top, length) != 0 || real[length] != '/')
        error_set(err, ERROR_USAGE, "%s is outside of the git repository %s", text, top);
    else if (!(inside = arena_string(work->arena, slice_str(real + length + 1))))
        arena_error(err);
    free(real);
    free(top);
    return inside;
}

static struct changed_file *file_of(struct commit_work *work, struct slice path, struct error *err)
{
    struct changed_file file = {.path = path_inside(work, path, err)};
    if (!file.path)
        return NULL;
    for (size_t i = 0; i < work->count; i++)
        if (strcmp(work->files[i].path, file.path) == 0)
            return &work->files[i];
    if (work->count >= FILES_MAX) {
        error_set(err, ERROR_LIMIT, "one commit would change over %d files", FILES_MAX);
        return NULL;
    }
    if (!ARENA_PUSH(work->arena, work->files, work->count, work->room, file)) {
        arena_error(err);
        return NULL;
    }
    return &work->files[work->count - 1];
}

static bool collect(struct commit_work *work, const struct update_change *change, struct error *err)
{
    for (size_t i = 0; i < change->edit_count; i++) {
        struct changed_file *file = file_of(work, change->edits[i].path, err);
        if (!file)
            return false;
        if (!ARENA_PUSH(work->arena, file->edits, file->edit_count, file->edit_room,
                        change->edits[i]))
            return arena_error(err);
    }
    return true;
}

/* ---- their bytes ---- */

static bool read_blob(struct commit_work *work, const git_oid *id, struct slice *bytes,
                      struct error *err)
{
    const struct git_api *api = work->git->api;
    git_blob *blob = NULL;
    int code = api->blob_lookup(&blob, work->git->objects, id);
    if (code != 0)
        return git_api_error(api, code, "reading a file of the remote's branch", err);
    git_object_size_t size = api->blob_rawsize(blob);
    bool fine = size <= FILE_MAX;
    if (!fine)
        error_set(err, ERROR_LIMIT, "the file is over 16 MiB");
    else if (!(*bytes = arena_copy(work->arena, slice_of(api->blob_rawcontent(blob), size))).at)
        fine = arena_error(err);
    api->blob_free(blob);
    return fine;
}

/* False without err when `tree` has no such file. */
static bool find_file(struct commit_work *work, git_tree *tree, const char *path, git_oid *id,
                      git_filemode_t *mode)
{
    const struct git_api *api = work->git->api;
    git_tree_entry *entry = NULL;
    if (api->tree_entry_bypath(&entry, tree, path) != 0)
        return false;
    api->oid_cpy(id, api->tree_entry_id(entry));
    *mode = api->tree_entry_filemode(entry);
    api->tree_entry_free(entry);
    return *mode == GIT_FILEMODE_BLOB || *mode == GIT_FILEMODE_BLOB_EXECUTABLE;
}

static bool keep_places(struct changed_file *file, struct update_edit *moved,
                        const enum edit_place *places, struct slice base, struct error *err)
{
    for (size_t i = 0; i < file->edit_count; i++) {
        if (places[i] == EDIT_NOWHERE)
            return error_set(err, ERROR_BUSY,
                             "%s: the line with \"%.*s\" is another on branch %.*s: push or pull "
                             "first",
                             file->path, SLICE_ARG(slice_upto(file->edits[i].old_text, 200)),
                             SLICE_ARG(base));
        if (places[i] == EDIT_HERE)
            moved[file->left++] = moved[i];
    }
    return true;
}

static bool make_file(struct commit_work *work, struct changed_file *file, struct error *err)
{
    git_oid id;
    struct slice ours, theirs;
    struct update_edit *moved = arena_array(work->arena, file->edit_count, sizeof *moved);
    enum edit_place *places = arena_array(work->arena, file->edit_count, sizeof *places);
    char *path = arena_string(work->arena, file->edits[0].path);
    if (!moved || !places || !path)
        return arena_error(err);
    if (!find_file(work, work->base, file->path, &id, &file->mode))
        return error_set(err, ERROR_NOT_FOUND,
                         "%s is not on branch %.*s of the remote: commit and push it first",
                         file->path, SLICE_ARG(work->git->base));
    return file_read(path, FILE_MAX, work->arena, &ours, err) &&
           read_blob(work, &id, &theirs, err) &&
           edit_place_find(ours, theirs, file->edits, file->edit_count, work->arena, moved, places,
                           err) &&
           keep_places(file, moved, places, work->git->base, err) &&
           update_apply(theirs, moved, file->left, work->arena, &file->made, err);
}

/* ---- the branch as it is ---- */

bool git_tip_is_ours(struct git_work *work, const git_oid *tip)
{
    const struct git_api *api = work->api;
    git_commit *commit = NULL;
    char tree[41], trailer[80];
    if (api->commit_lookup(&commit, work->objects, tip) != 0)
        return false;
    api->oid_tostr(tree, sizeof tree, api->commit_tree_id(commit));
    int length = snprintf(trailer, sizeof trailer, "\n" TREE_TRAILER "%s\n", tree);
    struct slice message = slice_str(api->commit_message(commit));
    bool ours = api->commit_parentcount(commit) == 1 &&
                slice_ends(message, slice_of(trailer, (size_t)length));
    api->commit_free(commit);
    return ours;
}

/* Whether the branch has the bytes of all our files. */
static bool branch_has(struct commit_work *work, const git_oid *tip, bool *same, struct error *err)
{
    const struct git_api *api = work->git->api;
    git_commit *commit = NULL;
    git_tree *tree = NULL;
    bool fine = api->commit_lookup(&commit, work->git->objects, tip) == 0 &&
                api->commit_tree(&tree, commit) == 0;
    if (!fine)
        git_api_error(api, -1, "reading the remote's branch", err);
    *same = true;
    for (size_t i = 0; fine && *same && i < work->count; i++) {
        git_oid id;
        git_filemode_t mode;
        struct slice bytes = {0};
        *same = find_file(work, tree, work->files[i].path, &id, &mode);
        fine = !*same || read_blob(work, &id, &bytes, err);
        *same = *same && slice_equal(bytes, work->files[i].made);
    }
    api->tree_free(tree);
    api->commit_free(commit);
    return fine;
}

/* ---- writing ---- */

static bool write_tree(struct commit_work *work, git_oid *tree, struct error *err)
{
    const struct git_api *api = work->git->api;
    git_tree_update *updates = arena_array(work->arena, work->count, sizeof *updates);
    size_t count = 0;
    int code = 0;
    if (!updates)
        return arena_error(err);
    for (size_t i = 0; code == 0 && i < work->count; i++) {
        struct changed_file *file = &work->files[i];
        if (file->left == 0)
            continue;
        git_tree_update *update = &updates[count++];
        update->action = GIT_TREE_UPDATE_UPSERT;
        update->filemode = file->mode;
        update->path = file->path;
        code = api->blob_create_from_buffer(&update->id, work->git->objects, file->made.at,
                                            file->made.len);
    }
    if (code == 0)
        code = api->tree_create_updated(tree, work->git->objects, work->base, count, updates);
    return code == 0 || git_api_error(api, code, "writing to the git repository", err);
}

/* Who git says we are, or plimsoll. */
static bool sign(struct git_work *work, git_signature **author, struct error *err)
{
    const struct git_api *api = work->api;
    if (api->signature_default(author, work->repository) == 0)
        return true;
    int code = api->signature_new(author, "plimsoll", "plimsoll@localhost.invalid", clock_now(), 0);
    return code == 0 || git_api_error(api, code, "naming the commit's author", err);
}

static bool write_commit(struct commit_work *work, struct slice message, const git_oid *tree_id,
                         char *id, struct error *err)
{
    const struct git_api *api = work->git->api;
    git_repository *repository = work->git->objects;
    git_signature *author = NULL;
    git_commit *parent = NULL;
    git_tree *tree = NULL;
    git_oid made;
    char hex[41];
    api->oid_tostr(hex, sizeof hex, tree_id);
    struct slice text = arena_printf(work->arena, "%.*s\n\n" TREE_TRAILER "%s\n",
                                     SLICE_ARG(slice_trim(message)), hex);
    bool fine = text.at ? sign(work->git, &author, err) : arena_error(err);
    int code = 0;
    if (fine && (code = api->commit_lookup(&parent, repository, &work->git->base_tip)) == 0 &&
        (code = api->tree_lookup(&tree, repository, tree_id)) == 0) {
        const git_commit *parents[] = {parent};
        code = api->commit_create(&made, repository, NULL, author, author, NULL, text.at, tree, 1,
                                  parents);
    }
    if (code != 0)
        fine = git_api_error(api, code, "writing the commit", err);
    if (fine)
        api->oid_tostr(id, 41, &made);
    api->tree_free(tree);
    api->commit_free(parent);
    api->signature_free(author);
    return fine;
}

static bool make(struct commit_work *work, const struct git_commit_wish *wish, bool dry,
                 struct git_commit_made *made, struct error *err)
{
    const struct git_branch *branch = git_branch_find(work->git, wish->branch);
    git_oid tree;
    size_t left = 0;
    bool same = false;
    for (size_t i = 0; i < work->count; i++) {
        if (!make_file(work, &work->files[i], err))
            return false;
        left += work->files[i].left;
    }
    if (left == 0) {
        made->state = COMMIT_DONE;
        return true;
    }
    if (branch) {
        work->git->api->oid_tostr(made->expected, sizeof made->expected, &branch->tip);
        if (!branch_has(work, &branch->tip, &same, err))
            return false;
        made->state = same                                       ? COMMIT_SAME
                      : git_tip_is_ours(work->git, &branch->tip) ? COMMIT_MADE
                                                                 : COMMIT_FOREIGN;
    }
    if (made->state != COMMIT_MADE || dry)
        return true;
    return write_tree(work, &tree, err) && write_commit(work, wish->message, &tree, made->id, err);
}

static bool open_base(struct commit_work *work, struct error *err)
{
    const struct git_api *api = work->git->api;
    git_commit *commit = NULL;
    int code = api->commit_lookup(&commit, work->git->objects, &work->git->base_tip);
    if (code == 0)
        code = api->commit_tree(&work->base, commit);
    api->commit_free(commit);
    return code == 0 || git_api_error(api, code, "reading the base branch", err);
}

bool git_work_commit(struct git_work *work, const struct git_commit_wish *wish, bool dry,
                     struct arena *arena, struct git_commit_made *made, struct error *err)
{
    struct commit_work job = {.git = work, .arena = arena};
    struct git_commit_made result = {.state = COMMIT_MADE};
    for (size_t i = 0; i < wish->count; i++)
        if (!collect(&job, wish->changes[i], err))
            return false;
    bool fine = open_base(&job, err) && make(&job, wish, dry, &result, err);
    work->api->tree_free(job.base);
    if (fine)
        *made = result;
    return fine;
}
