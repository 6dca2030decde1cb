/* What git tracks below the build context, and what it once did. */
#include <fcntl.h>
#include <unistd.h>

#include "lint/context_look.h"

static struct slice base_name(struct slice path)
{
    size_t slash = slice_find_last(path, '/');
    return slash < path.len ? slice_from(path, slash + 1) : path;
}

static bool is_secret(enum context_kind kind)
{
    return kind == CONTEXT_PRIVATE_KEY || kind == CONTEXT_CREDENTIALS;
}

/* Of what is tracked, the bytes as they are now tell. */
static void look_at_tracked(struct context_look *look, int folder, const struct git_file *file)
{
    char name[4096];
    bool bytes_wanted;
    struct slice base = base_name(file->path);
    enum context_kind kind = context_kind_of_name(base, &bytes_wanted);
    look->report->failed |= !table_put(&look->told, file->path, look);
    if (!is_secret(kind) || file->path.len >= sizeof name)
        return;
    memcpy(name, file->path.at, file->path.len);
    name[file->path.len] = 0;
    if (bytes_wanted && faccessat(folder, name, F_OK, AT_SYMLINK_NOFOLLOW) == 0)
        kind =
            context_kind_of_bytes(kind, base, context_first_bytes(look, folder, name, file->path));
    if (!is_secret(kind))
        return;
    struct lint_finding *finding = lint_add_path(
        look->report, &context_rules[IN_GIT], context_path(look, look->options->folder, file->path),
        "git tracks this %s; replace what it gives access to, then git rm --cached and a line in "
        ".gitignore",
        kind == CONTEXT_PRIVATE_KEY ? "private key" : "file with credentials");
    if (finding && context_is_example(file->path))
        finding->severity = LINT_INFO;
}

/* Of what is gone only the name is known: those that alone say enough. */
static void look_at_removed(struct context_look *look, const struct git_file *file)
{
    bool bytes_wanted;
    struct slice base = base_name(file->path);
    enum context_kind kind = context_kind_of_name(base, &bytes_wanted);
    bool sure = !bytes_wanted || slice_equal_str(base, ".env") || slice_ends(base, SLICE(".key"));
    if (!is_secret(kind) || !sure || context_is_example(file->path) ||
        table_get(&look->told, file->path))
        return;
    look->report->failed |= !table_put(&look->told, file->path, look);
    lint_add_path(look->report, &context_rules[IN_HISTORY],
                  context_path(look, look->options->folder, file->path),
                  "commit %.*s removed it, and the commits before still hold it: replace what it "
                  "gives access to (git filter-repo takes it out)",
                  SLICE_ARG(file->commit));
}

void context_ask_git(struct context_look *look)
{
    struct slice name = look->options->folder;
    struct error err = {0};
    bool history = look->wanted[IN_HISTORY], wanted = history || look->wanted[IN_GIT];
    if (look->options->without_git || !wanted || !git_is_there(name, look->arena))
        return;
    if ((history && !git_ask_removed(name, look->arena, &look->removed, &err)) ||
        !git_ask_tracked(name, look->arena, &look->tracked, &err))
        lint_note(look->report, name, "what git tracks here was not looked at: %s", err.text);
}

void context_look_at_git(struct context_look *look, int folder)
{
    struct slice name = look->options->folder;
    struct git_list tracked = {0}, removed = {0};
    struct error err = {0};
    if (look->tracked.output < 0)
        return;
    if (!git_read_tracked(&look->tracked, look->arena, &tracked, &err)) {
        lint_note(look->report, name, "what git tracks here was not looked at: %s", err.text);
        return;
    }
    bool wanted = look->wanted[IN_GIT];
    for (size_t i = 0; i < tracked.count && !look->report->failed; i++)
        if (wanted)
            look_at_tracked(look, folder, &tracked.files[i]);
        else
            look->report->failed |= !table_put(&look->told, tracked.files[i].path, look);
    if (look->removed.output < 0)
        return;
    if (!git_read_removed(&look->removed, look->arena, &removed, &err))
        lint_note(look->report, name, "git's history was not looked at: %s", err.text);
    for (size_t i = 0; i < removed.count && !look->report->failed; i++)
        look_at_removed(look, &removed.files[i]);
}

void context_look_done(struct context_look **look)
{
    if (*look) {
        git_call_drop(&(*look)->tracked);
        git_call_drop(&(*look)->removed);
    }
}
