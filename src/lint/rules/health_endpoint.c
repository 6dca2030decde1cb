#include "lint/rules/health_endpoint.h"

#include "base/file.h"
#include "lint/proxy.h"
#include "lint/rules/rule_text.h"

enum { CONFIGURATION_MAX = 1 << 20 };

struct search {
    struct dockerfile_check *check;
    bool haproxy; /* else nginx */
    struct proxy_endpoint best;
    struct slice path; /* of the configuration in the context */
};

static unsigned rank(struct slice kind)
{
    static const char *const kinds[] = {"location", "return", "monitor-uri"};
    for (unsigned i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (slice_equal_str(kind, kinds[i]))
            return i + 1;
    return 0;
}

static void read_configuration(struct search *search, struct slice path)
{
    struct dockerfile_check *check = search->check;
    struct lint_file *file = arena_new(check->arena, struct lint_file);
    char *name =
        arena_string(check->arena, arena_printf(check->arena, "%.*s/%.*s",
                                                SLICE_ARG(check->context), SLICE_ARG(path)));
    struct proxy_options options = {0};
    struct proxy_result result = {0};
    struct lint_report unread = {.arena = check->arena};
    struct error err = {0};
    struct slice bytes;
    if (!file || !name || !file_read(name, CONFIGURATION_MAX, check->arena, &bytes, &err) ||
        !lint_file_init(file, path, bytes, search->haproxy ? LINT_HAPROXY : LINT_NGINX,
                        check->arena) ||
        !(search->haproxy ? haproxy_lint : nginx_lint)(file, &options, &unread, check->arena,
                                                       &result, &err))
        return;
    for (size_t i = 0; i < result.endpoint_count; i++) {
        const struct proxy_endpoint *endpoint = &result.endpoints[i];
        bool tls = endpoint->port == 443 || endpoint->port == 8443;
        if (!endpoint->port || tls || !text_is_plain(endpoint->path) ||
            rank(endpoint->kind) <= rank(search->best.kind))
            continue;
        search->best = *endpoint;
        search->path = path;
    }
}

/* A source of COPY: the configuration itself, or a folder with one under its usual name. */
static void look_source(struct search *search, struct slice source)
{
    static const char *const haproxy_names[] = {"haproxy.cfg", NULL};
    static const char *const nginx_names[] = {"nginx.conf", "default.conf", "conf.d/default.conf",
                                              NULL};
    while (source.len > 1 && source.at[source.len - 1] == '/')
        source.len--;
    if (!text_is_plain(source) || slice_search(source, SLICE("..")) < source.len ||
        source_is_url(source))
        return;
    if (text_ends(source, search->haproxy ? ".cfg" : ".conf")) {
        read_configuration(search, source);
        return;
    }
    for (const char *const *name = search->haproxy ? haproxy_names : nginx_names; *name; name++)
        read_configuration(search,
                           arena_printf(search->check->arena, "%.*s/%s", SLICE_ARG(source), *name));
}

static void look_stages(struct search *search, const struct stage *stage)
{
    for (; stage; stage = stage->parent)
        for (size_t i = stage->first; i < stage->last; i++) {
            const struct instruction *copy = check_instruction(search->check, i);
            if ((copy->keyword != KEYWORD_COPY && copy->keyword != KEYWORD_ADD) ||
                instruction_flag(copy, "from"))
                continue;
            for (size_t j = 0; j < copy_source_count(copy); j++)
                look_source(search, text_unquoted(copy->arguments[j]));
        }
}

/* The request by what is inside: busybox' wget on Alpine, curl in nginx' Debian image, and bash,
   which can open connections, in HAProxy's. */
static struct slice command_for(struct dockerfile_check *check, const struct search *search,
                                struct slice base)
{
    unsigned port = search->best.port;
    struct slice path = search->best.path;
    struct slice address =
        port == 80 ? arena_printf(check->arena, "http://127.0.0.1%.*s", SLICE_ARG(path))
                   : arena_printf(check->arena, "http://127.0.0.1:%u%.*s", port, SLICE_ARG(path));
    if (text_contains(base, "alpine"))
        return arena_printf(check->arena, "wget -q -O /dev/null %.*s || exit 1",
                            SLICE_ARG(address));
    if (!search->haproxy)
        return arena_printf(check->arena, "curl -fsS -o /dev/null %.*s || exit 1",
                            SLICE_ARG(address));
    return arena_printf(check->arena,
                        "bash -c 'exec 3<>/dev/tcp/127.0.0.1/%u; printf \"GET %.*s "
                        "HTTP/1.0\\r\\n\\r\\n\" >&3; head -n 1 <&3 | grep -q \" 200\"'",
                        port, SLICE_ARG(path));
}

struct slice health_command(struct dockerfile_check *check, const struct stage *stage,
                            const struct base_fact *fact, struct slice *from)
{
    const struct stage *root = stage_root(stage);
    if (from)
        *from = (struct slice){NULL, 0};
    if (!fact || !root)
        return (struct slice){NULL, 0};
    struct search search = {.check = check, .haproxy = !strcmp(fact->repository, "haproxy")};
    bool nginx = text_ends(slice_str(fact->repository), "nginx") ||
                 text_ends(slice_str(fact->repository), "nginx-unprivileged");
    if (check->context.len && (search.haproxy || nginx))
        look_stages(&search, stage);
    if (!search.best.path.len)
        return slice_str(fact->healthcheck);
    if (from)
        *from = search.path;
    return command_for(check, &search, root->base);
}
