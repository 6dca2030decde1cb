#pragma once
/*
 * libgit2, loaded when the first branch is made: only `update --pr` pays for it and for the TLS and
 * SSH libraries behind it. Typed by its own declarations; never unloaded. Any thread may call.
 */
#include <git2.h>

#include "base/error.h"

/* Every function of libgit2 that is used here, without "git_". */
#define GIT_FUNCTIONS(X)                                                                           \
    X(blob_create_from_buffer)                                                                     \
    X(blob_free)                                                                                   \
    X(blob_lookup)                                                                                 \
    X(blob_rawcontent)                                                                             \
    X(blob_rawsize)                                                                                \
    X(buf_dispose)                                                                                 \
    X(commit_create)                                                                               \
    X(commit_free)                                                                                 \
    X(commit_lookup)                                                                               \
    X(commit_message)                                                                              \
    X(commit_parent_id)                                                                            \
    X(commit_parentcount)                                                                          \
    X(commit_tree)                                                                                 \
    X(commit_tree_id)                                                                              \
    X(credential_ssh_key_from_agent)                                                               \
    X(credential_ssh_key_new)                                                                      \
    X(credential_username_new)                                                                     \
    X(error_last)                                                                                  \
    X(libgit2_init)                                                                                \
    X(libgit2_opts)                                                                                \
    X(object_free)                                                                                 \
    X(odb_exists)                                                                                  \
    X(odb_free)                                                                                    \
    X(oid_cpy)                                                                                     \
    X(oid_equal)                                                                                   \
    X(oid_fromstr)                                                                                 \
    X(oid_is_zero)                                                                                 \
    X(oid_tostr)                                                                                   \
    X(reference_create)                                                                            \
    X(reference_delete)                                                                            \
    X(reference_free)                                                                              \
    X(remote_connect_ext)                                                                          \
    X(remote_create_anonymous)                                                                     \
    X(remote_default_branch)                                                                       \
    X(remote_disconnect)                                                                           \
    X(remote_download)                                                                             \
    X(remote_free)                                                                                 \
    X(remote_lookup)                                                                               \
    X(remote_ls)                                                                                   \
    X(remote_pushurl)                                                                              \
    X(remote_upload)                                                                               \
    X(remote_url)                                                                                  \
    X(repository_free)                                                                             \
    X(repository_init)                                                                             \
    X(repository_is_shallow)                                                                       \
    X(repository_odb)                                                                              \
    X(repository_open_ext)                                                                         \
    X(repository_workdir)                                                                          \
    X(signature_default)                                                                           \
    X(signature_free)                                                                              \
    X(signature_new)                                                                               \
    X(tree_create_updated)                                                                         \
    X(tree_entry_bypath)                                                                           \
    X(tree_entry_filemode)                                                                         \
    X(tree_entry_free)                                                                             \
    X(tree_entry_id)                                                                               \
    X(tree_free)                                                                                   \
    X(tree_lookup)

struct git_api {
#define GIT_MEMBER(name) __typeof__(git_##name) *name;
    GIT_FUNCTIONS(GIT_MEMBER)
#undef GIT_MEMBER
};

/* NULL when it is not installed (ERROR_UNSUPPORTED, says which package to install). */
const struct git_api *git_api_load(struct error *err);

/* Sets err to "DOING: what libgit2 says"; its network and authentication errors get their kinds.
   `code` is what its function returned. Returns false. */
bool git_api_error(const struct git_api *api, int code, const char *doing, struct error *err);
/* The status of an HTTP answer that its last error was about; 0: about something else. */
int git_api_status(const struct git_api *api);
