/* See init.h: compose files, as far as a health check needs them (compose-spec.io, "build" and
   "ports"). */
#include <unistd.h>

#include "base/file.h"
#include "net/url.h"
#include "ship/init/init.h"

const char *init_compose_file(const char *folder, struct arena *arena)
{
    /* In the order in which compose itself looks. */
    static const char *const names[] = {"compose.yaml", "compose.yml", "docker-compose.yaml",
                                        "docker-compose.yml"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const char *path =
            strcmp(folder, ".") == 0 ? names[i] : arena_printf(arena, "%s/%s", folder, names[i]).at;
        if (path && access(path, R_OK) == 0)
            return path;
    }
    return NULL;
}

static struct slice strip_dot(struct slice path)
{
    while (slice_starts(path, SLICE("./")))
        path = slice_from(path, 2);
    return path;
}

/* Whether a service is built of a Dockerfile: build is a context, or {context, dockerfile}. */
static bool is_built_of(const struct yaml_node *service, const char *folder, const char *dockerfile,
                        struct arena *arena)
{
    const struct yaml_node *build = yaml_get(service, "build");
    if (!build)
        return false;
    bool text = build->kind == YAML_TEXT;
    struct slice context = strip_dot(text ? build->text : yaml_text(build, "context"));
    struct slice file = strip_dot(text ? SLICE("") : yaml_text(build, "dockerfile"));
    bool here = !context.len || slice_equal_str(context, ".");
    struct slice path =
        arena_printf(arena, "%s/%.*s%s%.*s", folder, SLICE_ARG(here ? SLICE("") : context),
                     here ? "" : "/", SLICE_ARG(file.len ? file : SLICE("Dockerfile")));
    struct slice asked = arena_printf(arena, "%s%s%s", dockerfile[0] == '/' ? "" : folder,
                                      dockerfile[0] == '/' ? "" : "/", dockerfile);
    if (strcmp(folder, ".") != 0 && slice_starts(slice_str(dockerfile), slice_str(folder)))
        asked = slice_str(dockerfile);
    return path.at && asked.at && slice_equal(path, asked);
}

/* "${PORT:-8080}:80" as compose reads it where PORT is not set: "8080:80". */
static struct slice with_defaults(struct slice text, struct arena *arena)
{
    struct slice made = SLICE("");
    while (text.len && made.at) {
        size_t start = slice_search(text, SLICE("${"));
        struct slice rest = slice_from(text, start + 2);
        struct slice inside = slice_upto(rest, slice_find(rest, '}'));
        size_t dash = slice_find(inside, '-');
        made =
            arena_printf(arena, "%.*s%.*s%.*s", SLICE_ARG(made), SLICE_ARG(slice_upto(text, start)),
                         SLICE_ARG(slice_from(inside, dash + 1)));
        text = slice_from(rest, inside.len + 1);
    }
    return made;
}

/* "8080:80", "127.0.0.1:8080:80/tcp", or {target, published}: the published one for `inside`. */
static struct slice published(const struct yaml_node *port, struct slice inside,
                              struct arena *arena)
{
    if (port->kind == YAML_MAP)
        return slice_equal(yaml_text(port, "target"), inside)
                   ? with_defaults(yaml_text(port, "published"), arena)
                   : SLICE("");
    struct slice text = with_defaults(port->text, arena);
    text = slice_upto(text, slice_find(text, '/'));
    size_t colon = slice_find_last(text, ':');
    if (colon >= text.len || !slice_equal(slice_from(text, colon + 1), inside))
        return SLICE("");
    text = slice_upto(text, colon);
    size_t before = slice_find_last(text, ':');
    return before < text.len ? slice_from(text, before + 1) : text;
}

static bool is_number(struct slice text)
{
    uint64_t number;
    return slice_u64(text, &number) && number && number < 65536;
}

static struct slice reached(const struct yaml_node *service, const struct url *url,
                            struct arena *arena)
{
    const struct yaml_node *ports = yaml_get(service, "ports");
    struct slice inside = arena_printf(arena, "%u", url->port);
    for (size_t i = 0; ports && ports->kind == YAML_LIST && i < ports->count; i++) {
        struct slice outside = published(ports->items[i], inside, arena);
        if (is_number(outside))
            return arena_printf(arena, "%.*s://127.0.0.1:%.*s%.*s", SLICE_ARG(url->scheme),
                                SLICE_ARG(outside), SLICE_ARG(url->path));
    }
    return SLICE("");
}

struct slice init_compose_url(struct slice bytes, const char *folder, const char *dockerfile,
                              struct slice health, struct arena *arena)
{
    struct yaml_node *tree;
    struct error ignored; /* a test that is not written is no failure: a comment says how */
    struct url url;
    if (!health.len || !url_parse(health, arena, &url, &ignored) ||
        !yaml_read(bytes, arena, &tree, &ignored))
        return SLICE("");
    const struct yaml_node *services = yaml_get(tree, "services");
    for (size_t i = 0; services && services->kind == YAML_MAP && i < services->count; i++) {
        const struct yaml_node *service = services->pairs[i].value;
        if (is_built_of(service, folder, dockerfile, arena))
            return reached(service, &url, arena);
    }
    return SLICE("");
}

struct slice init_compose_health(const char *compose, const char *dockerfile, struct slice health,
                                 struct arena *arena)
{
    struct slice bytes, path = slice_str(compose);
    struct error ignored;
    size_t slash = slice_find_last(path, '/');
    const char *folder = slash < path.len ? arena_string(arena, slice_upto(path, slash)) : ".";
    if (!folder || !file_read(compose, 1 << 20, arena, &bytes, &ignored))
        return SLICE("");
    return init_compose_url(bytes, folder, dockerfile, health, arena);
}
