#include "update/forge/forge.h"

#include <stdlib.h>

#include "update/forge/forge_parts.h"

static const struct forge *const forges[] = {&forge_github, &forge_gitlab, &forge_gitea,
                                             &forge_forgejo, &forge_bitbucket};
enum { FORGE_COUNT = sizeof forges / sizeof *forges };

const struct forge *forge_find(const char *name)
{
    for (size_t i = 0; i < FORGE_COUNT; i++)
        if (strcmp(forges[i]->name, name) == 0)
            return forges[i];
    return NULL;
}

static bool has_host(const struct forge *forge, struct slice host)
{
    struct slice words = slice_str(forge->hosts);
    if (slice_equal_str(host, forge->host))
        return true;
    while (words.len) {
        struct slice word = slice_cut(&words, ' ');
        if (slice_equal(host, word) || (slice_ends(word, SLICE(".")) && slice_starts(host, word)))
            return true;
    }
    return false;
}

const struct forge *forge_of_host(struct slice host)
{
    for (size_t i = 0; i < FORGE_COUNT; i++)
        if (has_host(forges[i], host))
            return forges[i];
    return NULL;
}

const char *forge_name(const struct forge *forge)
{
    return forge->shown;
}

struct slice forge_bearer(const char *token, struct arena *arena)
{
    return arena_printf(arena, "Bearer %s", token);
}

const char *forge_token_names(const struct forge *forge)
{
    if (forge == &forge_github)
        return "GITHUB_TOKEN or GH_TOKEN";
    if (forge == &forge_gitea)
        return "GITEA_TOKEN or FORGEJO_TOKEN";
    return forge == &forge_forgejo ? "FORGEJO_TOKEN or GITEA_TOKEN" : forge->variables[0];
}

const char *forge_scopes(const struct forge *forge)
{
    return forge->scopes;
}

const char *forge_token(const struct forge *forge)
{
    for (const char *const *name = forge->variables; *name; name++) {
        const char *token = getenv(*name);
        if (token && token[0])
            return token;
    }
    return NULL;
}

bool forge_git_login(const struct forge *forge, const char *token, struct arena *arena,
                     const char **user, const char **password, struct error *err)
{
    struct slice rest = slice_str(token);
    *user = forge->git_user;
    *password = token;
    if (forge != &forge_bitbucket || slice_find(rest, ':') == rest.len)
        return true;
    *user = arena_string(arena, slice_cut(&rest, ':'));
    *password = arena_string(arena, rest);
    return (*user && *password) || arena_error(err);
}

/* ---- sessions ---- */

void forge_place(const struct forge *forge, struct remote_url *remote)
{
    size_t slash = slice_find_last(remote->owner, '/');
    if (forge->nests || slash == remote->owner.len)
        return;
    remote->below = slice_upto(remote->owner, slash);
    remote->owner = slice_from(remote->owner, slash + 1);
}

static struct slice base_by_host(const struct forge *forge, const struct remote_url *remote,
                                 struct arena *arena)
{
    bool web = remote->kind == REMOTE_HTTPS || remote->kind == REMOTE_HTTP;
    char port[8] = "";
    /* "ssh.github.com" is the service too; a host of somebody's own has its API beside it. */
    if (slice_equal_str(remote->host, forge->host) ||
        slice_ends(remote->host, arena_printf(arena, ".%s", forge->host)))
        return slice_str(forge->service);
    if (web && remote->port) /* ssh's port is another server's */
        snprintf(port, sizeof port, ":%u", remote->port);
    return arena_printf(arena, "%s://%.*s%s%s%.*s%s",
                        remote->kind == REMOTE_HTTP ? "http" : "https", SLICE_ARG(remote->host),
                        port, web && remote->below.len ? "/" : "",
                        SLICE_ARG(web ? remote->below : SLICE("")), forge->path);
}

/* The token must not go over a network in the clear. */
static bool check_base(struct forge_session *session, struct error *err)
{
    struct url url;
    while (slice_ends(session->base, SLICE("/")))
        session->base = slice_upto(session->base, session->base.len - 1);
    if (!url_parse(session->base, session->arena, &url, err))
        return error_add(err, "the forge's address");
    if (slice_equal_str(url.scheme, "http") && !url_host_is_loopback(url.host))
        return error_set(err, ERROR_USAGE,
                         "the forge's address %.*s is http: the token would go over the network "
                         "in the clear; say --forge-url https://…",
                         SLICE_ARG(url_show(&url, session->arena)));
    return true;
}

bool forge_open(struct forge_session *session, const struct forge *forge,
                const struct remote_url *remote, const struct forge_options *options,
                struct arena *arena, struct error *err)
{
    const char *token = forge_token(forge);
    struct http_options http = {.ca_file = options->ca_file, .wait_max = options->wait_max};
    struct forge_session made = {.forge = forge,
                                 .owner = remote->owner,
                                 .name = remote->name,
                                 .arena = arena,
                                 .wait_max = options->wait_max};
    if (!token)
        return error_set(err, ERROR_DENIED, "no token for %s: set %s; it needs %s", forge->shown,
                         forge_token_names(forge), forge->scopes);
    if (!remote->owner.len)
        return error_set(err, ERROR_USAGE,
                         "the remote is a path, with no forge behind it: --remote takes another");
    made.base = options->url ? slice_str(options->url) : base_by_host(forge, remote, arena);
    made.authorization = forge->authorize(token, arena);
    if (!made.base.at || !made.authorization.at)
        return arena_error(err);
    if (!check_base(&made, err))
        return false;
    made.client = http_client_new(&http);
    *session = made;
    return made.client || error_set(err, ERROR_LIMIT, "out of memory");
}

void forge_close(struct forge_session *session)
{
    http_client_free(session->client);
    *session = (struct forge_session){0};
}

/* ---- what is asked ---- */

static const struct forge_fields *fields_of(const struct forge_session *session,
                                            enum forge_thing thing)
{
    return &session->forge->kinds[thing].fields;
}

static bool list_all(struct forge_session *session, enum forge_thing thing,
                     struct forge_items *list, struct error *err)
{
    bool more = true;
    for (unsigned page = 1; more; page++) {
        struct http_response response;
        if (page > FORGE_PAGES_MAX)
            return error_set(err, ERROR_LIMIT, "over %d pages are open: too many", FORGE_PAGES_MAX);
        if (!forge_ask(session, "GET", forge_list_path(session, thing, page), NULL, &response,
                       err) ||
            !forge_read_page(fields_of(session, thing), response.body, &response.headers,
                             session->arena, list, &more, err))
            return false;
    }
    return true;
}

/* Never in the middle of a character. */
static struct slice cut_text(struct slice text, size_t most)
{
    if (text.len <= most)
        return text;
    while (most && ((unsigned char)text.at[most] & 0xC0) == 0x80)
        most--;
    return slice_upto(text, most);
}

static struct forge_text fitting(const struct forge_text *text)
{
    struct forge_text cut = *text;
    cut.title = cut_text(text->title, FORGE_TITLE_MAX);
    cut.body = cut_text(text->body, FORGE_BODY_MAX);
    return cut;
}

static bool create(struct forge_session *session, enum forge_thing thing,
                   const struct forge_text *text, struct forge_item *made, struct error *err)
{
    struct http_response response;
    struct forge_text cut = fitting(text);
    return forge_ask(session, "POST", forge_item_path(session, thing, 0),
                     session->forge->create_body(thing, &cut), &response, err) &&
           forge_read_item(fields_of(session, thing), response.body, session->arena, made, err);
}

static bool update(struct forge_session *session, enum forge_thing thing, uint64_t number,
                   const struct forge_text *text, struct error *err)
{
    struct http_response response;
    struct forge_text cut = fitting(text);
    return forge_ask(session, session->forge->update_method,
                     forge_item_path(session, thing, number),
                     session->forge->update_body(thing, &cut), &response, err);
}

static bool close_item(struct forge_session *session, enum forge_thing thing, uint64_t number,
                       struct slice comment, struct error *err)
{
    const struct forge *forge = session->forge;
    const struct forge_kind *kind = &forge->kinds[thing];
    struct http_response response;
    struct slice comments = forge_comments_path(session, thing, number);
    struct slice closing = forge_closing_path(session, thing, number);
    if (!comments.at || !closing.at)
        return arena_error(err);
    if (!forge_ask(session, "POST", comments, forge->comment_body(comment), &response, err))
        return false;
    json_t *state = kind->close_member
                        ? forge_json_one(kind->close_member, json_string(kind->close_value))
                        : NULL;
    return forge_ask(session, kind->close_method, closing, state, &response, err);
}

static bool list_error(const char *things, struct error *err)
{
    if (err->kind == ERROR_NOT_FOUND)
        return error_add(err, "listing the %s that are open (are %s turned off there?)", things,
                         things);
    return error_add(err, "listing the %s that are open", things);
}

bool forge_list_pulls(struct forge_session *session, struct forge_items *list, struct error *err)
{
    return list_all(session, FORGE_PULL, list, err) || list_error("pull requests", err);
}

bool forge_list_issues(struct forge_session *session, struct forge_items *list, struct error *err)
{
    return list_all(session, FORGE_ISSUE, list, err) || list_error("issues", err);
}

bool forge_create_pull(struct forge_session *session, const struct forge_text *text,
                       struct forge_item *made, struct error *err)
{
    return create(session, FORGE_PULL, text, made, err) ||
           error_add(err, "opening a pull request of %.*s", SLICE_ARG(text->branch));
}

bool forge_create_issue(struct forge_session *session, const struct forge_text *text,
                        struct forge_item *made, struct error *err)
{
    return create(session, FORGE_ISSUE, text, made, err) || error_add(err, "opening an issue");
}

bool forge_update_pull(struct forge_session *session, uint64_t number,
                       const struct forge_text *text, struct error *err)
{
    return update(session, FORGE_PULL, number, text, err) ||
           error_add(err, "changing pull request %llu", (unsigned long long)number);
}

bool forge_update_issue(struct forge_session *session, uint64_t number,
                        const struct forge_text *text, struct error *err)
{
    return update(session, FORGE_ISSUE, number, text, err) ||
           error_add(err, "changing issue %llu", (unsigned long long)number);
}

bool forge_close_pull(struct forge_session *session, uint64_t number, struct slice comment,
                      struct error *err)
{
    return close_item(session, FORGE_PULL, number, comment, err) ||
           error_add(err, "closing pull request %llu", (unsigned long long)number);
}

bool forge_close_issue(struct forge_session *session, uint64_t number, struct slice comment,
                       struct error *err)
{
    return close_item(session, FORGE_ISSUE, number, comment, err) ||
           error_add(err, "closing issue %llu", (unsigned long long)number);
}
