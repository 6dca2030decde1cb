/*
 * nginx.conf made to run here: the parser that lint has finds the words, so that quotes, comments
 * and blocks are nginx's own. What is a path is known by the directive, since URIs look the same.
 */
#include <fnmatch.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lint/nginx/nginx.h"
#include "ship/test/parts.h"

#define CONFIGURATION_FOLDER "/etc/nginx/"
#define MODULE_FOLDER        "/usr/lib/nginx/modules/"

static bool is_one_of(const struct nginx_node *node, const char *const *names)
{
    for (; *names; names++)
        if (slice_equal_str(node->name, *names))
            return true;
    return false;
}

static void drop(struct ship_rewrite *rewrite, const struct nginx_node *node)
{
    ship_rewrite_edit(rewrite, node->start, node->end, SLICE(""));
}

static void replace(struct ship_rewrite *rewrite, const struct nginx_word *word, struct slice text)
{
    ship_rewrite_edit(rewrite, word->start, word->end, text);
}

static struct slice absolute(struct ship_rewrite *rewrite, struct slice path)
{
    return slice_starts(path, SLICE("/"))
               ? path
               : arena_printf(rewrite->arena, CONFIGURATION_FOLDER "%.*s", SLICE_ARG(path));
}

static bool exists(struct ship_rewrite *rewrite, struct slice path)
{
    char *text = arena_string(rewrite->arena, path);
    return text && access(text, R_OK) == 0;
}

static unsigned listen_port(struct slice address)
{
    size_t colon = slice_find_last(address, ':'), bracket = slice_find_last(address, ']');
    uint64_t port;
    if (slice_u64(address, &port))
        return (unsigned)port;
    if (colon < address.len && (bracket == address.len || colon > bracket) &&
        slice_u64(slice_from(address, colon + 1), &port))
        return (unsigned)port;
    return 80;
}

/* An earlier listen of the same server on that port: "listen [::]:80" beside "listen 80". */
static bool listens_already(const struct nginx_node *node, unsigned port)
{
    const struct nginx_node *each = nginx_child(node->parent, "listen");
    for (; each && each != node; each = nginx_again(each))
        if (listen_port(nginx_word(each, 0)) == port)
            return true;
    return false;
}

static void take_listen(struct ship_rewrite *rewrite, const struct nginx_node *node)
{
    unsigned port = listen_port(nginx_word(node, 0));
    bool tls = false, quic = false;
    for (size_t i = 1; i < node->count; i++) {
        struct slice word = node->words[i].text;
        tls = tls || slice_equal_str(word, "ssl");
        quic = quic || slice_equal_str(word, "quic");
        if (slice_starts(word, SLICE("ipv6only=")))
            replace(rewrite, &node->words[i], SLICE(""));
    }
    if (quic)
        ship_rewrite_note(rewrite, "HTTP/3 (line %u) was not tested", node->line);
    if (quic || listens_already(node, port))
        drop(rewrite, node);
    else if (node->count)
        replace(
            rewrite, &node->words[0],
            arena_printf(rewrite->arena, "127.0.0.1:%u", ship_rewrite_port(rewrite, port, tls)));
}

/* A server without listen listens on 80. */
static void take_server(struct ship_rewrite *rewrite, const struct nginx_node *node)
{
    if (node->block && !nginx_child(node, "listen"))
        ship_rewrite_edit(rewrite, node->open + 1, node->open + 1,
                          arena_printf(rewrite->arena, " listen 127.0.0.1:%u;",
                                       ship_rewrite_port(rewrite, 80, false)));
}

static bool is_upstream(const struct nginx_node *node, struct slice host)
{
    while (node->parent)
        node = node->parent;
    const struct nginx_node *http = nginx_child(node, "http");
    const struct nginx_node *each = nginx_child(http ? http : node, "upstream");
    for (; each; each = nginx_again(each))
        if (slice_equal(nginx_word(each, 0), host))
            return true;
    return false;
}

static void take_pass(struct ship_rewrite *rewrite, const struct nginx_node *node)
{
    struct slice text = nginx_word(node, 0), scheme = {NULL, 0};
    size_t mark = slice_search(text, SLICE("://"));
    if (!text.len || slice_find(text, '$') < text.len ||
        slice_search(text, SLICE("unix:")) < text.len)
        return;
    if (mark < text.len) {
        scheme = slice_upto(text, mark + 3);
        text = slice_from(text, mark + 3);
    }
    size_t slash = slice_find(text, '/');
    struct slice host = slice_upto(text, slash), path = slice_from(text, slash);
    if (is_upstream(node, host))
        return;
    replace(rewrite, &node->words[0],
            arena_printf(rewrite->arena, "%.*s%.*s%.*s", SLICE_ARG(scheme),
                         SLICE_ARG(ship_rewrite_server(rewrite, host)), SLICE_ARG(path)));
}

/* A folder with a page of ours, for content that only a build stage has. */
static struct slice page_folder(struct ship_rewrite *rewrite, const struct nginx_node *node)
{
    ship_rewrite_note(rewrite, "a page of the test stands in for %.*s (line %u), which is not here",
                      SLICE_ARG(nginx_word(node, 0)), node->line);
    return arena_printf(rewrite->arena, "%s/page", rewrite->folder);
}

static void take_content(struct ship_rewrite *rewrite, const struct nginx_node *node)
{
    struct slice path = nginx_word(node, 0);
    if (!node->count || slice_find(path, '$') < path.len)
        return;
    path = absolute(rewrite, path);
    struct slice local = ship_copies_find(rewrite->copies, path, rewrite->arena);
    replace(rewrite, &node->words[0],
            local.len ? arena_printf(rewrite->arena, "\"%.*s%s\"", SLICE_ARG(local),
                                     nginx_is(node, "alias") && slice_ends(path, SLICE("/")) &&
                                             !slice_ends(local, SLICE("/"))
                                         ? "/"
                                         : "")
                      : page_folder(rewrite, node));
}

static void take_certificate(struct ship_rewrite *rewrite, const struct nginx_node *node)
{
    struct slice path = absolute(rewrite, nginx_word(node, 0));
    struct slice local = ship_copies_find(rewrite->copies, path, rewrite->arena);
    bool own = nginx_is(node, "ssl_certificate") || nginx_is(node, "ssl_certificate_key");
    if (!node->count)
        return;
    if (local.len)
        replace(rewrite, &node->words[0], local);
    else if (own && rewrite->certificate) {
        replace(rewrite, &node->words[0], slice_str(rewrite->certificate));
        ship_rewrite_note(rewrite, "a certificate of the test stands in for its own");
    } else if (!exists(rewrite, path)) {
        drop(rewrite, node);
        ship_rewrite_note(rewrite, "%.*s (line %u) was left out: its file is not here",
                          SLICE_ARG(node->name), node->line);
    }
}

static void take_written(struct ship_rewrite *rewrite, const struct nginx_node *node)
{
    struct slice path = nginx_word(node, 0);
    if (slice_starts(path, SLICE("syslog:"))) {
        drop(rewrite, node);
        ship_rewrite_note(rewrite, "logging to syslog (line %u) was left out", node->line);
    } else if (path.len && !slice_starts(path, SLICE("/dev/")) && !slice_equal_str(path, "off") &&
               !slice_equal_str(path, "stderr") && slice_find(path, '$') == path.len)
        replace(rewrite, &node->words[0], ship_rewrite_own_path(rewrite, path));
}

/* Included files that are copied are written below "root"; those of the base image that Debian has,
   too, are read there; others are nowhere. */
static void take_include(struct ship_rewrite *rewrite, const struct nginx_node *node)
{
    struct slice path = absolute(rewrite, nginx_word(node, 0));
    char *pattern = arena_string(rewrite->arena, path);
    bool glob = path.at && (slice_find(path, '*') < path.len || slice_find(path, '?') < path.len);
    struct slice mirrored =
        arena_printf(rewrite->arena, "%s/root%.*s", rewrite->folder, SLICE_ARG(path));
    bool copied = false;
    for (size_t i = 0; pattern && i < rewrite->copies->count; i++) {
        char *image = arena_string(rewrite->arena, rewrite->copies->items[i].image);
        copied = copied || (image && rewrite->copies->items[i].written &&
                            fnmatch(pattern, image, FNM_PATHNAME) == 0);
    }
    if (!node->count)
        return;
    if (copied || glob)
        replace(rewrite, &node->words[0], mirrored);
    else if (exists(rewrite, path))
        replace(rewrite, &node->words[0], path);
    else {
        drop(rewrite, node);
        ship_rewrite_note(rewrite, "include %.*s (line %u) was left out: it is not here",
                          SLICE_ARG(nginx_word(node, 0)), node->line);
    }
}

static void take_module(struct ship_rewrite *rewrite, const struct nginx_node *node)
{
    struct slice path = nginx_word(node, 0);
    size_t slash = slice_find_last(path, '/');
    struct slice here =
        arena_printf(rewrite->arena, MODULE_FOLDER "%.*s",
                     SLICE_ARG(slash < path.len ? slice_from(path, slash + 1) : path));
    if (node->count && here.at && exists(rewrite, here))
        replace(rewrite, &node->words[0], here);
    else {
        drop(rewrite, node);
        ship_rewrite_note(rewrite, "module %.*s was left out: it is not here", SLICE_ARG(path));
    }
}

static void take_location(struct ship_rewrite *rewrite, const struct nginx_node *node)
{
    struct slice path = nginx_word(node, node->count > 1 ? 1 : 0);
    bool prefix = node->count == 1 || slice_equal_str(nginx_word(node, 0), "^~");
    if (prefix && slice_starts(path, SLICE("/")) &&
        !ARENA_PUSH(rewrite->arena, rewrite->prefixes, rewrite->prefix_count, rewrite->prefix_room,
                    path))
        rewrite->failed = true;
}

struct row {
    const char *const *names;
    void (*take)(struct ship_rewrite *rewrite, const struct nginx_node *node);
};

static void take_header(struct ship_rewrite *rewrite, const struct nginx_node *node)
{
    struct slice text = nginx_word(node, 0);
    ship_rewrite_header(rewrite, slice_trim(slice_cut(&text, ':')));
}

#define NAMES(...) ((const char *const[]){__VA_ARGS__, NULL})

static void take(struct ship_rewrite *rewrite, const struct nginx_node *node)
{
    const struct row rows[] = {
        {NAMES("user", "daemon", "master_process", "pid", "lock_file", "worker_cpu_affinity",
               "worker_rlimit_nofile", "worker_priority", "ssl_engine"),
         drop},
        {NAMES("listen"), take_listen},
        {NAMES("root", "alias"), take_content},
        {NAMES("ssl_certificate", "ssl_certificate_key", "ssl_dhparam", "ssl_client_certificate",
               "ssl_trusted_certificate", "proxy_ssl_certificate", "proxy_ssl_certificate_key",
               "proxy_ssl_trusted_certificate", "auth_basic_user_file"),
         take_certificate},
        {NAMES("error_log", "access_log", "client_body_temp_path", "proxy_temp_path",
               "fastcgi_temp_path", "uwsgi_temp_path", "scgi_temp_path", "proxy_cache_path",
               "fastcgi_cache_path", "uwsgi_cache_path", "scgi_cache_path"),
         take_written},
        {NAMES("include"), take_include},
        {NAMES("load_module"), take_module},
        {NAMES("proxy_pass", "fastcgi_pass", "uwsgi_pass", "scgi_pass", "grpc_pass",
               "memcached_pass"),
         take_pass},
        {NAMES("add_header", "more_set_headers"), take_header},
        {NAMES("location"), take_location},
    };
    if (nginx_is(node, "server") && node->block)
        take_server(rewrite, node);
    else if (nginx_is(node, "server") && node->count)
        replace(rewrite, &node->words[0], ship_rewrite_server(rewrite, nginx_word(node, 0)));
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (is_one_of(node, rows[i].names))
            rows[i].take(rewrite, node);
}

static void walk(struct ship_rewrite *rewrite, const struct nginx_node *node)
{
    for (const struct nginx_node *each = node->first; each; each = each->next) {
        if (each->included || each->data)
            continue;
        take(rewrite, each);
        if (each->block)
            walk(rewrite, each);
    }
}

static void ignore_problem(void *context, enum nginx_problem problem, const struct lint_file *file,
                           size_t start, size_t end, const char *text)
{
    (void)context;
    (void)problem;
    (void)file;
    (void)start;
    (void)end;
    (void)text;
}

/* A part of a configuration gets what is around it in the official image. */
static struct slice wrap(struct ship_rewrite *rewrite, struct slice text, bool fragment)
{
    const char *who = geteuid() == 0 ? "user root;\n" : ""; /* who may read what is served */
    if (!fragment)
        return arena_printf(rewrite->arena, "%s%.*s", who, SLICE_ARG(text));
    return arena_printf(
        rewrite->arena, "%sevents {\n}\nhttp {\n%s%.*s\n}\n", who,
        access("/etc/nginx/mime.types", R_OK) == 0 ? "include /etc/nginx/mime.types;\n" : "",
        SLICE_ARG(text));
}

bool ship_rewrite_nginx(struct ship_rewrite *rewrite, const struct lint_file *file,
                        struct slice *text, struct error *err)
{
    static const struct proxy_options options = {0};
    struct nginx_parse parse = {.arena = rewrite->arena,
                                .options = &options,
                                .version = NGINX_NEWEST,
                                .problem = ignore_problem};
    if (!nginx_parse(&parse, file, err))
        return false;
    if (parse.broken)
        return error_set(err, ERROR_FORMAT, "%.*s cannot be parsed: plimsoll lint says where",
                         SLICE_ARG(file->path));
    walk(rewrite, &parse.root);
    if (!ship_rewrite_finish(rewrite, file->bytes, text, err))
        return false;
    if (!rewrite->part)
        *text = wrap(rewrite, *text, parse.fragment);
    return text->at || arena_error(err);
}
