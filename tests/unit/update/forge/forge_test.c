/* Which forge a host is, where its API is, and its documents (their shapes:
 * tests/tools/forge_api.py). */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "update/forge/forge_parts.h"

static void hosts_are_known(void **state)
{
    static const struct {
        const char *host, *forge;
    } cases[] = {
        {"github.com", "GitHub"},
        {"ssh.github.com", "GitHub"},
        {"github.acme.com", "GitHub"},
        {"gitlab.com", "GitLab"},
        {"gitlab.acme.com", "GitLab"},
        {"gitea.com", "Gitea"},
        {"gitea.acme.org", "Gitea"},
        {"codeberg.org", "Forgejo"},
        {"forgejo.acme.org", "Forgejo"},
        {"bitbucket.org", "Bitbucket"},
        {"git.acme.com", NULL},
        {"notgithub.com", NULL},
        {"github.com.evil.example", "GitHub"}, /* a GitHub Enterprise Server, as far as it says */
        {"", NULL},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct forge *forge = forge_of_host(slice_str(cases[i].host));
        if (!cases[i].forge != !forge || (forge && strcmp(forge_name(forge), cases[i].forge) != 0))
            fail_msg("%s", cases[i].host);
    }
    assert_null(forge_find("svn"));
    assert_ptr_equal(forge_find("gitea"), &forge_gitea);
}

/* Only where the token belongs: a host that looks like GitHub gets its own API's address. */
static void bases_are_beside_the_remote(void **state)
{
    static const struct {
        const char *remote, *url, *base;
    } cases[] = {
        {"https://github.com/acme/web.git", NULL, "https://api.github.com"},
        {"git@github.com:acme/web.git", NULL, "https://api.github.com"},
        {"ssh://git@ssh.github.com:443/acme/web.git", NULL, "https://api.github.com"},
        {"https://github.acme.com:8443/acme/web", NULL, "https://github.acme.com:8443/api/v3"},
        {"ssh://git@github.acme.com:2222/acme/web", NULL, "https://github.acme.com/api/v3"},
        {"https://github.com.evil.example/acme/web", NULL,
         "https://github.com.evil.example/api/v3"},
        {"git@github.com:acme/web", "https://api.acme.com/x/", "https://api.acme.com/x"},
        {"http://127.0.0.1:3000/acme/web", NULL, "http://127.0.0.1:3000/api/v3"},
        {"http://[::1]:3000/acme/web", NULL, "http://[::1]:3000/api/v3"},
        {"http://github.acme.com/acme/web", NULL, NULL},
        {"git@github.com:acme/web", "http://api.acme.com", NULL},
        {"git@github.com:acme/web", "ftp://api.acme.com", NULL},
        {"/srv/web.git", NULL, NULL},
    };
    (void)state;
    setenv("GITHUB_TOKEN", "secret", 1);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        CLEANUP_ARENA struct arena arena;
        struct forge_session session = {0};
        struct forge_options options = {.url = cases[i].url};
        struct remote_url remote;
        struct error err;
        arena_init(&arena, 1 << 20);
        assert_true(remote_url_parse(slice_str(cases[i].remote), &arena, &remote, &err));
        bool open = forge_open(&session, &forge_github, &remote, &options, &arena, &err);
        if (open != (cases[i].base != NULL) ||
            (open && !slice_equal_str(session.base, cases[i].base)))
            fail_msg("%s: %.*s", cases[i].remote, SLICE_ARG(session.base));
        forge_close(&session);
    }
}

/* As Gitea's ROOT_URL may have a path: what stands before the owner is the service's, where no
   groups nest. */
static void a_path_before_the_owner_is_the_services(void **state)
{
    static const struct {
        const struct forge *forge;
        const char *remote, *base, *owner;
    } cases[] = {
        {&forge_gitea, "https://example.com/git/ada/web", "https://example.com/git/api/v1", "ada"},
        {&forge_gitea, "https://example.com:1/a/b/ada/web", "https://example.com:1/a/b/api/v1",
         "ada"},
        {&forge_gitea, "https://example.com/ada/web.git", "https://example.com/api/v1", "ada"},
        {&forge_forgejo, "ssh://git@example.com/git/ada/web", "https://example.com/api/v1", "ada"},
        {&forge_gitlab, "https://gitlab.example.com/a/b/web", "https://gitlab.example.com/api/v4",
         "a/b"},
    };
    (void)state;
    setenv("GITEA_TOKEN", "secret", 1);
    setenv("GITLAB_TOKEN", "secret", 1);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        CLEANUP_ARENA struct arena arena;
        struct forge_session session = {0};
        struct forge_options options = {0};
        struct remote_url remote;
        struct error err;
        arena_init(&arena, 1 << 20);
        assert_true(remote_url_parse(slice_str(cases[i].remote), &arena, &remote, &err));
        forge_place(cases[i].forge, &remote);
        assert_true(forge_open(&session, cases[i].forge, &remote, &options, &arena, &err));
        if (!slice_equal_str(session.base, cases[i].base) ||
            !slice_equal_str(session.owner, cases[i].owner))
            fail_msg("%s: %.*s %.*s", cases[i].remote, SLICE_ARG(session.base),
                     SLICE_ARG(session.owner));
        forge_close(&session);
    }
}

static void no_token_is_said(void **state)
{
    CLEANUP_ARENA struct arena arena;
    struct forge_session session;
    struct forge_options options = {0};
    struct remote_url remote;
    struct error err;
    const char *user, *password;
    (void)state;
    arena_init(&arena, 1 << 20);
    unsetenv("GITLAB_TOKEN");
    assert_true(remote_url_parse(SLICE("git@gitlab.com:a/b/c"), &arena, &remote, &err));
    assert_false(forge_open(&session, &forge_gitlab, &remote, &options, &arena, &err));
    assert_int_equal(err.kind, ERROR_DENIED);
    assert_non_null(strstr(err.text, "GITLAB_TOKEN"));
    assert_non_null(strstr(err.text, "write_repository"));
    unsetenv("GITHUB_TOKEN");
    setenv("GH_TOKEN", "second", 1);
    assert_string_equal(forge_token(&forge_github), "second");
    assert_true(forge_git_login(&forge_bitbucket, "me:app", &arena, &user, &password, &err));
    assert_string_equal(user, "me");
    assert_string_equal(password, "app");
    assert_true(forge_git_login(&forge_github, "a:b", &arena, &user, &password, &err));
    assert_string_equal(user, "x-access-token");
    assert_string_equal(password, "a:b");
    assert_true(slice_equal_str(forge_bitbucket.authorize("me:app", &arena), "Basic bWU6YXBw"));
    assert_true(slice_equal_str(forge_bitbucket.authorize("tok", &arena), "Bearer tok"));
}

static bool read_page(const struct forge *forge, const char *text, const char *link,
                      struct arena *arena, struct forge_items *list, bool *more, struct error *err)
{
    struct http_headers headers = {0};
    *list = (struct forge_items){0};
    assert_true(http_headers_add(&headers, SLICE("Link"), slice_str(link), arena, err));
    return forge_read_page(&forge->kinds[FORGE_PULL].fields, slice_str(text), &headers, arena, list,
                           more, err);
}

static void pages_are_read(void **state)
{
    CLEANUP_ARENA struct arena arena;
    struct forge_items list;
    struct error err;
    bool more;
    (void)state;
    arena_init(&arena, 1 << 20);
    assert_true(read_page(&forge_github,
                          "[{\"number\":7,\"title\":\"T\",\"body\":null,\"html_url\":\"u\","
                          "\"user\":null,\"head\":{\"ref\":\"b\",\"repo\":null},"
                          "\"base\":{\"ref\":\"main\",\"repo\":{\"full_name\":\"a/b\"}}}]",
                          "<https://x/?page=2>; rel=\"next\", <x>; rel=\"last\"", &arena, &list,
                          &more, &err));
    assert_int_equal(list.count, 1);
    assert_int_equal(list.items[0].number, 7);
    assert_int_equal(list.items[0].body.len, 0);
    assert_false(list.items[0].same_repository); /* a fork that was deleted */
    assert_true(more);
    assert_true(read_page(&forge_gitlab,
                          "[{\"iid\":3,\"id\":99,\"source_project_id\":7,\"target_project_id\":7,"
                          "\"source_branch\":\"plimsoll/x\",\"description\":\"d\"}]",
                          "<x>; rel=\"first\"", &arena, &list, &more, &err));
    assert_int_equal(list.items[0].number, 3);
    assert_true(list.items[0].same_repository);
    assert_true(slice_equal_str(list.items[0].body, "d"));
    assert_false(more);
    assert_true(read_page(&forge_bitbucket, "{\"values\":[],\"next\":\"https://elsewhere\"}", "",
                          &arena, &list, &more, &err));
    assert_true(more);
    assert_false(read_page(&forge_github, "{\"message\":\"x\"}", "", &arena, &list, &more, &err));
    assert_false(read_page(&forge_github, "<html>", "", &arena, &list, &more, &err));
    assert_int_equal(err.kind, ERROR_FORMAT);
    assert_false(read_page(&forge_github, "[{\"number\":\"7\"}]", "", &arena, &list, &more, &err));
    assert_false(read_page(&forge_github, "[{\"number\":-7}]", "", &arena, &list, &more, &err));
    assert_false(read_page(&forge_github, "[7]", "", &arena, &list, &more, &err));
}

static void messages_are_found(void **state)
{
    static const struct {
        const char *document, *message;
    } cases[] = {
        {"{\"message\":\"Not Found\",\"documentation_url\":\"u\"}", "Not Found"},
        {"{\"message\":\"Validation Failed\",\"errors\":[{\"code\":\"c\",\"message\":\"exists\"}]}",
         "Validation Failed; exists"},
        {"{\"message\":{\"title\":[\"is too long\"]}}", "is too long"}, /* GitLab */
        {"{\"message\":[\"Another open merge request already exists\"]}",
         "Another open merge request already exists"},
        {"{\"error\":\"insufficient_scope\",\"error_description\":\"needs api\"}",
         "insufficient_scope; needs api"},
        {"{\"type\":\"error\",\"error\":{\"message\":\"no branch\"}}", "no branch"}, /* Bitbucket */
        {"<html>", ""},
        {"[]", ""},
        {"", ""},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        CLEANUP_ARENA struct arena arena;
        arena_init(&arena, 1 << 20);
        struct slice message = forge_read_message(slice_str(cases[i].document), &arena);
        if (!slice_equal_str(message, cases[i].message))
            fail_msg("%s: %.*s", cases[i].document, SLICE_ARG(message));
    }
}

static void paths_are_the_forges_own(void **state)
{
    static const struct {
        const struct forge *forge;
        enum forge_thing thing;
        const char *list, *comments, *closing;
    } cases[] = {
        {&forge_github, FORGE_PULL, "/repos/a/b/pulls?state=open&per_page=50&page=2",
         "/repos/a/b/issues/7/comments", "/repos/a/b/pulls/7"},
        {&forge_gitea, FORGE_ISSUE, "/repos/a/b/issues?state=open&type=issues&limit=50&page=2",
         "/repos/a/b/issues/7/comments", "/repos/a/b/issues/7"},
        {&forge_gitlab, FORGE_PULL,
         "/projects/a%2Fb/merge_requests?state=opened&scope=all&per_page=50&page=2",
         "/projects/a%2Fb/merge_requests/7/notes", "/projects/a%2Fb/merge_requests/7"},
        {&forge_bitbucket, FORGE_PULL,
         "/repositories/a/b/pullrequests?state=OPEN&pagelen=50&page=2",
         "/repositories/a/b/pullrequests/7/comments", "/repositories/a/b/pullrequests/7/decline"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        CLEANUP_ARENA struct arena arena;
        arena_init(&arena, 1 << 20);
        struct forge_session session = {
            .forge = cases[i].forge, .owner = SLICE("a"), .name = SLICE("b"), .arena = &arena};
        enum forge_thing thing = cases[i].thing;
        assert_true(slice_equal_str(forge_list_path(&session, thing, 2), cases[i].list));
        assert_true(slice_equal_str(forge_comments_path(&session, thing, 7), cases[i].comments));
        assert_true(slice_equal_str(forge_closing_path(&session, thing, 7), cases[i].closing));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_path_before_the_owner_is_the_services),
        cmocka_unit_test(hosts_are_known),
        cmocka_unit_test(bases_are_beside_the_remote),
        cmocka_unit_test(no_token_is_said),
        cmocka_unit_test(pages_are_read),
        cmocka_unit_test(messages_are_found),
        cmocka_unit_test(paths_are_the_forges_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
