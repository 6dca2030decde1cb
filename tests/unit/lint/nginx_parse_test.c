#include <stdlib.h>

#include "lint/nginx/nginx.h"
#include "test.h"

/* Files by name, for includes; what was said of them. */
struct world {
    struct arena arena;
    struct lint_file files[8];
    size_t count;
    char said[4000];
    size_t said_len;
};

static void say(void *context, enum nginx_problem problem, const struct lint_file *file,
                size_t start, size_t end, const char *text)
{
    struct world *world = context;
    unsigned line, column;
    lint_file_position(file, start, &line, &column);
    assert_true(start <= end && end <= file->bytes.len);
    world->said_len += (size_t)snprintf(world->said + world->said_len,
                                        sizeof world->said - world->said_len, "%d %.*s:%u:%u %s\n",
                                        (int)problem, SLICE_ARG(file->path), line, column, text);
}

static bool include(void *context, const struct lint_file *from, struct slice pattern,
                    struct lint_file ***files, size_t *count, struct error *err)
{
    struct world *world = context;
    (void)from;
    for (size_t i = 0; i < world->count; i++)
        if (slice_equal(world->files[i].path, pattern)) {
            *files = arena_array(&world->arena, 1, sizeof **files);
            (*files)[0] = &world->files[i];
            *count = 1;
            return true;
        }
    return error_set(err, ERROR_NOT_FOUND, "there is no %.*s", SLICE_ARG(pattern));
}

static void start(struct world *world)
{
    memset(world, 0, sizeof *world);
    arena_init(&world->arena, 64 << 20);
}

static struct lint_file *file(struct world *world, const char *path, struct slice text)
{
    struct lint_file *made = &world->files[world->count++];
    assert_true(lint_file_init(made, slice_str(path), text, LINT_NGINX, &world->arena));
    return made;
}

static struct nginx_parse parse(struct world *world, const struct lint_file *file, unsigned version)
{
    static struct proxy_options options;
    struct error err;
    options = (struct proxy_options){.include = include, .context = world};
    struct nginx_parse parse = {.arena = &world->arena,
                                .options = &options,
                                .version = version,
                                .problem = say,
                                .context = world};
    assert_true(nginx_parse(&parse, file, &err));
    return parse;
}

static struct nginx_parse parse_text(struct world *world, const char *text)
{
    start(world);
    return parse(world, file(world, "a.conf", slice_str(text)), NGINX_NEWEST);
}

static void test_tree(void **state)
{
    (void)state;
    struct world world;
    struct nginx_parse result =
        parse_text(&world, "events{}\nhttp {\n  add_header A \"b\\\"c\\x\" 'always'; # x\n"
                           "  server { location ~ \\.php$ { return 200 a${host}b; } }\n}\n");
    assert_string_equal(world.said, "");
    const struct nginx_node *http = nginx_child(&result.root, "http");
    const struct nginx_node *header = nginx_child(http, "add_header");
    assert_int_equal(header->line, 3);
    assert_int_equal(header->count, 3);
    assert_true(slice_equal_str(nginx_word(header, 1), "b\"c\\x"));
    assert_int_equal(header->words[1].quote, '"');
    assert_true(slice_equal_str(slice_of(result.root.file->bytes.at + header->words[1].start,
                                         header->words[1].end - header->words[1].start),
                                "\"b\\\"c\\x\""));
    assert_int_equal(result.root.file->bytes.at[header->end - 1], ';');
    const struct nginx_node *location = nginx_child(nginx_child(http, "server"), "location");
    assert_int_equal(location->inside, NGINX_LOCATION);
    assert_int_equal(location->file->bytes.at[location->open], '{');
    assert_int_equal(location->file->bytes.at[location->close], '}');
    assert_true(slice_equal_str(nginx_word(nginx_child(location, "return"), 1), "a${host}b"));
    arena_done(&world.arena);
}

static void test_lua(void **state)
{
    (void)state;
    struct world world;
    struct nginx_parse result =
        parse_text(&world, "events{} http { server { location / { content_by_lua_block {\n"
                           "  local a = \"}\" -- }\n --[[ } ]] --[==[ } ]] ]==]\n"
                           "  if a then b = { [1] = '\\'}' } end\n} add_header A b; } } }");
    assert_null(strstr(world.said, "0 "));
    const struct nginx_node *server = nginx_child(nginx_child(&result.root, "http"), "server");
    const struct nginx_node *location = nginx_child(server, "location");
    assert_true(slice_starts(location->first->code, SLICE("\n  local")));
    assert_non_null(nginx_child(location, "add_header"));
    arena_done(&world.arena);
    parse_text(&world, "init_by_lua_block { if ");
    assert_non_null(strstr(world.said, "unexpected end of file in a Lua block"));
    arena_done(&world.arena);
}

static void test_includes(void **state)
{
    (void)state;
    struct world world;
    start(&world);
    const struct lint_file *first = file(
        &world, "a.conf",
        SLICE("events{}\nhttp { include b.conf; include nothere.conf;\n"
              "include /etc/nginx/mime.types; include /etc/nginx/own.types; include /x/*.conf; }"));
    file(&world, "b.conf", SLICE("server { listen 81; include c.conf; }"));
    file(&world, "c.conf", SLICE("\ninclude b.conf;\nroot /x;"));
    struct nginx_parse result = parse(&world, first, NGINX_NEWEST);
    const struct nginx_node *server = nginx_child(nginx_child(&result.root, "http"), "server");
    assert_true(server->included);
    const struct nginx_node *root = nginx_child(server, "root");
    assert_true(slice_equal_str(root->file->path, "c.conf"));
    assert_int_equal(root->line, 3);
    assert_non_null(strstr(world.said, "0 c.conf:2:1 b.conf includes itself"));
    assert_non_null(strstr(world.said, "1 a.conf:2:24 included file nothere.conf is not here"));
    assert_non_null(strstr(world.said, "included file /etc/nginx/own.types is not here: what it"));
    assert_null(strstr(world.said, "mime.types")); /* comes with nginx, and sets no header */
    assert_true(result.unread);
    arena_done(&world.arena);
}

static void test_fragments(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        unsigned context;
    } cases[] = {
        {"add_header A b;", NGINX_HTTP},
        {"server { listen 80; }", NGINX_HTTP},
        {"location / { }\nadd_header A b;", NGINX_SERVER},
        {"server { listen 53 udp; proxy_pass a; }", NGINX_STREAM},
        {"proxy_pass http://a; proxy_set_header A b;", NGINX_LOCATION},
        {"server a:80;\nkeepalive 8;", NGINX_UPSTREAM},
        {"user a; worker_processes 1;", NGINX_MAIN},
        {"add_header A b; http { }", NGINX_MAIN},
        {"", NGINX_MAIN},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct world world;
        struct nginx_parse result = parse_text(&world, cases[i].text);
        assert_int_equal(result.root.inside, cases[i].context);
        arena_done(&world.arena);
    }
}

static void test_versions(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        unsigned version;
        const char *said;
    } cases[] = {
        {"http2 on;", 12501, ""},
        {"http2 on;", 12500, "not known before nginx 1.25.1"},
        {"ssl off;", 12501, "removed in nginx 1.25.1"},
        {"ssl off;", 12201, ""},
        {"add_header_inherit merge;", 12903, ""},
        {"add_header_inherit merge;", 12902, "not known before nginx 1.29.3"},
        {"add_header_inherit maybe;", 12903, "invalid value"},
        {"listen 80 http2;", 12501, "deprecated since nginx 1.25.1"},
        {"listen 80 http2;", 12402, ""},
        {"listen 80 quic;", 12402, "invalid parameter"},
        {"server_tokns off;", 12501, "did you mean \"server_tokens\"?"},
        {"vhost_traffic_status_display;", 12501, "of a module that is not known here"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct world world;
        start(&world);
        struct slice text =
            arena_printf(&world.arena, "events{} http { server { %s } }", cases[i].text);
        parse(&world, file(&world, "a.conf", text), cases[i].version);
        if (cases[i].said[0] ? !strstr(world.said, cases[i].said) : world.said[0])
            fail_msg("%s: %s", cases[i].text, world.said);
        arena_done(&world.arena);
    }
    unsigned version;
    assert_true(nginx_version(SLICE("1.29.4"), &version) && version == 12904);
    assert_true(nginx_version(SLICE("1.29.4-alpine"), &version) && version == 12904);
    assert_true(nginx_version(SLICE("1.28"), &version) && version == 12899);
    assert_false(nginx_version(SLICE("latest"), &version));
}

/* Far too deep, far too many: an error, and no crash. */
static void test_limits(void **state)
{
    (void)state;
    struct world world;
    size_t deep = 200000;
    char *text = malloc(deep * 2 + 1);
    assert_non_null(text);
    for (size_t i = 0; i < deep; i++)
        memcpy(text + 2 * i, "a{", 2);
    start(&world);
    parse(&world, file(&world, "a.conf", slice_of(text, deep * 2)), NGINX_NEWEST);
    assert_non_null(strstr(world.said, "blocks deeper than 100 are not read"));
    arena_done(&world.arena);
    memset(text, 'x', deep * 2);
    start(&world);
    parse(&world, file(&world, "a.conf", slice_of(text, deep * 2)), NGINX_NEWEST);
    assert_non_null(strstr(world.said, "longer than 4095 bytes"));
    arena_done(&world.arena);
    free(text);
}

static void test_table(void **state)
{
    (void)state;
    size_t count;
    for (size_t i = 1; i < nginx_directive_count; i++)
        assert_true(strcmp(nginx_directives[i - 1].name, nginx_directives[i].name) <= 0);
    assert_non_null(nginx_directive_find(SLICE("zone"), &count));
    assert_non_null(nginx_directive_find(SLICE("server"), &count));
    assert_int_equal(count, 2);
    assert_null(nginx_directive_find(SLICE("serve"), &count));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tree),     cmocka_unit_test(test_lua),
        cmocka_unit_test(test_includes), cmocka_unit_test(test_fragments),
        cmocka_unit_test(test_versions), cmocka_unit_test(test_limits),
        cmocka_unit_test(test_table),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
