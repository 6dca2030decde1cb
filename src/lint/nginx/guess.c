/*
 * Where a file belongs: a whole configuration begins in `main`; conf.d/x.conf is included into
 * `http`, a snippet into `server` or `location`. The context is the outermost in which all its
 * directives (those that the table knows) may stand; where none is, the one where most may.
 */
#include "lint/nginx/nginx.h"

enum { GUESS_DIRECTIVES = 2000 };

static const unsigned contexts[] = {
    NGINX_MAIN,     NGINX_HTTP,   NGINX_SERVER,        NGINX_LOCATION,
    NGINX_UPSTREAM, NGINX_STREAM, NGINX_STREAM_SERVER, NGINX_STREAM_UPSTREAM,
    NGINX_EVENTS,   NGINX_MAIL,   NGINX_MAIL_SERVER};
enum { CONTEXTS = sizeof contexts / sizeof *contexts };

/* Directives that a file of its own kind alone has: one is enough. */
static bool is_main_only(struct slice name, bool block)
{
    static const char *const names[] = {"events", "http", "stream", "mail"};
    for (size_t i = 0; block && i < sizeof names / sizeof *names; i++)
        if (slice_equal_str(name, names[i]))
            return true;
    return false;
}

static unsigned allowed_in(struct slice name, bool block)
{
    size_t count;
    unsigned allowed = 0;
    const struct nginx_directive *row = nginx_directive_find(name, &count);
    for (size_t i = 0; i < count; i++)
        if (block == ((row[i].arguments & NGINX_BLOCK) != 0))
            allowed |= row[i].contexts;
    return allowed;
}

/* A server's own directives tell whether it is of http, stream or mail. */
struct servers {
    size_t http, stream, mail;
};

static void servers_count(struct servers *servers, const struct nginx_lexer *lexer, bool open)
{
    unsigned allowed = allowed_in(lexer->words[0].text, open);
    servers->http += (allowed & NGINX_SERVER) != 0;
    servers->stream += (allowed & NGINX_STREAM_SERVER) != 0;
    servers->mail += (allowed & NGINX_MAIL_SERVER) != 0;
}

/* Skips a block whose `{` was read; false at the end of the file. */
static bool skip_block(struct nginx_lexer *lexer, bool lua, struct servers *servers)
{
    struct slice code;
    if (lua)
        return nginx_lexer_lua(lexer, &code);
    for (size_t depth = 1; depth;) {
        enum nginx_token token = nginx_lexer_next(lexer);
        if (depth == 1 && servers && (token == TOKEN_OPEN || token == TOKEN_SEMICOLON))
            servers_count(servers, lexer, token == TOKEN_OPEN);
        switch (token) {
        case TOKEN_OPEN:
            if (slice_ends(lexer->words[0].text, SLICE("_by_lua_block"))) {
                if (!nginx_lexer_lua(lexer, &code))
                    return false;
            } else {
                depth++;
            }
            break;
        case TOKEN_CLOSE:
            depth--;
            break;
        case TOKEN_SEMICOLON:
            break;
        default:
            return false;
        }
    }
    return true;
}

unsigned nginx_guess_context(const struct lint_file *file, struct arena *arena)
{
    (void)arena;
    struct arena scratch CLEANUP_ARENA = {.blocks = NULL};
    arena_init(&scratch, 64 << 20);
    struct nginx_lexer lexer = {.arena = &scratch, .bytes = file->bytes};
    if (slice_starts(file->bytes, SLICE("\xef\xbb\xbf")))
        lexer.at = 3;
    size_t fits[CONTEXTS] = {0}, seen = 0;
    for (bool more = true; more && seen < GUESS_DIRECTIVES;) {
        enum nginx_token token = nginx_lexer_next(&lexer);
        if (token != TOKEN_OPEN && token != TOKEN_SEMICOLON)
            break;
        struct slice name = lexer.words[0].text;
        bool open = token == TOKEN_OPEN;
        if (is_main_only(name, open))
            return NGINX_MAIN;
        unsigned allowed = allowed_in(name, open);
        struct servers servers = {0, 0, 0};
        bool server = open && slice_equal_str(name, "server");
        seen += allowed != 0;
        for (size_t i = 0; i < CONTEXTS; i++)
            fits[i] += (allowed & contexts[i]) != 0;
        if (open)
            more = skip_block(&lexer, slice_ends(name, SLICE("_by_lua_block")),
                              server ? &servers : NULL);
        for (size_t i = 0; server && i < CONTEXTS; i++)
            fits[i] += contexts[i] == NGINX_HTTP     ? servers.http
                       : contexts[i] == NGINX_STREAM ? servers.stream
                       : contexts[i] == NGINX_MAIL   ? servers.mail
                                                     : 0;
        arena_reset(&scratch);
    }
    size_t best = 0;
    for (size_t i = 1; i < CONTEXTS; i++)
        if (fits[i] > fits[best])
            best = i;
    return contexts[best];
}
