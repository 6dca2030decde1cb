/*
 * Who we are for a remote: a token over https (and plain http to this machine), the agent's keys
 * and then the usual key files over ssh. Host keys are checked by libgit2 against known_hosts.
 */
#include <stdlib.h>
#include <unistd.h>

#include "net/base64.h"
#include "update/forge/git_parts.h"
#include "update/forge/remote_url.h"

/* A token goes to the host that the user named, never in the clear over a network. */
static bool may_have_token(const char *address)
{
    CLEANUP_ARENA struct arena arena;
    struct remote_url url;
    struct error err;
    arena_init(&arena, 64 * 1024);
    if (!remote_url_parse(slice_str(address), &arena, &url, &err))
        return false;
    return url.kind == REMOTE_HTTPS || (url.kind == REMOTE_HTTP && remote_url_is_loopback(&url));
}

bool git_header_make(struct git_work *work, struct error *err)
{
    CLEANUP_ARENA struct arena arena;
    work->header[0] = '\0';
    work->headers[0] = work->header;
    arena_init(&arena, 64 * 1024);
    if (!work->options.token || !may_have_token(work->api->remote_url(work->remote)))
        return true;
    struct slice basic =
        base64_basic(slice_str(work->options.user), slice_str(work->options.token), &arena);
    int length =
        snprintf(work->header, sizeof work->header, "Authorization: %.*s", SLICE_ARG(basic));
    return (basic.at && length < (int)sizeof work->header) ||
           error_set(err, ERROR_LIMIT, "the token is too long");
}

git_strarray git_headers(struct git_work *work)
{
    return (git_strarray){work->headers, work->header[0] != '\0'};
}

int git_connect(struct git_work *work, git_direction direction,
                const git_remote_callbacks *callbacks)
{
    git_remote_connect_options options = GIT_REMOTE_CONNECT_OPTIONS_INIT;
    options.callbacks = *callbacks;
    options.follow_redirects = GIT_REMOTE_REDIRECT_NONE;
    options.custom_headers = git_headers(work);
    return work->api->remote_connect_ext(work->remote, direction, &options);
}

/* ~/.ssh/id_ed25519 and its kin, without a passphrase, when the agent had nothing. */
static int give_key_file(struct git_work *work, git_credential **out, const char *user)
{
    static const char *const names[] = {"id_ed25519", "id_ecdsa", "id_rsa"};
    const char *home = getenv("HOME");
    for (unsigned i = work->asked - 1; home && i < sizeof names / sizeof *names; i++) {
        char key[4096], public_key[4100];
        snprintf(key, sizeof key, "%s/.ssh/%s", home, names[i]);
        snprintf(public_key, sizeof public_key, "%s.pub", key);
        work->asked = i + 2;
        if (access(key, R_OK) == 0)
            return work->api->credential_ssh_key_new(
                out, user, access(public_key, R_OK) == 0 ? public_key : NULL, key, NULL);
    }
    return GIT_EAUTH;
}

static int give_key(struct git_work *work, git_credential **out, const char *user)
{
    user = user ? user : "git";
    if (work->asked == 0) {
        work->asked = 1;
        if (getenv("SSH_AUTH_SOCK"))
            return work->api->credential_ssh_key_from_agent(out, user);
    }
    return give_key_file(work, out, user);
}

bool git_login_error(const struct git_work *work, struct error *err)
{
    const struct git_remote_options *options = &work->options;
    if (work->header[0])
        return error_add(err,
                         "the token in %s was refused: it has expired, or is for another host; a "
                         "new one needs %s",
                         options->token_names, options->scopes);
    return error_add(err, options->token ? "no ssh key was taken (a token is not used over ssh)"
                                         : "no token is set, or no ssh key was taken");
}

static int on_credentials(git_credential **out, const char *address, const char *user,
                          unsigned allowed, void *payload)
{
    struct git_work *work = payload;
    (void)address;
    if (allowed & GIT_CREDENTIAL_USERPASS_PLAINTEXT && !(allowed & GIT_CREDENTIAL_SSH_KEY))
        return GIT_EAUTH; /* the token was sent, and refused */
    if (allowed & GIT_CREDENTIAL_SSH_KEY)
        return give_key(work, out, user);
    if (allowed & GIT_CREDENTIAL_USERNAME)
        return work->api->credential_username_new(out, user ? user : "git");
    return GIT_EAUTH;
}

git_remote_callbacks git_callbacks(struct git_work *work)
{
    git_remote_callbacks callbacks = GIT_REMOTE_CALLBACKS_INIT;
    callbacks.credentials = on_credentials;
    callbacks.payload = work;
    work->asked = 0;
    return callbacks;
}
